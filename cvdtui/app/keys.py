"""The keys of the screen: one table that dispatch, footer, help and the tests read."""

from msgspec import Struct


class Key(Struct, frozen=True):
    """A key (a character, or Textual's name of it), the action it starts, and its words."""

    keys: tuple[str, ...]
    action: str
    shown: str
    words: str
    where: str = ""
    """`replay`: only there; `pane`: taken by the focused pane itself."""


KEYS: tuple[Key, ...] = (
    Key(("?",), "explain", "?", "explain; again: this help"),
    Key(("h", "f1"), "help", "h F1", "keys, numbers, marks"),
    Key(("q", "ctrl+c", "ctrl+q"), "quit", "q ctrl+c", "quit"),
    Key(("ctrl+z",), "suspend", "ctrl+z", "suspend"),
    Key(("/",), "filter", "/", "filter; least size"),
    Key((":",), "command", ":", "command line"),
    Key(("up", "down", "j", "k"), "", "j k ↑ ↓", "move", "pane"),
    Key(("g", "G", "home", "end"), "", "g G", "first, last", "pane"),
    Key(("pageup", "pagedown"), "", "PgUp PgDn", "a page", "pane"),
    Key(("enter",), "open", "enter", "into the market; its bar"),
    Key(("escape",), "back", "esc", "back"),
    Key(("n",), "next_market", "n", "next market"),
    Key(("N",), "previous_market", "N", "previous market"),
    Key(("tab",), "next_pane", "tab", "next pane"),
    Key(("shift+tab",), "previous_pane", "shift+tab", "previous pane"),
    Key(tuple("123456789"), "pane", "1 - 9", "show or hide a pane"),
    Key(("0",), "pane", "0", "show or hide the alerts"),
    Key(("v",), "groups", "v", "markets or asset groups"),
    Key(("z",), "zoom", "z", "zoom the pane"),
    Key(("p",), "preset", "p", "next layout preset"),
    Key(("[",), "shorter", "[", "shorter timeframe"),
    Key(("]",), "longer", "]", "longer timeframe"),
    Key(("+", "="), "coarser", "+", "larger rows"),
    Key(("-",), "finer", "-", "smaller rows"),
    Key(("left", "right"), "", "← →", "sort column; crosshair", "pane"),
    Key(("r",), "", "r", "reverse the order", "pane"),
    Key(("c",), "", "c", "centre the ladder", "pane"),
    Key(("T",), "", "T", "profile: volume or TPO", "pane"),
    Key(("o",), "", "o", "log: this market alone", "pane"),
    Key(("u",), "unit", "u", "base or quote units"),
    Key(("A",), "anchor", "A", "next CVD anchor"),
    Key(("m",), "mark", "m", "drop a CVD mark here"),
    Key(("l",), "level", "l", "drop or remove a key level"),
    Key(("space",), "freeze", "space", "freeze the picture"),
    Key(("space",), "pause", "space", "pause the replay", "replay"),
    Key((".",), "step", ".", "replay: one step", "replay"),
    Key(("<",), "slower", "<", "replay: slower", "replay"),
    Key((">",), "faster", ">", "replay: faster", "replay"),
    Key(("a",), "add", "a", "add a market"),
    Key(("d",), "remove", "d", "remove the market"),
    Key(("!",), "alert", "!", "alert on this market"),
    Key(("x",), "", "x", "remove the alert rule", "pane"),
    Key(("U",), "undo", "U", "undo the removal"),
    Key(("t",), "theme", "t", "next theme"),
    Key(("D",), "demo", "D", "demo exchange when offline"),
    Key(("ctrl+l",), "redraw", "ctrl+l", "redraw the screen"),
)

GLOBAL_HINTS = (("?", "help"), ("q", "quit"), (":", "command"), ("tab", "pane"))


def action_of(key: str, *, replay: bool) -> str:
    """The action a key starts, empty when none; in a replay its own meaning wins."""
    found = ""
    for entry in KEYS:
        if key in entry.keys and entry.where != "pane":
            if entry.where == "replay" and not replay:
                continue
            found = entry.action
    return found
