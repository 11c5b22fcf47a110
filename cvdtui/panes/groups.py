"""The table of asset groups: one line an asset, its markets added up in quote units.

It takes the place of the markets table, which owns it and hands it frames and keys.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from cvdtui.model import DOLLAR, GroupRow
from cvdtui.panes import numbers
from cvdtui.panes.line import Answer, Frame, Line, centred, fit, narrow, title

Written = tuple[str, str]
"""(text, role)."""


class _Column(Struct, frozen=True):
    """One column; `rank` says which are left out on a narrow screen (the highest first)."""

    head: str
    rank: int
    width: int
    write: Callable[[GroupRow], Written]
    key: Callable[[GroupRow], float | None]
    """What the column sorts by; None goes last."""


def _last(row: GroupRow) -> Written:
    if row.last is None:
        return "-", "dim"
    return numbers.price(row.last, row.last_decimals), "text" if row.counted else "dim"


def _signed(row: GroupRow, value: float | None) -> Written:
    if value is None:
        return "-", "dim"
    return numbers.number(value, 0, signed=True), numbers.tone(value) if row.coverage >= 1.0 else "dim"


def _percent(value: float | None) -> Written:
    return ("-", "dim") if value is None else (numbers.percent(value, signed=True), numbers.tone(value))


def _amount(row: GroupRow, value: float | None) -> Written:
    return ("-", "dim") if value is None or not row.counted else (numbers.number(value, 0), "text")


def _cover(row: GroupRow) -> Written:
    if not row.counted:
        return "-", "dim"
    return ("100", "good") if row.coverage >= 1.0 else (f"{int(row.coverage * 1000) / 10:.1f}", "warn")


def _markets(row: GroupRow) -> Written:
    total = len(row.parts)
    return f"{row.counted}/{total}", "text" if row.counted == total else "warn"


def _interest_change(row: GroupRow) -> float | None:
    return row.open_interest_change


COLUMNS = (
    _Column("last", 2, 12, _last, lambda row: row.last),
    _Column("chg %", 7, 7, lambda row: _percent(row.change), lambda row: row.change),
    _Column("volume", 10, 8, lambda row: _amount(row, row.volume), lambda row: row.volume),
    _Column("Δ bar", 8, 8, lambda row: _signed(row, row.delta_bar), lambda row: row.delta_bar),
    _Column("Δ 5m", 6, 8, lambda row: _signed(row, row.delta_5m), lambda row: row.delta_5m),
    _Column("CVD", 1, 9, lambda row: _signed(row, row.cvd), lambda row: row.cvd),
    _Column("spot", 3, 9, lambda row: _signed(row, row.spot), lambda row: row.spot),
    _Column("perp", 4, 9, lambda row: _signed(row, row.perp), lambda row: row.perp),
    _Column("spot-perp", 5, 9, lambda row: _signed(row, row.spread), lambda row: row.spread),
    _Column("OI", 9, 8, lambda row: _amount(row, row.open_interest), lambda row: row.open_interest),
    _Column(
        "OI %", 11, 7, lambda row: _percent(row.open_interest_change), lambda row: row.open_interest_change
    ),
    _Column("markets", 2, 7, _markets, lambda row: row.counted),
    _Column("cover", 0, 5, _cover, lambda row: row.coverage if row.counted else None),
)
SORT_EVERY_US = 1_000_000
NAME = 12
"""Cells of a group's name."""


class GroupsPane:
    """State: the rows of the last snapshot, which are shown in which order, and how far it is scrolled."""

    hints = (
        ("enter", "open"),
        ("v", "markets"),
        ("/", "filter"),
        ("←→", "sort"),
        ("r", "reverse"),
        ("a", "add"),
    )

    def __init__(self) -> None:
        self.shown: tuple[GroupRow, ...] = ()
        self.sort: str | None = None
        """Head of the column it is sorted by."""
        self.reverse = True
        self.held = False
        """The user selected a row: it is not sorted until esc, so that rows do not move under the cursor."""
        self._order: list[str] = []
        self._sorted_us = 0
        self._columns: tuple[_Column, ...] = COLUMNS
        self._total = 0
        self._top = 0
        self._page = 10

    def update(self, rows: Sequence[GroupRow], markets: Sequence[str], now_us: int = 0) -> None:
        """Take the groups of a new snapshot that have one of these markets; sorted once a second."""
        wanted = set(markets)
        self._total = len(rows)
        shown = [row for row in rows if any(part.market.name in wanted for part in row.parts)]
        places = {name: place for place, name in enumerate(self._order)}
        if self.sort and (self.held or now_us - self._sorted_us < SORT_EVERY_US):
            self.shown = tuple(sorted(shown, key=lambda row: places.get(row.name, len(places))))
        else:
            self._sorted_us = now_us
            self._place(shown)

    def _place(self, rows: Sequence[GroupRow]) -> None:
        """Put the rows in order: by the column's value, those without one last."""
        key = next((column.key for column in COLUMNS if column.head == self.sort), None)
        if key is not None:
            valued = [(key(row), row) for row in rows]
            present = [(value, row) for value, row in valued if value is not None]
            present.sort(key=lambda pair: pair[0], reverse=self.reverse)
            rows = [row for _, row in present] + [row for value, row in valued if value is None]
        self.shown = tuple(rows)
        self._order = [row.name for row in rows]

    def press(self, key: str) -> Answer | None:
        """Sort by the next column (or the one before), the other way round, or release the row."""
        if key == "escape" and self.held:
            self.held = False
            return Answer()
        if key in {"left", "right"}:
            heads: list[str | None] = [None, *(column.head for column in self._columns)]
            at = heads.index(self.sort) if self.sort in heads else 0
            self.sort = heads[(at + (1 if key == "right" else -1)) % len(heads)]
        elif key == "r":
            self.reverse = not self.reverse
        else:
            return None
        self._place(self.shown)
        return Answer()

    def at(self, market: str | None) -> int:
        """The place of the group a market belongs to; 0 when there is none."""
        for place, row in enumerate(self.shown):
            if any(part.market.name == market for part in row.parts):
                return place
        return 0

    def target(self, place: int, markets: Sequence[str]) -> str | None:
        """The market that stands for a group: its lead, or the first of it that is shown."""
        if not self.shown:
            return None
        row = self.shown[min(max(place, 0), len(self.shown) - 1)]
        names = [row.lead.name, *(part.market.name for part in row.parts)]
        return next((name for name in names if name in markets), None)

    def move(self, key: str, market: str | None) -> int | None:
        """Where a key takes the cursor; None for one that moves nothing."""
        at, page = self.at(market), self._page
        steps = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -page, "pagedown": page}
        ends = {"g": 0, "home": 0, "G": len(self.shown) - 1, "end": len(self.shown) - 1}
        if key in steps:
            return min(max(at + steps[key], 0), max(len(self.shown) - 1, 0))
        return ends.get(key)

    def line_at(self, line: int) -> int:
        """The place of the row that was clicked."""
        return self._top + line

    def paint(self, frame: Frame, selected: str | None, pattern: str) -> list[Line]:
        """Title, head and rows."""
        words = f"{len(self.shown)} of {self._total}" + (f" · /{pattern}" if pattern else "")
        if self.sort:
            words += f" · sort {self.sort} {self._arrow()}{' held' if self.held else ''}"
        head = title(frame, "groups", f"{words} · {_money_words(self.shown)} · v markets")
        if not self.shown:
            return [
                head,
                *centred(frame, "no group matches" if self._total else "waiting for the first market"),
            ]
        at = self.at(selected)
        self._page = max(frame.height - 2, 1)
        self._top = min(max(self._top, at - self._page + 1), at)
        self._top = max(min(self._top, len(self.shown) - self._page), 0)
        columns = self._columns = _fitting(frame.width)
        rows = self.shown[self._top : self._top + self._page]
        return [
            head,
            _head(columns, frame.width, self.sort, self._arrow()),
            *(_line(row, columns, frame.width, row is self.shown[at]) for row in rows),
        ]

    def _arrow(self) -> str:
        return "▼" if self.reverse else "▲"

    def choose(self, place: int, markets: Sequence[str]) -> Answer:
        """Select the group in this place, which holds still from now on."""
        self.held = True
        name = self.target(place, markets)
        return Answer({"market": name}) if name else Answer()


def _money_words(rows: Sequence[GroupRow]) -> str:
    return (
        "in quote units, every dollar coin = 1 USD"
        if any(row.money == DOLLAR for row in rows)
        else "in quote units"
    )


def _fitting(width: int) -> tuple[_Column, ...]:
    room = width - NAME - 1
    chosen = set()
    for column in sorted(COLUMNS, key=lambda column: column.rank):
        if column.width + 1 <= room:
            chosen.add(column.head)
            room -= column.width + 1
    return tuple(column for column in COLUMNS if column.head in chosen)


def _head(columns: tuple[_Column, ...], width: int, sort: str | None, arrow: str) -> Line:
    heads = (
        (column.head[: column.width - 1] + arrow if column.head == sort else column.head, column.width)
        for column in columns
    )
    words = " " + "asset".ljust(NAME) + "".join(" " + head.rjust(room) for head, room in heads)
    room = width - len(words) - 2
    return ((fit(words + ("  left out" if room >= 8 else ""), width), "head"),)


def _line(row: GroupRow, columns: tuple[_Column, ...], width: int, chosen: bool) -> Line:  # noqa: FBT001 - a mark
    spans: list[Written] = [("▸" if chosen else " ", "focus"), (fit(row.name, NAME).ljust(NAME), "text")]
    for column in columns:
        text, role = column.write(row)
        spans.append((" " + text.rjust(column.width)[: column.width], role))
    room = width - sum(len(text) for text, _ in spans)
    words = left_out(row)
    if room >= 10 and words:
        spans.append(("  " + fit(words, room - 2), "warn"))
    spans.append((" " * (width - sum(len(text) for text, _ in spans)), "text"))
    return tuple((text, f"{role} cursor") for text, role in spans) if chosen else tuple(spans)


def left_out(row: GroupRow) -> str:
    """`bybit stale 14s, okx no trade yet`."""
    return narrow(", ".join(f"{part.market.venue} {part.why}" for part in row.excluded))
