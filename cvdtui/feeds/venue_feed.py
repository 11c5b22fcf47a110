"""A venue's markets, live: described, connected, started with their history; holes are fetched meanwhile."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import TYPE_CHECKING

from cvdtui.feeds.gaps import Gaps
from cvdtui.feeds.instruments import MarketDescriptions
from cvdtui.feeds.market_start import Anchors, MarketStart
from cvdtui.feeds.open_interest import poll_interest
from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.rest import Rest
from cvdtui.feeds.rest_link import RestLink
from cvdtui.feeds.sockets import Sockets
from cvdtui.feeds.trade_pages import TradePages
from cvdtui.model import Market, Now, Sink
from cvdtui.venues import VENUES

if TYPE_CHECKING:
    from cvdtui.venues import Venue


class LiveFeed:
    """Feeds the Sink with some markets of one venue until `run` is cancelled; see also `add`, `remove`.

    Network trouble never ends it: it is reported on links named `venue`, `venue/2` ... (sockets),
    `venue/rest`, and by the market's own name when the venue does not know it. Raises KeyError for an unknown
    venue, WireError for a text that cannot be a symbol. With `resumes` the Sink knows the markets already.
    """

    def __init__(  # noqa: PLR0913 - every one is an option with a default
        self,
        venue: str,
        symbols: Iterable[str],
        sink: Sink,
        *,
        now: Now,
        anchors: Anchors,
        options: FeedOptions,
        ws_url: str = "",
        rest_url: str = "",
        resumes: bool = False,
    ) -> None:
        self._options = options
        self._venue: Venue = VENUES[venue](
            ws_url=ws_url,
            rest_url=rest_url,
            # the link reads the venue's clock, so it is made after the venue
            now=lambda: self._link.exchange_us(),  # noqa: PLW0108
            latest_us=lambda: self._link.latest_us(),  # noqa: PLW0108
        )
        self._sink = sink
        self._wanted: dict[str, Market] = {}
        self._requested: asyncio.Queue[list[str]] = asyncio.Queue()
        """Symbols that were added and not opened yet."""
        self._group: asyncio.TaskGroup | None = None
        self._rest = Rest(
            self._venue,
            share=options.budget_share,
            timeout_s=options.timeout_s,
            window_s=options.budget_window_s,
        )
        self._link = RestLink(self._venue, self._rest, sink, now, options.check_s)
        pages = TradePages(self._venue, self._rest, sink)
        self._gaps = Gaps(pages, sink, options.gap_s, self._spawn)
        self._descriptions = MarketDescriptions(self._venue, self._rest, sink, now, self._wanted)
        self._sockets = Sockets(
            self._venue,
            pages,
            sink,
            now=now,
            options=options,
            on_missing=self._gaps.ask,
            spawn=self._spawn,
        )
        self._start = MarketStart(
            self._venue,
            self._rest,
            pages,
            sink,
            wanted=self._wanted,
            sockets=self._sockets,
            link=self._link,
            anchors=anchors,
            options=options,
            resumes=resumes,
            on_missing=self._gaps.ask,
            spawn=self._spawn,
        )
        self.add(symbols)

    @property
    def venue(self) -> "Venue":
        """Its grammar, whose markets know their decimals."""
        return self._venue

    @property
    def is_idle(self) -> bool:
        """Whether no hole is being fetched."""
        return self._gaps.is_idle

    def add(self, symbols: Iterable[str]) -> None:
        """Feed these markets too; raises WireError for a text that cannot be a symbol."""
        markets = [self._venue.default_market(symbol) for symbol in symbols]
        fresh = [market for market in markets if market.symbol not in self._wanted]
        for market in fresh:
            self._wanted[market.symbol] = market
            if self._start.has_history:
                self._sink.hold(market.name)
        if fresh:
            self._requested.put_nowait([market.symbol for market in fresh])

    def remove(self, symbol: str) -> None:
        """Feed this market no longer."""
        if self._wanted.pop(symbol, None) is not None:
            self._sockets.remove(symbol)  # the grammar keeps it: an answer on its way is still read

    async def run(self) -> None:
        """Feed until cancelled. Raises only what the Sink raises."""
        async with self._rest, asyncio.TaskGroup() as group:
            self._group = group
            group.create_task(self._link.run())
            group.create_task(self._link.keep_clock())
            if self._options.open_interest_s:
                every_s = self._options.open_interest_s
                polling = poll_interest(self._venue, self._rest, self._sink, lambda: self._wanted, every_s)
                group.create_task(polling)
            while True:
                symbols = await self._requested.get()
                group.create_task(self._open(symbols))

    async def _open(self, symbols: list[str]) -> None:
        """Describe and connect the markets, then give each its history, and rows at last."""
        known = await self._descriptions.describe(symbols)
        # Before the history: trades that come meanwhile wait, else they would be missing after it.
        self._sockets.add(known)
        self._spawn(self._descriptions.await_contract_sizes(known))
        await self._link.read_clock()
        begun = await self._start.start(known)
        await self._descriptions.retry(known)
        await self._start.fill_rows(begun)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run a task that ends with the feed; none is begun when it has ended."""
        try:
            if self._group is None:
                raise RuntimeError("the feed does not run")
            self._group.create_task(work)
        except RuntimeError:
            # A coroutine that is never awaited would warn.
            work.close()
