"""The controller and the layout: what keys do, without a terminal."""

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


def test_the_first_market_is_selected_from_the_start():
    controller = make_controller()
    assert controller.view.market == FIRST
    assert controller.snapshot.detail is not None
    assert controller.snapshot.detail.market.name == FIRST


def test_a_market_named_by_the_configuration_is_selected_instead():
    controller = Controller(FakeSource(6, live=False), View(market=SECOND), LayoutState())
    assert controller.markets.selected == controller.view.market == SECOND


def test_markets_switch_by_keyboard_alone_even_where_no_table_is_shown():
    controller = make_controller()
    press(controller, "1")
    assert "markets" not in controller.layout_state.shown
    press(controller, "n")
    assert controller.view.market == SECOND
    assert controller.snapshot.detail.market.name == SECOND
    press(controller, "N")
    assert controller.view.market == FIRST


def test_timeframes_go_up_and_down_and_stop_at_the_ends():
    controller = make_controller()
    press(controller, "]")
    assert controller.view.timeframe == 300
    assert controller.message == "timeframe 5m"
    press(controller, *["["] * 20)
    assert controller.view.timeframe == TIMEFRAMES[0]
    press(controller, *["]"] * 20)
    assert controller.view.timeframe == TIMEFRAMES[-1]


def test_anchors_go_round_and_a_mark_becomes_the_anchor():
    controller = make_controller()
    seen = []
    for _ in ANCHORS:
        press(controller, "A")
        seen.append(controller.view.anchor)
    assert seen == [*ANCHORS[1:], ANCHORS[0]]
    press(controller, "m")
    assert controller.source.marks == [FIRST]
    assert controller.view.anchor == "mark"


def test_row_size_and_units():
    controller = make_controller()
    press(controller, "+", "+", "-", "u")
    assert controller.view.row_step == 1
    assert controller.view.unit == "quote"
    press(controller, "u")
    assert controller.view.unit == "base"


def test_a_frozen_snapshot_stays_while_the_source_goes_on():
    controller = Controller(FakeSource(6), View(), LayoutState())
    press(controller, "space")
    frozen = controller.snapshot
    assert controller.tick() is frozen
    assert controller.tick() is frozen
    press(controller, "n")
    assert controller.snapshot.view.market == SECOND
    press(controller, "space")
    assert controller.tick() is not frozen


def test_in_a_replay_space_pauses_and_the_dot_steps():
    controller = make_controller()
    controller.source.replay = FakeReplay()
    press(controller, "space")
    assert controller.source.replay.paused
    assert not controller.frozen
    press(controller, "space")
    press(controller, ".")
    assert controller.source.replay.paused
    assert controller.source.replay.steps == 1
    press(controller, ">")
    assert controller.source.replay.speed == 20.0
    press(controller, "<", "<")
    assert controller.source.replay.speed == 5.0


# --- panes ------------------------------------------------------------


def test_numbers_show_and_hide_panes_and_the_last_one_stays():
    controller = make_controller()
    press(controller, "3")
    assert "footprint" not in controller.layout_state.shown
    press(controller, "3")
    assert controller.layout_state.focus == "footprint"
    for key in "12345":
        press(controller, key)
    assert len(controller.layout_state.shown) == 1


def test_zoom_fills_the_body_and_esc_leaves():
    controller = make_controller()
    press(controller, "tab", "z")
    assert set(controller.layout_state.places(6)) == {"header", "chart", "status", "footer"}
    press(controller, "tab")
    assert controller.layout_state.zoom == "footprint"
    press(controller, "escape")
    assert len(controller.layout_state.places(6)) == 8


def test_enter_drills_into_the_market_and_esc_comes_back():
    controller = make_controller()
    press(controller, "enter")
    assert "markets" not in controller.layout_state.places(6)
    assert controller.layout_state.focus == "chart"
    press(controller, "escape")
    assert "markets" in controller.layout_state.places(6)
    assert controller.layout_state.focus == "markets"


def test_on_80_by_24_one_pane_stands_alone():
    controller = make_controller(80, 24)
    assert set(controller.layout_state.places(6)) == {"header", "markets", "status", "footer"}
    press(controller, "enter")
    assert "chart" in controller.layout_state.places(6)
    press(controller, "3")
    assert "footprint" in controller.layout_state.places(6)
    press(controller, "3")
    assert "markets" in controller.layout_state.places(6)
    press(controller, "5", "escape")
    assert "markets" in controller.layout_state.places(6)


def test_tab_goes_through_the_panes_and_back():
    controller = make_controller()
    order = [name for name in PRESETS["trader"] if name not in ROOMY]
    seen = []
    for _ in order:
        press(controller, "tab")
        seen.append(controller.layout_state.focus)
    assert seen == [*order[1:], order[0]]
    press(controller, "shift+tab")
    assert controller.layout_state.focus == order[-1]


def test_presets_go_round():
    controller = make_controller()
    for name in [*list(PRESETS)[1:], "trader"]:
        press(controller, "p")
        assert controller.layout_state.preset == name
        assert set(controller.layout_state.shown) == set(PRESETS[name]) - ROOMY


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
    controller = make_controller(79, 24)
    assert set(controller.layout_state.places(6)) == {"small"}


# --- the keys ------------------------------------------------------------


def test_every_action_of_the_key_table_is_performed_by_the_controller_or_the_app():
    of_the_app = {"quit", "suspend", "theme", "redraw"}
    for key in KEYS:
        assert not key.action or key.action in of_the_app or key.action in ACTIONS, key
    for command in commands.COMMANDS.values():
        assert command.action in of_the_app or command.action in ACTIONS, command


def test_no_key_has_two_meanings_outside_a_replay():
    seen = [key for entry in KEYS if entry.where != "replay" for key in entry.keys]
    assert len(seen) == len(set(seen))


def test_the_app_is_left_what_is_its_own():
    controller = make_controller()
    assert press(controller, "q") == "quit"
    assert press(controller, "ctrl+c") == "quit"
    assert press(controller, "ctrl+z") == "suspend"
    assert press(controller, "t") == "theme"
    assert press(controller, "ctrl+l") == "redraw"
    assert press(controller, "f9") == ""
    assert action_of("space", replay=True) == "pause"


def test_help_opens_from_anywhere_and_closes_by_the_same_key():
    for key in ("h", "f1"):
        controller = make_controller()
        press(controller, key)
        assert "help" in controller.layout_state.places(6)
        press(controller, key)
        assert "help" not in controller.layout_state.places(6)


def test_the_question_mark_explains_then_helps_then_goes_back():
    controller = make_controller()
    press(controller, "?")
    assert "explain" in controller.layout_state.places(6)
    assert "help" not in controller.layout_state.places(6)
    press(controller, "?")
    assert "help" in controller.layout_state.places(6)
    assert "explain" not in controller.layout_state.places(6)
    press(controller, "?")
    assert not {"help", "explain"} & set(controller.layout_state.places(6))


def test_where_nothing_is_to_be_explained_the_question_mark_helps_at_once():
    controller = make_controller(80, 24)
    press(controller, "0", "?")
    assert controller.focused is controller.help


@pytest.mark.parametrize(("key", "pane"), [("5", "tape"), ("7", "links")])
def test_trades_and_connections_are_explained_too(key, pane):
    controller = make_controller(80, 24)
    press(controller, key, "?")
    assert controller.layout_state.focus == pane
    assert "explain" in controller.layout_state.places(6)
    assert controller.focused is controller.explain_focus.pane


def test_esc_leaves_the_explanation_before_anything_else():
    controller = make_controller()
    press(controller, "enter", "?")
    assert controller.layout_state.drilled
    press(controller, "escape")
    assert "explain" not in controller.layout_state.places(6)
    assert controller.layout_state.drilled


def test_what_the_explanation_needs_is_requested_while_it_is_open():
    controller = make_controller()
    assert not controller.view.explain
    press(controller, "?")
    assert controller.view.explain
    press(controller, "escape")
    controller.tick()
    assert not controller.view.explain


def test_a_frozen_snapshot_stays_as_it_is_while_it_is_explained():
    controller = make_controller()
    press(controller, "space")
    before = controller.snapshot
    press(controller, "?", "right", "left")
    controller.tick()
    assert controller.snapshot is before


@pytest.mark.parametrize("size", [(120, 40), (200, 50)])
def test_the_explanation_stands_off_the_pane_it_explains(size):
    controller = make_controller(*size)
    press(controller, "?")
    places = controller.layout_state.places(6)
    page, table = places["explain"], places["markets"]
    assert table.y + table.height <= page.y
    controller.layout_state.focus = "profile"
    page = controller.layout_state.places(6)["explain"]
    assert page.y + page.height <= size[1] - 2
