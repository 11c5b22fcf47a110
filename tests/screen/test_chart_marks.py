"""Signals on the chart: a diamond on the CVD, an arrow at the later pivot of a divergence."""

from msgspec.structs import replace

from cvdtui.model import SignalView
from cvdtui.panes.chart import Chart
from cvdtui.panes.ink import plain
from tests.screen import made

HEIGHT = 22
"""20 rows: 10 of price, 4 of delta, 6 of CVD hold the marks' rows apart."""


def lines(*signals, bars=None, **changes):
    bars = made.bars() if bars is None else bars
    shot = made.snapshot(detail=made.detail(bars=bars, signals=signals))
    return Chart().paint(made.frame(60, HEIGHT, shot, **changes))


def cells(painted):
    """(row, cell right of the axis): (glyph, role)."""
    out = {}
    for row, line in enumerate(painted[1:-1]):
        glyphs = [(glyph, role) for text, role in line for glyph in text]
        axis = next(x for x, (glyph, _) in enumerate(glyphs) if glyph in "│┤")
        out.update({(row, x): cell for x, cell in enumerate(glyphs[axis + 1 :])})
    return out


def changed(*signals, **changes):
    before, after = cells(lines(**changes)), cells(lines(*signals, **changes))
    return {place: cell for place, cell in after.items() if before.get(place, (" ", ""))[0] != cell[0]}


def climax(at, side="buy", **changes):
    return SignalView("climax", made.bars()[at].time_us, 60, side, "climax", **changes)


def divergence(at, side, **changes):
    bars = made.bars()
    pivots = ((bars[at - 9].time_us, 1.0, 2.0), (bars[at].time_us, 1.0, 2.0))
    return SignalView("divergence", bars[at + 3].time_us, 60, side, "divergence", None, pivots, **changes)


def test_a_climax_is_a_diamond_on_the_cvd_at_its_bar():
    found = changed(climax(12))
    ((row, column),) = found
    assert column == 12
    assert row >= 12
    assert found[row, column] == ("◆", "up")
    assert changed(climax(12, "sell"))[row, column] == ("◆", "down")


def test_a_climax_whose_data_are_incomplete_is_dim():
    assert list(changed(climax(12, quality="coverage 97 %")).values()) == [("◆", "dim")]


def test_a_divergence_is_marked_at_its_later_pivot_above_a_high_and_below_a_low():
    above = changed(divergence(15, "sell"))
    below = changed(divergence(15, "buy"))
    ((high, first),), ((low, second),) = above, below
    assert first == second == 15
    assert above[high, first] == ("▼", "down")
    assert below[low, second] == ("▲", "up")
    assert high < low
    body = cells(lines())
    assert body[high, 15][0] == body[low, 15][0] == " "


def test_a_divergence_that_may_be_taken_back_is_dim_with_a_question_mark():
    found = changed(divergence(15, "sell", provisional=True))
    assert sorted(found.values()) == [("?", "dim"), ("▼", "dim")]


def test_a_divergence_at_the_highest_bar_stays_on_the_chart():
    bars = made.bars()
    top = max(range(len(bars)), key=lambda at: bars[at].high)
    signal = replace(
        divergence(15, "sell"), pivots=((bars[0].time_us, 1.0, 1.0), (bars[top].time_us, 1.0, 1.0))
    )
    assert cells(lines(signal))[0, top][0] == "▼"


def test_signals_of_bars_that_are_not_shown_and_other_signals_leave_no_mark():
    old = SignalView("climax", made.NOON - 900 * made.MINUTE, 60, "buy", "climax")
    flip = SignalView("flip", made.bars()[4].time_us, 60, "buy", "flip")
    assert lines(old, flip) == lines()


def test_the_marks_have_ascii_twins():
    text = plain("\n".join(made.texts(lines(climax(12), divergence(15, "sell"), divergence(20, "buy")))))
    assert all(mark in text for mark in "*v^")
