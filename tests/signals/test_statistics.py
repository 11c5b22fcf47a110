"""z, climax, efficiency and slope: worked tables, and the slow definitions on every bar."""

from math import isclose, sqrt

from hypothesis import given, settings
from hypothesis import strategies as st

from cvdtui.engine.closed_bar import Level
from tests.signals import reference
from tests.signals.bars import bars_of, evaluate, walks


def near(ours, due):
    return ours is due or (
        ours is not None and due is not None and isclose(ours, due, rel_tol=1e-9, abs_tol=1e-9)
    )


# --- climax


STEP = [(1, 1, 1, 0)] * 20 + [(1, 1, 1, 7)]
"""20 flat bars, whose z is the seed, 0; then 19 zeros and one 1: mean 1/20, variance 19/400, z sqrt(19)."""


def test_a_step_after_twenty_flat_bars_is_a_climax_of_known_height():
    emitted, marks = evaluate("climax", bars_of(STEP))
    assert [mark.z_raw for mark in marks[:20]] == [None] * 19 + [0.0]
    assert isclose(marks[20].z_raw, sqrt(19))
    assert isclose(marks[20].z, sqrt(19) / 3)
    assert emitted == {}
    emitted, _ = evaluate("climax", bars_of(STEP), smoothing=1)
    assert [(place, one.side) for place, (one,) in emitted.items()] == [(20, "buy")]
    assert isclose(emitted[20][0].values["z"], sqrt(19))
    assert list(emitted[20][0].values) == ["z"]


def test_the_first_z_of_all_is_never_a_climax_however_far_out():
    for smoothing in (1, 5):
        emitted, marks = evaluate("climax", bars_of(STEP[1:]), smoothing=smoothing)
        assert isclose(marks[19].z, sqrt(19))
        assert emitted == {}
        assert not any(mark.climax for mark in marks)


def test_a_climax_after_the_first_z_needs_a_return_first():
    # beyond the extreme from the first z on, back to 0 over flat bars, out again: the second way out is one
    emitted, marks = evaluate("climax", bars_of(STEP[1:] + [(1, 1, 1, 0)] * 30 + [(1, 1, 1, 7)] * 3))
    assert marks[19].z > 2
    assert list(emitted) == [51]
    assert abs(marks[50].z) <= 2 < marks[51].z


def test_the_smoothed_z_moves_by_a_third_of_the_way():
    _, marks = evaluate("climax", bars_of([(1, 1, 1, 0)] * 19 + [(1, 1, 1, 7), (1, 1, 1, 0)]))
    raw = 18 / sqrt(36)  # 18 zeros, two ones: (1 - 1/10) / sqrt(9/100)
    assert isclose(marks[20].z_raw, raw)
    assert isclose(marks[20].z, sqrt(19) + (raw - sqrt(19)) / 3)


def test_selling_is_a_climax_for_sell_and_the_extreme_is_a_parameter():
    bars = bars_of([(price, high, low, -delta) for price, high, low, delta in STEP])
    assert evaluate("climax", bars, smoothing=1)[0][20][0].side == "sell"
    assert evaluate("climax", bars, smoothing=1, extreme=4.5)[0] == {}
    assert list(evaluate("climax", bars[10:], n=10, smoothing=1)[0]) == [10]


def test_by_flow_z_is_the_change_of_cvd_in_deviations_of_delta():
    # deltas 1, 3, 1, 3: deviation 1, sum 8: z = 8 / (1 x sqrt(4)) = 4
    _, marks = evaluate("climax", bars_of([(1, 1, 1, 1), (1, 1, 1, 3)] * 2), n=4, method="flow")
    assert isclose(marks[3].z_raw, 4.0)


@settings(max_examples=60)
@given(walks(most=50), st.sampled_from(["level", "flow"]))
def test_z_and_climax_are_what_the_definitions_give_on_every_bar(bars, method):
    emitted, marks = evaluate("climax", bars, method=method)
    raws = []
    for place in range(len(bars)):
        cvds, deltas = [bar.cvd for bar in bars[: place + 1]], [bar.delta for bar in bars[: place + 1]]
        raws.append(reference.z_raw(cvds) if method == "level" else reference.z_flow(deltas))
        assert near(marks[place].z_raw, raws[-1])
        assert near(marks[place].z, reference.smoothed(raws))
        if method == "level":
            due = reference.climax(bars, place)
            assert (place in emitted) == (due is not None)
            assert due is None or (emitted[place][0].side == "buy") == (due > 0)


# --- efficiency


def alternating(count):
    """Five-bar changes of price and CVD that alternate between +1 and -1: both deviations near 1."""
    return [(100 + i % 2, 100 + i % 2, 100 + i % 2, 1 if i % 2 else -1) for i in range(count)]


def test_there_is_no_efficiency_before_twenty_changes_nor_without_a_delta():
    _, marks = evaluate("efficiency", bars_of(alternating(26)))
    assert [mark.efficiency for mark in marks[:24]] == [None] * 24
    assert isclose(marks[24].efficiency, 1.0)
    assert marks[24].phase == "balanced"
    still = bars_of([(100 + i % 2, 100, 100 + i % 2, 0) for i in range(40)])
    assert {mark.efficiency for mark in evaluate("efficiency", still)[1]} == {None}


def test_a_large_move_for_the_usual_delta_is_a_breakout_of_its_direction():
    rows = alternating(30)
    rows[29] = (120, 100, 120, 1)  # 20 above the close of five bars before, for a delta as usual
    emitted, marks = evaluate("efficiency", bars_of(rows))
    assert marks[29].phase == "breakout"
    assert emitted[29][0].side == "buy"
    assert emitted[29][0].values == {"phase": "breakout", "efficiency": marks[29].efficiency}


def test_a_large_delta_that_moves_nothing_is_a_churn_against_it_emitted_once():
    rows = alternating(30)
    rows[29] = (101, 101, 101, 40)
    rows += [(100, 100, 100, 1), (101, 101, 101, 1)]
    emitted, marks = evaluate("efficiency", bars_of(rows))
    assert [mark.phase for mark in marks[29:]] == ["churn"] * 3
    assert [(place, found[0].side) for place, found in emitted.items()] == [(29, "sell")]


def test_the_raw_option_is_price_by_delta_with_limits_of_its_own():
    rows = [(100, 100, 100, 1)] * 5 + [(106, 100, 106, -4)]
    emitted, marks = evaluate("efficiency", bars_of(rows), method="raw")
    assert marks[5].efficiency is None, "five deltas of CVD later nothing has changed"
    rows[5] = (106, 100, 106, -3)  # dc = 1 + 1 + 1 + 1 - 3 = 1
    emitted, marks = evaluate("efficiency", bars_of(rows), method="raw")
    assert (marks[5].efficiency, marks[5].phase, emitted[5][0].side) == (6.0, "breakout", "buy")


@settings(max_examples=60)
@given(walks(least=20, most=140))
def test_efficiency_is_what_the_definition_gives_on_every_bar(bars):
    emitted, marks = evaluate("efficiency", bars)
    before = ""
    for place, mark in enumerate(marks):
        value, phase = reference.efficiency(bars, place)
        assert near(mark.efficiency, value)
        assert mark.phase == phase
        assert (place in emitted) == (phase in ("breakout", "churn") and phase != before)
        before = phase


# --- slope


def at_level(price):
    return lambda _place, _bar: {"levels": lambda: [Level("poc", price), Level("vah", 1000)]}


def turn(count=140, last=60):
    """CVD that rises and falls by 1, then by `last` at once."""
    return bars_of([(101, 99, 100, 1 if i % 2 else -1) for i in range(count - 1)] + [(101, 99, 100, last)])


def test_there_is_no_slope_before_a_hundred_of_them():
    _, marks = evaluate("slope", turn(140))
    assert [mark.slope_z for mark in marks[:118]] == [None] * 118
    assert marks[118].slope_z is not None


def test_a_steep_turn_at_a_level_is_emitted_and_elsewhere_is_not():
    emitted, marks = evaluate("slope", turn(), shown=at_level(100))
    assert marks[139].slope_z > 2
    (signal,) = emitted[139]
    assert (signal.side, signal.values["level"], signal.values["price"]) == ("buy", "poc", "100")
    # ATR 2: a quarter of it is half a price unit
    assert evaluate("slope", turn(), shown=at_level(101))[0] == {}
    assert list(evaluate("slope", turn(), shown=at_level(101), near=0.5)[0]) == [139]
    assert evaluate("slope", turn(last=-60), shown=at_level(100))[0][139][0].side == "sell"


def test_a_slope_that_stays_steep_is_emitted_on_its_first_bar_and_again_after_a_pause():
    rows = [(101, 99, 100, 1 if i % 2 else -1) for i in range(140)]
    rows += [(101, 99, 100, 60), (101, 99, 100, 60), (101, 99, 100, 60)]
    emitted, marks = evaluate("slope", bars_of(rows), shown=at_level(100))
    assert [mark.slope_z > 2 for mark in marks[140:]] == [True] * 3
    assert list(emitted) == [140]
    away = {141}  # for one bar the level is elsewhere
    emitted, _ = evaluate(
        "slope", bars_of(rows), shown=lambda place, bar: at_level(500 if place in away else 100)(place, bar)
    )
    assert list(emitted) == [140, 142]


@settings(max_examples=25, deadline=None)
@given(walks(least=118, most=135))
def test_the_z_of_the_slope_is_what_the_definition_gives_on_every_bar(bars):
    emitted, marks = evaluate("slope", bars, shown=at_level(100))
    was = False
    for place, mark in enumerate(marks):
        due = reference.slope_z(bars, place)
        assert near(mark.slope_z, due)
        reach = reference.average_range(bars, place)
        holds = due is not None and abs(mark.slope_z) > 2 and abs(bars[place].close - 100) <= reach / 4
        assert (place in emitted) == (holds and not was)
        was = holds
