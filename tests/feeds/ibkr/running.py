"""The feed at work against a test server, telling a real board."""

import asyncio
import time
from contextlib import asynccontextmanager
from decimal import Decimal

from cvdtui.board.board import Board
from cvdtui.board.setup import flow_maker
from cvdtui.config import Config
from cvdtui.engine.decimals import to_text
from cvdtui.engine.flow import MemoryLimits
from cvdtui.feeds.ibkr import IbkrFeed, IbkrOptions
from cvdtui.model import TIMEFRAMES
from cvdtui.venues.lookup import market_named

QUICK = {
    "host": "127.0.0.1",
    "client_id": 7,
    "hours": "eth",
    "check_s": 0.05,
    "connect_s": 2.0,
    "backoff_first_s": 0.05,
    "backoff_most_s": 0.2,
    "silent_s": 0.4,
    "retry_s": 0.2,
    "busy_s": 0.3,
    "answer_s": 2.0,
    "backfill_s": 2.0,
}


class Watched(Board):
    """A board; `until` waits for what it is given."""

    def __init__(self):
        super().__init__(flow_maker(Config(), TIMEFRAMES, MemoryLimits()), live=True)
        self.changed = asyncio.Event()
        self.batches = []
        self.hours = {}

    async def until(self, condition, seconds=10):
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def until_link(self, name, state, words="", seconds=10):
        def found():
            link = self.links.get(name)
            return link is not None and link.state == state and words in link.text

        try:
            await self.until(found, seconds)
        except TimeoutError:
            raise AssertionError(f"{name} never was {state!r} with {words!r}: {self.links}") from None
        return self.links[name]

    def sums(self, name):
        """(buy, sell, unknown, CVD) as exact decimals."""
        state = self.states[name]
        state.flow.settle()
        start, decimals = state.flow.start, state.market.size_decimals
        return tuple(
            Decimal(to_text(units, decimals)) for units in (start.buy, start.sell, start.unknown, start.delta)
        )

    def on_trades(self, batch):
        self.batches.append(batch)
        missing = super().on_trades(batch)
        self.changed.set()
        return missing

    def on_link(self, link):
        super().on_link(link)
        self.changed.set()

    def on_outage(self, outage):
        super().on_outage(outage)
        self.changed.set()

    def on_rejected(self, market, reason, count=1):
        super().on_rejected(market, reason, count)
        self.changed.set()

    def note(self, text):
        super().note(text)
        self.changed.set()

    def on_hours(self, market, start, zone):
        self.hours[market] = (start, zone)


@asynccontextmanager
async def running(tws, *symbols, now=None, **options):
    """An IbkrFeed at work: (feed, board)."""
    board = Watched()
    for symbol in symbols:
        board.add(market_named(f"ibkr:{symbol}"))
    feed = IbkrFeed(
        symbols,
        board,
        now=now or (lambda: time.time_ns() // 1000),
        options=IbkrOptions(port=getattr(tws, "port", tws), **{**QUICK, **options}),
        on_hours=board.on_hours,
        note=board.note,
    )
    task = asyncio.create_task(feed.run())
    try:
        yield feed, board
        if task.done():
            task.result()
    finally:
        task.cancel()
        ended = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(ended[0], asyncio.CancelledError | None), ended
