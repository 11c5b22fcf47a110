"""Holes in a tape, fetched over REST by id; what cannot be fetched is given up as lost."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from cvdtui.errors import VenueError, WireError
from cvdtui.feeds.backoff import Backoff
from cvdtui.feeds.words import REFUSED
from cvdtui.model import Missing, Trade, Trades

if TYPE_CHECKING:
    from cvdtui.feeds.trades import TradePages
    from cvdtui.model import Sink

AGREEING = 2
"""So many answers must agree that an id does not exist."""


class Gaps:
    """Fetches holes, one at a time per market, oldest first; `spawn` runs a task that the feed owns."""

    def __init__(
        self,
        pages: "TradePages",
        sink: "Sink",
        give_up_s: float,
        spawn: Callable[[Awaitable[None]], None],
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
        elif len(queue) > 1 and missing.first <= queue[-1].last + 1:
            last = queue.pop()
            queue.append(_join(last, missing))
        else:
            queue.append(missing)

    async def _work(self, market: str) -> None:
        queue = self._queues[market]
        try:
            while queue:
                if not await self._fill(queue[0]):
                    self._sink.on_lost(queue[0])
                queue.popleft()
        finally:
            del self._queues[market]

    async def _fill(self, missing: Missing) -> bool:
        """Whether every id of the hole came."""
        symbol = missing.market.partition(":")[2]
        loop = asyncio.get_running_loop()
        next_id, came = missing.first, 0
        deadline, backoff, absent = loop.time() + self._give_up_s, self._backoff(), 0
        while next_id <= missing.last:
            try:
                async with asyncio.timeout_at(deadline):
                    limit = min(self._pages.size, missing.last - next_id + 1)
                    page = await self._pages.after(symbol, next_id, limit)
            except TimeoutError:
                return False
            except (VenueError, WireError) as error:
                if getattr(error, "status", 0) in REFUSED or not await _pause(backoff, deadline):
                    return False
                continue
            wanted = [trade for trade in page.trades if next_id <= trade.id <= missing.last]
            if not wanted:
                absent += any(trade.id > missing.last for trade in page.trades)
                if absent >= AGREEING or not await _pause(backoff, deadline):
                    return False  # newer ids exist and these do not
                continue
            self._hand_in(page, wanted)
            came += len(wanted)
            next_id = wanted[-1].id + 1
            deadline, absent = loop.time() + self._give_up_s, 0
            backoff.reset()
        return came == missing.last - missing.first + 1

    def _hand_in(self, page: Trades, wanted: list[Trade]) -> None:
        batch = Trades(page.market, tuple(wanted), page.id_rule, page.source)
        another = self._sink.on_trades(batch)
        if another is not None:
            self.ask(another)


def _join(one: Missing, other: Missing) -> Missing:
    return Missing(
        one.market,
        min(one.first, other.first),
        max(one.last, other.last),
        min(one.from_time_us, other.from_time_us),
        max(one.to_time_us, other.to_time_us),
    )


async def _pause(backoff: Backoff, deadline: float) -> bool:
    """Wait before the next try; False when that would be past the deadline."""
    seconds = backoff.next()
    if asyncio.get_running_loop().time() + seconds > deadline:
        return False
    await asyncio.sleep(seconds)
    return True
