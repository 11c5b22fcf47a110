"""A market that had to begin without its history goes live, and has its whole session once REST answers."""

import asyncio
import time

from cvdtui.board.board import Board
from cvdtui.demo.exchange import Exchange
from cvdtui.engine.flow import Flow
from cvdtui.engine.session import SessionClock, week_start
from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.venue_feed import LiveFeed

NAME = "binance-usdm:BTCUSDT"


async def until(holds) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - no event marks a change of a number
            await asyncio.sleep(0.01)


def test_history_that_was_refused_comes_later_and_nothing_is_counted_twice():
    async def play() -> None:
        async with Exchange(seed=3, markets=2, rate=80) as exchange:
            exchange.fail_requests(100_000, status=503)
            board = Board(Flow, live=True)
            urls = exchange.overrides()["venues"]["binance-usdm"]
            feed = LiveFeed(
                "binance-usdm",
                [],
                board,
                now=lambda: time.time_ns() // 1000,
                anchors=lambda _, now: (SessionClock().bounds(now)[0], week_start(now)),
                options=FeedOptions(
                    budget_share=0.5, history=True, history_s=0.2, again_s=0.5, trades_minutes=1, gap_s=60.0
                ),
                **urls,
            )
            state = board.add(feed.venue.default_market("BTCUSDT"))
            feed.add(["BTCUSDT"])
            task = asyncio.create_task(feed.run())
            try:
                await until(lambda: board.states[NAME].flow.trades > 20)
                assert state.session_coverage() < 1
                exchange.faults.request_faults.clear()
                await until(lambda: board.states[NAME] is not state)
                await until(lambda: board.states[NAME].progress == 1.0)
                last = exchange.freeze()[NAME]
                await until(lambda: (board.states[NAME].tape.next or 0) > last)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            now = board.states[NAME]
            now.flow.settle()
            true = exchange.truth(NAME)["cvd"]
            decimals = now.market.size_decimals
            assert now.flow.session.delta == round(float(true["session"]) * 10**decimals)
            assert now.flow.week.delta == round(float(true["week"]) * 10**decimals)
            assert now.session_coverage() == 1.0
            assert now.lost == 0

    asyncio.run(play())
