"""What the statistics of the last closed bar are made of gives the very statistics, and agrees with numpy."""

from statistics import fmean, pstdev

import numpy as np
import pytest

from cvdtui.config import load
from cvdtui.signals.registry import PARAMETERS
from tests.board.viewer import snapshot_of
from tests.engine.busy_tape import batches, tape
from tests.snapshot.test_signals import MARKET, NOW, SECONDS, SPOT, board_of, settled, view

SIZE = 1_000


def seen(config=None, hours=50):
    board = board_of(config)
    board.on_columns(tape(3, market=SPOT, hours=hours))
    board.on_columns(tape(hours=hours))
    return board, settled(board, explain=True).detail


@pytest.fixture(scope="module")
def both():
    return seen()


def test_the_slope_is_that_of_a_fitted_line_and_its_z_is_the_one_in_force(both):
    board, detail = both
    found = detail.facts.slope
    closed = board.states[MARKET.name].flow.bars[SECONDS].closed
    cvds = [bar.cvd / SIZE for bar in closed]
    slopes = [np.polyfit(range(20), cvds[at - 20 : at], 1)[0] for at in range(len(cvds) - 99, len(cvds) + 1)]
    assert (found.bars, found.window, found.atr_bars, found.near) == (20, 100, 14, 0.25)
    assert found.slope == pytest.approx(slopes[-1])
    assert found.mean == pytest.approx(fmean(slopes))
    assert found.deviation == pytest.approx(pstdev(slopes))
    assert found.z == pytest.approx((found.slope - found.mean) / found.deviation)
    assert found.z == detail.dashboard.slope_z
    ranges = [
        max(bar.high, before.close) - min(bar.low, before.close)
        for before, bar in zip(closed[-15:-1], closed[-14:], strict=True)
    ]
    assert found.atr == pytest.approx(sum(ranges) / 14 / 10**MARKET.price_decimals)


def test_speed_counts_the_bar_and_the_quarter_of_an_hour_before(both):
    board, detail = both
    found = detail.facts.speed
    *before, last = board.states[MARKET.name].flow.bars[SECONDS].closed[-4:]
    assert (found.trades, found.seconds, found.seconds_before) == (last.trades, SECONDS, 900)
    assert found.trades_before == sum(bar.trades for bar in before)
    assert found.volume_before == pytest.approx(sum(bar.volume for bar in before) / SIZE)
    assert found.trades / SECONDS / (found.trades_before / 900) == pytest.approx(detail.dashboard.speed)
    assert found.ratio == detail.dashboard.speed


@pytest.mark.parametrize("method", ["cvd", "sum20"])
def test_the_spread_by_both_methods_and_the_one_in_force_is_the_dashboards(method):
    board, detail = seen(load([("mine", {"signals": {"spread": {"method": method}}})], signals=PARAMETERS))
    found = detail.facts.spread
    z = {"cvd": found.by_cvd, "sum20": found.by_sums}
    assert detail.dashboard.parameters.spread.method == method
    assert z[method] == detail.dashboard.spread_z
    sides = {}
    for name in (MARKET.name, SPOT.name):
        sizes = 10 ** board.states[name].market.size_decimals
        bars = board.states[name].flow.bars[SECONDS]
        sides[name] = {bar.time_us: bar.delta / sizes for bar in bars.closed}
    last = min(state.flow.bars[SECONDS].open.time_us for state in board.states.values())
    times = sorted(time for time in {*sides[MARKET.name], *sides[SPOT.name]} if time < last)[-100:]
    mine, other = ([sides[name].get(time, 0.0) for time in times] for name in (MARKET.name, SPOT.name))
    assert found.bars == 100
    assert found.beta == pytest.approx(pstdev(mine) / pstdev(other))
    assert (found.mine, found.other) == pytest.approx((sum(mine), sum(other)))
    assert found.spread == pytest.approx(sum(mine) - found.beta * sum(other))


def test_inputs_are_made_on_request_and_too_few_bars_give_no_slope_and_no_spread():
    board, detail = seen(hours=3)
    assert (detail.facts.slope, detail.facts.spread) == (None, None)
    assert detail.facts.speed.trades > 0
    facts = settled(board).detail.facts
    assert (facts.slope, facts.speed, facts.spread) == (None, None, None)


def test_every_explained_value_is_that_of_the_dashboard_at_every_moment():
    board, seen_spreads = board_of(), set()
    board.add(MARKET)
    board.add(SPOT)
    theirs = batches(tape(3, market=SPOT), 50, 50)
    for batch in batches(tape(), 50, 50):
        for part in (batch, next(theirs)):  # a bar of one market waits for that of the other
            board.on_trades(part)
            detail = snapshot_of(board, view(explain=True), NOW).detail
            shown, facts = detail.dashboard, detail.facts
            assert (None if facts.z is None else facts.z.level) == shown.z_raw
            assert (None if facts.efficiency is None else facts.efficiency.sigma) == shown.efficiency
            assert (None if facts.slope is None else facts.slope.z) == shown.slope_z
            assert (None if facts.speed is None else facts.speed.ratio) == shown.speed
            assert (None if facts.spread is None else facts.spread.by_cvd) == shown.spread_z
            seen_spreads.add(shown.spread_z)
    assert len(seen_spreads) > 100
