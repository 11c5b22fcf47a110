"""The exchange's own record: exact sums, bars and trades of what it really traded, whatever it sent."""

import errno
import os
from decimal import Decimal
from pathlib import Path

import msgspec

from cvdtui.demo.decimals import plain
from cvdtui.demo.market_data import week_of
from cvdtui.demo.path import DAY_US
from cvdtui.demo.sums import INVERSE_DECIMALS, LedgerSums, base_units, sums_of
from cvdtui.demo.tapes import DemoTape, Tapes

SCHEMA = 1
MINUTE_US = 60_000_000
MOST_TRADES = 50_000
"""Trades written out one by one unless everything is asked for."""


class Ledger:
    """Reads the tapes; writes them as JSON, whole or not at all (a temporary file is renamed)."""

    def __init__(self, tapes: Tapes, about: dict[str, object]) -> None:
        self._tapes = tapes
        self._about = about
        self._session_us = tapes.now_us // DAY_US * DAY_US
        self._sums = {
            tape.name: sums_of(tape.history, tape.history.index_at(self._session_us - 1))
            for tape in tapes.tapes
        }
        self._bars: dict[str, tuple[int, list[msgspec.Raw]]] = {}
        """Market -> (begin of the next minute to write, closed minutes written so far)."""

    def truth(
        self, market: str, last_id: int | None = None, first_id: int | None = None
    ) -> dict[str, object]:
        """Exact sums up to `last_id` (default: the newest), in base units.

        cvd: `session` and `week` are those of the last trade's own time; `start`, and with it buy and sell,
        begins with the session in which the exchange went live, as for a client that fills its session from
        history; `live` begins at `first_id` (default: the first trade after the exchange went live). Sums of
        an inverse market are known from that session on: what begins before it is None. Raises KeyError for
        an unknown market, ValueError for ids that have not happened.
        """
        tape = self._tapes.by_name[market]
        history, origin = tape.history, tape.listing.first_id
        end = tape.position if last_id is None else last_id + 1 - origin
        live = tape.begun if first_id is None else first_id - origin
        if not 0 < end <= tape.position or not 0 <= live <= end:
            asked = f"ids {origin + live}..{origin + end - 1}"
            raise ValueError(f"{market}: {asked} asked for, {origin}..{tape.last_id} have happened")
        time_us = history.time_of(end - 1)
        start = history.index_at(self._session_us - 1)
        session = history.index_at(time_us // DAY_US * DAY_US - 1)
        week = history.index_at(week_of(time_us) - 1)
        sums = self._sums[market]
        bought, sold = sums.bought(end), sums.sold(end)
        begins = {"start": start, "session": session, "week": week, "live": live}
        before = {
            name: _exact(sums.bought(at) - sums.sold(at), sums.decimals)
            for name, at in begins.items()
            if at >= sums.since
        }
        return {
            "first_id": origin + live,
            "last_id": origin + end - 1,
            "last_time_us": time_us,
            "trades": end - live,
            "buy": _exact(bought - sums.bought(start), sums.decimals),
            "sell": _exact(sold - sums.sold(start), sums.decimals),
            "cvd": {
                name: _exact(bought - sold, sums.decimals) - before[name] if name in before else None
                for name in begins
            },
        }

    def write(self, path: Path, *, full: bool = False, faults: dict[str, object] | None = None) -> None:
        """Write all that is known now; `full` lists every trade since the start. Raises OSError."""
        if path.exists() and not path.is_file():
            raise OSError(errno.EEXIST, "is not a regular file", str(path))
        count = sum(tape.position - tape.begun for tape in self._tapes.tapes)
        trades = full or count <= MOST_TRADES
        books = {
            "schema": SCHEMA,
            **self._about,
            "time_us": self._tapes.now_us,
            "faults": faults or {},
            "markets": {tape.name: self._market(tape, trades=trades) for tape in self._tapes.tapes},
        }
        spare = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with spare.open("wb") as file:
                file.write(msgspec.json.encode(books))
                file.flush()
                # A rename may reach the disk before the content of the file does.
                os.fsync(file.fileno())
            spare.replace(path)
        finally:
            spare.unlink(missing_ok=True)

    def _market(self, tape: DemoTape, *, trades: bool) -> dict[str, object]:
        books = _plain(self.truth(tape.name)) if tape.position else {}
        books["first_time_us"] = tape.history.time_of(tape.begun) if tape.position > tape.begun else None
        books["bars"] = self._minutes(tape)
        books["tape"] = _trades(tape) if trades else None
        return books

    def _minutes(self, tape: DemoTape) -> list[msgspec.Raw]:
        """One-minute bars since the session in which the exchange started, the open one last."""
        now = self._tapes.now_us
        begin, closed = self._bars.get(tape.name, (self._session_us, []))
        count = (now - begin) // MINUTE_US + 1
        fresh = _bar_rows(tape, self._sums[tape.name], begin, count, now)
        minute = now // MINUTE_US * MINUTE_US
        done = [raw for time_us, raw in fresh if time_us < minute]
        self._bars[tape.name] = (minute, closed + done)
        return closed + [raw for _, raw in fresh]


def _bar_rows(
    tape: DemoTape, adding: LedgerSums, begin_us: int, count: int, now_us: int
) -> list[tuple[int, msgspec.Raw]]:
    market, origin = tape.listing.market, tape.listing.first_id
    bars = tape.history.bars(60, begin_us, count, tape.position, now_us)
    rows = []
    bought, sold = adding.bars(bars)
    prices_and_ids = (bars.time_us, bars.open, bars.high, bars.low, bars.close, bars.begin, bars.end)
    for t, o, h, lo, c, first, end, buy, sell in zip(
        *(column.tolist() for column in (*prices_and_ids, bought, sold)), strict=True
    ):
        if first == end:
            continue
        prices = {
            k: plain(v, market.price_decimals)
            for k, v in (("open", o), ("high", h), ("low", lo), ("close", c))
        }
        sums = (("buy", buy), ("sell", sell), ("delta", buy - sell))
        sizes = {key: plain(value, adding.decimals) for key, value in sums}
        ids = {"trades": end - first, "first_id": origin + first, "last_id": origin + end - 1}
        rows.append((t, msgspec.Raw(msgspec.json.encode({"time_us": t, **prices, **sizes, **ids}))))
    return rows


def _trades(tape: DemoTape) -> list[tuple[int, int, str, str, str]]:
    market = tape.listing.market
    ticks = tape.history.ticks(tape.begun, tape.position)
    size, decimals = ticks.size, market.size_decimals
    if market.inverse:
        size, decimals = base_units(size, ticks.price, market.price_decimals), INVERSE_DECIMALS
    columns = (ticks.time_us.tolist(), ticks.price.tolist(), size.tolist(), ticks.side.tolist())
    return [
        (i, t, plain(p, market.price_decimals), plain(s, decimals), "buy" if side > 0 else "sell")
        for i, (t, p, s, side) in enumerate(zip(*columns, strict=True), tape.listing.first_id + ticks.first)
    ]


def _exact(value: int, decimals: int) -> Decimal:
    return Decimal(value).scaleb(-decimals)


def _plain(value: object) -> dict[str, object]:
    """Decimals as plain strings, nested dicts included."""
    assert isinstance(value, dict)  # noqa: S101 - for the type checker
    return {
        key: f"{item.normalize():f}"
        if isinstance(item, Decimal)
        else _plain(item)
        if isinstance(item, dict)
        else item
        for key, item in value.items()
    }
