"""Holes in a tape of contiguous ids, fetched over REST by id; what cannot be fetched is reported as lost."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from cvdtui.errors import VenueError, WireError
from cvdtui.feeds.backoff import Backoff
from cvdtui.model import Missing, Trade, Trades

if TYPE_CHECKING:
    from cvdtui.feeds.trade_pages import TradePages
    from cvdtui.model import Sink

AGREEING = 2
"""So many answers must show newer ids without the missing ones before these are lost."""


class Gaps:
    """Fetches holes, one at a time per market, oldest first; `spawn` runs a task that the feed owns."""

    def __init__(
        self,
        pages: "TradePages",
        sink: "Sink",
        give_up_s: float,
        spawn: Callable[[Coroutine[object, object, None]], None],
        backoff: Callable[[], Backoff] = Backoff,
    ) -> None:
        self._pages = pages
        self._sink = sink
        self._give_up_s = give_up_s
        self._spawn = spawn
        self._backoff = backoff
        self._queues: dict[str, deque[Missing]] = {}

    @property
    def is_idle(self) -> bool:
        """Whether no hole is being fetched."""
        return not self._queues

    def ask(self, missing: Missing) -> None:
        """Fetch this hole; one that overlaps a waiting one is joined to it."""
        queue = self._queues.get(missing.market)
        if queue is None:
            self._queues[missing.market] = deque([missing])
            self._spawn(self._work(missing.market))
        elif queue and missing.first <= queue[-1].last + 1:
            queue.append(_join(queue.pop(), missing))
        else:
            queue.append(missing)

    async def _work(self, market: str) -> None:
        queue = self._queues[market]
        try:
            while queue:
                holes = [queue.popleft()]
                # A page costs USD-M 20 of 2,400 a minute whatever its length, so near holes share one.
                while (
                    queue
                    and holes[0].first <= queue[0].first
                    and queue[0].last - holes[0].first < self._pages.size
                ):
                    holes.append(queue.popleft())  # one page holds them all
                if not await self._fill(holes):
                    for hole in holes:
                        self._sink.on_lost(hole)
        finally:
            del self._queues[market]

    async def _fill(self, holes: list[Missing]) -> bool:
        """Whether every id of the holes (ascending) came."""
        symbol = holes[0].market.partition(":")[2]
        next_id, last, hint_us = holes[0].first, holes[-1].last, holes[0].from_time_us
        due = sum(hole.last - hole.first + 1 for hole in holes)
        backoff, failing_s, absent = self._backoff(), 0.0, 0
        while next_id <= last:
            try:
                limit = min(self._pages.size, last - next_id + 1)
                # The time of the hole goes along: Kraken has no pages by id.
                page = await self._pages.after(symbol, next_id, limit, self._give_up_s, hint_us)
            except (VenueError, WireError):
                return False
            inside = [trade for trade in page.trades if next_id <= trade.id <= last]
            if inside:
                due -= self._hand_in(page, inside, holes)
                next_id, hint_us = inside[-1].id + inside[-1].count, inside[-1].time_us
                backoff, failing_s, absent = self._backoff(), 0.0, 0
                continue
            # REST may lag behind the stream, so one answer without the ids is no proof yet.
            absent += any(trade.id > last for trade in page.trades)
            wait = backoff.next()
            failing_s += wait
            if absent >= AGREEING or failing_s > self._give_up_s:
                return False  # newer ids exist and these do not
            await asyncio.sleep(wait)
        return due == 0

    def _hand_in(self, page: Trades, inside: list[Trade], holes: list[Missing]) -> int:
        """Give the Sink what the holes lack, and nothing it has; how many trades that were."""
        wanted = tuple(
            trade for trade in inside if any(hole.first <= trade.id <= hole.last for hole in holes)
        )
        outside = sum(not trade.size for trade in wanted)
        another = self._sink.on_trades(Trades(page.market, wanted, page.id_rule, page.source, outside))
        if another is not None:
            self.ask(another)
        return sum(trade.count for trade in wanted)


def _join(one: Missing, other: Missing) -> Missing:
    return Missing(
        one.market,
        min(one.first, other.first),
        max(one.last, other.last),
        min(one.from_time_us, other.from_time_us),
        max(one.to_time_us, other.to_time_us),
    )
