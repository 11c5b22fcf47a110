"""Marks on a grid of cells.

Candles, hanging and standing bars, a braille line, an axis with round numbers. Measured for a chart of 120x30
at 10 Hz: 4.7 % of a core for marks made here, 26 % for plotext.
"""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from cvdtui.panes import numbers
from cvdtui.panes.line import Line

Cells = list[list[tuple[str, str]]]
"""Rows of (glyph, role), one cell each."""
KEPT = 2_000
"""Columns remembered: of a chart that is drawn again, only the last one is new."""
EIGHTHS = " ▁▂▃▄▅▆▇█"
CANDLE = {
    ("", "wick"): "╷",
    ("wick", ""): "╵",
    ("wick", "wick"): "│",
    ("", "body"): "╻",
    ("body", ""): "╹",
    ("body", "body"): "┃",
    ("wick", "body"): "╽",
    ("body", "wick"): "╿",
}
DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Braille dots of the left and right half of a cell, from the bottom up."""


class AxisScale(Struct, frozen=True, gc=False):
    """Values low..high over `rows` rows of cells, the lowest row last."""

    low: float
    high: float
    rows: int

    def level(self, value: float, steps: int) -> int:
        """Which of rows x `steps` sub-rows a value falls in, 0 at the bottom."""
        most = self.rows * steps - 1
        # a market that has not moved is a line in the middle
        if self.high <= self.low:
            return most // 2
        return min(max(round((value - self.low) / (self.high - self.low) * most), 0), most)

    def row(self, value: float) -> int:
        """The row of cells, 0 at the top."""
        return self.rows - 1 - self.level(value, 8) // 8

    def value(self, row: int) -> float:
        """The value in the middle of a row, 0 at the top."""
        return self.high - (row + 0.5) / self.rows * (self.high - self.low)


def ticks(scale: AxisScale, every: int = 3) -> tuple[dict[int, float], float]:
    """Round values by the row they stand in, evenly spaced, at least two when that can be; and their step."""
    wanted = max(scale.rows // every, 2)
    extent = scale.high - scale.low
    step = numbers.nice_step(extent / wanted * 0.7)
    found = _multiples(scale, step)
    while len(found) < 2 and step > extent / scale.rows > 0:
        step = numbers.nice_step(step * 0.4)
        found = _multiples(scale, step)
    while len(found) > 2 and len(found) * step < (max(found.values()) - min(found.values())) + step * 0.5:
        step = numbers.nice_step(step * 1.5)  # two values shared a row
        found = _multiples(scale, step)
    return found, step


def _multiples(scale: AxisScale, step: float) -> dict[int, float]:
    first = math.ceil(scale.low / step - 1e-9)
    last = min(math.floor(scale.high / step + 1e-9), first + 64)
    return {scale.row(at * step): at * step for at in range(first, last + 1)}


@lru_cache(maxsize=KEPT)
def candle(scale: AxisScale, open_: float, high: float, low: float, close: float) -> tuple[str, ...]:
    """One column of cells from the top: wicks thin, the body thick, dashed where the bar fell."""
    top, bottom = scale.level(high, 2), scale.level(low, 2)
    first, last = sorted((scale.level(open_, 2), scale.level(close, 2)))
    full = "┃" if close >= open_ else "┇"

    def part(level: int) -> str:
        return "body" if first <= level <= last else "wick" if bottom <= level <= top else ""

    out = []
    for row in range(scale.rows):
        lower = (scale.rows - 1 - row) * 2
        glyph = CANDLE.get((part(lower + 1), part(lower)), " ")
        out.append(full if glyph == "┃" else glyph)
    return tuple(out)


@lru_cache(maxsize=KEPT)
def column(value: float, most: float, rows: int) -> tuple[tuple[str, bool], ...]:
    """A bar about a zero line in the middle of an even number of rows: (glyph, hanging) from the top.

    A hanging bar's last cell is a lower block to be drawn in reverse, so that it too is exact to an eighth.
    What goes beyond `most` ends in an arrow.
    """
    half = rows // 2
    # eighth blocks: a cell tells eight heights apart
    filled = round(abs(value) / most * half * 8) if most > 0 else 0
    # the smallest value still shows its side
    if value and not filled:
        filled = 1
    out: list[tuple[str, bool]] = []
    for row in range(half):
        eighths = min(max(filled - row * 8, 0), 8)
        if value >= 0:
            out.append((EIGHTHS[eighths], False))
        else:
            out.append((EIGHTHS[8 - eighths] if eighths else " ", eighths > 0))
    if abs(value) > most * 1.0001 > 0:
        out[-1] = ("▲" if value > 0 else "▼", False)
    blank = [(" ", False)] * half
    return tuple(out[::-1] + blank if value >= 0 else blank + out)


def reach(values: Sequence[float]) -> float:
    """How far an axis about zero goes: to the largest value, unless outliers would flatten the others."""
    sizes = sorted(abs(value) for value in values)
    if not sizes:
        return 0.0
    # the 80th percentile: one outlier would press all other bars to a single eighth
    usual = sizes[len(sizes) * 8 // 10 - (len(sizes) >= 10)]
    return min(sizes[-1], usual * 2.5) if usual > 0 else sizes[-1]


def braille(levels: Sequence[int | None], rows: int) -> list[str]:
    """A line through two points a cell; levels are 0..rows x 4 - 1 from the bottom, None breaks the line."""
    width = (len(levels) + 1) // 2
    grid = [[0] * width for _ in range(rows)]
    before: int | None = None
    for x, level in enumerate(levels):
        if level is not None:
            first, last = level, level
            if before is not None and before != level:
                first, last = (before + 1, level) if before < level else (level, before - 1)
            bits, at = DOTS[x & 1], x >> 1
            for y in range(first, last + 1):
                grid[rows - 1 - (y >> 2)][at] |= bits[y & 3]
        before = level
    return ["".join(chr(0x2800 + bits) if bits else " " for bits in line) for line in grid]


def straight(
    start: tuple[int, float], end: tuple[int, float], scale: AxisScale, *, dashed: bool, lift: int = 0
) -> Iterator[tuple[int, int, str]]:
    """Cells (row, column, glyph) of a line between two (column, value); what is outside is cut off.

    Dashed: two cells are drawn, two are not. `lift` moves it up by so many rows, as far as there are any.
    """
    extent = scale.high - scale.low
    if extent <= 0 or end[0] <= start[0]:
        return
    heights = [(value - scale.low) / extent * (scale.rows * 4 - 1) for _, value in (start, end)]
    first, last, top = 2 * start[0] + 1, 2 * end[0] + 1, scale.rows * 4 - 1
    cells: dict[tuple[int, int], int] = {}
    before: int | None = None
    for x in range(max(first, 0), last + 1):
        y = round(heights[0] + (heights[1] - heights[0]) * (x - first) / (last - first))
        low, high = (y, y) if before is None else (min(y, before), max(y, before))
        if before is not None and low < high:
            low, high = (low, high - 1) if y < before else (low + 1, high)
        before = y
        if dashed and (x - 1) // 4 % 2:
            continue
        for dot in range(max(low, 0), min(high, top) + 1):
            level = min(max(dot + 4 * lift, 0), top)
            place = (scale.rows - 1 - (level >> 2), x >> 1)
            cells[place] = cells.get(place, 0) | DOTS[x & 1][level & 3]
    for (row, column_), bits in cells.items():
        yield row, column_, chr(0x2800 + bits)


def joined(label: str, tick: str, cells: Sequence[tuple[str, str]]) -> Line:
    """One row of a plot: its label, the axis, and its cells, neighbours of one role in one piece."""
    spans: list[tuple[str, str]] = [(label + " ", "dim"), (tick, "faint")]
    run, role, ground = "", "", False
    for glyph, new in cells:
        # a blank has no colour of its own: fewer, longer pieces are fewer bytes to the terminal
        if new == role or (glyph == " " and not ground and not _has_ground(new)):
            run += glyph
        else:
            if run:
                spans.append((run, role or "text"))
            run, role, ground = glyph, new, _has_ground(new)
    spans.append((run, role or "text"))
    return tuple(spans)


def _has_ground(roles: str) -> bool:
    """A blank in these roles is not a blank."""
    return "cross" in roles or "reverse" in roles or "extreme" in roles


def decimals_of(step: float) -> int:
    """Decimals needed to write multiples of a 1-2-5 step."""
    decimals = 0
    while decimals < 10 and abs(step - round(step, decimals)) > step * 1e-6:
        decimals += 1
    return decimals
