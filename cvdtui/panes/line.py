"""What a pane is: lines of spans, the frame it fills, and its answer to a key."""

import unicodedata
from typing import Protocol, runtime_checkable

from msgspec import Struct

from cvdtui.model import MarketDetail, Snapshot
from cvdtui.panes.clock import Clock

Span = tuple[str, str]
"""(text, role).

The role is a name of `theme.ROLES`, or several laid over each other from left to right (`up cursor`).
"""
Line = tuple[Span, ...]


class Frame(Struct, frozen=True, gc=False):
    """The input of one drawing: the snapshot, the size in cells, the clock."""

    snapshot: Snapshot
    width: int
    height: int
    clock: Clock
    focused: bool = False
    zoomed: bool = False
    ascii: bool = False

    @property
    def detail(self) -> MarketDetail | None:
        """The selected market; None while there is no data of it."""
        return self.snapshot.detail


class Answer(Struct, frozen=True):
    """A key was handled; the fields request what the screen should do."""

    view: dict[str, object] = {}
    """Fields of the View to change."""
    open: bool = False
    """Drill into the selected market."""
    pane: str = ""
    """A pane to show alone."""
    bar: tuple[str, int, int] | None = None
    """(market, seconds, start) of a bar to go to."""
    action: str = ""
    """An action of the screen to perform."""
    argument: object = None


class Pane(Protocol):
    """One part of the screen: it keeps its own cursor and scroll, and turns a frame into lines."""

    @property
    def name(self) -> str:
        """Its name in titles, keys and commands."""

    @property
    def hints(self) -> tuple[tuple[str, str], ...]:
        """(key, what it does) for the footer, most wanted first."""

    def paint(self, frame: Frame) -> list[Line]:
        """Draw: at most `frame.height` lines of at most `frame.width` cells; the rest stays blank."""

    def press(self, key: str) -> Answer | None:
        """Take a key (Textual's name of it); None leaves it to the screen."""


@runtime_checkable
class Filtered(Protocol):
    """A pane that shows the lines that pass its pattern."""

    pattern: str

    def filter(self, pattern: str) -> None:
        """Show only what matches; an empty pattern shows all."""


@runtime_checkable
class Pointed(Protocol):
    """A pane whose lines can be pointed at."""

    def point(self, line: int) -> Answer:
        """The user pointed at a line below the title (0 is the first)."""


def length(line: Line) -> int:
    """How many cells a line takes; panes write only characters one cell wide."""
    return sum(len(text) for text, _ in line)


def clip(line: Line, width: int) -> Line:
    """Cut a line at `width` cells."""
    out: list[Span] = []
    for text, role in line:
        if width <= 0:
            break
        out.append((text[:width], role))
        width -= len(text)
    return tuple(out)


def spread(left: Line, right: Line, width: int) -> Line:
    """`left` and `right` at the two ends of `width` cells; `right` is left out where both do not fit."""
    space = width - length(left) - length(right)
    if space < 1:
        return clip(left, width)
    return (*left, (" " * space, "text"), *right)


def title(frame: Frame, name: str, right: str = "", right_role: str = "title") -> Line:
    """A pane's first line: `╶ name ─────── right ╴`."""
    role = "focus" if frame.focused else "title"
    room = frame.width - 4
    name = name[: max(room, 0)]
    right = right if len(name) + len(right) + 4 <= room else ""
    rule = room - len(name) - (len(right) + 2 if right else 0)
    tail: Line = ((f" {right} ", right_role),) if right else ()
    return (("╶ ", "faint"), (name, role), (" " + "─" * rule, "faint"), *tail, ("╴", "faint"))


def centred(frame: Frame, *texts: str, role: str = "dim") -> list[Line]:
    """Words in the middle of an empty pane, below its title."""
    rows = max((frame.height - 1 - len(texts)) // 2, 0)
    blank: list[Line] = [()] * rows
    return blank + [((text[: frame.width].center(frame.width), role),) for text in texts]


def wrap(text: str, width: int) -> list[str]:
    """Broken at spaces into rows of at most `width` cells; a longer word is cut."""
    rows = [""]
    for word in text.split():
        if rows[-1] and len(rows[-1]) + len(word) + 1 > width:
            rows.append("")
        rows[-1] += (" " if rows[-1] else "") + word[:width]
    return rows


def fit(text: str, width: int) -> str:
    """The text, or as much as there is room for and an ellipsis."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def narrow(text: str) -> str:
    """Untrusted text made safe for a grid of cells: anything not one cell wide becomes `?`.

    Rich passes ESC through to the terminal, and raises on an unbalanced `[/x]` in markup.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char
        if char.isprintable()
        and unicodedata.east_asian_width(char) not in "WF"
        and not unicodedata.combining(char)
        else "?"
        for char in text
    )
