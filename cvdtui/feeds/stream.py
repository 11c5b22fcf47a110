"""One socket to a venue: kept alive, watched, replaced before it dies; frames go to the Sink at once."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import TYPE_CHECKING

from cvdtui.errors import VenueError, WireError
from cvdtui.feeds.backoff import Backoff
from cvdtui.feeds.budget import Budget
from cvdtui.feeds.connection import Connection, dial
from cvdtui.feeds.error_text import REGIONAL, host_of
from cvdtui.feeds.market_watch import Watch
from cvdtui.feeds.merge_on_connect import ConnectMerge
from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.socket_link import SocketLink
from cvdtui.feeds.stall_check import StallCheck
from cvdtui.feeds.subscriptions import Subscriptions
from cvdtui.model import LinkState, Liquidations, Missing, Now, OpenInterest, Sink, Trades
from cvdtui.venues.grammar.events import (
    Ack,
    ClosedCandle,
    Faulty,
    FormingCandle,
    Other,
    Pong,
    Refusal,
    Reply,
    Several,
    Shutdown,
)

if TYPE_CHECKING:
    from cvdtui.venues import Event, Venue

CONNECT_WINDOW_S = 300.0
"""Window of a venue's limit of handshakes: Binance allows 300 an address, Bybit 500 a domain."""
PLANNED = "reconnecting before the exchange's own time limit"


class Socket:
    """Keeps the streams of some markets of one venue flowing.

    `newest` gives a market's newest trade id by REST, `on_missing` takes holes, `spawn` runs a task that the
    feed owns. `run` ends only by cancellation, or by an error of the Sink.
    """

    def __init__(  # noqa: PLR0913 - its wires to the feed
        self,
        venue: "Venue",
        sink: Sink,
        name: str,
        *,
        now: Now,
        options: FeedOptions,
        connects: Budget,
        newest: Callable[[str], Awaitable[int | None]],
        connect_merge: ConnectMerge,
        on_missing: Callable[[Missing], None],
        spawn: Callable[[Coroutine[object, object, None]], None],
    ) -> None:
        self._venue = venue
        self._sink = sink
        self._options = options
        self._connects = connects
        self._connect_merge = connect_merge
        self._merges = venue.id_rule != "contiguous"
        """Ids show no hole: after each connection the newest page is merged."""
        self._subscriptions = Subscriptions(venue)
        self._on_missing = on_missing
        self._spawn = spawn
        self._backoff = Backoff(options.backoff_first_s, options.backoff_most_s)
        self._watches: dict[str, Watch] = {}
        self._current: Connection | None = None
        self._trades_at_tick: dict[Connection, int] = {}
        # A little before the venue's own limit (24 h at Binance), and not all sockets at one moment.
        life = options.socket_s or venue.limits.socket_seconds * (0.96 + 0.03 * random.random())  # noqa: S311
        self._life_s = life
        host = host_of(venue.ws_url)
        self._link = SocketLink(name, host, self._watches, sink, venue=venue.name, now=now, options=options)
        newest_of = newest if venue.limits.trades_page else None
        self._stall_check = StallCheck(self._watches, host, options, newest_of, spawn)

    # --- what the feed calls

    @property
    def symbols(self) -> tuple[str, ...]:
        """Markets it carries."""
        return tuple(self._watches)

    def watch(self, symbol: str) -> Watch:
        """The watch over one of its markets."""
        return self._watches[symbol]

    def note(self, symbol: str, newest_id: int) -> None:
        """An id known to exist: a stream that sends nothing newer while REST has it is stale."""
        if symbol in self._watches:
            self._watches[symbol].known_id = newest_id

    def add(self, symbols: Iterable[str]) -> None:
        """Carry these markets too, at once when connected."""
        fresh = [symbol for symbol in symbols if symbol not in self._watches]
        by_time = self._venue.id_rule == "unique"
        for symbol in fresh:
            self._watches[symbol] = Watch(self._options.first_frame_s, by_time=by_time)
        if fresh and self._current is not None:
            self._merge(self._current, fresh)
            self._spawn(self._subscribe(self._current, fresh))

    def remove(self, symbol: str) -> None:
        """Carry this market no longer."""
        watch = self._watches.pop(symbol, None)
        if watch is None:
            return
        # A merge that still runs finds nothing to hand over.
        watch.waiting = None
        if self._current is not None:
            self._spawn(self._current.send(self._subscriptions.end(symbol), self._pause_s))

    # --- its life

    async def run(self) -> None:
        """Connect, watch and replace until cancelled."""
        reason, wait_first = "", False
        try:
            while True:
                fresh = await self._connect(reason, wait_first=wait_first)
                if wait_first or not self._is_flowing():
                    self._merge(fresh, self._watches)
                self._current, reason = await self._choose(self._current, fresh)
                # The old connection ended first: trades between its end and the new stream may be missing.
                if self._current is fresh and not fresh.is_proven:
                    self._merge(fresh, [one for one in self._watches if self._watches[one].waiting is None])
                wait_first = bool(reason)
                if not reason:
                    reason, wait_first = await self._until_over(fresh)
        finally:
            if self._current is not None:
                await self._current.close()
            self._link.closed()

    async def _connect(self, reason: str, *, wait_first: bool) -> Connection:
        """Dial until it works; the old connection, if any, is read meanwhile."""
        refused = False
        while True:
            if wait_first:
                await self._wait(reason, refused=refused)
            await self._connects.spend(1)
            if not self._is_flowing():
                self._link.connecting(reason)
            try:
                fresh = await dial(self._venue.socket_url(), self._options.timeout_s, self._venue.mirrors)
            except VenueError as error:
                reason, wait_first, refused = str(error), True, error.status in REGIONAL
                self._link.status = error.status
                # A refusal is of the address: it holds for every socket of the venue.
                if error.retry_after:
                    self._connects.pause(error.retry_after)
                continue
            self._link.connects += 1
            self._link.status = 0
            fresh.decode = self._venue.decoder()
            every_s = self._options.heartbeat_s or self._venue.limits.heartbeat_s
            fresh.start(self._take, self._venue.heartbeat, every_s)
            self._spawn(self._subscribe_all(fresh))
            return fresh

    async def _wait(self, reason: str, *, refused: bool) -> None:
        seconds = max(self._backoff.next(), self._connects.pause_s)
        state: LinkState = "stale" if self._current is not None else "refused" if refused else "waiting"
        self._link.waiting(state, reason, seconds)
        await asyncio.sleep(seconds)

    async def _choose(self, old: Connection | None, fresh: Connection) -> tuple[Connection, str]:
        """Which connection to go on with: the old one stays until the new one has proven itself."""
        if old is None:
            return fresh, ""
        until = asyncio.get_running_loop().time() + self._options.overlap_s
        # An acknowledgement is no proof of data: the old connection stays until the new one brought trades.
        while not fresh.is_proven and asyncio.get_running_loop().time() < until and not old.reader.done():
            await asyncio.wait([fresh.reader, old.reader], timeout=0.05, return_when=asyncio.FIRST_COMPLETED)
            if fresh.reader.done():
                reason = fresh.reader.result()
                await fresh.close()
                return old, reason
        await old.close()
        return fresh, ""

    async def _until_over(self, connection: Connection) -> tuple[str, bool]:
        """Watch until it must be replaced; the reason, and whether to wait first. A closed one is dropped."""
        loop = asyncio.get_running_loop()
        self._stall_check.dead = ""
        ending = asyncio.create_task(connection.ending.wait())
        try:
            while True:
                tasks = (connection.reader, ending)
                before = loop.time()
                # Not wait_for, which cancels what it waits for: the reader must outlive each check.
                await asyncio.wait(tasks, timeout=self._options.check_s, return_when=asyncio.FIRST_COMPLETED)
                if connection.reader.done():
                    self._current = None
                    reason = connection.reader.result()
                    await connection.close()
                    return reason, True
                if ending.done():
                    return "the exchange announced that it closes this connection", False
                if loop.time() - connection.opened_s > self._life_s:
                    return PLANNED, False
                self._tick(connection, loop.time() - before)
                if self._stall_check.dead:
                    return self._stall_check.dead, True
        finally:
            ending.cancel()

    def _is_flowing(self) -> bool:
        return self._current is not None and not self._current.reader.done() and self._current.trades > 0

    # --- subscriptions

    @property
    def _pause_s(self) -> float:
        return 1.0 / self._venue.limits.messages_per_second

    def _merge(self, connection: Connection, symbols: Iterable[str]) -> None:
        """Where ids show no hole: let trades wait until the newest page is there."""
        for symbol in symbols if self._merges else ():
            watch = self._watches[symbol]
            self._connect_merge.hold(symbol, watch)
            self._spawn(self._connect_merge.merge(symbol, watch, connection))

    async def _subscribe_all(self, connection: Connection) -> None:
        """Send a connection's first frames: the greeting, then the subscriptions."""
        await connection.send(self._venue.greeting(), self._pause_s)
        await self._subscribe(connection, list(self._watches))

    async def _subscribe(self, connection: Connection, symbols: list[str], most: int = 0) -> None:
        await connection.send(self._subscriptions.ask(connection, symbols, most), self._pause_s)

    def _refused(self, connection: Connection, refusal: Refusal) -> None:
        """A request was refused: request its markets one by one, and report the one that is refused alone."""
        symbols = self._subscriptions.refused(connection, refusal)
        reason = f"{refusal.text} ({refusal.code})"
        if len(symbols) > 1:
            self._spawn(self._subscribe(connection, symbols, most=1))
        elif not symbols:
            self._sink.on_rejected(None, f"{self._link.host} refuses a request: {reason}")
        else:
            self._link.refused(symbols[0], reason)

    # --- frames

    def _take(self, connection: Connection, frame: bytes) -> None:
        """One frame, from the wire to the Sink, in one go."""
        self._link.messages += 1
        try:
            event = connection.decode(frame)
        except WireError as error:
            self._sink.on_rejected(error.market, str(error))
            return
        self._take_event(connection, event)

    def _take_event(self, connection: Connection, event: "Event") -> None:
        # Nearly every frame is trades: one comparison lets them pass the table of the others.
        if event.__class__ is not Trades:
            self._take_other(connection, event)
            return
        watch = self._watches.get(event.market.symbol)
        if watch is None:
            return  # unsubscribed a moment ago
        connection.trades += 1
        watch.count += 1
        if event.trades:
            watch.last = event.trades[-1]
            if watch.first_id is None:
                watch.first_id = event.trades[0].id
        if watch.waiting is not None:
            watch.waiting.append(event)
            if watch.page_missing:
                self._connect_merge.take(event.market.symbol, watch)
            return
        missing = self._sink.on_trades(event)
        if missing is not None:
            self._on_missing(missing)

    def _take_other(self, connection: Connection, event: "Event") -> None:  # noqa: C901 - a table
        match event:
            case ClosedCandle(market, candle):
                self._sink.on_candles(market, (candle,))
            # A forming candle changes until it closes, and a pong proves the socket alone.
            case FormingCandle() | Pong():
                pass
            case OpenInterest():
                self._sink.on_open_interest(event)
            case Liquidations():
                self._sink.on_liquidations(event)
            case Several(events):
                for part in events:
                    self._take_event(connection, part)
            case Reply(frame):
                self._spawn(connection.send([frame], 0.0))
            case Ack():
                self._subscriptions.accepted(connection, event)
            case Refusal():
                self._refused(connection, event)
            case Faulty(market_name, reason):
                self._sink.on_rejected(market_name, reason)
            # Binance announces some closes with `serverShutdown`: the overlap begins at once.
            case Shutdown():
                connection.ending.set()
            case Other(market=market_name):
                self._sink.on_ignored(market_name)

    # --- the watchdog

    def _tick(self, connection: Connection, seconds: float) -> None:
        """Count silences, check the long ones by REST, and report the socket's state."""
        flowed = connection.trades != self._trades_at_tick.get(connection, 0)
        self._trades_at_tick = {connection: connection.trades}
        if flowed:
            self._backoff.reset()  # by trades alone: a venue may accept and close, again and again
        self._stall_check.tick(seconds)
        self._link.check(flowed=flowed)
