"""Signals on the chart: a diamond on the CVD, an arrow at the later pivot of a divergence."""

from msgspec.structs import replace

from cvdtui.model import Dashboard, SignalParameters, SignalView
from cvdtui.model.parameters import ClimaxParameters
from cvdtui.panes.chart import ChartPane
from cvdtui.panes.styles import plain
from tests.panes import snapshots

HEIGHT = 22
"""20 rows: 10 of price, 4 of delta, 6 of CVD hold the marks' rows apart."""


def lines(*signals, bars=None, **changes):
    bars = snapshots.bars() if bars is None else bars
    shot = snapshots.snapshot(detail=snapshots.detail(bars=bars, signals=signals))
    return ChartPane().paint(snapshots.frame(60, HEIGHT, shot, **changes))


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


def places(found):
    """Where each mark stands."""
    out = {}
    for place, cell in found.items():
        out.setdefault(cell, []).append(place)
    return out


def climax(at, side="buy", **changes):
    return SignalView("climax", snapshots.bars()[at].time_us, 60, side, "climax", **changes)


def divergence(at, side, **changes):
    bars = snapshots.bars()
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
    above = places(changed(divergence(15, "sell")))
    below = places(changed(divergence(15, "buy")))
    ((high, first),), ((low, second),) = above["▼", "down"], below["▲", "up"]
    assert first == second == 15
    assert high < low
    body = cells(lines())
    assert body[high, 15][0] == body[low, 15][0] == " "


def test_the_earlier_pivot_of_a_divergence_has_a_hollow_mark():
    above = places(changed(divergence(15, "sell")))
    below = places(changed(divergence(15, "buy")))
    assert [column for _, column in above["▽", "down"]] == [6]
    assert [column for _, column in below["△", "up"]] == [6]
    assert above["▽", "down"][0][0] < below["△", "up"][0][0]


def between(found, first, last):
    """Rows by column of the cells that a line was drawn in."""
    out = {}
    for (row, column), (glyph, role) in found.items():
        if "⠀" < glyph <= "⣿" and first <= column <= last:
            out.setdefault(column, set()).add((row, role))
    return out


def line_of(signal, prices=(), bars=None):
    """Columns by row kind of the line between the pivots, on price (rows 0-9) and on CVD (rows 14-19)."""
    found = changed(signal, bars=bars)
    drawn = between(found, 0, 59)
    price = {x: cell for x, cells_ in drawn.items() for cell in cells_ if cell[0] < 10}
    cvd = {x: cell for x, cells_ in drawn.items() for cell in cells_ if cell[0] >= 14}
    return price, cvd


def at_highs(first, last, **changes):
    """A bearish divergence between the highs of two bars."""
    bars = snapshots.bars()
    pivots = tuple((bars[at].time_us, bars[at].high, bars[at].cvd) for at in (first, last))
    values = {"type": changes.pop("kind", "regular")}
    return SignalView(
        "divergence", bars[last + 3].time_us, 60, "sell", "divergence", None, pivots, values=values, **changes
    )


def test_a_divergence_is_a_line_from_pivot_to_pivot_on_price_and_on_cvd():
    """Between bars 4 and 22 price climbs, so does the line; the CVD of bars 4 and 22 is 2.5 and -0.5."""
    price, cvd = line_of(at_highs(4, 22))
    assert set(price) <= set(range(4, 23))
    assert len(price) > 12
    rows = [price[x][0] for x in sorted(price)]
    assert rows == sorted(rows, reverse=True)
    assert {role for _, role in price.values()} == {"down"}
    assert set(cvd) <= set(range(4, 23))
    assert len(cvd) > 4
    rows = [cvd[x][0] for x in sorted(cvd)]
    assert rows == sorted(rows)
    assert {role for _, role in cvd.values()} == {"down"}


def test_a_hidden_divergence_is_dashed_and_a_provisional_one_dim():
    solid, dashed = line_of(at_highs(4, 22))[0], line_of(at_highs(4, 22, kind="hidden"))[0]
    assert set(dashed) < set(solid)
    gaps = [x for x in solid if x not in dashed]
    assert {(x - 4) // 2 % 2 for x in gaps} == {1}
    assert {role for _, role in line_of(at_highs(4, 22, provisional=True))[0].values()} == {"dim"}


def test_a_line_from_a_pivot_left_of_the_chart_comes_in_from_its_edge():
    bars = snapshots.bars(90)
    pivots = tuple((bars[at].time_us, 64000.0 + 6 * at, bars[at].cvd) for at in (10, 80))
    signal = SignalView("divergence", bars[83].time_us, 60, "sell", "divergence", None, pivots)
    price, _ = line_of(signal, bars=bars)
    shown = max(x for _, x in cells(lines(bars=bars))) + 1
    assert shown < 80
    assert min(price) == 0
    assert max(price) <= 80 - (90 - shown)


def extreme(*places_):
    bars = list(snapshots.bars())
    for at in places_:
        bars[at] = replace(bars[at], z=-2.0 if at % 2 else 2.4)
    return tuple(bars)


def test_bars_whose_z_is_extreme_stand_on_a_ground_of_their_own_and_a_heavy_axis():
    bars = tuple(replace(bar, z=1.99) if at == 20 else bar for at, bar in enumerate(extreme(5, 6, 11)))
    found = cells(lines(bars=bars))
    shaded = {x for (_, x), (_, role) in found.items() if "extreme" in role.split()}
    assert shaded == {5, 6, 11}
    for x in shaded:
        column = [role for (_, at), (_, role) in found.items() if at == x]
        assert all("extreme" in role.split() for role in column)
    axis = snapshots.texts(lines(bars=bars)[-1:])[0]
    marked = [x for x, glyph in enumerate(axis[axis.index("└") + 1 :]) if glyph == "━"]
    assert set(marked) == {5, 6, 11} - {x for x in shaded if axis[axis.index("└") + 1 + x] != "━"}
    assert marked
    assert "━" not in snapshots.texts(lines()[-1:])[0]


def test_the_shading_begins_where_the_configuration_says():
    dashboard = Dashboard(parameters=SignalParameters(climax=ClimaxParameters(extreme=1.0)))
    bars = tuple(replace(bar, z=1.5) if at == 20 else bar for at, bar in enumerate(snapshots.bars()))
    shot = snapshots.snapshot(detail=snapshots.detail(bars=bars, dashboard=dashboard))
    found = cells(ChartPane().paint(snapshots.frame(60, HEIGHT, shot)))
    assert {x for (_, x), (_, role) in found.items() if "extreme" in role} == {20}


def test_a_divergence_that_may_be_taken_back_is_dim_with_a_question_mark():
    found = changed(divergence(15, "sell", provisional=True))
    marks = [cell for cell in found.values() if not "⠀" < cell[0] <= "⣿"]
    assert sorted(marks) == [("?", "dim"), ("▼", "dim"), ("▽", "dim")]
    assert {role for _, role in found.values()} == {"dim"}


def test_a_divergence_at_the_highest_bar_stays_on_the_chart():
    bars = snapshots.bars()
    top = max(range(len(bars)), key=lambda at: bars[at].high)
    signal = replace(
        divergence(15, "sell"), pivots=((bars[0].time_us, 1.0, 1.0), (bars[top].time_us, 1.0, 1.0))
    )
    assert cells(lines(signal))[0, top][0] == "▼"


def test_signals_of_bars_that_are_not_shown_and_other_signals_leave_no_mark():
    old = SignalView("climax", snapshots.NOON - 900 * snapshots.MINUTE, 60, "buy", "climax")
    flip = SignalView("flip", snapshots.bars()[4].time_us, 60, "buy", "flip")
    assert lines(old, flip) == lines()


def test_the_marks_have_ascii_twins():
    text = plain("\n".join(snapshots.texts(lines(climax(12), divergence(15, "sell"), divergence(20, "buy")))))
    assert all(mark in text for mark in "*v^")
