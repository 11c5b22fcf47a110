"""Signals of a live market are those of its recording: the demo exchange, and its trades as columns."""

import asyncio

import numpy as np

from cvdtui.board.board import Board
from cvdtui.demo.exchange import Exchange, ManualClock
from cvdtui.engine.flow import EVERYTHING, Flow
from cvdtui.engine.market_state import MarketState
from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.venue_feed import LiveFeed
from cvdtui.model import Columns
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.signals.registry import SIGNALS

NAME = "binance-usdm:BTCUSDT"
BEGIN_US = 1_723_161_600_000_000
STEPS = 160
STEP_S = 5.0
SECONDS = 5
LOWER = {
    "large": SIGNALS["large"].Parameters(value=20_000),
    "stacked": SIGNALS["stacked"].Parameters(rows=2),
    "absorption": SIGNALS["absorption"].Parameters(volume=1.2, delta=0.1),
}


def maker(market):
    return Flow(market, timeframes=(SECONDS, 60), limits=EVERYTHING)


class Recording(Board):
    """A board that keeps every trade it is handed, live or fetched, by id."""

    def __init__(self):
        super().__init__(
            maker, live=True, make_evaluator=lambda state, seconds: SignalEvaluator(state, seconds, LOWER)
        )
        self.trades = {}

    def on_trades(self, batch):
        self.market = batch.market
        self.trades.update({trade.id: trade for trade in batch.trades})
        return super().on_trades(batch)


def replayed(market, trades):
    """A state that took the recording as columns, in the order of the ids."""
    state = MarketState(market, maker)
    table = np.array(
        [(t.id, t.time_us, t.price, t.size, t.side) for _, t in sorted(trades.items())], np.int64
    )
    ids, times, price, size, side = (table[:, place].copy() for place in range(5))
    state.accept_columns(Columns(market, ids, times, price, size, side.astype(np.int8)))
    state.finish()
    return state


async def _play() -> tuple[Recording, list]:
    clock = ManualClock(BEGIN_US)
    emitted = []
    async with Exchange(seed=5, markets=2, rate=60, faults=("dup", "skip"), clock=clock) as exchange:
        board = Recording()
        urls = exchange.overrides()["venues"]["binance-usdm"]
        feed = LiveFeed(
            "binance-usdm",
            ["BTCUSDT"],
            board,
            now=clock,
            anchors=lambda _, now: (now, now),
            options=FeedOptions(
                history=False, trades_minutes=0, budget_share=1.0, budget_window_s=0.1, gap_s=60.0
            ),
            **urls,
        )
        board.add(feed.venue.default_market("BTCUSDT"))
        task = asyncio.create_task(feed.run())
        try:
            async with asyncio.timeout(60):
                while not board.links or all(link.state != "live" for link in board.links.values()):
                    await exchange.advance(0.2)
                    await asyncio.sleep(0.01)
                for _ in range(STEPS):
                    await exchange.advance(STEP_S, step=0.5)
                    await asyncio.sleep(0.01)
                    board.evaluate(SECONDS)
                    emitted += board.evaluators.take()
                last = exchange.freeze()[NAME]
                while (board.states[NAME].tape.next or 0) <= last:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        board.evaluate(SECONDS, limit=None)
        emitted += board.evaluators.take()
    return board, emitted


def test_a_live_board_emits_the_signals_of_its_recording():
    board, emitted = asyncio.run(_play())
    state = board.states[NAME]
    assert state.duplicates > 0
    assert state.gaps
    assert state.lost == 0
    recording = replayed(board.market, board.trades)
    evaluator = SignalEvaluator(recording, SECONDS, LOWER)
    evaluator.catch_up()
    assert len(evaluator.marks) > STEPS // 2
    assert [signal for market, signal in emitted if market == NAME] == evaluator.signals
    assert {signal.signal for signal in evaluator.signals} >= {
        "large",
        "climax",
        "flip",
        "efficiency",
        "divergence",
    }
    assert board.evaluators.take() == []
