"""The desk and the stage: what keys do, without a terminal."""

import pytest

from cvdtui.app import commands
from cvdtui.app.actions import ACTIONS
from cvdtui.app.controller import Controller
from cvdtui.app.keys import KEYS, action_of
from cvdtui.app.layout import PRESETS, ROOMY, arrange
from cvdtui.app.layout_state import ORDER, LayoutState
from cvdtui.model import ANCHORS, TIMEFRAMES, View
from tests.app.fake_source import FakeReplay, FakeSource
from tests.app.keypresses import FIRST, SECOND, make_controller, press


def test_the_first_market_is_at_hand_from_the_start():
    made = make_controller()
    assert made.view.market == FIRST
    assert made.snapshot.detail is not None
    assert made.snapshot.detail.market.name == FIRST


def test_a_market_named_by_the_configuration_is_at_hand_instead():
    made = Controller(FakeSource(6, live=False), View(market=SECOND), LayoutState())
    assert made.markets.selected == made.view.market == SECOND


def test_markets_switch_by_keyboard_alone_even_where_no_table_is_shown():
    made = make_controller()
    press(made, "1")
    assert "markets" not in made.layout_state.shown
    press(made, "n")
    assert made.view.market == SECOND
    assert made.snapshot.detail.market.name == SECOND
    press(made, "N")
    assert made.view.market == FIRST


def test_timeframes_go_up_and_down_and_stop_at_the_ends():
    made = make_controller()
    press(made, "]")
    assert made.view.timeframe == 300
    assert made.message == "timeframe 5m"
    press(made, *["["] * 20)
    assert made.view.timeframe == TIMEFRAMES[0]
    press(made, *["]"] * 20)
    assert made.view.timeframe == TIMEFRAMES[-1]


def test_anchors_go_round_and_a_mark_becomes_the_anchor():
    made = make_controller()
    seen = []
    for _ in ANCHORS:
        press(made, "A")
        seen.append(made.view.anchor)
    assert seen == [*ANCHORS[1:], ANCHORS[0]]
    press(made, "m")
    assert made.source.marks == [FIRST]
    assert made.view.anchor == "mark"


def test_row_size_and_units():
    made = make_controller()
    press(made, "+", "+", "-", "u")
    assert made.view.row_step == 1
    assert made.view.unit == "quote"
    press(made, "u")
    assert made.view.unit == "base"


def test_a_frozen_picture_stands_while_the_source_goes_on():
    made = Controller(FakeSource(6), View(), LayoutState())
    press(made, "space")
    frozen = made.snapshot
    assert made.tick() is frozen
    assert made.tick() is frozen
    press(made, "n")
    assert made.snapshot.view.market == SECOND
    press(made, "space")
    assert made.tick() is not frozen


def test_in_a_replay_space_pauses_and_the_dot_steps():
    made = make_controller()
    made.source.replay = FakeReplay()
    press(made, "space")
    assert made.source.replay.paused
    assert not made.frozen
    press(made, "space")
    press(made, ".")
    assert made.source.replay.paused
    assert made.source.replay.steps == 1
    press(made, ">")
    assert made.source.replay.speed == 20.0
    press(made, "<", "<")
    assert made.source.replay.speed == 5.0


# --- panes ------------------------------------------------------------


def test_numbers_show_and_hide_panes_and_the_last_one_stays():
    made = make_controller()
    press(made, "3")
    assert "footprint" not in made.layout_state.shown
    press(made, "3")
    assert made.layout_state.focus == "footprint"
    for key in "12345":
        press(made, key)
    assert len(made.layout_state.shown) == 1


def test_zoom_fills_the_body_and_esc_leaves():
    made = make_controller()
    press(made, "tab", "z")
    assert set(made.layout_state.places(6)) == {"header", "chart", "status", "footer"}
    press(made, "tab")
    assert made.layout_state.zoom == "footprint"
    press(made, "escape")
    assert len(made.layout_state.places(6)) == 8


def test_enter_drills_into_the_market_and_esc_comes_back():
    made = make_controller()
    press(made, "enter")
    assert "markets" not in made.layout_state.places(6)
    assert made.layout_state.focus == "chart"
    press(made, "escape")
    assert "markets" in made.layout_state.places(6)
    assert made.layout_state.focus == "markets"


def test_on_80_by_24_one_pane_stands_alone():
    made = make_controller(80, 24)
    assert set(made.layout_state.places(6)) == {"header", "markets", "status", "footer"}
    press(made, "enter")
    assert "chart" in made.layout_state.places(6)
    press(made, "3")
    assert "footprint" in made.layout_state.places(6)
    press(made, "3")
    assert "markets" in made.layout_state.places(6)
    press(made, "5", "escape")
    assert "markets" in made.layout_state.places(6)


def test_tab_goes_through_the_panes_and_back():
    made = make_controller()
    order = [name for name in PRESETS["trader"] if name not in ROOMY]
    seen = []
    for _ in order:
        press(made, "tab")
        seen.append(made.layout_state.focus)
    assert seen == [*order[1:], order[0]]
    press(made, "shift+tab")
    assert made.layout_state.focus == order[-1]


def test_presets_go_round():
    made = make_controller()
    for name in [*list(PRESETS)[1:], "trader"]:
        press(made, "p")
        assert made.layout_state.preset == name
        assert set(made.layout_state.shown) == set(PRESETS[name]) - ROOMY


@pytest.mark.parametrize(
    "size", [(80, 24), (100, 30), (110, 34), (120, 40), (150, 60), (180, 44), (200, 50), (300, 90)]
)
@pytest.mark.parametrize(
    "hidden", [(), ("markets",), ("chart",), ("footprint", "tape"), ("chart", "profile")]
)
@pytest.mark.parametrize("rows", [1, 12, 60])
def test_the_places_cover_the_screen_without_overlap(size, hidden, rows):
    width, height = size
    names = tuple(name for name in ORDER if name not in hidden)
    seen = [[0] * width for _ in range(height)]
    for place in arrange(width, height, names, None, rows).values():
        for y in range(place.y, place.y + place.height):
            for x in range(place.x, place.x + place.width):
                seen[y][x] += 1
    assert all(count == 1 for line in seen for count in line)


def test_a_window_too_small_shows_nothing_else():
    made = make_controller(79, 24)
    assert set(made.layout_state.places(6)) == {"small"}


# --- the keys ------------------------------------------------------------


def test_every_action_of_the_key_table_is_somebodys():
    of_the_app = {"quit", "suspend", "theme", "redraw"}
    for key in KEYS:
        assert not key.action or key.action in of_the_app or key.action in ACTIONS, key
    for command in commands.COMMANDS.values():
        assert command.action in of_the_app or command.action in ACTIONS, command


def test_no_key_has_two_meanings_outside_a_replay():
    seen = [key for entry in KEYS if entry.where != "replay" for key in entry.keys]
    assert len(seen) == len(set(seen))


def test_the_app_is_left_what_is_its_own():
    made = make_controller()
    assert press(made, "q") == "quit"
    assert press(made, "ctrl+c") == "quit"
    assert press(made, "ctrl+z") == "suspend"
    assert press(made, "t") == "theme"
    assert press(made, "ctrl+l") == "redraw"
    assert press(made, "f9") == ""
    assert action_of("space", replay=True) == "pause"


def test_help_opens_from_anywhere_and_closes_by_the_same_key():
    for key in ("h", "f1"):
        made = make_controller()
        press(made, key)
        assert "help" in made.layout_state.places(6)
        press(made, key)
        assert "help" not in made.layout_state.places(6)


def test_the_question_mark_explains_then_helps_then_goes_back():
    made = make_controller()
    press(made, "?")
    assert "explain" in made.layout_state.places(6)
    assert "help" not in made.layout_state.places(6)
    press(made, "?")
    assert "help" in made.layout_state.places(6)
    assert "explain" not in made.layout_state.places(6)
    press(made, "?")
    assert not {"help", "explain"} & set(made.layout_state.places(6))


def test_where_nothing_is_to_be_explained_the_question_mark_helps_at_once():
    made = make_controller(80, 24)
    press(made, "0", "?")
    assert made.focused is made.help


@pytest.mark.parametrize(("key", "pane"), [("5", "tape"), ("7", "links")])
def test_trades_and_connections_are_explained_too(key, pane):
    made = make_controller(80, 24)
    press(made, key, "?")
    assert made.layout_state.focus == pane
    assert "explain" in made.layout_state.places(6)
    assert made.focused is made.explain_focus.pane


def test_esc_leaves_the_explanation_before_anything_else():
    made = make_controller()
    press(made, "enter", "?")
    assert made.layout_state.drilled
    press(made, "escape")
    assert "explain" not in made.layout_state.places(6)
    assert made.layout_state.drilled


def test_what_the_explanation_needs_is_asked_for_while_it_is_open():
    made = make_controller()
    assert not made.view.explain
    press(made, "?")
    assert made.view.explain
    press(made, "escape")
    made.tick()
    assert not made.view.explain


def test_a_frozen_picture_stays_as_it_is_while_it_is_explained():
    made = make_controller()
    press(made, "space")
    before = made.snapshot
    press(made, "?", "right", "left")
    made.tick()
    assert made.snapshot is before


@pytest.mark.parametrize("size", [(120, 40), (200, 50)])
def test_the_explanation_stands_off_the_pane_it_explains(size):
    made = make_controller(*size)
    press(made, "?")
    places = made.layout_state.places(6)
    page, table = places["explain"], places["markets"]
    assert table.y + table.height <= page.y
    made.layout_state.focus = "profile"
    page = made.layout_state.places(6)["explain"]
    assert page.y + page.height <= size[1] - 2
