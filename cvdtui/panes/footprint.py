"""The footprint ladder: sell x buy volume by price row for the last bars.

It holds still until the price leaves the middle half: numbers that move cannot be read.
"""

import math

from cvdtui.model import Ladder, LadderBar, MarketDetail
from cvdtui.panes import numbers
from cvdtui.panes.clock import Clock
from cvdtui.panes.line import Answer, Frame, Line, centred, title
from cvdtui.panes.words import market_words, waiting

TOTALS = ("Δ", "max", "min", "vol")
ZONE = "┊"
"""A stacked imbalance of an earlier bar that price has not traded through."""
MARKS = {"absorption": "◇", "unfinished": "◂"}
"""Where both are present, absorption is shown."""
BLANK = (" ", "text")


class FootprintPane:
    """State: the row at the top, whether the user holds it, and the widths of label and cell."""

    name = "footprint"
    hints = (
        ("↑↓", "scroll"),
        ("c", "centre"),
        ("+ -", "row size"),
        ("[ ]", "timeframe"),
        ("u", "units"),
        ("z", "zoom"),
    )

    def __init__(self) -> None:
        self.top: int | None = None
        self.held = False
        self._body = 0
        self._key: tuple[object, ...] = ()
        self._label = 1
        self._cell = 3

    def press(self, key: str) -> Answer | None:
        steps = {
            "up": 1,
            "k": 1,
            "down": -1,
            "j": -1,
            "pageup": self._body // 2,
            "pagedown": -(self._body // 2),
        }
        if key in steps and self.top is not None:
            self.top += steps[key]
            self.held = True
            return Answer()
        if key == "c" or (key == "escape" and self.held):
            self.top, self.held = None, False
            return Answer()
        return None

    def paint(self, frame: Frame) -> list[Line]:
        detail = frame.detail
        if detail is None or not detail.ladder.bars or detail.ladder.last_row is None:
            return [title(frame, "footprint"), *centred(frame, *waiting(frame.snapshot))]
        ladder = detail.ladder
        self._renew(detail, ladder)
        # a low pane gives the line above the totals to one more row of prices
        roomy = frame.height >= 20
        body = max(frame.height - 2 - len(TOTALS) - roomy, 1)
        self._hold(ladder.last_row or 0, body)
        decimals = self._measure(ladder, frame.width)
        count = max((frame.width - self._label - 2) // (2 * self._cell + 5), 1)
        bars = ladder.bars[-count:]
        top = self.top or 0
        lines = [self._title(frame, detail, ladder), self._head(bars, detail.timeframe, frame.clock)]
        levels = {math.floor(level / ladder.row + 1e-9) for level in detail.levels}
        found = _Found(ladder, bars)
        lines += [
            _ruled(self._row(ladder, bars, row, decimals, found), row in levels)
            for row in range(top, top - body, -1)
        ]
        if roomy:
            lines.append(
                (("─" * min(self._label + 2 + len(bars) * (2 * self._cell + 5), frame.width), "faint"),)
            )
        return lines + [self._total(bars, word, decimals) for word in TOTALS]

    def _renew(self, detail: MarketDetail, ladder: Ladder) -> None:
        key = (detail.market.name, ladder.row, detail.unit)
        if key != self._key:
            self._key, self.top, self.held, self._label, self._cell = key, None, False, 1, 3

    def _hold(self, last: int, body: int) -> None:
        """Scroll only when the price has left the middle half."""
        middle = last + body // 2
        if (
            self.top is None
            or (body != self._body and not self.held)
            or (not self.held and abs(self.top - middle) > body // 4)
        ):
            self.top = middle
        self._body = body

    def _measure(self, ladder: Ladder, width: int) -> int:
        """Let label and cells grow (never shrink while the market stays); returns the cells' decimals."""
        cells = [cell for bar in ladder.bars for cell in bar.cells.values()]
        largest = max((max(cell.sell, cell.buy) for cell in cells), default=0.0)
        decimals = numbers.short_decimals(largest)
        widest = max(
            (
                max(len(numbers.traded(cell.sell, decimals)), len(numbers.traded(cell.buy, decimals)))
                for cell in cells
            ),
            default=1,
        )
        self._cell = max(self._cell, min(widest, max((width - self._label - 7) // 2, 1)))
        self._label = max(
            self._label, len(numbers.price((ladder.last_row or 0) * ladder.row, ladder.row_decimals)), 3
        )
        return decimals

    def _title(self, frame: Frame, detail: MarketDetail, ladder: Ladder) -> Line:
        name = f"footprint · sell × buy · row {ladder.row:.{ladder.row_decimals}f}"
        if frame.zoomed:
            name = f"{name} · {market_words(detail)}"
        return title(frame, name, "held · c centres" if self.held else "")

    def _head(self, bars: tuple[LadderBar, ...], timeframe: int, clock: Clock) -> Line:
        spans = [(" " * (self._label + 2), "head")]
        for bar in bars:
            when = clock.hms(bar.time_us) if timeframe < 60 else clock.hm(bar.time_us)
            if timeframe >= 14400:
                when = clock.day(bar.time_us)
            mark = "" if bar.closed else "▸"
            spans.append(
                (" " + (when + mark).center(2 * self._cell + 1) + "   ", "head" if bar.closed else "title")
            )
        return tuple(spans)

    def _row(
        self, ladder: Ladder, bars: tuple[LadderBar, ...], row: int, decimals: int, found: "_Found"
    ) -> Line:
        here = row == ladder.last_row
        label = numbers.price(row * ladder.row, ladder.row_decimals).rjust(self._label)
        spans = [(label + ("▸ " if here else "  "), "poc" if here else "dim")]
        for bar in bars:
            spans += self._cells(bar, row, decimals, found)
        return tuple(spans)

    def _cells(self, bar: LadderBar, row: int, decimals: int, found: "_Found") -> list[tuple[str, str]]:
        width = self._cell
        cell = bar.cells.get(row)
        zone, mark_at = found.zone(bar.time_us, row), found.marks.get((bar.time_us, row), BLANK)
        if cell is None:
            # bars known from candles have totals and no rows: that is said once, at the last price
            empty = not bar.cells and row == found.last_row
            text = " " + ("no rows" if empty else "").center(2 * width + 1)[: 2 * width + 1] + " "
            return [(text, "dim"), (ZONE if zone else " ", zone or "text"), mark_at]
        sell, buy = numbers.traded(cell.sell, decimals), numbers.traded(cell.buy, decimals)
        sell_role = "down" if cell.imbalance == "sell" else "poc" if cell.poc else "text"
        buy_role = "up" if cell.imbalance == "buy" else "poc" if cell.poc else "text"
        mark = {"buy": ("▲", "up"), "sell": ("▼", "down"), "": (" ", "text")}[cell.imbalance]
        return [
            ("■" if cell.poc else " ", "poc"),
            (sell.rjust(width)[:width], sell_role),
            ("×", "faint"),
            (buy.ljust(width)[:width], buy_role),
            mark,
            ("┃", mark[1]) if cell.stacked else (ZONE if zone else " ", zone or "text"),
            mark_at,
        ]

    def _total(self, bars: tuple[LadderBar, ...], word: str, decimals: int) -> Line:
        spans = [(word.ljust(self._label + 2), "head")]
        for bar in bars:
            value = {"Δ": bar.delta, "max": bar.delta_high, "min": bar.delta_low, "vol": bar.volume}[word]
            text = (
                "-"
                if value is None
                else _sized(value, 2 * self._cell + 1, max(decimals, 1), signed=word != "vol")
            )
            role = "dim" if value is None else "text" if word == "vol" else numbers.tone(value)
            spans.append((" " + text.center(2 * self._cell + 1) + "   ", role))
        return tuple(spans)


class _Found:
    """Zones and marks of the bars shown, looked up by bar and row."""

    def __init__(self, ladder: Ladder, bars: tuple[LadderBar, ...]) -> None:
        self.last_row = ladder.last_row
        self.marks = {
            (mark.time_us, mark.row): (MARKS[mark.kind], "up" if mark.side == "buy" else "down")
            for mark in sorted(ladder.marks, key=lambda mark: mark.kind, reverse=True)
        }
        self._rows: dict[tuple[int, int], str] = {}
        for zone in ladder.zones:
            role = "up" if zone.side == "buy" else "down"
            for bar in bars:
                if zone.from_us < bar.time_us and (zone.to_us == 0 or bar.time_us < zone.to_us):
                    self._rows.update(
                        dict.fromkeys(((bar.time_us, row) for row in range(zone.low, zone.high + 1)), role)
                    )

    def zone(self, time_us: int, row: int) -> str:
        """Colour of the zone that reaches over this cell from an earlier bar; empty: none does."""
        return self._rows.get((time_us, row), "")


def _ruled(line: Line, level: bool) -> Line:  # noqa: FBT001 - one way or the other
    """A row that holds a key level: a faint line where nothing stands."""
    if not level:
        return line
    return tuple((text.replace(" ", "╌"), "faint") if text.isspace() else (text, role) for text, role in line)


def _sized(value: float, width: int, decimals: int, *, signed: bool) -> str:
    """The number in full where there is room, else short (`1.2K`)."""
    text = numbers.number(value, decimals, signed=signed)
    if len(text) <= width:
        return text
    return (("+" if signed and value > 0 else "") + numbers.short(value, decimals))[:width]
