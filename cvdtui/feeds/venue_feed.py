"""A venue's markets, live: described, opened with history, kept flowing, holes fetched, rows filled in."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING

from cvdtui.errors import VenueError, WireError
from cvdtui.feeds.backfill import Backfill, fill_in_turns
from cvdtui.feeds.budget import Budget
from cvdtui.feeds.error_text import REGIONAL
from cvdtui.feeds.gaps import Gaps
from cvdtui.feeds.history import Begun, History, hand_over
from cvdtui.feeds.instruments import Describing
from cvdtui.feeds.market_watch import mark_of
from cvdtui.feeds.merge_on_connect import ConnectMerge
from cvdtui.feeds.older_trades import fetch_older
from cvdtui.feeds.open_interest import poll_interest
from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.rest import Rest
from cvdtui.feeds.stream import CONNECT_WINDOW_S, Socket
from cvdtui.feeds.trade_pages import TradePages
from cvdtui.model import MINUTE_US, Link, LinkState, Market, Now, Sink
from cvdtui.venues import VENUES
from cvdtui.venues.grammar.events import clean

if TYPE_CHECKING:
    from cvdtui.venues import Venue

CLOCK_PATIENCE_S = 3.0
Anchors = Callable[[str, int], tuple[int, int]]
"""(market name, now) -> starts of its session and its week, in us."""


class LiveFeed:
    """Feeds the Sink with some markets of one venue until `run` is cancelled; see also `add`, `remove`.

    Network trouble never ends it: it is told on links named `venue`, `venue/2` ... (sockets), `venue/rest`,
    and by the market's own name when the venue does not know it. Raises KeyError for an unknown venue,
    WireError for a text that cannot be a symbol. With `resumes` the Sink knows the markets already.
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
        self._venue: Venue = VENUES[venue](ws_url=ws_url, rest_url=rest_url, now=now)
        self._sink = sink
        self._now = now
        self._anchors = anchors
        self._rest = Rest(
            self._venue,
            share=self._options.budget_share,
            timeout_s=self._options.timeout_s,
            window_s=self._options.budget_window_s,
        )
        self._pages = TradePages(self._venue, self._rest, sink)
        self._tells = self._venue.limits.candles_page > 0
        """Candles tell the session; else markets begin live, and older trades are all there can be."""
        self._resumes = resumes
        self._connect_merge = ConnectMerge(self._venue, self._pages, sink, self._options.timeout_s)
        self._gaps = Gaps(self._pages, sink, self._options.gap_s, self._spawn)
        self._history = History(
            self._venue, self._rest, self._pages, sink, self._options.history_s, self._options.settle_s
        )
        self._connects = Budget(self._venue.limits.connects, share=0.8, window_s=CONNECT_WINDOW_S)
        self._sockets: list[Socket] = []
        self._wanted: dict[str, Market] = {}
        self._describing = Describing(self._venue, self._rest, sink, now, self._wanted)
        self._openings: asyncio.Queue[list[str]] = asyncio.Queue()
        self._group: asyncio.TaskGroup | None = None
        self._ahead_us: int | None = None
        self._rest_link = Link(f"{venue}/rest", "idle", self._rest.host)
        self._without_history: dict[str, str] = {}
        self._partial = ""
        self.add(symbols)

    @property
    def venue(self) -> "Venue":
        """The grammar it speaks; its markets know their decimals."""
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
            if self._tells:
                self._sink.hold(market.name)
        if fresh:
            self._openings.put_nowait([market.symbol for market in fresh])

    def remove(self, symbol: str) -> None:
        """Feed this market no longer."""
        if self._wanted.pop(symbol, None) is not None:
            for socket in self._sockets:  # the grammar keeps it: an answer on its way is still read
                socket.remove(symbol)

    async def run(self) -> None:
        """Feed until cancelled. Raises only what the Sink raises."""
        async with self._rest, asyncio.TaskGroup() as group:
            self._group = group
            group.create_task(self._report())
            if self._options.open_interest_s:
                every_s = self._options.open_interest_s
                asking = poll_interest(self._venue, self._rest, self._sink, lambda: self._wanted, every_s)
                group.create_task(asking)
            while True:
                symbols = await self._openings.get()
                group.create_task(self._open(symbols))

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        """A task that ends with the feed; none is begun when it has ended."""
        try:
            if self._group is None:
                raise RuntimeError("the feed does not run")
            self._group.create_task(work)
        except RuntimeError:
            work.close()

    # --- opening markets

    async def _open(self, symbols: list[str]) -> None:
        """Describe, connect, then give each market its history and afterwards its rows."""
        known = await self._describing.describe(symbols)
        self._carry(known)
        self._spawn(self._describing.contracts(known))
        await self._read_clock()
        begun: dict[str, Begun] = {}
        await asyncio.gather(*(self._begin(symbol, begun) for symbol in known))
        await self._describing.again(known)
        await self._fill_rows(begun)

    async def _fill_rows(self, begun: dict[str, Begun]) -> None:
        """In the background: rows for the minutes before the start."""
        fills = [
            Backfill(self._venue, self._rest, self._sink, symbol, start, self._options.trades_minutes)
            for symbol, start in begun.items()
            if self._options.trades_minutes and symbol in self._wanted
        ]
        for reason in await fill_in_turns(fills):
            self._partial = f"rows of the last hour are not complete: {reason}"

    def _carry(self, symbols: list[str]) -> None:
        """Give the symbols to sockets with room, opening new ones as needed."""
        streams = max((len(self._venue.streams(symbol)) for symbol in symbols), default=1)
        room = self._venue.limits.streams_per_socket // streams
        left = list(symbols)
        while left:
            socket = next((one for one in self._sockets if len(one.symbols) < room), None) or self._another()
            free = room - len(socket.symbols)
            socket.add(left[:free])
            left = left[free:]

    def _another(self) -> Socket:
        number = len(self._sockets) + 1
        socket = Socket(
            self._venue,
            self._sink,
            self._venue.name if number == 1 else f"{self._venue.name}/{number}",
            now=self._now,
            options=self._options,
            connects=self._connects,
            newest=self._newest,
            connect_merge=self._connect_merge,
            on_missing=self._gaps.ask,
            spawn=self._spawn,
        )
        self._sockets.append(socket)
        self._spawn(socket.run())
        return socket

    async def _newest(self, symbol: str) -> int | None:
        page = await self._pages.newest(symbol)
        by_time = self._venue.id_rule == "unique"
        return mark_of(page.trades[-1], by_time=by_time) if page.trades else None

    async def _read_clock(self) -> None:
        """How far the exchange's clock is ahead of ours; without an answer ours must do."""
        if self._ahead_us is not None:
            return
        try:
            before = time.monotonic()
            body = await self._rest.persist(self._venue.ask_time(), CLOCK_PATIENCE_S)
            half = int((time.monotonic() - before) * 5e5)
            self._ahead_us = self._venue.read_time(body) + half - self._now()
        except (VenueError, WireError):
            return

    async def _begin(self, symbol: str, begun: dict[str, Begun]) -> None:
        """One market's history, or live without it."""
        name = self._wanted[symbol].name
        if not self._tells:
            await self._fetch_older(symbol)
            return
        if not self._options.history:
            await self._without(symbol, "")
            return
        exchange_us = self._now() + (self._ahead_us or 0)
        session_us, week_us = self._anchors(name, exchange_us)
        try:
            fetched = await self._history.fetch(symbol, session_us, week_us, exchange_us)
        except (VenueError, WireError) as error:
            await self._without(symbol, str(error))
            self._spawn(self._begin_again(symbol))
            return
        if symbol not in self._wanted:
            return
        missing = hand_over(fetched, self._sink, self._first_live(symbol))
        if missing is not None:
            self._gaps.ask(missing)
        if fetched.begun is None:
            await self._without(symbol, "")
            return
        begun[symbol] = fetched.begun
        for socket in self._sockets:
            socket.note(symbol, fetched.newest_id)

    async def _fetch_older(self, symbol: str) -> None:
        """Older trades for a market that has begun live; where ids tell no hole the newest page was all."""
        minutes = self._options.trades_minutes
        if self._resumes or not minutes or not self._pages.size or self._venue.id_rule != "contiguous":
            return
        name = self._wanted[symbol].name
        from_us = self._now() + (self._ahead_us or 0) - minutes * MINUTE_US
        try:
            await fetch_older(self._pages, self._sink, name, from_us, self._options.history_s, self._gaps.ask)
        except (VenueError, WireError) as error:
            self._without_history[symbol] = str(error)

    async def _begin_again(self, symbol: str) -> None:
        """A market that went live without its history keeps asking for it, and begins anew with it."""
        while True:
            await asyncio.sleep(self._options.again_s)
            if symbol not in self._wanted:
                return
            if self._first_live(symbol) is None:
                continue
            name = self._wanted[symbol].name
            self._sink.hold(name)
            exchange_us = self._now() + (self._ahead_us or 0)
            try:
                fetched = await self._history.fetch(symbol, *self._anchors(name, exchange_us), exchange_us)
            except (VenueError, WireError) as error:
                self._without_history[symbol] = str(error)
                continue
            if fetched.begun is None or symbol not in self._wanted:
                continue
            self._sink.hold(name)
            missing = hand_over(fetched, self._sink, None)
            if missing is not None:
                self._gaps.ask(missing)
            self._without_history.pop(symbol, None)
            await self._fill_rows({symbol: fetched.begun})
            return

    async def _without(self, symbol: str, reason: str) -> None:
        """Begin with the first live trade, whenever it comes."""
        if reason:
            self._without_history[symbol] = reason
        if self._expect_live(symbol):
            return
        self._spawn(self._await_first(symbol))

    async def _await_first(self, symbol: str) -> None:
        while symbol in self._wanted and not self._expect_live(symbol):  # noqa: ASYNC110 - the first id, polled
            await asyncio.sleep(min(self._options.check_s, 0.25))

    def _expect_live(self, symbol: str) -> bool:
        first = self._first_live(symbol)
        if first is None:
            return False
        missing = self._sink.expect(self._wanted[symbol].name, first)
        if missing is not None:
            self._gaps.ask(missing)
        return True

    def _first_live(self, symbol: str) -> int | None:
        return next((one.watch(symbol).first_id for one in self._sockets if symbol in one.symbols), None)

    # --- the REST link

    async def _report(self) -> None:
        while True:
            if self._rest.trouble:
                state: LinkState = "refused" if self._rest.status in REGIONAL else "waiting"
                self._say_rest(state, self._rest.trouble)
            elif self._rest.answers:
                self._say_rest("live", self._history_words())
            await asyncio.sleep(self._options.check_s)

    def _history_words(self) -> str:
        if not self._without_history:
            return self._partial
        reason = next(iter(self._without_history.values()))
        return clean(f"no history for {', '.join(self._without_history)}: {reason}")

    def _say_rest(self, state: LinkState, text: str) -> None:
        old, now = self._rest_link, self._now()
        pause = self._rest.budget.pause_s
        if state != "live" and self._history_words() not in ("", text):
            text = f"{text}; {self._history_words()}"
        self._rest_link = Link(
            old.name,
            state,
            old.host,
            text,
            (),  # a market's own link is its socket's
            old.since_us if state == old.state else now,
            old.last_data_us if old.messages == self._rest.answers else now,
            self._rest.answers,
            weight_used=self._rest.budget.used,
            weight_limit=self._rest.budget.limit,
            weight_cap=self._rest.budget.cap,
            retry_at_us=now + int(pause * 1e6) if pause else 0,
            status=self._rest.status if self._rest.trouble else 0,
            ahead_us=self._ahead_us,
        )
        if self._rest_link != old:
            self._sink.on_link(self._rest_link)
