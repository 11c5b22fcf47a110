"""What is typed: the prompt, the filter and the command line."""

import pytest

from cvdtui.app import commands
from cvdtui.app.commands import CommandCall
from cvdtui.app.prompt import Prompt
from tests.app.keypresses import FIRST, make_controller, press, typed


def test_a_filter_works_while_it_is_typed_and_esc_takes_it_back():
    made = make_controller()
    press(made, "/", "e", "t", "h")
    made.tick()
    assert {row.split(":")[1] for row in made.markets.order} == {"ETHUSDT"}
    assert made.view.market in made.markets.order
    press(made, "escape")
    made.tick()
    assert len(made.markets.order) == 6


def test_esc_clears_a_filter_that_was_entered():
    made = make_controller()
    press(made, "/")
    typed(made, "eth")
    assert made.markets.pattern == "eth"
    press(made, "escape")
    assert made.markets.pattern == ""


def test_typed_keys_are_text_not_commands():
    made = make_controller()
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
        ("preset ladder", lambda made: made.layout_state.preset == "ladder"),
        ("pane tape", lambda made: "tape" not in made.layout_state.visible),
        ("open ethusdt", lambda made: made.view.market == "binance-usdm:ETHUSDT"),
        ("mark", lambda made: made.source.marks == [FIRST]),
        ("h", lambda made: made.layout_state.help),
        ("speed 5", lambda made: made.message == "speed is for replays"),
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
    made = make_controller()
    press(made, ":")
    typed(made, line)
    assert made.prompt is None
    assert check(made)


def test_the_apps_own_commands_come_with_their_argument():
    made = make_controller()
    press(made, ":")
    assert typed(made, "theme light") == "theme light"
    press(made, ":")
    assert typed(made, "theme") == "theme"


def test_commands_are_completed():
    assert commands.complete("t") == ["tf", "theme"]
    assert commands.complete("anchor w") == ["anchor week"]
    assert commands.complete("tf 1") == ["tf 15s", "tf 1m", "tf 15m", "tf 1h", "tf 1d"]
    assert commands.complete("zzz") == []
    assert commands.read("preset screener") == CommandCall("preset", "screener")


def test_the_least_size_is_asked_where_the_trades_have_the_keys():
    made = make_controller()
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
