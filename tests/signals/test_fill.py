"""While rows of the past arrive nothing is emitted of partial bars; at the end everything is, once."""

import numpy as np
import pytest

from cvdtui.engine.columns.rows import slice_of, trades_of
from cvdtui.engine.flow import EVERYTHING, Flow
from cvdtui.engine.market_state import MarketState
from cvdtui.model import MINUTE_US, Candle, Trades
from cvdtui.signals.evaluator import SignalEvaluator
from tests.engine.busy_tape import MARKET, counted, tape

HOURS, TRADES = 3, 9_000
COLUMNS = tape(7, hours=HOURS, trades=TRADES)
EDGE = int(COLUMNS.time_us[-1]) // MINUTE_US * MINUTE_US - 10 * MINUTE_US
"""Candles before it, trades from it on."""
FRAMES = 5, 60, 300


def candles():
    minutes = COLUMNS.time_us // MINUTE_US * MINUTE_US
    for start in range(int(minutes[0]), EDGE, MINUTE_US):
        part = COLUMNS.taken(np.flatnonzero(minutes == start))
        if len(part):
            buys = part.side == 1
            value = part.price * part.size
            yield Candle(
                start, 60, int(part.price[0]), int(part.price.max()), int(part.price.min()),
                int(part.price[-1]), int(part.size.sum()), int(part.size[buys].sum()), int(value.sum()),
                len(part), taker_buy_value=int(value[buys].sum()),
            )  # fmt: skip


class Start:
    """A live market after its start: history as candles, ten minutes of trades, rows still to come."""

    def __init__(self, seconds):
        self.state = MarketState(
            MARKET, lambda market: Flow(market, timeframes=FRAMES, limits=EVERYTHING), live=True
        )
        self.state.hold()
        self.state.add_history([*candles()])
        self.first = int(np.searchsorted(COLUMNS.time_us, EDGE))
        self.state.expect(int(COLUMNS.ids[self.first]))
        self.live = iter(trades_of(COLUMNS, self.first))
        self.evaluator = SignalEvaluator(self.state, seconds)
        self.emitted = []
        self.edge = EDGE

    def trade(self, count):
        for _, trade in zip(range(count), self.live, strict=False):
            self.state.accept(Trades(MARKET, (trade,)))
        self.emitted += self.evaluator.catch_up()

    def page(self, minutes):
        """Rows of so many minutes more, newest first."""
        begin = max(self.edge - minutes * MINUTE_US, int(COLUMNS.time_us[0]) // MINUTE_US * MINUTE_US)
        rows = np.searchsorted(COLUMNS.time_us, (begin, self.edge))
        self.state.fill(slice_of(COLUMNS, int(rows[0]), int(rows[1])), begin, self.edge)
        self.edge = begin
        self.emitted += self.evaluator.catch_up()

    def finish(self):
        self.state.progress = 1.0
        self.emitted += self.evaluator.catch_up()


def of(signals):
    return sorted((one.signal, one.time_us, one.side, sorted(one.values.items(), key=str)) for one in signals)


@pytest.mark.parametrize("seconds", FRAMES)
def test_after_the_fill_live_has_emitted_what_history_emits_each_once(seconds):
    start = Start(seconds)
    start.state.progress = 0.0
    start.trade(TRADES)
    while start.edge > int(COLUMNS.time_us[0]):
        start.page(7)
        start.state.progress = 0.5
    start.finish()
    due = SignalEvaluator(counted(COLUMNS, *FRAMES), seconds)
    due.catch_up()
    closed = start.state.flow.bars[seconds].closed
    assert [bar.delta for bar in closed] == [bar.delta for bar in due.bars.closed[: len(closed)]]
    begin = closed[0].time_us
    rows = {"stacked", "absorption", "naked_poc", "large"}
    mine = [one for one in start.emitted if one.time_us >= begin]
    expected = [one for one in due.signals if one.time_us <= closed[-1].time_us]
    assert of(one for one in mine if one.signal not in rows) == of(
        one for one in expected if one.signal not in rows
    )
    assert expected
    assert len({str(one) for one in start.emitted}) == len(start.emitted)


def test_bars_below_a_minute_emit_nothing_and_have_no_z_until_the_fill_ends():
    start = Start(5)
    start.state.progress = 0.0
    start.trade(300)
    for _ in range(5):
        start.page(20)
        start.trade(60)
        assert (start.emitted, start.evaluator.pending, start.evaluator.latest) == ([], 0, None)
    start.finish()
    assert start.emitted
    assert start.evaluator.latest is not None


def test_the_z_of_minutes_stays_known_through_the_fill_and_is_evaluated_once_a_bar():
    start = Start(60)
    start.state.progress = 0.0
    start.trade(100)
    before, seen = start.evaluator.latest, start.evaluator.evaluated
    assert before is not None
    assert before.z is not None
    for _ in range(8):
        start.page(11)
        assert start.evaluator.latest is before, "rows came, no bar closed"
        assert start.evaluator.evaluated == seen
    start.trade(400)
    assert start.evaluator.latest.z is not None
    start.state.progress = 1.0
    kept = start.evaluator.latest
    assert start.evaluator.pending == len(start.evaluator.bars.closed), "all bars, with their rows, once more"
    assert start.evaluator.latest.z == kept.z
    start.evaluator.catch_up(20)
    assert start.evaluator.latest.z == kept.z, "what stood stands until the evaluation has come as far"
    start.evaluator.catch_up()
    assert start.evaluator.latest.z == pytest.approx(kept.z, abs=1e-12)


def test_a_late_trade_or_a_finer_scale_is_no_matter_of_rows_and_counts_at_once():
    start = Start(60)
    start.state.progress = 0.5
    start.trade(500)
    bars = start.evaluator.bars
    late = trades_of(COLUMNS, start.first)[0]
    start.state.flow.apply([late])
    start.state.flow.settle()
    assert bars.version > bars.rows_changed
    assert start.evaluator.pending == len(bars.closed)
