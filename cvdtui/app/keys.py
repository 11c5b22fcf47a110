"""The keys of the screen: one schema that dispatch, footer, help page and the documents' key table read."""

from msgspec import Struct

from cvdtui.panes import PANES


class Key(Struct, frozen=True):
    """A key, the action it starts, and the words for it."""

    keys: tuple[str, ...]
    """Characters, or Textual's names of keys."""
    action: str
    """Empty when panes take the key themselves."""
    shown: str
    words: str
    """What it does, at most 26 characters: two columns of the help page share 80 cells."""
    where: str = ""
    """`replay`: only there; `pane`: taken by the focused pane itself."""
    footer: tuple[str, str] | None = None
    """Key and word in the footer of every pane."""
    more: str = ""
    """Further words for the table of the documents, in Markdown."""
    joins: bool = False
    """It shares the table row of the key before it."""
    main: bool = False
    """One of those to learn first."""


KEYS: tuple[Key, ...] = (
    Key(
        ("?",),
        "explain",
        "?",
        "explain, then this help",
        footer=("?", "help"),
        more="first the formula of the selected number, its inputs now and its value by other conventions "
        "(`←` `→` go to the next number), then the help",
        main=True,
    ),
    Key(("h", "f1"), "help", "h F1", "help: keys, numbers, marks"),
    Key(("q", "ctrl+c", "ctrl+q"), "quit", "q ctrl+c", "quit", footer=("q", "quit"), main=True),
    Key(("ctrl+z",), "suspend", "ctrl+z", "suspend"),
    Key(
        ("/",),
        "filter",
        "/",
        "filter; least size",
        more="the markets; the signal log by signal, market, side and bar length (`climax btc sell`); "
        "in the trades the least size",
        main=True,
    ),
    Key((":",), "command", ":", "command line", footer=(":", "command"), main=True),
    Key(("up", "down", "j", "k"), "", "j k ↑ ↓", "move", "pane", main=True),
    Key(("g", "G", "home", "end"), "", "g G", "first line, last line", "pane"),
    Key(("pageup", "pagedown"), "", "PgUp PgDn", "one page up or down", "pane"),
    Key(
        ("enter",),
        "open",
        "enter",
        "open the market; its bar",
        more="from the signal log and the alerts, chart and ladder go to that bar",
        main=True,
    ),
    Key(("escape",), "back", "esc", "back", main=True),
    Key(("n",), "next_market", "n", "next market"),
    Key(("N",), "previous_market", "N", "previous market", joins=True),
    Key(("tab",), "next_pane", "tab", "next pane", footer=("tab", "pane"), main=True),
    Key(("shift+tab",), "previous_pane", "shift+tab", "previous pane", joins=True),
    Key(
        tuple("123456789"),
        "pane",
        "1 - 9",
        "show or hide a pane",
        footer=("1-9", "panes"),
        more=", ".join(list(PANES)[:9]),
        main=True,
    ),
    Key(
        ("0",),
        "pane",
        "0",
        "show or hide the alerts",
        more="channels and their state, rules, alerts sent",
    ),
    Key(("v",), "groups", "v", "markets or asset groups"),
    Key(("z",), "zoom", "z", "zoom the pane", main=True),
    Key(("p",), "preset", "p", "next layout preset"),
    Key(("[",), "shorter", "[", "shorter timeframe", main=True),
    Key(("]",), "longer", "]", "longer timeframe", joins=True),
    Key(("+", "="), "coarser", "+", "larger price rows"),
    Key(("-",), "finer", "-", "smaller price rows", joins=True),
    Key(("left", "right"), "", "← →", "sort column; crosshair", "pane"),
    Key(("r",), "", "r", "reverse the sort order", "pane"),
    Key(("c",), "", "c", "centre the ladder or TPO", "pane"),
    Key(
        ("T",),
        "",
        "T",
        "profile: volume or TPO",
        "pane",
        more="TPO is a letter for every half hour in which a row traded",
    ),
    Key(("o",), "", "o", "log: this market or all", "pane"),
    Key(("u",), "unit", "u", "base or quote units"),
    Key(("A",), "anchor", "A", "next CVD anchor", main=True),
    Key(("m",), "mark", "m", "start the CVD here (mark)"),
    Key(
        ("l",),
        "level",
        "l",
        "add or remove a key level",
        more="at the crosshair, else at the last price; a live run keeps them",
    ),
    Key(
        ("space",),
        "freeze",
        "space",
        "freeze the screen",
        main=True,
    ),
    Key(("space",), "pause", "space", "pause the replay", "replay", footer=("space", "pause"), joins=True),
    Key((".",), "step", ".", "replay: one step", "replay", footer=(".", "step")),
    Key(("<",), "slower", "<", "replay: slower", "replay", footer=("< >", "speed"), joins=True),
    Key((">",), "faster", ">", "replay: faster", "replay", joins=True),
    Key(("a",), "add", "a", "add a market", main=True),
    Key(("d",), "remove", "d", "remove the market", joins=True),
    Key(("U",), "undo", "U", "undo the removal", joins=True),
    Key(("!",), "alert", "!", "alert on this market", main=True),
    Key(("x",), "", "x", "remove the alert rule", "pane"),
    Key(("t",), "theme", "t", "next theme", footer=("t", "theme")),
    Key(("D",), "demo", "D", "demo exchange when offline"),
    Key(("ctrl+l",), "redraw", "ctrl+l", "redraw the screen"),
)


def action_of(key: str, *, replay: bool) -> str:
    """The action a key starts, empty when none; in a replay its own meaning wins."""
    found = ""
    for entry in KEYS:
        if key in entry.keys and entry.where != "pane":
            if entry.where == "replay" and not replay:
                continue
            found = entry.action
    return found


def footer_keys(where: str = "") -> tuple[tuple[str, str], ...]:
    """(key, word) for the footer, most wanted first: those of every pane, or those of a `replay`."""
    return tuple(key.footer for key in KEYS if key.footer is not None and key.where == where)


def key_table(*, main: bool = False) -> str:
    """The keys as a Markdown table, one row for keys that belong together; `main`: those to learn first."""
    rows: list[list[Key]] = []
    for key in KEYS:
        if key.joins:
            rows[-1].append(key)
        else:
            rows.append([key])
    lines = [_table_row(row) for row in rows if row[0].main or not main]
    return "\n".join(("| keys | what they do |", "|---|---|", *lines)) + "\n"


def _table_row(row: list[Key]) -> str:
    names = " - ".join(" ".join(f"`{name}`" for name in part.split()) for part in _shown(row))
    words = ", ".join(f"{key.words}: {key.more}" if key.more else key.words for key in row)
    return f"| {names} | {words} |"


def _shown(row: list[Key]) -> list[str]:
    """The keys' names, each once, in the parts that a dash joins (`1 - 9`)."""
    return " ".join(dict.fromkeys(key.shown for key in row)).split(" - ")
