"""A feed that runs for as long as a test looks at it."""

import asyncio
from contextlib import asynccontextmanager

from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.venue_feed import LiveFeed
from tests.feeds.loopback import START
from tests.feeds.sink import Kept

MARKET = "binance-usdm:BTCUSDT"
QUICK = {
    "budget_share": 0.5,
    "history": True,
    "check_s": 0.05,
    "first_frame_s": 0.4,
    "stall_s": 0.4,
    "backoff_first_s": 0.05,
    "backoff_most_s": 0.2,
    "overlap_s": 2.0,
    "history_s": 1.0,
    "gap_s": 2.0,
    "trades_minutes": 0,
    "timeout_s": 2.0,
}


@asynccontextmanager
async def running(
    exchange, symbols=("BTCUSDT",), *, now_ms=START + 30_000, anchors=None, sink=None, **options
):
    """A LiveFeed at work against an exchange: (feed, sink)."""
    kept = sink or Kept()
    feed = LiveFeed(
        "binance-usdm",
        symbols,
        kept,
        now=lambda: now_ms * 1000,
        anchors=anchors or (lambda _, now_us: (now_us - now_us % 60_000_000, now_us - now_us % 60_000_000)),
        options=FeedOptions(**{**QUICK, **options}),
        **exchange.urls,
    )
    task = asyncio.create_task(feed.run())
    try:
        yield feed, kept
        if task.done():
            task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
