"""Divergence: pivots, strength, distance, both kinds, by hand and against the slow definition."""

from math import isclose, sqrt
from statistics import pstdev

from hypothesis import given, settings
from hypothesis import strategies as st

from cvdtui.engine.closed_bar import ClosedBar, MarketScale
from cvdtui.signals.divergence import Divergence
from tests.signals.bars import MINUTE_US, PLAIN, T, bars_of, evaluate, walks
from tests.signals.reference import divergences


def peaks(first, second, gap, delta, *, right=5):
    """Two peaks `gap` bars apart over flat bars, highs `first` and `second`, each step between of `delta`."""
    rows = [(10, 10, 10, 0)] * 5 + [(first, 10, 10, 0)]
    rows += [(10, 10, 10, delta)] * (gap - 1) + [(second, 10, 10, delta)]
    return bars_of(rows + [(10, 10, 10, 0)] * right)


def emitted(bars, **parameters):
    return {
        place: [(signal.side, signal.values["type"]) for signal in found]
        for place, found in evaluate("divergence", bars, **parameters)[0].items()
    }


def test_a_higher_high_with_a_lower_cvd_is_emitted_on_the_fifth_bar_after_and_names_both_bars():
    bars = peaks(12, 13, 8, -1)
    found, _ = evaluate("divergence", bars)
    assert list(found) == [5 + 8 + 5]
    (signal,) = found[18]
    assert (signal.signal, signal.side, signal.time_us) == ("divergence", "sell", T + 18 * MINUTE_US)
    assert signal.values == {
        "type": "regular",
        "pivots": [T + 5 * MINUTE_US, T + 13 * MINUTE_US],
        "prices": ["12", "13"],
        "cvds": ["0", "-8"],
        "strength": signal.values["strength"],
    }
    deltas = [bar.delta for bar in bars[:14]]
    assert isclose(signal.values["strength"], 8 / (pstdev(deltas) * sqrt(8))), "as the parameter counts"


def test_a_lower_high_with_a_higher_cvd_is_hidden_and_may_be_switched_off():
    bars = peaks(13, 12, 8, 1)
    assert emitted(bars) == {18: [("sell", "hidden")]}
    assert emitted(bars, hidden=False) == {}


def test_the_same_price_or_the_same_direction_is_no_divergence():
    assert emitted(peaks(12, 12, 8, -1)) == {}
    assert emitted(peaks(12, 13, 8, 1)) == {}
    assert emitted(peaks(13, 12, 8, -1)) == {}


def test_lows_are_highs_turned_round():
    def turned(bars):
        return bars_of([(-bar.low, -bar.high, -bar.close, -bar.delta) for bar in bars])

    assert emitted(turned(peaks(12, 13, 8, -1))) == {18: [("buy", "regular")]}
    assert emitted(turned(peaks(13, 12, 8, 1))) == {18: [("buy", "hidden")]}


def test_it_is_not_emitted_before_the_right_side_is_complete():
    assert emitted(peaks(12, 13, 8, -1, right=4)) == {}


def test_pivots_more_than_sixty_bars_apart_are_not_compared():
    assert emitted(peaks(12, 13, 60, -1)) == {70: [("sell", "regular")]}
    assert emitted(peaks(12, 13, 61, -1)) == {}
    assert emitted(peaks(12, 13, 61, -1), apart=61) == {71: [("sell", "regular")]}


def test_cvd_must_part_by_half_a_deviation_times_the_root_of_the_bars_between():
    rows = [(10, 10, 10, 0)] * 5 + [(12, 10, 10, 0)] + [(10, 10, 10, 6), (10, 10, 10, -6)] * 4
    rows[13] = (13, 10, 10, -6)
    rows += [(10, 10, 10, 0)] * 5
    # the 14 deltas up to the later pivot: 8 of +-6: variance 288 / 14; needed 0.5 x 4.535 x sqrt(8) = 6.41
    assert emitted(bars_of(rows)) == {}
    rows[12] = (10, 10, 10, -6)  # now -12 against: variance (288 - 144 / 14) / 14, needed 6.3
    assert emitted(bars_of(rows)) == {18: [("sell", "regular")]}
    assert emitted(bars_of(rows), strength=1.0) == {}


def test_exactly_half_a_deviation_is_enough():
    # 8 deltas up to the later pivot, sum -4, squares 130: variance 16; needed 0.5 x 4 x sqrt(4) = 4
    deltas = [0, 0, 0, 0, -8, 7, -4, 1, 0]
    highs = [10, 10, 10, 12, 10, 10, 10, 13, 10]
    rows = [(high, 10, 10, delta) for high, delta in zip(highs, deltas, strict=True)]
    assert emitted(bars_of(rows), left=1, right=1) == {8: [("sell", "regular")]}
    assert emitted(bars_of(rows), left=1, right=1, strength=0.501) == {}


def test_a_pivot_is_above_the_bars_before_and_not_below_those_after():
    rows = [(10, 10, 10, 0)] * 5 + [(12, 10, 10, 0), (12, 10, 10, 0)] + [(10, 10, 10, 0)] * 5
    rule = Divergence(Divergence.Parameters(), 60)
    for bar in bars_of(rows):
        rule.push(ClosedBar(bar, 60, PLAIN))
    assert rule._high.time_us == T + 5 * MINUTE_US, "the first of two equal highs"


def test_from_four_hours_on_three_bars_are_enough():
    bars = peaks(12, 13, 8, -1, right=3)
    assert evaluate("divergence", bars, seconds=3600)[0] == {}
    assert list(evaluate("divergence", bars, seconds=14400)[0]) == [16]
    assert evaluate("divergence", bars, seconds=14400, right=5)[0] == {}


def test_prices_must_part_by_a_tick():
    rule = Divergence(Divergence.Parameters(), 60)
    found = []
    for bar in peaks(12, 13, 8, -1):
        found += rule.push(ClosedBar(bar, 60, MarketScale(1, 2, 5)))
    assert found == []


def test_a_provisional_one_is_seen_before_and_becomes_the_confirmed_one():
    bars = peaks(12, 13, 8, -1)
    rule = Divergence(Divergence.Parameters(), 60)
    seen = {}
    for place, bar in enumerate(bars):
        closed = ClosedBar(bar, 60, PLAIN)
        confirmed = list(rule.push(closed))
        seen[place] = [signal.values for signal in rule.provisional(closed)]
        if confirmed:
            assert [signal.values for signal in confirmed] == seen[place - 1]
    assert [place for place, found in seen.items() if found] == [13, 14, 15, 16, 17]


@settings(max_examples=150)
@given(walks(most=70), st.integers(1, 4), st.integers(1, 4))
def test_it_is_what_the_definition_gives_on_every_bar(bars, left, right):
    found, _ = evaluate("divergence", bars, left=left, right=right)
    for place in range(len(bars)):
        due = [
            (side, kind, [bars[one].time_us, bars[two].time_us])
            for side, kind, one, two in divergences(bars, place, left, right)
        ]
        ours = [(one.side, one.values["type"], one.values["pivots"]) for one in found.get(place, [])]
        assert ours == due
