"""The `:` command line: parses a line to an action with its argument, or to one line of error. Pure."""

from difflib import get_close_matches

from msgspec import Struct

from cvdtui.app.layout import PRESETS
from cvdtui.model import ANCHORS, TIMEFRAMES
from cvdtui.panes import PANES

FRAMES = {"5s": 5, "15s": 15, "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14400, "1d": 86400}


class ScreenCommand(Struct, frozen=True):
    """One command: its argument (in brackets where optional), the action it starts, its description."""

    argument: str
    action: str
    words: str


COMMANDS: dict[str, ScreenCommand] = {
    "add": ScreenCommand("MARKET", "add", "add a market"),
    "remove": ScreenCommand("[venue:SYMBOL]", "remove", "remove a market"),
    "undo": ScreenCommand("", "undo", "bring the removed market back"),
    "open": ScreenCommand("venue:SYMBOL", "goto", "select a market"),
    "tf": ScreenCommand(" ".join(FRAMES), "timeframe", "timeframe"),
    "anchor": ScreenCommand(" ".join(ANCHORS), "anchor", "where the CVD begins"),
    "mark": ScreenCommand("", "mark", "start the CVD here (mark)"),
    "unit": ScreenCommand("base quote", "unit", "units of sizes"),
    "min": ScreenCommand("SIZE", "least", "least size in trades"),
    "filter": ScreenCommand("[PATTERN]", "filter", "filter the markets"),
    "alert": ScreenCommand("[RULE]", "alert", "alert on this market"),
    "unalert": ScreenCommand("", "silence", "remove its added rules"),
    "theme": ScreenCommand("[NAME]", "theme", "colours"),
    "preset": ScreenCommand(" ".join(PRESETS), "preset", "layout"),
    "pane": ScreenCommand(" ".join(PANES), "pane", "show or hide a pane"),
    "groups": ScreenCommand("", "groups", "markets or asset groups"),
    "speed": ScreenCommand("FACTOR", "speed", "speed of a replay"),
    "demo": ScreenCommand("", "demo", "switch to the demo exchange"),
    "help": ScreenCommand("", "help", "numbers and keys"),
    "quit": ScreenCommand("", "quit", "leave"),
}
SHORT = {"q": "quit", "h": "help", "timeframe": "tf", "o": "open"}


class CommandCall(Struct, frozen=True):
    """An action to perform; `argument` is already the right type for the action."""

    action: str
    argument: object = None


def read(line: str) -> CommandCall | str:
    """The action a typed line starts, or one line that says what is wrong with it."""
    word, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    name = SHORT.get(word, word)
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, 1)
        return f"no command {word!r}" + (
            f"; did you mean {near[0]!r}?" if near else f"; try {', '.join(COMMANDS)}"
        )
    command = COMMANDS[name]
    if rest and not command.argument:
        return f"{name} takes nothing, not {rest!r}"
    if not rest and command.argument and not command.argument.startswith("["):
        return f"{name} what? expected {command.argument}"
    return _argument(name, command, rest)


def _argument(name: str, command: ScreenCommand, rest: str) -> CommandCall | str:
    action = command.action
    if name == "tf":
        seconds = FRAMES.get(rest)
        return (
            CommandCall(action, seconds)
            if seconds in TIMEFRAMES
            else f"tf {rest!r}: expected one of {command.argument}"
        )
    if name in {"anchor", "unit", "preset", "pane"}:
        known = rest in command.argument.split()
        return CommandCall(action, rest) if known else f"{name} {rest!r}: expected one of {command.argument}"
    if name in {"min", "speed"}:
        try:
            value = float(rest)
        except ValueError:
            value = -1.0
        fine = 0 <= value < 1e15
        return CommandCall(action, value) if fine else f"{name} {rest!r}: expected a number, 0 or more"
    return CommandCall(action, rest or (True if action == "demo" else None))


def complete(line: str) -> list[str]:
    """Completions of the typed line."""
    word, space, rest = line.partition(" ")
    if not space:
        return [name for name in COMMANDS if name.startswith(word)]
    command = COMMANDS.get(SHORT.get(word, word))
    choices = command.argument.split() if command is not None and command.argument.islower() else []
    if command is not None and command.action == "timeframe":
        choices = list(FRAMES)
    return [f"{word} {choice}" for choice in choices if choice.startswith(rest)]
