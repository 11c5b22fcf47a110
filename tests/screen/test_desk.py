"""The desk, the stage, the command line and the prompt: what keys do, without a terminal."""

import asyncio

import pytest

from cvdtui.app import commands
from cvdtui.app.commands import Order
from cvdtui.app.desk import Desk
from cvdtui.app.keys import KEYS, action_of
from cvdtui.app.layout import PRESETS, arrange
from cvdtui.app.prompt import Prompt
from cvdtui.app.stage import ORDER, Stage
from cvdtui.model import ANCHORS, TIMEFRAMES, View
from tests.screen.fake import FakeReplay, FakeSource

FIRST = "binance-usdm:BTCUSDT"
SECOND = "binance:BTCUSDT"


def desk(width=120, height=40, **kw):
    made = Desk(FakeSource(6, live=False, **kw), View(), Stage())
    made.stage.width, made.stage.height = width, height
    return made


def press(made, *keys):
    actions = [made.press(key, key if len(key) == 1 else None) for key in keys]
    return actions[-1]


async def settle():
    """Let tasks that need no clock run to their ends."""
    for _ in range(5):
        await asyncio.sleep(0)


# --- looking --------------------------------------------------------------------------------------------------


def test_the_first_market_is_at_hand_from_the_start():
    made = desk()
    assert made.view.market == FIRST
    assert made.snapshot.detail is not None
    assert made.snapshot.detail.market.name == FIRST


def test_a_market_named_by_the_configuration_is_at_hand_instead():
    made = Desk(FakeSource(6, live=False), View(market=SECOND), Stage())
    assert made.markets.selected == made.view.market == SECOND


def test_markets_switch_by_keyboard_alone_even_where_no_table_is_shown():
    made = desk()
    press(made, "1")
    assert "markets" not in made.stage.shown
    press(made, "n")
    assert made.view.market == SECOND
    assert made.snapshot.detail.market.name == SECOND
    press(made, "N")
    assert made.view.market == FIRST


def test_timeframes_go_up_and_down_and_stop_at_the_ends():
    made = desk()
    press(made, "]")
    assert made.view.timeframe == 300
    assert made.message == "timeframe 5m"
    press(made, *["["] * 20)
    assert made.view.timeframe == TIMEFRAMES[0]
    press(made, *["]"] * 20)
    assert made.view.timeframe == TIMEFRAMES[-1]


def test_anchors_go_round_and_a_mark_becomes_the_anchor():
    made = desk()
    seen = []
    for _ in ANCHORS:
        press(made, "A")
        seen.append(made.view.anchor)
    assert seen == [*ANCHORS[1:], ANCHORS[0]]
    press(made, "m")
    assert made.source.marks == [FIRST]
    assert made.view.anchor == "mark"


def test_row_size_and_units():
    made = desk()
    press(made, "+", "+", "-", "u")
    assert made.view.row_step == 1
    assert made.view.unit == "quote"
    press(made, "u")
    assert made.view.unit == "base"


def test_a_frozen_picture_stands_while_the_source_goes_on():
    made = Desk(FakeSource(6), View(), Stage())
    press(made, "space")
    frozen = made.snapshot
    assert made.tick() is frozen
    assert made.tick() is frozen
    press(made, "n")
    assert made.snapshot.view.market == SECOND
    press(made, "space")
    assert made.tick() is not frozen


def test_in_a_replay_space_pauses_and_the_dot_steps():
    made = desk()
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


# --- panes ----------------------------------------------------------------------------------------------------


def test_numbers_show_and_hide_panes_and_the_last_one_stays():
    made = desk()
    press(made, "3")
    assert "footprint" not in made.stage.shown
    press(made, "3")
    assert made.stage.focus == "footprint"
    for key in "12345":
        press(made, key)
    assert len(made.stage.shown) == 1


def test_zoom_fills_the_body_and_esc_leaves():
    made = desk()
    press(made, "tab", "z")
    assert set(made.stage.places(6)) == {"header", "chart", "status", "footer"}
    press(made, "tab")
    assert made.stage.zoom == "footprint"
    press(made, "escape")
    assert len(made.stage.places(6)) == 8


def test_enter_drills_into_the_market_and_esc_comes_back():
    made = desk()
    press(made, "enter")
    assert "markets" not in made.stage.places(6)
    assert made.stage.focus == "chart"
    press(made, "escape")
    assert "markets" in made.stage.places(6)
    assert made.stage.focus == "markets"


def test_on_80_by_24_one_pane_stands_alone():
    made = desk(80, 24)
    assert set(made.stage.places(6)) == {"header", "markets", "status", "footer"}
    press(made, "enter")
    assert "chart" in made.stage.places(6)
    press(made, "3")
    assert "footprint" in made.stage.places(6)
    press(made, "3")
    assert "markets" in made.stage.places(6)
    press(made, "5", "escape")
    assert "markets" in made.stage.places(6)


def test_tab_goes_through_the_panes_and_back():
    made = desk()
    seen = []
    for _ in ORDER:
        press(made, "tab")
        seen.append(made.stage.focus)
    assert seen == [*ORDER[1:], ORDER[0]]
    press(made, "shift+tab")
    assert made.stage.focus == ORDER[-1]


def test_presets_go_round():
    made = desk()
    for name in [*list(PRESETS)[1:], "trader"]:
        press(made, "p")
        assert made.stage.preset == name
        assert set(made.stage.shown) == set(PRESETS[name])


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (110, 34), (120, 40), (150, 60), (180, 44), (200, 50), (300, 90)])
@pytest.mark.parametrize("hidden", [(), ("markets",), ("chart",), ("footprint", "tape"), ("chart", "profile")])
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
    made = desk(79, 24)
    assert set(made.stage.places(6)) == {"small"}


# --- the keys -------------------------------------------------------------------------------------------------


def test_every_action_of_the_key_table_is_somebodys():
    made = desk()
    of_the_app = {"quit", "suspend", "theme", "redraw"}
    for key in KEYS:
        assert not key.action or key.action in of_the_app or key.action in made._actions, key
    for command in commands.COMMANDS.values():
        assert command.action in of_the_app or command.action in made._actions, command


def test_no_key_has_two_meanings_outside_a_replay():
    seen = [key for entry in KEYS if entry.where != "replay" for key in entry.keys]
    assert len(seen) == len(set(seen))


def test_the_app_is_left_what_is_its_own():
    made = desk()
    assert press(made, "q") == "quit"
    assert press(made, "ctrl+c") == "quit"
    assert press(made, "ctrl+z") == "suspend"
    assert press(made, "t") == "theme"
    assert press(made, "ctrl+l") == "redraw"
    assert press(made, "f9") == ""
    assert action_of("space", replay=True) == "pause"


def test_help_opens_from_anywhere_and_closes_by_the_same_key():
    made = desk()
    press(made, "?")
    assert "help" in made.stage.places(6)
    press(made, "?")
    assert "help" not in made.stage.places(6)


# --- prompts and commands -------------------------------------------------------------------------------------


def typed(made, text):
    for char in text:
        made.press("space" if char == " " else char, char)
    return made.press("enter", None)


def test_a_filter_works_while_it_is_typed_and_esc_takes_it_back():
    made = desk()
    press(made, "/", "e", "t", "h")
    made.tick()
    assert {row.split(":")[1] for row in made.markets.order} == {"ETHUSDT"}
    assert made.view.market in made.markets.order
    press(made, "escape")
    made.tick()
    assert len(made.markets.order) == 6


def test_esc_clears_a_filter_that_was_entered():
    made = desk()
    press(made, "/")
    typed(made, "eth")
    assert made.markets.pattern == "eth"
    press(made, "escape")
    assert made.markets.pattern == ""


def test_typed_keys_are_text_not_commands():
    made = desk()
    press(made, ":", "q")
    assert made.prompt.text == "q"
    assert made.press("enter", None) == "quit"


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ("tf 5m", lambda made: made.view.timeframe == 300),
        ("anchor week", lambda made: made.view.anchor == "week"),
        ("unit quote", lambda made: made.view.unit == "quote"),
        ("min 2.5", lambda made: made.view.min_size == 2.5),
        ("filter eth", lambda made: made.markets.pattern == "eth"),
        ("preset ladder", lambda made: made.stage.preset == "ladder"),
        ("pane tape", lambda made: "tape" not in made.stage.visible),
        ("open ethusdt", lambda made: made.view.market == "binance-usdm:ETHUSDT"),
        ("mark", lambda made: made.source.marks == [FIRST]),
        ("h", lambda made: made.stage.help),
        ("speed 5", lambda made: made.message == "speed belongs to a replay"),
        ("open nowhere", lambda made: "no market 'nowhere'" in made.message),
        ("nonsense", lambda made: "no command 'nonsense'" in made.message),
        ("themes", lambda made: "did you mean 'theme'?" in made.message),
        ("tf 7m", lambda made: "expected one of 5s 15s" in made.message),
        ("min -1", lambda made: "expected a number" in made.message),
        ("min nan", lambda made: "expected a number" in made.message),
        ("anchor", lambda made: "expected session week" in made.message),
        ("mark now", lambda made: "mark takes nothing" in made.message),
    ],
)
def test_the_command_line(line, check):
    made = desk()
    press(made, ":")
    typed(made, line)
    assert made.prompt is None
    assert check(made)


def test_the_apps_own_commands_come_with_their_argument():
    made = desk()
    press(made, ":")
    assert typed(made, "theme light") == "theme light"
    press(made, ":")
    assert typed(made, "theme") == "theme"


def test_commands_are_completed():
    assert commands.complete("t") == ["tf", "theme"]
    assert commands.complete("anchor w") == ["anchor week"]
    assert commands.complete("tf 1") == ["tf 15s", "tf 1m", "tf 15m", "tf 1h", "tf 1d"]
    assert commands.complete("zzz") == []
    assert commands.read("preset screener") == Order("preset", "screener")


def test_the_least_size_is_asked_where_the_trades_have_the_keys():
    made = desk()
    press(made, "shift+tab", "/")
    assert made.prompt.ask == "least size: "
    typed(made, "0.5")
    assert made.view.min_size == 0.5


def test_the_prompt_edits_a_line():
    prompt = Prompt(":", history=["first", "second"], complete=commands.complete)
    for key in ("a", "b", "left", "c", "home", "d"):
        prompt.take(key, key if len(key) == 1 else None)
    assert (prompt.text, prompt.cursor) == ("dacb", 1)
    prompt.take("delete", None)
    prompt.take("end", None)
    prompt.take("backspace", "\x7f")
    assert prompt.text == "dc"
    prompt.take("up", None)
    prompt.take("up", None)
    assert prompt.text == "first"
    prompt.take("down", None)
    assert prompt.text == "second"
    prompt.take("ctrl+w", "\x17")
    assert prompt.text == ""
    prompt.insert("pre\x1b[31m\nset l")
    assert prompt.text == "pre[31mset l"
    prompt.take("ctrl+u", "\x15")
    prompt.insert("preset la")
    prompt.take("tab", "\t")
    assert prompt.text == "preset ladder "
    assert prompt.take("escape", None) == "cancelled"
    assert prompt.take("enter", None) == "done"


def test_a_prompt_does_not_grow_without_end():
    prompt = Prompt(":")
    prompt.insert("x" * 5000)
    assert len(prompt.text) == 200


# --- wishes that take time ------------------------------------------------------------------------------------


def test_adding_removing_and_undoing_a_market():
    async def scene():
        made = desk()
        press(made, "a")
        typed(made, "okx:SOLUSDT")
        assert "asking for okx:SOLUSDT" in made.message
        await settle()
        made.tick()
        assert "okx:SOLUSDT" in made.markets.order
        assert made.message == "following okx:SOLUSDT"
        press(made, "d")
        await settle()
        made.tick()
        assert FIRST not in made.markets.order
        assert made.message == f"{FIRST} removed; U brings it back"
        assert made.view.market in made.markets.order
        press(made, "U")
        await settle()
        made.tick()
        assert FIRST in made.markets.order
        press(made, "U")
        assert "nothing to undo" in made.message

    asyncio.run(scene())


def test_what_a_venue_refuses_is_told():
    async def scene():
        made = desk()
        press(made, "a")
        typed(made, "okx:NOPE")
        await settle()
        assert made.message == "okx:NOPE: no such symbol at okx"

    asyncio.run(scene())


class Broken(FakeSource):
    async def start(self):
        raise OSError("no route to host")

    async def add_market(self, name):
        raise ValueError("a defect")


def test_a_task_that_fails_is_told_and_takes_nothing_with_it():
    async def scene():
        made = Desk(Broken(3, live=False), View(), Stage())
        made.wishes.start()
        await settle()
        assert made.message == "the feeds failed: OSError: no route to host"
        made.wishes.add("okx:SOLUSDT")
        await settle()
        assert "ValueError: a defect" in made.message
        await made.wishes.close()
        assert made.source.stopped

    asyncio.run(scene())


def test_when_nothing_is_reached_the_notice_offers_the_demo():
    async def scene():
        made = desk(offline=True)
        for _ in range(6):
            made.tick()
        assert "offline" in made.stage.places(6)
        assert "fstream.binance.com: name not resolved; retry in 8 s" in made.offline.report
        press(made, "D")
        await settle()
        made.tick()
        assert made.source.demo
        assert "offline" not in made.stage.places(6)

    asyncio.run(scene())


def test_esc_puts_the_offline_notice_away():
    made = desk(offline=True)
    for _ in range(6):
        made.tick()
    press(made, "escape")
    made.tick()
    assert "offline" not in made.stage.places(6)
