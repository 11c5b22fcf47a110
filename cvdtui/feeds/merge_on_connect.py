"""After a connection began: the newest trades by REST merged with the stream's, for ids that show no hole.

Meanwhile the stream's trades wait, so that the tape gets all in order of time. What the newest page does not
reach back to is an Outage: Bybit's recent-trade gives 60 (spot) or 1,000 trades, without a cursor or a time.
"""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cvdtui.errors import VenueError, WireError
from cvdtui.model import Market, Outage, Trade, Trades

if TYPE_CHECKING:
    from cvdtui.feeds.connection import Connection
    from cvdtui.feeds.market_watch import Watch
    from cvdtui.feeds.trade_pages import TradePages
    from cvdtui.model import Sink
    from cvdtui.venues import Venue

SIGN_S = 5.0
"""Longest wait for the stream's first answer or trade."""
LOOK_S = 0.02
KNOWN_US = 1_000_000
"""Trades of the page this much older than the last known one were counted already."""


class ConnectMerge:
    """Merges the markets of one socket; `hold` before the first frame of a connection, `merge` afterwards."""

    def __init__(self, venue: "Venue", pages: "TradePages", sink: "Sink", patience_s: float) -> None:
        self._venue = venue
        self._pages = pages
        self._sink = sink
        self._patience_s = patience_s

    def hold(self, symbol: str, watch: "Watch") -> None:
        """Trades of this market wait from now on."""
        if watch.waiting is not None:
            self._give(symbol, watch, [], whole=False)  # the connection ended during its merge
        watch.before, watch.waiting = watch.last, []

    async def merge(self, symbol: str, watch: "Watch", connection: "Connection") -> None:
        """Fetch the newest trades once the stream flows, and let everything go in order."""
        mine = watch.waiting
        await self._first_sign(watch, connection)
        trades: list[Trades] = []
        whole = False
        if self._pages.size:
            try:
                page = await self._pages.page(symbol, self._pages.size, self._patience_s)
                trades, whole = [page.batch], page.rows < self._pages.size
            except (VenueError, WireError):
                pass  # the stream goes on without the page: the span before it is an Outage
        if watch.waiting is mine and mine is not None:
            self._give(symbol, watch, trades, whole=whole)

    def take(self, symbol: str, watch: "Watch") -> None:
        """A trade came after the page did not: it ends the Outage."""
        self._give(symbol, watch, [], whole=False)

    async def _first_sign(self, watch: "Watch", connection: "Connection") -> None:
        """Wait until the stream is known to flow: else trades between it and the page would be lost."""
        until = asyncio.get_running_loop().time() + min(SIGN_S, self._patience_s)
        while (  # noqa: ASYNC110 - a first sign of several kinds, polled
            connection.waiting_acks
            and not watch.waiting
            and not connection.reader.done()
            and asyncio.get_running_loop().time() < until
        ):
            await asyncio.sleep(LOOK_S)

    def _give(self, symbol: str, watch: "Watch", pages: list[Trades], *, whole: bool) -> None:
        """Hand over what was fetched and what waited, in order of time; report the Outage before it."""
        waiting, before = watch.waiting or [], watch.before
        market = self._venue.market(symbol)
        trades = merged([*pages, *waiting], market)
        oldest = trades[0] if trades else None
        reaches = before is None or whole or (oldest is not None and reaches_back(trades, before))
        if not trades and not reaches:
            watch.page_missing = True  # the next trade ends the Outage
            return
        watch.waiting, watch.before, watch.page_missing = None, None, False
        if before is not None and oldest is not None:
            if not reaches:
                self._sink.on_outage(Outage(market.name, before.time_us, oldest.time_us))
            trades = [trade for trade in trades if trade.time_us > before.time_us - KNOWN_US]
        excluded = sum(batch.excluded for batch in waiting)
        if trades or excluded:
            source = waiting[-1].source if waiting else "taker"
            self._sink.on_trades(Trades(market, tuple(trades), self._venue.id_rule, source, excluded))
        if trades:
            watch.last = max(watch.last or trades[-1], trades[-1], key=_time)


def reaches_back(trades: Iterable[Trade], before: Trade) -> bool:
    """Whether trades that end now reach back to the last one known."""
    return any(trade.time_us < before.time_us or trade.id == before.id for trade in trades)


def merged(batches: Iterable[Trades], market: Market) -> list[Trade]:
    """Trades of all batches once each, by time and then by arrival, in the (grown) decimals of `market`."""
    found: dict[int, Trade] = {}
    for batch in batches:
        # A finer price may have come since the batch was decoded.
        price = 10 ** (market.price_decimals - batch.market.price_decimals)
        size = 10 ** (market.size_decimals - batch.market.size_decimals)
        for trade in batch.trades:
            scaled = trade if price == size == 1 else _scaled(trade, price, size)
            # Hyperliquid sends old trades after each subscription, and every page repeats some of the stream:
            # counted twice, each reconnect would double their volume.
            found.setdefault(trade.id, scaled)
    return sorted(found.values(), key=_time)


def _scaled(trade: Trade, price: int, size: int) -> Trade:
    return Trade(trade.id, trade.time_us, trade.price * price, trade.size * size, trade.side, trade.count)


def _time(trade: Trade) -> int:
    return trade.time_us
