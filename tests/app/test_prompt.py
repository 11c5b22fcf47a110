"""What is typed: the prompt, the filter and the command line."""

import pytest

from cvdtui.app import commands
from cvdtui.app.commands import CommandCall
from cvdtui.app.prompt import Prompt
from tests.app.keypresses import FIRST, make_controller, press, typed


def test_a_filter_works_while_it_is_typed_and_esc_takes_it_back():
    controller = make_controller()
    press(controller, "/", "e", "t", "h")
    controller.tick()
    assert {row.split(":")[1] for row in controller.markets.order} == {"ETHUSDT"}
    assert controller.view.market in controller.markets.order
    press(controller, "escape")
    controller.tick()
    assert len(controller.markets.order) == 6


def test_esc_clears_a_filter_that_was_entered():
    controller = make_controller()
    press(controller, "/")
    typed(controller, "eth")
    assert controller.markets.pattern == "eth"
    press(controller, "escape")
    assert controller.markets.pattern == ""


def test_typed_keys_are_text_not_commands():
    controller = make_controller()
    press(controller, ":", "q")
    assert controller.prompt.text == "q"
    assert controller.press("enter", None) == "quit"


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ("tf 5m", lambda controller: controller.view.timeframe == 300),
        ("anchor week", lambda controller: controller.view.anchor == "week"),
        ("unit quote", lambda controller: controller.view.unit == "quote"),
        ("min 2.5", lambda controller: controller.view.min_size == 2.5),
        ("filter eth", lambda controller: controller.markets.pattern == "eth"),
        ("preset ladder", lambda controller: controller.layout_state.preset == "ladder"),
        ("pane tape", lambda controller: "tape" not in controller.layout_state.visible),
        ("open ethusdt", lambda controller: controller.view.market == "binance-usdm:ETHUSDT"),
        ("mark", lambda controller: controller.source.marks == [FIRST]),
        ("h", lambda controller: controller.layout_state.help),
        ("speed 5", lambda controller: controller.message == "speed is for replays"),
        ("open nowhere", lambda controller: "no market 'nowhere'" in controller.message),
        ("nonsense", lambda controller: "no command 'nonsense'" in controller.message),
        ("themes", lambda controller: "did you mean 'theme'?" in controller.message),
        ("tf 7m", lambda controller: "expected one of 5s 15s" in controller.message),
        ("min -1", lambda controller: "expected a number" in controller.message),
        ("min nan", lambda controller: "expected a number" in controller.message),
        ("anchor", lambda controller: "expected session week" in controller.message),
        ("mark now", lambda controller: "mark takes nothing" in controller.message),
    ],
)
def test_the_command_line(line, check):
    controller = make_controller()
    press(controller, ":")
    typed(controller, line)
    assert controller.prompt is None
    assert check(controller)


def test_the_apps_own_commands_come_with_their_argument():
    controller = make_controller()
    press(controller, ":")
    assert typed(controller, "theme light") == "theme light"
    press(controller, ":")
    assert typed(controller, "theme") == "theme"


def test_commands_are_completed():
    assert commands.complete("t") == ["tf", "theme"]
    assert commands.complete("anchor w") == ["anchor week"]
    assert commands.complete("tf 1") == ["tf 15s", "tf 1m", "tf 15m", "tf 1h", "tf 1d"]
    assert commands.complete("zzz") == []
    assert commands.read("preset screener") == CommandCall("preset", "screener")


def test_the_least_size_is_typed_where_the_trades_have_the_keys():
    controller = make_controller()
    press(controller, "shift+tab", "/")
    assert controller.prompt.ask == "least size: "
    typed(controller, "0.5")
    assert controller.view.min_size == 0.5


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
