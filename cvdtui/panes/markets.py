"""The markets table: one line a market.

The cursor follows the market, and rows hold still while one is chosen.
"""

from cvdtui.model import MarketRow
from cvdtui.panes.clock import Clock
from cvdtui.panes.columns import COLUMNS, Cell, Column, Style, spark, spark_head
from cvdtui.panes.groups import GroupsPane
from cvdtui.panes.labels import label, matches
from cvdtui.panes.line import Answer, Frame, Line, centred, clip, fit, title

SORT_EVERY_US = 1_000_000
TIGHT = 110
"""Below this width numbers and venues are written shorter."""
WIDE_ONLY = {"volume", "ratio", "oi", "oi_change"}
"""Columns that a narrow table leaves out."""
FIRST = {column.name for column in COLUMNS if column.rank < 10}
"""A table rather gives up the common decimal points than one of these columns."""
LEAST = 6
"""Cells of a number on a narrow table."""
FLEXIBLE = {"spark": 60, "flags": 30}
"""Columns that take what is left, up to this many cells."""
FLAGS_FIRST = 20
"""So much of the flags is shown before the line of the CVD grows."""


class MarketsPane:
    """State: what is selected, sorted and filtered, and what was drawn last for each row."""

    name = "markets"
    hints = (
        ("enter", "open"),
        ("/", "filter"),
        ("←→", "sort"),
        ("r", "reverse"),
        ("a", "add"),
        ("d", "remove"),
    )

    def __init__(self) -> None:
        self.selected: str | None = None
        self.held = False
        """The user selected a row: it is not sorted until esc, so that rows do not move under the cursor."""
        self.sort: str | None = None
        self.reverse = True
        self.pattern = ""
        self.groups: GroupsPane | None = None
        """The table of groups while it takes the place of this one."""
        self.order: list[str] = []
        """Market names as they stand on the screen."""
        self._top = 0
        self._tight = False
        self._clock: Clock | None = None
        self._width = 0
        self._page = 10
        self._sorted_us = 0
        self._rows: tuple[MarketRow, ...] = ()
        self._names: list[str] = []
        self._filtered = ""
        self._labels: dict[str, str] = {}
        self._shape: tuple[object, ...] = ()
        self._widths: dict[str, tuple[int, int]] = {}
        """Cells on either side of the decimal point."""
        self._joined: dict[str, int] = {}
        """Cells where the points do not stand in one column."""
        self._pointed = True
        self._columns: tuple[tuple[Column, int], ...] = ()
        self._cells: dict[str, tuple[MarketRow, tuple[Cell, ...]]] = {}
        self._lines: dict[str, tuple[MarketRow, bool, Line]] = {}

    # --- painting ------------------------------------------------------------

    def paint(self, frame: Frame) -> list[Line]:
        rows = frame.snapshot.rows
        if self.groups is not None:
            return self.groups.paint(frame, self.selected, self.pattern)
        self._write_all(rows, frame)
        if not self.order:
            words = f"no market matches /{self.pattern}" if rows else "no markets yet: press a to add one"
            return [self._title(frame, len(rows)), *centred(frame, words)]
        self._fit(frame.width)
        by_name = {row.market.name: row for row in rows}
        self._page = max(frame.height - 2, 1)
        self._scroll()
        shown = self.order[self._top : self._top + self._page]
        return [self._title(frame, len(rows)), self._head(), *(self._line(by_name[name]) for name in shown)]

    def update(self, rows: tuple[MarketRow, ...], now_us: int) -> None:
        """Take the rows of a new snapshot, drawn or not: which markets there are, and their order."""
        names = [row.market.name for row in rows]
        changed = names != self._names or self.pattern != self._filtered
        # prices change at every tick: rows sorted as often could not be followed
        due = self.sort and not self.held and now_us - self._sorted_us >= SORT_EVERY_US
        self._rows = rows
        if changed or due:
            self._names, self._filtered = names, self.pattern
            self._order(rows, now_us)

    def _write_all(self, rows: tuple[MarketRow, ...], frame: Frame) -> None:
        """Write the cells of rows that changed; start over when markets, units or the style of numbers do."""
        tight = frame.width < TIGHT
        shape = (tuple(row.market for row in rows), rows[0].unit if rows else "", tight)
        if shape != self._shape:
            self._shape, self._tight = shape, tight
            self._labels = label(rows, tight=tight)
            self._widths, self._joined, self._cells, self._columns = {}, {}, {}, ()
        self._clock = frame.clock
        for row in rows:
            self._write(row)

    def _write(self, row: MarketRow) -> None:
        name = row.market.name
        known = self._cells.get(name)
        # the snapshot keeps the object of a row that did not change
        if known is not None and known[0] is row:
            return
        style = Style(self._labels[name], self._tight, self._clock)
        cells = tuple(column.cell(row, style) for column in COLUMNS)
        self._cells[name] = (row, cells)
        for column, cell in zip(COLUMNS, cells, strict=True):
            whole, part = self._widths.get(column.name, (column.whole + (not self._tight), column.part))
            # widths only grow: a column that changes its width with its values cannot be read
            if len(cell.whole) > whole or len(cell.part) > part or column.name not in self._widths:
                self._widths[column.name] = (max(whole, len(cell.whole)), max(part, len(cell.part)))
                self._columns = ()
            joined = self._joined.get(column.name, min(column.whole + column.part, LEAST))
            self._joined[column.name] = max(joined, len(cell.whole) + len(cell.part))

    def _order(self, rows: tuple[MarketRow, ...], now_us: int) -> None:
        """Put the rows that pass the filter in order; the selected market stays selected."""
        before = self.order
        kept = [row for row in rows if matches(row, self.pattern)]
        key = next((column.key for column in COLUMNS if column.name == self.sort), None)
        if key is not None:
            valued = [(key(row), row) for row in kept]
            kept = [
                row
                for value, row in sorted(
                    ((value, row) for value, row in valued if value is not None),
                    key=lambda pair: pair[0],
                    reverse=self.reverse,
                )
                # a missing value is neither large nor small: last in both directions
            ] + [row for value, row in valued if value is None]
        self.order = [row.market.name for row in kept]
        self._sorted_us = now_us
        # its neighbour, so that removing markets one after the other stays in place
        if self.selected not in self.order:
            place = before.index(self.selected) if self.selected in before else 0
            self.selected = self.order[min(place, len(self.order) - 1)] if self.order else None
            self.held = False

    def _fit(self, width: int) -> None:
        """Choose the columns that fit and share out what is left."""
        if self._columns and self._width == width:
            return
        self._width = width
        least = {"spark": 8 if self._tight else 10, "flags": 8}
        widths = self._chosen(width, {name: sum(both) for name, both in self._widths.items()} | least)
        self._pointed = set(widths) >= FIRST
        # without a common decimal point every number needs less room, and an important column is kept
        if not self._pointed:
            widths = self._chosen(width, self._joined | least)
        room = width - sum(widths.values()) - len(widths)
        flags = min(sum(self._widths["flags"]), FLAGS_FIRST)  # data trouble before a longer line
        for name, most in (("flags", flags), *FLEXIBLE.items()):
            if name in widths:
                extra = max(min(most - widths[name], room), 0)
                widths[name] += extra
                room -= extra
        if "market" in widths:
            widths["market"] += min(max(room, 0), 4)
        self._columns = tuple((column, widths[column.name]) for column in COLUMNS if column.name in widths)
        self._lines = {}

    def _chosen(self, width: int, need: dict[str, int]) -> dict[str, int]:
        """The columns that find room, by rank, each with the cells it needs."""
        room = width  # the cursor takes one cell, the last column needs no gap
        # spot markets have no open interest: where none has any, two columns are saved
        without = set() if any(row.interest for row in self._rows) else {"oi", "oi_change"}
        if self._tight:
            without |= WIDE_ONLY
        chosen = {}
        for column in sorted(COLUMNS, key=lambda column: column.rank):
            if column.name not in without and need[column.name] + 1 <= room:
                chosen[column.name] = need[column.name]
                room -= need[column.name] + 1
        return chosen

    def _title(self, frame: Frame, total: int) -> Line:
        parts = [f"{len(self.order)} of {total}"]
        if self.pattern:
            parts.append(f"/{self.pattern}")
        if self.sort:
            parts.append(
                f"sort {self._sort_head()} {'▼' if self.reverse else '▲'}{' held' if self.held else ''}"
            )
        parts.append(f"sizes in {'quote' if frame.snapshot.view.unit == 'quote' else 'base'}")
        return title(frame, "markets", " · ".join(parts))

    def _sort_head(self) -> str:
        return next((column.head or "spark" for column in COLUMNS if column.name == self.sort), "")

    def _head(self) -> Line:
        spans = [(" ", "head")]
        for column, width in self._columns:
            head = spark_head(self._rows, width) if column.name == "spark" else column.head
            if column.name == self.sort:
                head = head[: width - 1] + ("▼" if self.reverse else "▲")
            spans.append(
                (head[:width].ljust(width) if column.align == "left" else head[:width].rjust(width), "head")
            )
            spans.append((" ", "head"))
        return clip(tuple(spans), self._width)

    def _line(self, row: MarketRow) -> Line:
        name = row.market.name
        chosen = name == self.selected
        known = self._lines.get(name)
        if known is not None and known[0] is row and known[1] == chosen:
            return known[2]
        cells = dict(zip((column.name for column in COLUMNS), self._cells[name][1], strict=True))
        spans: list[tuple[str, str]] = [("▸" if chosen else " ", "focus")]
        last = self._columns[-1][0]
        for column, width in self._columns:
            cell, gap = cells[column.name], "" if column is last else " "
            if column.name == "spark":
                text, role = spark(row, width), "line"
            else:
                text, role = self._place(column, cell, width), cell.role
            spans.append((text + gap, role))
        spans.append((" " * (self._width - sum(len(text) for text, _ in spans)), "text"))
        line = tuple((text, f"{role} cursor") for text, role in spans) if chosen else tuple(spans)
        self._lines[name] = (row, chosen, line)
        return line

    def _place(self, column: Column, cell: Cell, width: int) -> str:
        if column.align == "left":
            return fit(cell.whole, width).ljust(width)
        if column.align == "right":
            return cell.whole[:width].rjust(width)
        if not self._pointed:
            return (cell.whole + cell.part).rjust(width)
        part = self._widths[column.name][1]
        return (cell.whole.rjust(width - part) + cell.part.ljust(part))[:width]

    def _scroll(self) -> None:
        if self.selected in self.order:
            at = self.order.index(self.selected)
            self._top = min(max(self._top, at - self._page + 1), at)
        self._top = max(min(self._top, len(self.order) - self._page), 0)

    # --- keys ------------------------------------------------------------

    def press(self, key: str) -> Answer | None:
        steps = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -self._page, "pagedown": self._page}
        ends = {"g": 0, "home": 0, "G": len(self.order) - 1, "end": len(self.order) - 1}
        if self.groups is not None:
            return self._press_group(self.groups, key)
        if key in steps:
            return self.move(steps[key])
        if key in ends:
            return self.choose(ends[key])
        if key == "enter" and self.selected:
            return Answer({"market": self.selected}, open=True)
        if key == "escape" and self.held:
            self.held = False
            return Answer()
        return self._sort_key(key)

    def _press_group(self, groups: GroupsPane, key: str) -> Answer | None:
        """Keys of the table of groups; the group's leading market becomes the selected one."""
        if key == "enter" and groups.shown:
            return Answer(pane="group")
        place = groups.move(key, self.selected)
        return groups.press(key) if place is None else groups.choose(place, self.order)

    def _sort_key(self, key: str) -> Answer | None:
        if key in {"left", "right"}:
            return self._sort_by(1 if key == "right" else -1)
        if key == "r":
            self.reverse = not self.reverse
            return self._resort()
        return None

    def move(self, step: int) -> Answer:
        """Move the cursor by rows; its market becomes the selected one."""
        at = self.order.index(self.selected) if self.selected in self.order else 0
        return self.choose(min(max(at + step, 0), len(self.order) - 1))

    def choose(self, at: int) -> Answer:
        """Put the cursor on the row numbered `at` and hold it there."""
        if not self.order:
            return Answer()
        self.selected = self.order[max(at, 0)]
        self.held = True
        return Answer({"market": self.selected})

    def point(self, line: int) -> Answer:
        """Put the cursor on the line that was clicked."""
        if self.groups is not None:
            return self.groups.choose(self.groups.line_at(line), self.order)
        at = self._top + line
        return self.choose(at) if at < len(self.order) else Answer()

    def filter(self, pattern: str) -> None:
        """Show only markets that match; empty shows all."""
        self.pattern = pattern

    def _sort_by(self, step: int) -> Answer:
        names: list[str | None] = [None, *(column.name for column, _ in self._columns)]
        at = names.index(self.sort) if self.sort in names else 0
        self.sort = names[(at + step) % len(names)]
        return self._resort()

    def _resort(self) -> Answer:
        self._order(self._rows, self._sorted_us)
        self._lines = {}
        return Answer()
