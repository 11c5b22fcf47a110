"""What a signal says its value is made of gives the very value it marked or emitted, on every bar."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvdtui.engine.closed_bar import ClosedBar, MarketScale
from cvdtui.model import SpreadInputs
from cvdtui.signals.imbalance import Imbalance
from cvdtui.signals.registry import SIGNALS
from cvdtui.signals.spread import Spread
from tests.signals import reference
from tests.signals.bars import bars_of, walks

CENTS = MarketScale(2, 3, 1)
"""Prices of two decimals, sizes of three."""


def evaluated(name, history, **parameters):
    """(marks, inputs) after each bar."""
    kind = SIGNALS[name]
    rule = kind(kind.Parameters(**parameters), 60)
    found = []
    for bar in history:
        closed = ClosedBar(bar, 60, CENTS)
        list(rule.push(closed))
        found.append((closed.marks, rule.inputs(CENTS)))
    return found


@settings(max_examples=40)
@given(walks(least=5, most=60), st.sampled_from(["level", "flow"]), st.integers(2, 25))
def test_z_by_its_inputs_is_the_raw_z_of_the_bar(bars, method, n):
    for place, (marks, inputs) in enumerate(evaluated("climax", bars, method=method, n=n)):
        assert (inputs is None) == (marks.z_raw is None) == (place < n - 1)
        if inputs is not None:
            assert getattr(inputs, method) == marks.z_raw
            window = bars[place - n + 1 : place + 1]
            assert inputs.moved == pytest.approx(sum(bar.delta for bar in window) / 1_000)
            assert inputs.deviation**2 == pytest.approx(
                float(reference.variance([bar.cvd for bar in window])) / 1e6
            )
            if inputs.deviation:
                assert inputs.level == pytest.approx((inputs.cvd - inputs.mean) / inputs.deviation, abs=1e-9)
            if inputs.delta_deviation:
                assert inputs.flow == pytest.approx(inputs.moved / inputs.delta_deviation / n**0.5)


@settings(max_examples=40)
@given(walks(most=60), st.sampled_from(["sigma", "raw"]))
def test_efficiency_by_its_inputs_is_that_of_the_bar(bars, method):
    for marks, inputs in evaluated("efficiency", bars, method=method, window=20, least=5, bars=3):
        if inputs is None:
            assert marks.efficiency is None or method == "raw", "raw needs no deviation"
            continue
        assert getattr(inputs, method) == marks.efficiency
        if inputs.sigma is not None:
            by_hand = abs(inputs.price) / inputs.price_deviation
            by_hand /= abs(inputs.delta) / inputs.delta_deviation
            assert inputs.sigma == pytest.approx(by_hand)
        if inputs.raw is not None:
            assert inputs.raw == pytest.approx(abs(inputs.price) / abs(inputs.delta))


@settings(max_examples=25)
@given(walks(most=60), st.integers(2, 12), st.integers(2, 15))
def test_the_slope_by_its_inputs_is_that_of_the_bar(bars, count, window):
    for place, (marks, inputs) in enumerate(evaluated("slope", bars, bars=count, window=window)):
        assert (inputs is None) == (marks.slope_z is None) == (place < count + window - 2)
        if inputs is None:
            continue
        assert inputs.z == marks.slope_z
        if inputs.deviation:
            assert inputs.z == pytest.approx((inputs.slope - inputs.mean) / inputs.deviation, abs=1e-9)
        due = reference.average_range(bars, place)
        assert inputs.atr == (None if due is None else pytest.approx(float(due) / 100))


@given(
    st.dictionaries(
        st.integers(0, 9), st.tuples(st.integers(0, 12), st.integers(0, 3), st.just(0)), min_size=4
    ),
    st.sampled_from([2.0, 2.5, 3.0]),
    st.integers(0, 9),
)
def test_imbalances_by_ratio_hold_those_that_are_marked(rows, ratio, least):
    rule = Imbalance(Imbalance.Parameters(ratio=ratio, min_volume=least / 1_000))
    closed = ClosedBar(bars_of([(1, 1, 1, 0)])[0], 60, CENTS, rows=rows)
    rule.push(closed)
    counts = {one.ratio: (one.buys, one.sells) for one in rule.inputs(rows, 3)}
    assert counts.keys() == {2.0, 3.0, 4.0, 5.0, ratio}
    sides = [side for _, side in closed.marks.imbalances]
    assert counts[ratio] == (sides.count("buy"), sides.count("sell"))
    for times, found in counts.items():
        due = [side for _, side in reference.imbalances(rows, Fraction(times), least)]
        assert found == (due.count("buy"), due.count("sell"))
    assert Imbalance(Imbalance.Parameters(enabled=False)).inputs(rows, 3) == ()


@settings(max_examples=40)
@given(walks(most=40), st.integers(1, 6))
def test_the_speed_by_its_inputs_is_that_of_the_bar(bars, minutes):
    for place, (marks, inputs) in enumerate(evaluated("speed", bars, minutes=minutes)):
        assert inputs.ratio == marks.speed
        before = bars[max(0, place - minutes) : place]
        assert inputs.trades_before == sum(bar.trades for bar in before)
        assert inputs.volume_before == pytest.approx(sum(bar.volume for bar in before) / 1_000)
        if inputs.ratio is not None:
            now = inputs.volume / inputs.seconds
            mean = inputs.volume_before / inputs.seconds_before
            assert inputs.volume_ratio == pytest.approx(now / mean)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=20, max_size=60),
    st.sampled_from(["cvd", "sum20"]),
    st.integers(20, 40),
)
def test_the_spread_by_its_inputs_is_that_of_the_pair(pairs, method, n):
    rule = Spread(Spread.Parameters(n=n, method=method), 60)
    for place, (mine, other) in enumerate(pairs):
        signal = rule.push_pair(place, mine, other, "okx:BTC-USDT")
        inputs = rule.inputs(1_000, 10)
        assert (inputs is None) == (rule.z is None)
        if inputs is None:
            continue
        assert rule.z == (inputs.by_cvd if method == "cvd" else inputs.by_sums)
        window = pairs[place - n + 1 : place + 1]
        assert inputs.mine == pytest.approx(sum(ours for ours, _ in window) / 1_000)
        assert inputs.other == pytest.approx(sum(theirs for _, theirs in window) / 10)
        if signal is not None:
            assert inputs.beta == pytest.approx(signal.values["b"] * 10 / 1_000)


def test_a_window_shorter_than_twenty_pairs_has_no_sums_to_show():
    rule = Spread(Spread.Parameters(n=5), 60)
    for place in range(6):
        rule.push_pair(place, place % 3 - 1, place % 2, "okx:BTC-USDT")
    assert isinstance(rule.inputs(1, 1), SpreadInputs)
    assert rule.inputs(1, 1).by_sums is None


def test_without_trades_before_there_is_no_speed():
    assert evaluated("speed", bars_of([(1, 1, 1, 0)]))[0][1].ratio is None
    assert SIGNALS["speed"](SIGNALS["speed"].Parameters(), 60).inputs(CENTS) is None
