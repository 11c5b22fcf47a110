"""The demo exchange as a whole: clock, tapes, one listener a venue, faults and ledger."""

import asyncio
import contextlib
import time
from collections.abc import Collection
from pathlib import Path
from typing import Self

from cvdtui.demo.assets import MOST, USDM, VENUES
from cvdtui.demo.dialect import Message
from cvdtui.demo.dialects import dialects
from cvdtui.demo.faults import ConnectionFault, Faults, RequestFault
from cvdtui.demo.ids import last_wire_id
from cvdtui.demo.ledger import Ledger
from cvdtui.demo.market_data import histories
from cvdtui.demo.server import HOST, Client, ServerPort
from cvdtui.demo.tapes import Tapes
from cvdtui.errors import CvdtuiError, UsageError
from cvdtui.model import Now

MOST_RATE = 5000.0
"""Trades a second over all markets."""
MOST_PORT = 65_536 - len(VENUES)
_SHORTEST_S, _LONGEST_S = 0.008, 0.05
_LEDGER_EVERY_S = 1.0
_LEDGER_SHARE = 25
"""Writing the ledger takes at most one part in so many of the time: it grows with every trade."""


class ManualClock:
    """A clock that stands still until `now_us` is set; microseconds since the epoch."""

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us

    def __call__(self) -> int:
        return self.now_us


def wall_clock() -> int:
    """Microseconds since the epoch, UTC: the exchange is a process of its own and keeps its own clock."""
    return time.time_ns() // 1000


class Exchange:
    """A whole exchange on 127.0.0.1: the same seed, markets and rate trade the same all week.

    `port` 0 takes free ports; otherwise USD-M takes `port`, spot and further venues the ones above. With a
    ManualClock only `advance` moves it. Raises UsageError for values out of range.
    """

    def __init__(  # noqa: PLR0913 - the options of `cvdtui demo`
        self,
        *,
        seed: int = 1,
        markets: int = 12,
        rate: float = 60.0,
        faults: Collection[str] = (),
        clock: Now | None = None,
        port: int = 0,
        ledger: Path | None = None,
        ledger_tape: bool = False,
    ) -> None:
        check(seed=seed, markets=markets, rate=rate, port=port)
        self.faults = Faults(faults, seed)
        self._seed, self._markets, self._rate, self._port = seed, markets, float(rate), port
        self._clock: Now = clock or wall_clock
        self._ledger_path = ledger
        self._ledger_tape = ledger_tape
        self._listeners: dict[str, ServerPort] = {}
        self._loop: asyncio.Task[None] | None = None
        self._frozen = False
        self._ledger_due = 0.0
        self._tapes: Tapes
        self._ledger: Ledger

    async def start(self) -> None:
        """Open markets and ports; raises UsageError when the ledger cannot be written or a port is taken."""
        now = self._clock()
        self._tapes = Tapes(histories(self._seed, self._markets, self._rate, now), now)
        about: dict[str, object] = {"seed": self._seed, "rate": self._rate, "markets_listed": self._markets}
        self._ledger = Ledger(self._tapes, {**about, "started_us": now})
        if self._ledger_path:
            try:
                self.write_ledger(self._ledger_path)
            except OSError as error:
                raise UsageError(f"ledger: cannot write {self._ledger_path}: {error.strerror}") from None
        try:
            for number, dialect in enumerate(dialects(self._tapes)):
                listener = ServerPort(dialect, self.faults, self.pump, self._clock)
                await listener.start(self._port + number if self._port else 0)
                self._listeners[dialect.venue] = listener
        except OSError as error:
            await self.stop()
            raise UsageError(f"port: {error.strerror or error}") from None
        # A ManualClock stands still: a loop would only poll it.
        if not isinstance(self._clock, ManualClock):
            self._loop = asyncio.create_task(self._run(), name="demo exchange")

    async def stop(self) -> None:
        """Close every connection and write the ledger a last time; raises CvdtuiError when that fails."""
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
            self._loop = None
        for listener in self._listeners.values():
            await listener.stop()
        self._listeners.clear()
        if self._ledger_path:
            try:
                self.write_ledger(self._ledger_path)
            except OSError as error:
                raise CvdtuiError(f"ledger: cannot write {self._ledger_path}: {error.strerror}") from None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def market_names(self) -> list[str]:
        """`venue:SYMBOL`, best known first, perpetual and spot in turn."""
        return [tape.name for tape in self._tapes.tapes]

    def host_port(self, venue: str = USDM) -> str:
        """`127.0.0.1:PORT` of a venue."""
        return f"{HOST}:{self._listeners[venue].port}"

    def ws_url(self, venue: str = USDM) -> str:
        """Base URL for WebSockets of a venue, without a path."""
        return f"ws://{self.host_port(venue)}"

    def rest_url(self, venue: str = USDM) -> str:
        """Base URL for REST of a venue, without a path."""
        return f"http://{self.host_port(venue)}"

    def overrides(self) -> dict[str, object]:
        """The configuration that makes cvdtui talk to this exchange instead of the real ones."""
        venues = {
            venue: {"ws_url": self.ws_url(venue), "rest_url": self.rest_url(venue)}
            for venue in self._listeners
        }
        return {"venues": venues, "markets": self.market_names}

    def pump(self) -> int:
        """Trade up to the clock, and send what is due; returns the exchange's time in microseconds."""
        if self._frozen:
            return self._tapes.now_us
        news = self._tapes.move(self._clock())
        now_us = self._tapes.now_us
        for fault in self.faults.due(now_us):
            if clients := self._clients(kind=fault.kind):
                self._apply(clients[self.faults.pick(len(clients))], fault)
        for venue, listener in self._listeners.items():
            listener.publish([item for item in news if item.tape.listing.market.venue == venue], now_us)
        return now_us

    async def advance(self, seconds: float, step: float = 0.1) -> None:
        """Move a ManualClock on, in steps, and give the sockets their turn after each."""
        if not isinstance(self._clock, ManualClock):
            raise TypeError("advance needs a ManualClock")
        left = round(seconds * 1e6)
        while left > 0:
            part = min(left, round(step * 1e6))
            self._clock.now_us += part
            left -= part
            self.pump()
            await asyncio.sleep(0)

    def freeze(self) -> dict[str, int]:
        """Stop the market for good while REST still answers; the last trade id of every market.

        Subscribers are sent the newest trade once more, so that a gap at the end is seen.
        Ids are those of the venue's wire, as a client reads them.
        """
        now_us = self.pump()
        self._frozen = True
        self.faults.calm()
        for listener in self._listeners.values():
            listener.repeat_last(now_us)
        return {tape.name: last_wire_id(tape) for tape in self._tapes.tapes}

    def truth(
        self, market: str, last_id: int | None = None, first_id: int | None = None
    ) -> dict[str, object]:
        """Exact sums up to `last_id`, see `Ledger.truth`."""
        return self._ledger.truth(market, last_id, first_id)

    def write_ledger(self, path: Path, *, full: bool | None = None) -> None:
        """Write the ledger as JSON, whole or not at all; `full` lists every trade. Raises OSError."""
        faults = self.faults
        counts = {"names": sorted(faults.names), "skipped": faults.skipped, "repeated": faults.repeated}
        full = self._ledger_tape if full is None else full
        self._ledger.write(path, full=full, faults={**counts, "malformed": faults.malformed})

    def drop(self, venue: str | None = None) -> int:
        """Cut all connections (of a venue) now; how many there were."""
        clients = self._clients(venue)
        for client in clients:
            client.cut()
        return len(clients)

    def stall(self, seconds: float, venue: str | None = None) -> None:
        """Keep connections open and lose their data for a while of the exchange's time."""
        for client in self._clients(venue):
            self._apply(client, ConnectionFault("stall", seconds))

    def hold(self, seconds: float, venue: str | None = None) -> None:
        """Keep data back for a while of the exchange's time, then send it all."""
        for client in self._clients(venue):
            self._apply(client, ConnectionFault("slow", seconds))

    def skip(self, market: str, count: int) -> tuple[int, int]:
        """Leave out the frames of the next `count` trades of a market; their first and last id."""
        return self._mark(self.faults.skip_ids, market, count)

    def repeat(self, market: str, count: int) -> tuple[int, int]:
        """Send the frames of the next `count` trades of a market twice; their first and last id."""
        return self._mark(self.faults.repeat_ids, market, count)

    def silence(self, market: str, *, on: bool = True) -> None:
        """Stop (or resume) sending a market; REST and ledger go on."""
        (self.faults.silent.add if on else self.faults.silent.discard)(market)

    def refuse(self, status: int | None, venue: str | None = None) -> None:
        """Answer every connect and request with 403, 418, 429 or 451, or accept again with None."""
        for name in [venue] if venue else list(self._listeners):
            if status is None:
                self.faults.refuse.pop(name, None)
            else:
                self.faults.refuse[name] = status

    def fail_requests(
        self, count: int, *, status: int = 429, retry_after: int = 1, delay_s: float = 0.0
    ) -> None:
        """Fail or delay the next `count` REST requests; status 0 only delays them."""
        self.faults.request_faults.extend([RequestFault(delay_s, status, retry_after)] * count)

    def send_extra(self, topic: str, body: str) -> None:
        """Send a frame as it is before the next one of `topic` (a stream's name, `btcusdt@aggTrade`)."""
        self.faults.extra.append(Message(topic, body))

    def replay_on_subscribe(self, count: int) -> None:
        """Begin every new subscription with the last `count` trades."""
        self.faults.replay = count

    def clients(self, venue: str | None = None) -> int:
        """How many WebSockets are open (at a venue)."""
        return len(self._clients(venue))

    def _clients(self, venue: str | None = None, kind: str = "") -> list[Client]:
        """The open connections (of a venue) that a fault of a kind may happen to."""
        hit = [
            at
            for name, at in self._listeners.items()
            if venue in (None, name) and (kind != "stall" or at.dialect.numbered)
        ]
        return [client for at in hit for client in at.clients]

    def _apply(self, client: Client, fault: ConnectionFault) -> None:
        client.apply(fault, self._tapes.now_us)

    def _mark(self, ranges: dict[str, list[tuple[int, int]]], market: str, count: int) -> tuple[int, int]:
        self.pump()
        last = self._tapes.by_name[market].last_id
        ranges.setdefault(market, []).append((last + 1, last + count))
        return last + 1, last + count

    async def _run(self) -> None:
        while True:
            now_us = self.pump()
            if self._ledger_path and time.monotonic() >= self._ledger_due:
                self._write_periodically(self._ledger_path)
            wait = (self._tapes.next_us - now_us) / 1e6
            await asyncio.sleep(min(max(wait, _SHORTEST_S), _LONGEST_S))

    def _write_periodically(self, path: Path) -> None:
        begin = time.monotonic()
        with contextlib.suppress(OSError):  # a full disk is reported by the last write, in `stop`
            self.write_ledger(path)
        took = time.monotonic() - begin
        self._ledger_due = begin + max(_LEDGER_EVERY_S, took * _LEDGER_SHARE)


def check(*, seed: int, markets: int, rate: float, port: int) -> None:
    """Raises UsageError, with what was given and what was expected, for options out of range."""
    if not 0 <= seed < 2**63:
        raise UsageError(f"seed: {seed} given, 0 to {2**63 - 1} expected")
    if not 1 <= markets <= MOST:
        raise UsageError(f"markets: {markets} given, 1 to {MOST} expected")
    if not 0.1 <= rate <= MOST_RATE:
        raise UsageError(f"rate: {rate:g} given, 0.1 to {MOST_RATE:g} trades a second expected")
    if port and not 1024 <= port <= MOST_PORT:
        raise UsageError(f"port: {port} given, 0 or 1024 to {MOST_PORT} expected")
