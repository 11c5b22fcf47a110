"""The scorecard: outcomes, base rates and intervals by hand."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from cvdtui.model import Signal
from cvdtui.signals.score import HORIZONS, outcomes, scorecard, wilson
from tests.signals.bars import MINUTE_US, T, bars_of, walks


def signal(place, side="buy", name="climax"):
    return Signal(name, T + place * MINUTE_US, 60, side, {})


def closing(*closes):
    """Bars that close here, each with a range of 2 around its close."""
    return bars_of([(close + 1, close - 1, close, 0) for close in closes])


def test_an_outcome_is_direction_and_return_in_the_atrs_of_its_bar():
    bars = closing(10, 10, 10, 10, 11, 12, 9)
    (up,) = outcomes(bars, [signal(3)], horizons=[2], atr=2)
    assert (up.reached, up.atrs) == (True, 1.0)
    (down,) = outcomes(bars, [signal(3, "sell")], horizons=[2], atr=2)
    assert (down.reached, down.atrs) == (False, -1.0)
    (flat,) = outcomes(bars, [signal(1)], horizons=[2], atr=2)
    assert (flat.reached, flat.atrs) == (False, 0.0)


def test_the_base_is_what_happens_after_any_bar_in_the_same_direction():
    bars = closing(10, 10, 10, 10, 11, 12, 9)
    # from bar 1 on there is an ATR; two bars later: 0, +1, +2, -2 (ATRs 2, 2, 2, 2)
    (up,) = outcomes(bars, [signal(3)], horizons=[2], atr=2)
    assert (up.base, up.base_count, up.base_atrs) == (0.5, 4, 0.125)
    (down,) = outcomes(bars, [signal(3, "sell")], horizons=[2], atr=2)
    assert (down.base, down.base_atrs) == (0.25, -0.125)


def test_what_has_not_passed_or_cannot_be_measured_is_left_out():
    bars = closing(*range(10, 40))
    assert outcomes(bars, [signal(29)], horizons=[1], atr=2) == []
    assert outcomes(bars, [signal(0)], horizons=[1], atr=2) == []
    assert outcomes(bars, [signal(400)], horizons=[1], atr=2) == []
    assert outcomes([], [signal(1)]) == []
    assert {one.horizon for one in outcomes(bars, [signal(20)])} == {5}
    still = bars_of([(5, 5, 5, 0)] * 30)
    assert outcomes(still, [signal(20)], horizons=[1]) == []


def test_the_card_sums_by_signal_length_and_horizon():
    bars = closing(*range(10, 40))
    emitted = [signal(15), signal(16, "sell"), signal(17), signal(16, name="flip")]
    card = scorecard(outcomes(bars, emitted, horizons=[1, 5]))
    assert [(row.signal, row.bar_seconds, row.horizon, row.count, row.reached) for row in card] == [
        ("climax", 60, 1, 3, 2),
        ("climax", 60, 5, 3, 2),
        ("flip", 60, 1, 1, 1),
        ("flip", 60, 5, 1, 1),
    ]
    first = card[0]
    assert isclose(first.rate, 2 / 3)
    assert isclose(first.base, 2 / 3), "rising always: 1 for the two buys, 0 for the sell"
    assert isclose(first.atrs, (0.5 - 0.5 + 0.5) / 3)
    assert isclose(first.base_atrs, first.atrs)
    assert first.apart == 3, "one bar apart, one bar ahead: nothing is shared"
    assert (first.low, first.high) == wilson(2, 3)
    assert card[1].apart == 1, "five bars ahead, all three share bars"
    assert (card[1].low, card[1].high) == wilson(2 / 3, 1)


def test_signals_that_share_bars_count_once_in_the_interval_of_each_market_and_kind():
    bars = closing(*range(10, 40))
    places = (14, 15, 19, 20, 24, 25)
    emitted = [*(signal(place) for place in reversed(places)), signal(15, name="flip")]
    one = outcomes(bars, emitted, horizons=[5])
    climaxes = [outcome for outcome in one if outcome.signal.signal == "climax"]
    assert [outcome.apart for outcome in climaxes] == [True, False, True, False, True]
    assert [outcome.signal.time_us for outcome in climaxes] == sorted(
        outcome.signal.time_us for outcome in climaxes
    )
    card = scorecard([*one, *outcomes(bars, emitted, horizons=[5])])
    assert [(row.signal, row.count, row.apart) for row in card] == [("climax", 10, 6), ("flip", 2, 2)]
    assert (card[0].low, card[0].high) == wilson(6, 6)
    assert card[0].low < wilson(10, 10)[0]


def test_the_interval_is_wilson_s():
    # 10 of 20 at 95 %: 0.2993 .. 0.7007 (Wilson 1927); 0 of 10: 0 .. 0.2775
    low, high = wilson(10, 20)
    assert (round(low, 4), round(high, 4)) == (0.2993, 0.7007)
    assert (wilson(0, 10)[0], round(wilson(0, 10)[1], 4)) == (0.0, 0.2775)
    assert wilson(0, 0) == (0.0, 1.0)


@given(walks(least=30, most=90), st.lists(st.tuples(st.integers(0, 89), st.sampled_from(["buy", "sell"]))))
def test_a_signal_on_every_bar_in_one_direction_scores_the_base_rate(bars, some):
    every = [signal(place) for place in range(len(bars))]
    for row in scorecard(outcomes(bars, every)):
        assert isclose(row.rate, row.base, abs_tol=1e-12)
        assert isclose(row.atrs, row.base_atrs, rel_tol=1e-9, abs_tol=1e-9)
        assert row.count == row.base_count
        assert row.low <= row.rate <= row.high
    for one in outcomes(bars, [signal(*each) for each in some]):
        assert one.horizon in HORIZONS
        assert 0 <= one.base <= 1
