"""Footprint rows: cells grouped to a row size; the automatic row size and its 1-2-5 scale."""

from collections.abc import Mapping, Sequence

from cvdtui.engine.segment import BUY_CODE, SELL_CODE
from cvdtui.model import Bar

AUTO_ROWS = 12
"""The automatic row size gives a median bar at most this many rows."""
AUTO_BARS = 100
"""Closed bars the automatic row size is computed from."""

Row = list[int]
"""[buy, sell, unknown] volume of one row."""
Rows = dict[int, Row]
"""Rows by number: price = number x row size."""


def row_number(price: int, row: int) -> int:
    """Nearest multiple of `row`, ties up: floor(price / row + 1/2)."""
    return (2 * price + row) // (2 * row)


def group(cells: Mapping[int, int], row: int) -> Rows:
    """Cells summed to rows of `row` price units."""
    rows: Rows = {}
    add_to_rows(rows, cells, row)
    return rows


def add_to_rows(rows: Rows, cells: Mapping[int, int], row: int) -> None:
    """Adds cells to rows of `row` price units, which are changed in place."""
    double = 2 * row
    for key, size in cells.items():
        number = (2 * (key >> 2) + row) // double  # `row_number`, without a call a cell
        sums = rows.get(number)
        if sums is None:
            sums = rows[number] = [0, 0, 0]
        code = key & 3
        sums[0 if code == BUY_CODE else 1 if code == SELL_CODE else 2] += size


def auto_row(bars: Sequence[Bar], tick: int) -> int:
    """The smallest 1-2-5 x 10^k multiple of `tick` that gives the median bar at most 12 rows.

    `bars` are closed bars; the last 100 count.
    """
    # the median, not the mean: one extreme bar must not widen every row
    ranges = sorted(bar.high - bar.low for bar in bars[-AUTO_BARS:])
    count = len(ranges)
    # twice the median: an even count has a half between two ranges
    double_median = ranges[(count - 1) // 2] + ranges[count // 2] if count else 0
    place = 0
    while scale_125(place) * tick * 2 * AUTO_ROWS < double_median:
        place += 1
    return scale_125(place) * tick


def stepped_row(row: int, tick: int, steps: int) -> int:
    """`row` moved by so many steps on the 1-2-5 x 10^k scale of the tick; never below the tick."""
    if not steps:
        return row
    place = 0
    while scale_125(place) * tick < row:
        place += 1
    if steps > 0 and scale_125(place) * tick > row:
        steps -= 1  # a row between two steps: the next larger one is the first step up
    return scale_125(max(0, place + steps)) * tick


def scale_125(place: int) -> int:
    """The number at a place of the scale 1, 2, 5, 10, 20, 50, 100 ..., from place 0."""
    return int((1, 2, 5)[place % 3] * 10 ** (place // 3))
