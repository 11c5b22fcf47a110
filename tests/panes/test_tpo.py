"""The profile pane's TPO, and the levels of earlier sessions beside the volume profile."""

import pytest

from cvdtui.model import KeyLevel, TpoRow, TpoView
from cvdtui.panes.line import length
from cvdtui.panes.profile import ProfilePane
from cvdtui.panes.styles import plain
from tests.app.keypresses import make_controller, press
from tests.panes import snapshots

ROWS = (
    TpoRow(64090, "A"),
    TpoRow(64100, "AB", in_value=True),
    TpoRow(64110, "ABCD", poc=True, in_value=True),
    TpoRow(64120, "BCD", in_value=True),
    TpoRow(64140, "D"),
)
TPO = TpoView(10.0, 0, ROWS, 64110, 64120, 64100, (64092.5, 64118.0), 2, snapshots.MIDNIGHT, True, 64120)


def tpo(width=80, height=12, pane=None, view=TPO, **changes):
    shot = snapshots.snapshot(detail=snapshots.detail(tpo=view, **changes))
    return (pane or ProfilePane()).paint(snapshots.frame(width, height, shot))


def test_letters_stand_beside_their_price_with_value_area_first_hour_and_marks():
    lines = snapshots.texts(tpo())
    assert lines[0].startswith("╶ TPO · session ─")
    assert "row 10" in lines[0]
    assert lines[1].strip() == "POC 64 110  VAH 64 120  VAL 64 100  IB 64 092.5 - 64 118.0  single 2"
    assert lines[2].strip() == "A from 00:00Z, 30 min a letter"
    assert lines[3:] == [
        "64 140 │ D",
        "64 130 │",
        "64 120▸▐┊BCD ◀VAH",
        "64 110 ▐┊ABCD ◀POC",
        "64 100 ▐┊AB ◀VAL",
        "64 090 │┊A",
    ]


def test_the_point_of_control_and_single_prints_have_their_colours():
    lines = tpo()
    assert snapshots.roles(lines[6])["ABCD"] == "poc"
    assert snapshots.roles(lines[8])["A"] == "note"
    assert snapshots.roles(lines[5])["BCD"] == "text"


def test_what_is_known_from_candles_alone_is_said():
    shown = "\n".join(snapshots.texts(tpo(view=TpoView(*[*_fields(TPO)[:9], False, 64120]))))
    assert "≈ rows of candles by range" in shown
    assert "≈" not in "\n".join(snapshots.texts(tpo()))


def _fields(view):
    return [getattr(view, name) for name in view.__struct_fields__]


@pytest.mark.parametrize(("width", "height"), [(80, 21), (54, 9), (30, 6), (20, 4)])
def test_it_fits_any_place(width, height):
    many = tuple(
        TpoRow(64000 + 10 * at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv") for at in range(60)
    )
    wide = TpoView(10.0, 0, many, 64110, 64300, 64050, None, 0, snapshots.MIDNIGHT, True, 64300)
    lines = tpo(width, height, view=wide)
    assert len(lines) <= height
    assert all(length(line) <= width for line in lines)
    assert "?" not in plain("".join(snapshots.texts(lines)))
    if width == 80:
        assert any(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv" in line for line in snapshots.texts(lines)
        )


def labels(lines):
    return [line[:6] for line in snapshots.texts(lines) if line[:2] in {"64", "63"}]


def test_it_scrolls_by_rows_holds_still_and_comes_back_to_the_last_price():
    rows = tuple(TpoRow(64000 + 10 * at, "A") for at in range(60))
    tall = TpoView(10.0, 0, rows, 64110, 64300, 64050, None, 0, snapshots.MIDNIGHT, True, 64300)
    pane = ProfilePane()
    pane.press("T")
    first = labels(tpo(80, 13, pane, tall))
    assert len(first) == 11
    assert first[5] == "64 300"
    pane.press("down")
    assert labels(tpo(80, 13, pane, tall))[0] == "64 340"
    pane.press("g")
    assert labels(tpo(80, 13, pane, tall))[0] == "64 590"
    pane.press("G")
    shown = tpo(80, 13, pane, tall)
    assert labels(shown)[-1] == "64 000"
    assert "held" in snapshots.texts(shown)[0]
    moved = TpoView(*[*_fields(tall)[:10], 64500])
    assert labels(tpo(80, 13, pane, moved))[-1] == "64 000", "held: it stays"
    pane.press("c")
    assert "64 500" in labels(tpo(80, 13, pane, moved))


def test_the_key_asks_for_the_tpo_while_the_pane_is_drawn():
    controller = make_controller(120, 40)
    press(controller, "4", "4")
    assert controller.layout_state.focus == "profile"
    press(controller, "T")
    assert controller.view.tpo
    controller.layout_state.toggle("profile")
    controller.tick()
    assert not controller.view.tpo, "not made where nobody looks"
    press(controller, "4", "T")
    assert not controller.view.tpo


LASTING = (
    KeyLevel("previous low", 63_400.0),
    KeyLevel("naked poc", 63_910.0, snapshots.MIDNIGHT - 86_400_000_000),
    KeyLevel("level", 64_120.4),
    KeyLevel("naked poc", 64_310.5, snapshots.MIDNIGHT - 2 * 86_400_000_000),
    KeyLevel("previous high", 64_600.0),
    KeyLevel("naked poc", 65_000.0, snapshots.MIDNIGHT - 9 * 86_400_000_000),
)


def test_levels_out_of_reach_stand_above_and_below_with_their_session_and_distance():
    shot = snapshots.snapshot(detail=snapshots.detail(lasting=LASTING))
    lines = snapshots.texts(ProfilePane().paint(snapshots.frame(80, 16, shot)))
    above = [line for line in lines if "╌" in line]
    assert above[:3] == [
        "65 000.0 ╌ naked POC of Jul 30 00:00Z  +1.33 %",
        "64 600.0 ╌ previous high  +0.70 %",
        "64 310.5 ╌ naked POC of Tue 00:00Z  +0.25 %",
    ]
    assert above[3:] == ["63 910.0 ╌ naked POC of Wed 00:00Z  -0.37 %", "63 400.0 ╌ previous low  -1.17 %"]
    assert lines.index(above[2]) < lines.index(next(line for line in lines if "◀POC" in line))
    assert any("◀POC lvl" in line for line in lines), "one that was traded at stands beside its row"


def test_a_low_pane_keeps_its_rows_and_shows_the_nearest_levels_or_none():
    shot = snapshots.snapshot(detail=snapshots.detail(lasting=LASTING))
    lines = snapshots.texts(ProfilePane().paint(snapshots.frame(80, 9, shot)))
    assert [line[:8] for line in lines if "╌" in line] == ["64 310.5", "63 910.0"]
    assert not any("╌" in line for line in snapshots.texts(ProfilePane().paint(snapshots.frame(80, 8, shot))))
    assert all(length(line) <= 40 for line in ProfilePane().paint(snapshots.frame(40, 16, shot)))
