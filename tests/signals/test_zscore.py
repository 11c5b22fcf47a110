"""The z-score against Python's own statistics and Pine's conventions."""

from fractions import Fraction
from math import isclose
from statistics import mean, pstdev

from hypothesis import given
from hypothesis import strategies as st

from cvdtui.model.parameters import ClimaxParameters
from cvdtui.signals.zscore import ZScore


def zscores(cvds):
    score = ZScore(ClimaxParameters())
    return [score.push(cvd) for cvd in cvds]


def slow(cvds, length=20, alpha=Fraction(2, 6)):
    """z with the population deviation of a window of 20, smoothed by an EMA whose first value is its seed."""
    out, smoothed = [], None
    for end in range(1, len(cvds) + 1):
        if end < length:
            out.append(None)
            continue
        window = cvds[end - length : end]
        spread = pstdev(window)
        z = (cvds[end - 1] - float(mean(window))) / spread if spread else 0.0
        smoothed = z if smoothed is None else smoothed + float(alpha) * (z - smoothed)
        out.append(smoothed)
    return out


@given(st.lists(st.integers(-(10**6), 10**6), max_size=60))
def test_the_z_score_is_that_of_python_s_statistics(cvds):
    for ours, theirs in zip(zscores(cvds), slow(cvds), strict=True):
        assert (ours is None) == (theirs is None)
        assert ours is None or isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)


@given(st.lists(st.integers(-(10**6), 10**6), min_size=20, max_size=40), st.integers(1, 10**18))
def test_the_z_score_does_not_change_with_the_scale_of_its_integers(cvds, factor):
    for one, other in zip(zscores(cvds), zscores([value * factor for value in cvds]), strict=True):
        assert one is None or isclose(one, other, rel_tol=1e-12)


def test_there_is_no_value_before_twenty_bars_and_zero_where_nothing_moves():
    assert zscores([10**30] * 25) == [None] * 19 + [0.0] * 6


def test_a_ramp_has_the_z_of_a_ramp():
    assert isclose(zscores(list(range(20)))[-1], 9.5 / pstdev(range(20)))


def test_a_climax_is_the_first_bar_beyond_two_and_needs_the_smoothed_value():
    score = ZScore(ClimaxParameters())
    for _ in range(25):
        score.push(0)
    seen = []
    for value in (1_000, 2_000, 4_000, 8_000, 16_000, 32_000):
        score.push(value)
        seen.append((score.value > 2, score.climax))
    assert [climax for _, climax in seen] == [
        beyond and not before
        for (beyond, _), before in zip(seen, [False, *(b for b, _ in seen)], strict=False)
    ]
    assert sum(climax for _, climax in seen) == 1


def test_the_value_before_is_that_of_one_bar_earlier():
    score = ZScore(ClimaxParameters())
    for value in range(30):
        before = score.value
        score.push(value * value)
        assert score.previous == before
