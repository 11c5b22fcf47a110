"""Footprint rows of the hour before the start: trades fetched backwards by id, given in whole minutes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cvdtui.errors import VenueError, WireError
from cvdtui.model import MINUTE_US, Columns, Market

if TYPE_CHECKING:
    from cvdtui.feeds.history import HistoryStart
    from cvdtui.feeds.rest import Rest
    from cvdtui.model import Sink
    from cvdtui.venues import Venue

PATIENCE_S = 120.0


class Backfill:
    """One market's rows, newest minutes first; `step` fetches one page, so that markets can take turns."""

    def __init__(  # noqa: PLR0913 - its wires to the feed
        self, venue: "Venue", rest: "Rest", sink: "Sink", symbol: str, begun: "HistoryStart", minutes: int
    ) -> None:
        self._venue = venue
        self._rest = rest
        self._sink = sink
        self._symbol = symbol
        self._next = begun.first_id
        self._edge = begun.trades_from
        self._whole = begun.trades_from
        self._floor = max(begun.trades_from - minutes * MINUTE_US, begun.minutes_from)
        self._kept: list[Columns] = []

    def begin(self) -> None:
        """Says that rows are on their way, before the first of them come."""
        self._sink.on_progress(self._venue.market(self._symbol).name, 0.0)

    async def step(self) -> bool:
        """Fetch one page further back and hand over the minutes it completes; whether there is more to do.

        Raises VenueError or WireError when requests fail.
        """
        if self._edge <= self._floor:
            return self._finish()
        size = self._venue.limits.trades_page
        first = max(0, self._next - size)
        if first == self._next:
            return self._last()
        request = self._venue.ask_trades(self._symbol, from_id=first, limit=self._next - first)
        body = await self._rest.persist(request, PATIENCE_S, urgent=False)
        page = self._venue.read_columns(body, self._symbol)
        columns = _between(page.columns, first, self._next)
        if page.refused or not len(columns) or int(columns.ids[-1]) != self._next - 1:
            return self._stop(page.refused)
        # Rows of a minute that lacks trades would look exact.
        if int(columns.ids[-1]) - int(columns.ids[0]) + 1 != len(columns):
            return self._stop(("ids with holes",))
        self._kept.insert(0, columns)
        self._next = int(columns.ids[0])
        oldest = int(columns.time_us[0])
        if int(columns.ids[0]) != first:
            return self._last()  # the venue keeps no older trades
        # The oldest minute of a page is cut: its first trades are on the next page.
        self._deliver(oldest + -oldest % MINUTE_US)
        return self._edge > self._floor or self._finish()

    def give_up(self) -> bool:
        """Nothing more can be fetched: what is older stays known by candles alone."""
        return self._finish()

    def _deliver(self, from_us: int) -> None:
        """Hand over from_us..edge, whole minutes; what is older waits for its minute's start."""
        from_us = max(from_us, self._floor)
        if from_us >= self._edge:
            return
        columns = joined(self._kept, self._venue.market(self._symbol))
        inside = (columns.time_us >= from_us) & (columns.time_us < self._edge) & (columns.size > 0)
        self._sink.on_filled(columns.taken(inside), from_us, self._edge)
        self._kept = [columns.taken(columns.time_us < from_us)]
        self._edge = from_us
        done = (self._whole - self._edge) / max(1, self._whole - self._floor)
        self._sink.on_progress(columns.market.name, min(1.0, done))

    def _last(self) -> bool:
        """Nothing older exists: what is kept is all there was."""
        if self._kept:
            self._deliver(self._floor)
        return self._finish()

    def _stop(self, reasons: Sequence[str]) -> bool:
        """An answer with holes or refused rows: what is older stays known by candles alone."""
        name = self._venue.market(self._symbol).name
        for reason in reasons:
            self._sink.on_rejected(name, f"rows of {name}: {reason}")
        return self._finish()

    def _finish(self) -> bool:
        self._kept = []
        self._sink.on_progress(self._venue.market(self._symbol).name, 1.0)
        return False


async def fill_in_turns(fills: list[Backfill]) -> list[str]:
    """Run several, a page each in turn; returns why some stopped early."""
    stopped: list[str] = []
    for fill in fills:
        fill.begin()
    while fills:
        # A page each: the newest minutes of every market come before the oldest of any.
        for fill in list(fills):
            try:
                more = await fill.step()
            except (VenueError, WireError) as error:
                stopped.append(str(error))
                more = fill.give_up()
            if not more:
                fills.remove(fill)
    return stopped


def _between(columns: Columns, first: int, before: int) -> Columns:
    return columns.taken((columns.ids >= first) & (columns.ids < before))


def joined(parts: list[Columns], market: Market) -> Columns:
    """Columns one after the other, all in the decimals of the (grown) market."""
    import numpy as np

    prices = [part.price * 10 ** (market.price_decimals - part.market.price_decimals) for part in parts]
    sizes = [part.size * 10 ** (market.size_decimals - part.market.size_decimals) for part in parts]
    return Columns(
        market,
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.time_us for part in parts]),
        np.concatenate(prices),
        np.concatenate(sizes),
        np.concatenate([part.side for part in parts]),
        id_rule=parts[0].id_rule,
        source=parts[0].source,
    )
