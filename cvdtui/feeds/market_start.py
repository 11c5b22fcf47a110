"""How markets start: with their history where candles carry delta, else live, with older trades later."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING

from cvdtui.errors import VenueError, WireError
from cvdtui.feeds.backfill import Backfill, fill_in_turns
from cvdtui.feeds.history import History, HistoryStart, hand_over
from cvdtui.feeds.older_trades import fetch_older
from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.rest import Rest
from cvdtui.feeds.rest_link import RestLink
from cvdtui.feeds.sockets import Sockets
from cvdtui.feeds.trade_pages import TradePages
from cvdtui.model import MINUTE_US, Market, Missing, Sink

if TYPE_CHECKING:
    from cvdtui.venues import Venue

Anchors = Callable[[str, int], tuple[int, int]]
"""(market name, now) -> starts of its session and its week, in us."""


class MarketStart:
    """Starts the markets of one venue; `on_missing` takes holes, `spawn` runs a task that the feed owns."""

    def __init__(  # noqa: PLR0913 - its wires to the feed
        self,
        venue: "Venue",
        rest: Rest,
        pages: TradePages,
        sink: Sink,
        *,
        wanted: Mapping[str, Market],
        sockets: Sockets,
        link: RestLink,
        anchors: Anchors,
        options: FeedOptions,
        resumes: bool,
        on_missing: Callable[[Missing], None],
        spawn: Callable[[Coroutine[object, object, None]], None],
    ) -> None:
        self.has_history = venue.limits.candles_page > 0
        """Whether candles carry delta; else markets start live, and older trades are all there can be."""
        self._venue = venue
        self._rest = rest
        self._pages = pages
        self._sink = sink
        self._wanted = wanted
        self._sockets = sockets
        self._link = link
        self._anchors = anchors
        self._options = options
        self._resumes = resumes
        self._on_missing = on_missing
        self._spawn = spawn
        self._history = History(venue, rest, pages, sink, options.history_s, options.settle_s)

    async def start(self, symbols: list[str]) -> dict[str, HistoryStart]:
        """Give the markets their history; those that have it now, for `fill_rows`."""
        begun: dict[str, HistoryStart] = {}
        await asyncio.gather(*(self._start(symbol, begun) for symbol in symbols))
        return begun

    async def fill_rows(self, begun: Mapping[str, HistoryStart]) -> None:
        """Fetch the rows for the minutes before the start: slow, and behind everything else."""
        fills = [
            Backfill(self._venue, self._rest, self._sink, symbol, start, self._options.trades_minutes)
            for symbol, start in begun.items()
            if self._options.trades_minutes and symbol in self._wanted
        ]
        for reason in await fill_in_turns(fills):
            self._link.partial = f"rows of the last hour are not complete: {reason}"

    async def _start(self, symbol: str, begun: dict[str, HistoryStart]) -> None:
        """One market's history, or live without it."""
        name = self._wanted[symbol].name
        if not self.has_history:
            await self._fetch_older(symbol)
            return
        if not self._options.history:
            self._start_live(symbol)
            return
        exchange_us = self._link.exchange_us()
        session_us, week_us = self._anchors(name, exchange_us)
        try:
            fetched = await self._history.fetch(symbol, session_us, week_us, exchange_us)
        # Live trades matter more than the past: they do not wait for a host that fails.
        except (VenueError, WireError) as error:
            self._link.history_failed(symbol, str(error))
            self._start_live(symbol)
            self._spawn(self._start_again(symbol))
            return
        if symbol not in self._wanted:
            return
        missing = hand_over(fetched, self._sink, self._sockets.first_id(symbol))
        if missing is not None:
            self._on_missing(missing)
        if fetched.begun is None:
            self._start_live(symbol)
            return
        begun[symbol] = fetched.begun
        self._sockets.note(symbol, fetched.newest_id)

    async def _start_again(self, symbol: str) -> None:
        """Request the history of a market that is live without it until it comes; start anew with it."""
        while True:
            await asyncio.sleep(self._options.again_s)
            if symbol not in self._wanted:
                return
            if self._sockets.first_id(symbol) is None:
                continue
            name = self._wanted[symbol].name
            self._sink.hold(name)
            exchange_us = self._link.exchange_us()
            try:
                fetched = await self._history.fetch(symbol, *self._anchors(name, exchange_us), exchange_us)
            except (VenueError, WireError) as error:
                self._link.history_failed(symbol, str(error))
                continue
            if fetched.begun is None or symbol not in self._wanted:
                continue
            self._sink.hold(name)
            missing = hand_over(fetched, self._sink, None)
            if missing is not None:
                self._on_missing(missing)
            self._link.history_came(symbol)
            await self.fill_rows({symbol: fetched.begun})
            return

    # --- without history

    def _start_live(self, symbol: str) -> None:
        """Start with the first live trade, whenever it comes."""
        if not self._expect_live(symbol):
            self._spawn(self._await_first(symbol))

    async def _await_first(self, symbol: str) -> None:
        while symbol in self._wanted and not self._expect_live(symbol):  # noqa: ASYNC110 - the first id, polled
            await asyncio.sleep(min(self._options.check_s, 0.25))

    def _expect_live(self, symbol: str) -> bool:
        first = self._sockets.first_id(symbol)
        if first is None:
            return False
        missing = self._sink.expect(self._wanted[symbol].name, first)
        if missing is not None:
            self._on_missing(missing)
        return True

    async def _fetch_older(self, symbol: str) -> None:
        """Older trades for a market that started live; where ids show no hole the newest page was all."""
        minutes = self._options.trades_minutes
        if self._resumes or not minutes or not self._pages.size or self._venue.id_rule != "contiguous":
            return
        name = self._wanted[symbol].name
        from_us = self._link.exchange_us() - minutes * MINUTE_US
        try:
            await fetch_older(
                self._pages, self._sink, name, from_us, self._options.history_s, self._on_missing
            )
        except (VenueError, WireError) as error:
            self._link.history_failed(symbol, str(error))
