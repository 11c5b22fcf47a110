"""The explanation of one number (`?`): formula, its inputs now, and its value by every convention."""

from cvdtui.model import ChartBar, MarketDetail, SignalView, Snapshot
from cvdtui.panes.chart import ChartPane
from cvdtui.panes.columns import COLUMNS
from cvdtui.panes.explain.bars import CHART, LADDER
from cvdtui.panes.explain.entry import Book, Entry, Sight, Way
from cvdtui.panes.explain.flags import signal
from cvdtui.panes.explain.links import BOOK as LINKS
from cvdtui.panes.explain.profile import GROUP, PROFILE
from cvdtui.panes.explain.statistics import BOOK as DASHBOARD
from cvdtui.panes.explain.table import BOOK as TABLE
from cvdtui.panes.explain.trades import BOOK as TRADES
from cvdtui.panes.line import Answer, Frame, Line, Pane, centred, fit, title, wrap
from cvdtui.panes.markets import MarketsPane
from cvdtui.panes.signals import SignalsPane

BOOKS: dict[str, Book] = {
    "markets": TABLE,
    "chart": CHART,
    "footprint": LADDER,
    "profile": PROFILE,
    "tape": TRADES,
    "group": GROUP,
    "links": LINKS,
    "zscore": DASHBOARD,
}
"""By the name of the pane whose numbers they explain."""
FIRST = {"markets": "CVD", "chart": "CVD", "tape": "side"}
"""What is explained first, where no column is chosen."""
LABEL = 12
"""Cells of the words at the left."""


class Explain:
    """State: the pane whose numbers are explained, which one of them, and how far the page is scrolled."""

    name = "explain"
    hints = (("←→", "other numbers"), ("?", "keys"), ("esc", "back"), ("n N", "market"), ("u", "units"))

    def __init__(self) -> None:
        self._about: Pane | None = None
        self._at: dict[str, str] = {}
        """The number explained last, by pane."""
        self._sorted: str | None = None
        self._top = 0
        self._beyond = 0
        self._key: tuple[object, ...] = ()
        self.rows = 12
        """Rows that the page needs: it grows while the number stays the same, and never shrinks."""

    def turn_to(self, pane: Pane) -> None:
        """Explain the numbers of this pane."""
        if pane is not self._about:
            self._about, self._top = pane, 0
        if isinstance(pane, MarketsPane) and pane.sort != self._sorted:
            self._sorted = pane.sort
            heads = dict(zip((column.name for column in COLUMNS), TABLE, strict=True))
            if pane.sort is not None:
                self._at[pane.name] = heads[pane.sort]

    @property
    def _book(self) -> Book:
        about = self._about
        if isinstance(about, MarketsPane) and about.groups is not None:
            return GROUP
        return BOOKS.get(about.name, {}) if about is not None else {}

    @property
    def _number(self) -> str:
        """The selected number."""
        book, pane = self._book, self._about
        names = list(book)
        wanted = self._at.get(pane.name, FIRST.get(pane.name, "")) if pane is not None else ""
        return wanted if wanted in book else names[0] if names else ""

    def press(self, key: str) -> Answer | None:
        steps = {"up": -1, "k": -1, "down": 1, "j": 1}
        # the numbers of the log are its lines
        if key in {"left", "right"} and isinstance(self._about, SignalsPane):
            return self._about.press("up" if key == "left" else "down")
        if key in {"left", "right"} and self._about is not None:
            names = list(self._book)
            if names:
                step = 1 if key == "right" else -1
                self._at[self._about.name] = names[(names.index(self._number) + step) % len(names)]
                self._top = 0
            return Answer()
        if key in steps and isinstance(self._about, MarketsPane) and not self._beyond:
            return self._about.press(key)
        if key in steps:
            self._top = min(max(self._top + steps[key], 0), self._beyond)
            return Answer()
        return None

    def paint(self, frame: Frame) -> list[Line]:
        snapshot, number = frame.snapshot, self._number
        row = next((row for row in snapshot.rows if row.market.name == snapshot.view.market), None)
        entry = self._about.pointed if isinstance(self._about, SignalsPane) else None
        if entry is not None:
            return self._page(frame, "signal", signal(entry), _owner(entry, snapshot))
        if row is None or not number:
            words = "select a market" if row is None else "nothing here to explain: ? shows the keys"
            return [title(frame, "explain"), *centred(frame, words)]
        sight = Sight(snapshot, row, frame.clock, self._bar(snapshot.detail))
        return self._page(frame, number, self._book[number](sight), row.market.name)

    def _bar(self, detail: MarketDetail | None) -> ChartBar | None:
        """Under the crosshair of the chart, or the newest."""
        if detail is None or not detail.bars:
            return None
        at_us = self._about.at_us if isinstance(self._about, ChartPane) else None
        if at_us is None:
            return detail.bars[-1]
        return next((bar for bar in reversed(detail.bars) if bar.time_us <= at_us), detail.bars[0])

    def _page(self, frame: Frame, number: str, entry: Entry, market: str) -> list[Line]:
        width = frame.width
        lines: list[Line] = [((f" {number} ".ljust(LABEL), "key"), (fit(entry.value, width - LABEL), "poc"))]
        lines += _paragraph("is", entry.formula, width)
        lines += _flowing("inputs", [f"{word} {value}" for word, value in entry.inputs], width)
        lines += _ways(entry.ways, width)
        for note in entry.notes:
            lines += _paragraph("note", note, width)
        key = (number, market, width)
        # only grows for one number: a page whose edge moves at each tick hides and shows what is behind it
        self.rows = max(len(lines) + 2, self.rows if key == self._key else 0)
        self._key = key
        room = max(frame.height - 1 - (not frame.zoomed), 1)
        self._beyond = max(len(lines) - room, 0)
        self._top = min(self._top, self._beyond)
        names = list(self._book)
        place = f"{names.index(number) + 1} of {len(names)} ← →" if number in names else ""
        more = " · ".join(
            word for word in (place, f"{self._beyond} more: j k" if self._beyond else "", "? keys") if word
        )
        shown = lines[self._top : self._top + room]
        if not frame.zoomed:
            shown += [()] * (room - len(shown)) + [(("─" * width, "faint"),)]
        return [title(frame, f"explain · {number} · {market}", more), *shown]


def _owner(entry: SignalView, snapshot: Snapshot) -> str:
    return entry.market.name if entry.market is not None else snapshot.view.market or ""


def _paragraph(word: str, text: str, width: int) -> list[Line]:
    """A word at the left and its text broken at spaces beside it; nothing without a text."""
    if not text:
        return []
    rows = wrap(text, max(width - LABEL, 20))
    return [((f" {'' if at else word} ".ljust(LABEL), "dim"), (row, "text")) for at, row in enumerate(rows)]


def _flowing(word: str, items: list[str], width: int) -> list[Line]:
    """Pieces side by side, none broken over two rows unless it is longer than one."""
    room = max(width - LABEL, 20)
    rows: list[str] = []
    for item in items:
        if rows and len(rows[-1]) + 3 + len(item) <= room:
            rows[-1] += f" · {item}"
        else:
            rows += wrap(item, room)
    return [((f" {'' if at else word} ".ljust(LABEL), "dim"), (row, "text")) for at, row in enumerate(rows)]


def _ways(ways: tuple[Way, ...], width: int) -> list[Line]:
    """One line a convention, its values in columns; the one in force is marked."""
    if not ways:
        return []
    words = max(len(way.words) for way in ways)
    columns = max(len(way.values) for way in ways)
    sizes = [
        max((len(way.values[at]) for way in ways if at < len(way.values)), default=0) for at in range(columns)
    ]
    room = width - LABEL - 2
    if words + 2 + sum(sizes) + 2 * (columns - 1) > room:
        words = min(words, max(room - 2 - sum(sizes) - 2 * (columns - 1), room // 3))
    lines: list[Line] = []
    for at, way in enumerate(ways):
        role = "focus" if way.here else "text"
        start = (
            (f" {'' if at else 'convention'} ".ljust(LABEL), "dim"),
            ("▸ " if way.here else "  ", "focus"),
            (fit(way.words, words).ljust(words) + "  ", role),
        )
        rest = room - words - 2
        if columns == 1 and sizes[0] > rest:
            pieces = wrap(way.values[0], max(rest, 10))
            blank = (" " * (LABEL + 2 + words + 2), "text")
            lines += [(*start, (pieces[0], role)), *((blank, (piece, role)) for piece in pieces[1:])]
            continue
        values = "  ".join(value.rjust(size) for value, size in zip(way.values, sizes, strict=False))
        lines.append((*start, (values[:rest], role)))
    return lines
