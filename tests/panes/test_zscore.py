"""The z-score pane: a column a bar, its raw value, the lines of the definitions, the dashboard in words."""

import pytest
from msgspec.structs import replace

from cvdtui.app.keys import KEYS
from cvdtui.model import Dashboard, SignalParameters, SignalView
from cvdtui.model.parameters import ClimaxParameters, EfficiencyParameters
from cvdtui.panes import PANES
from cvdtui.panes.clock import Clock
from cvdtui.panes.line import length
from cvdtui.panes.styles import plain
from cvdtui.panes.zscore import ZScorePane
from tests.app.keypresses import make_controller, press
from tests.panes import snapshots

DASHBOARD = Dashboard(2.14, 1.9, 2.6, 0.42, "churn", -1.2, 1.8, -1.6, (0.4, -1.25), evaluated=200)
ZS = [None] * 4 + [0.5, 1.5, 2.4, 2.0, 0.9, -0.4, -1.6, -2.5, -1.9, -0.2, 0.3, 1.1]


def scored(zs=ZS, raws=None):
    """The last bars with these values; the forming one has none."""
    bars = list(snapshots.bars(len(zs) + 1))
    for at, z in enumerate(zs):
        raw = (raws or zs)[at]
        bars[at] = replace(bars[at], z=z, z_raw=raw)
    return tuple(bars)


def shot(bars=None, dashboard=DASHBOARD, **changes):
    bars = scored() if bars is None else bars
    return snapshots.snapshot(detail=snapshots.detail(bars=bars, dashboard=dashboard, **changes))


def paint(width=60, height=16, ascii_only=False, **changes):
    return ZScorePane().paint(snapshots.frame(width, height, shot(**changes), ascii=ascii_only))


def grid(lines):
    """Rows of (glyph, role) right of the axis, from the first row of the plot to the last."""
    out = []
    for line in lines:
        cells = [(glyph, role) for text, role in line for glyph in text]
        axis = next((x for x, (glyph, _) in enumerate(cells) if glyph in "│┤"), None)
        if axis == 7:
            out.append(cells[axis + 1 :])
    return out


def column(rows, x):
    return [cells[x][0] for cells in rows]


def filled(rows, x):
    """Rows of a bar's column that hold any of it, by role."""
    return {
        at: cells[x][1]
        for at, cells in enumerate(rows)
        if cells[x][0] in "▁▂▃▄▅▆▇█" or "reverse" in cells[x][1]
    }


def test_the_dashboard_shows_z_with_its_trend_efficiency_phase_slope_speed_spread_and_orders():
    words = " ".join(snapshots.texts(paint(120)[1:4]))
    for part in (
        "z +2.14 ↑ extreme",
        "raw +2.60",
        "efficiency 0.42 churn",
        "slope z -1.20",
        "tape 1.8×",
        "spread z -1.60",
        "orders <10K +0.40",
        "<100K -1.25",
    ):
        assert part in words


def test_where_no_plot_has_room_the_dashboard_has_all_of_it():
    lines = paint(60, 6)
    assert len(lines) <= 6
    words = " ".join(snapshots.texts(lines))
    assert "tape 1.8×" in words
    assert "spread z -1.60" in words
    assert "<100K -1.25" in words


@pytest.mark.parametrize(("z", "before", "words"), [(-0.5, -0.2, "-0.50 ↓ neutral"), (1.5, 1.5, "+1.50  ")])
def test_the_arrow_follows_the_last_bar_and_the_word_the_zone(z, before, words):
    dashboard = replace(DASHBOARD, z=z, z_before=before)
    line = snapshots.texts(paint(dashboard=dashboard))[1]
    assert f"z {words}" in line
    assert ("neutral" in line) == (abs(z) <= 1)
    assert "extreme" not in line


def test_bars_above_zero_stand_and_those_below_hang():
    rows = grid(paint())
    half = len(rows) // 2
    for x, z in enumerate(ZS):
        here = filled(rows, x)
        if z is None:
            assert not here
        elif z > 0:
            assert here
            assert max(here) < half
        else:
            assert here
            assert min(here) >= half
    assert len(filled(rows, 6)) > len(filled(rows, 5)) > len(filled(rows, 4))
    assert not filled(rows, len(ZS))


def test_neutral_bars_are_dim_and_others_have_their_sides_colour():
    rows = grid(paint())
    for x, z in enumerate(ZS):
        for role in filled(rows, x).values():
            assert role.split()[0] == ("dim" if abs(z) <= 1 else "up" if z > 0 else "down")


def test_the_lines_stand_at_one_and_two_or_where_the_configuration_says():
    assert {text.split()[0] for text in snapshots.texts(paint()) if "┤" in text} >= {"+2", "+1", "-1", "-2"}
    dashboard = replace(
        DASHBOARD, parameters=SignalParameters(climax=ClimaxParameters(neutral=0.5, extreme=2.5))
    )
    labels = {text.split()[0] for text in snapshots.texts(paint(dashboard=dashboard)) if "┤" in text}
    assert {"+2.5", "+0.5", "-0.5", "-2.5"} <= labels
    assert "+2" not in labels


def test_the_raw_value_is_a_dot_in_its_own_row():
    raws = [None] * 4 + [2.2, *ZS[5:]]
    rows = grid(paint(bars=scored(raws=raws)))
    alone = grid(paint(bars=scored(raws=[None] * len(ZS))))
    assert "•" not in "".join(glyph for cells in alone for glyph, _ in cells)
    dots = [at for at, glyph in enumerate(column(rows, 4)) if glyph == "•"]
    top = min(filled(alone, 4))
    assert len(dots) == 1
    assert dots[0] < top


def test_a_raw_value_inside_its_bar_is_a_hole_in_it():
    raws = [*ZS[:6], 0.4, *ZS[7:11], -0.4, *ZS[12:]]
    rows = grid(paint(bars=scored(raws=raws)))
    for x, role in ((6, "up"), (11, "down")):
        dots = [cells[x][1] for cells in rows if cells[x][0] == "•"]
        assert [dot.split()[:2] for dot in dots] == [[role, "reverse"]]


def test_a_climax_is_a_diamond_beyond_its_bar():
    bars = scored()
    signals = tuple(
        SignalView("climax", bars[at].time_us, 60, side, "climax") for at, side in ((6, "buy"), (11, "sell"))
    )
    raws = [*ZS[:4], 4.0, *ZS[5:]]  # room beyond the bars
    bars = scored(raws=raws)
    rows, bare = grid(paint(bars=bars, signals=signals)), grid(paint(bars=bars))
    high, low = column(rows, 6).index("◆"), column(rows, 11).index("◆")
    assert rows[high][6][1].split()[0] == "up"
    assert rows[low][11][1].split()[0] == "down"
    assert high == min(filled(bare, 6)) - 1
    assert low == max(filled(bare, 11)) + 1
    assert sum(column(rows, x).count("◆") for x in range(len(bars))) == 2


def test_extreme_bars_are_shaded_and_the_axis_is_heavy_under_them():
    rows = grid(paint())
    shaded = {x for cells in rows for x, (_, role) in enumerate(cells) if "extreme" in role}
    assert shaded == {6, 7, 11}
    axis = snapshots.texts(paint(bars=scored([*ZS[:13], 2.2, *ZS[14:]])))[-1]
    assert axis[axis.index("└") + 1 + 12 :].startswith("─━──")


def test_warming_up_it_says_how_many_bars_are_missing():
    dashboard = Dashboard(evaluated=13)
    lines = snapshots.texts(paint(bars=snapshots.bars(14), dashboard=dashboard))
    assert any("z needs 20 closed bars of 1m: 7 more" in text for text in lines)
    assert "z 7 more bars" in lines[1]
    assert "efficiency 12 more bars" in lines[1]
    assert "slope z 106 more bars" in " ".join(lines[1:4])
    raw = SignalParameters(efficiency=EfficiencyParameters(method="raw"))
    dashboard = Dashboard(evaluated=24, z=0.1, parameters=raw)
    assert "efficiency -" in snapshots.texts(paint(dashboard=dashboard))[1]
    assert (
        "efficiency 1 more bar"
        in snapshots.texts(paint(dashboard=replace(dashboard, parameters=SignalParameters())))[1]
    )


def test_it_is_drawn_anew_when_a_bar_closes_or_is_corrected_and_not_with_every_trade():
    pane, bars, clock = ZScorePane(), scored(), Clock()

    def paint_again(bars, dashboard=DASHBOARD, **changes):
        return pane.paint(snapshots.frame(60, 16, shot(bars, dashboard), clock=clock, **changes))

    first = paint_again(bars)
    moved = (*bars[:-1], replace(bars[-1], close=1.0, cvd=7.0, delta=3.0))
    assert paint_again(moved) is first
    closed = (*bars[:-1], replace(bars[-1], closed=True, z=1.2, z_raw=1.3))
    assert paint_again(closed) != first
    assert paint_again(bars) == first
    corrected = tuple(
        replace(bar, z=bar.z and 1.9) if at == 8 else replace(bar) for at, bar in enumerate(bars)
    )
    assert paint_again(corrected) != first
    assert paint_again(bars, replace(DASHBOARD, z=1.0)) != first
    assert paint_again(bars, focused=True) != first


def test_without_a_bar_it_says_what_it_waits_for():
    lines = snapshots.texts(ZScorePane().paint(snapshots.frame(80, 20, snapshots.snapshot(detail=None))))
    assert any("waiting for the first trade of BTC binance-usdm" in text for text in lines)


@pytest.mark.parametrize("size", [(80, 21), (66, 14), (40, 8), (30, 5), (110, 30), (20, 3)])
@pytest.mark.parametrize("dashboard", [DASHBOARD, Dashboard(evaluated=3)])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_it_fits_every_size(size, dashboard, ascii_only):
    for bars in (scored(), snapshots.bars(3), snapshots.bars(240)):
        lines = paint(*size, bars=bars, dashboard=dashboard, ascii_only=ascii_only)
        assert len(lines) <= size[1]
        assert all(length(line) <= size[0] for line in lines)
        if ascii_only:
            assert "?" not in plain("\n".join(snapshots.texts(lines)))


def test_the_newest_bars_end_at_the_right_edge_below_those_of_the_chart():
    lines = paint(60, 16, bars=tuple(replace(bar, z=1.5) for bar in snapshots.bars(90)))
    assert {len(cells) for cells in grid(lines)} == {60 - 8}
    assert length(lines[-1]) == 60


def test_key_nine_shows_it_and_it_stands_under_the_chart_as_wide_as_it():
    assert list(PANES)[8] == "zscore"
    assert any("9" in key.keys for key in KEYS if key.action == "pane")
    for size in ((120, 40), (200, 50)):
        one = make_controller(*size)
        press(one, "9")
        places = one.layout_state.places(6)
        chart, mine = places["chart"], places["zscore"]
        assert (mine.x, mine.width, mine.edge) == (chart.x, chart.width, chart.edge)
        assert mine.y == chart.y + chart.height
        assert mine.height >= 8
        press(one, "9")
        assert "zscore" not in one.layout_state.places(6)
