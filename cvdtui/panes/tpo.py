"""The TPO of the session as the profile pane draws it: a letter for every half hour in which a row traded."""

import math

from cvdtui.model import MarketDetail, TpoRow, TpoView
from cvdtui.panes import numbers
from cvdtui.panes.columns import price_decimals
from cvdtui.panes.line import Frame, Line, fit, title
from cvdtui.panes.words import market_words


class TpoLines:
    """State: the row on top, and whether the user holds it there; else the last price stays visible."""

    def __init__(self) -> None:
        self.held = False
        self._top: int | None = None
        self._ends = (0, 0)
        """Lowest and highest row."""
        self._page = 1
        self._key: tuple[object, ...] = ()

    def press(self, key: str) -> bool:
        """Scroll; False for a key that does nothing here."""
        steps = {"up": 1, "k": 1, "down": -1, "j": -1, "pageup": self._page, "pagedown": -self._page}
        low, high = self._ends
        ends = {"g": high, "home": high, "G": low + self._page - 1, "end": low + self._page - 1}
        if self._top is not None and (key in steps or key in ends):
            self._top = ends[key] if key in ends else self._top + steps[key]
            self.held = True
            return True
        if key == "c" or (key == "escape" and self.held):
            self._top, self.held = None, False
            return True
        return False

    def paint(self, frame: Frame, detail: MarketDetail, tpo: TpoView) -> list[Line]:
        name = "TPO · session" + (f" · {market_words(detail)}" if frame.zoomed else "")
        words = f"row {tpo.row:.{tpo.row_decimals}f}" + (" · held, c" if self.held else "")
        facts = _facts(frame, detail, tpo)[: frame.height // 3]
        room = max(frame.height - 1 - len(facts), 1)
        rows = {round(row.price / tpo.row): row for row in tpo.rows}
        top = self._place(detail, tpo, rows, room)
        wide = max(len(numbers.price(row.price, tpo.row_decimals)) for row in (tpo.rows[0], tpo.rows[-1]))
        last = None if tpo.last is None else round(tpo.last / tpo.row)
        lines = [
            _row(tpo, rows.get(number), number, number == last, wide, frame.width)
            for number in range(top, max(top - room, self._ends[0] - 1), -1)
        ]
        return [title(frame, name, words), *facts, *lines]

    def _place(self, detail: MarketDetail, tpo: TpoView, rows: dict[int, TpoRow], room: int) -> int:
        key = (detail.market.name, tpo.row, tpo.start_us)
        if key != self._key or (room != self._page and not self.held):
            self._key, self._top, self.held = key, None, False
        self._page, self._ends = room, (min(rows), max(rows))
        low, high = self._ends
        last = round((tpo.last if tpo.last is not None else tpo.rows[-1].price) / tpo.row)
        if self._top is None or (not self.held and not self._top - room < last <= self._top):
            self._top = last + room // 2
        self._top = min(max(self._top, low + room - 1), high) if high - low >= room else high
        return self._top


def _facts(frame: Frame, detail: MarketDetail, tpo: TpoView) -> list[Line]:
    """The exact prices, and what a letter stands for."""
    decimals = price_decimals(detail.market)
    parts: list[tuple[str, str, str]] = [
        (word, numbers.price(value, tpo.row_decimals), role)
        for word, value, role in (
            ("POC", tpo.poc, "poc"),
            ("VAH", tpo.vah, "text"),
            ("VAL", tpo.val, "text"),
        )
        if value is not None
    ]
    if tpo.initial is not None:
        low, high = (numbers.price(price, decimals) for price in tpo.initial)
        parts.append(("IB", f"{low} - {high}", "text"))
    parts.append(("single", str(tpo.singles), "note" if tpo.singles else "text"))
    since = frame.clock.since(tpo.start_us, frame.snapshot.time_us)
    origin = f"A from {since}, 30 min a letter" + ("" if tpo.exact else " · ≈ rows of candles by range")
    lines: list[Line] = [()]
    for word, text, role in parts:
        size = len(word) + len(text) + 3
        if lines[-1] and sum(len(one) for one, _ in lines[-1]) + size > frame.width:
            lines.append(())
        lines[-1] = (*lines[-1], (f" {word} ", "dim"), (f"{text} ", role))
    used = sum(len(one) for one, _ in lines[-1])
    if used + len(origin) + 1 <= frame.width:
        lines[-1] = (*lines[-1], (f" {origin}", "dim"))
        return lines
    return [*lines, ((fit(f" {origin}", frame.width), "dim"),)]


def _row(tpo: TpoView, row: TpoRow | None, number: int, last: bool, wide: int, width: int) -> Line:  # noqa: FBT001, PLR0913 - one line, all that is in it
    """Label, last price, value area, initial balance, letters, marks."""
    price = number * tpo.row
    strong = row is not None and row.poc
    value = row is not None and row.in_value
    ground = "poc" if strong else "text" if value else "dim"
    spans = [
        (numbers.price(price, tpo.row_decimals).rjust(wide), ground),
        ("▸" if last else " ", "poc"),
        ("▐" if value else "│", "title" if value else "faint"),
        ("┊" if _in_initial(tpo, number) else " ", "line"),
    ]
    letters = row.letters if row is not None else ""
    marks = _marks(tpo, price) if row is not None else ""
    room = max(width - wide - 3 - len(marks) - 2, 1)
    if len(letters) > room:
        letters = "…" + letters[1 - room :] if room > 1 else "…"
    role = "note" if len(letters) == 1 else ground
    return (*spans, (letters, role), (f" ◀{marks}" if marks else "", "poc" if strong else "title"))


def _marks(tpo: TpoView, price: float) -> str:
    named = (("POC", tpo.poc), ("VAH", tpo.vah), ("VAL", tpo.val))
    return " ".join(word for word, at in named if at is not None and math.isclose(at, price, rel_tol=1e-12))


def _in_initial(tpo: TpoView, number: int) -> bool:
    if tpo.initial is None:
        return False
    low, high = (math.floor(price / tpo.row + 0.5 + 1e-9) for price in tpo.initial)
    return low <= number <= high
