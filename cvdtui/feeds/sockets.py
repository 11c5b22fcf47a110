"""The sockets of one venue: markets are shared out among them, each has room for so many streams."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from cvdtui.feeds.budget import Budget
from cvdtui.feeds.market_watch import mark_of
from cvdtui.feeds.merge_on_connect import ConnectMerge
from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.stream import CONNECT_WINDOW_S, Socket
from cvdtui.feeds.trade_pages import TradePages
from cvdtui.model import Missing, Now, Sink

if TYPE_CHECKING:
    from cvdtui.venues import Venue


class Sockets:
    """Carries markets of one venue on as few sockets as its limits allow; they share a budget of connects."""

    def __init__(  # noqa: PLR0913 - its wires to the feed
        self,
        venue: "Venue",
        pages: TradePages,
        sink: Sink,
        *,
        now: Now,
        options: FeedOptions,
        on_missing: Callable[[Missing], None],
        spawn: Callable[[Coroutine[object, object, None]], None],
    ) -> None:
        self._venue = venue
        self._pages = pages
        self._sink = sink
        self._now = now
        self._options = options
        self._on_missing = on_missing
        self._spawn = spawn
        self._connect_merge = ConnectMerge(venue, pages, sink, options.timeout_s)
        self._connects = Budget(venue.limits.connects, share=0.8, window_s=CONNECT_WINDOW_S)
        self._sockets: list[Socket] = []

    def add(self, symbols: list[str]) -> None:
        """Give the symbols to sockets with room, opening new ones as needed."""
        streams = max((len(self._venue.streams(symbol)) for symbol in symbols), default=1)
        # Binance allows 1,024 streams a connection; a market takes one for each of its streams.
        room = self._venue.limits.streams_per_socket // streams
        left = list(symbols)
        while left:
            socket = next((one for one in self._sockets if len(one.symbols) < room), None) or self._open()
            free = room - len(socket.symbols)
            socket.add(left[:free])
            left = left[free:]

    def remove(self, symbol: str) -> None:
        """Carry this market no longer."""
        for socket in self._sockets:
            socket.remove(symbol)

    def first_id(self, symbol: str) -> int | None:
        """Id of the first trade of a market that came live; None while none has."""
        return next((one.watch(symbol).first_id for one in self._sockets if symbol in one.symbols), None)

    def note(self, symbol: str, newest_id: int) -> None:
        """Note an id of a market that is known to exist."""
        for socket in self._sockets:
            socket.note(symbol, newest_id)

    def _open(self) -> Socket:
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
            on_missing=self._on_missing,
            spawn=self._spawn,
        )
        self._sockets.append(socket)
        self._spawn(socket.run())
        return socket

    async def _newest(self, symbol: str) -> int | None:
        page = await self._pages.newest(symbol)
        by_time = self._venue.id_rule == "unique"
        return mark_of(page.trades[-1], by_time=by_time) if page.trades else None
