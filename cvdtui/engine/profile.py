"""Volume profile of rows: point of control, value area, high and low volume nodes; on exact integers.

Conventions of the CBOT Market Profile (Steidlmayer, 1984); value area row by row unless `step` says pairs.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cvdtui.engine.footprint import Rows

VALUE_AREA = 70
"""Per cent of volume inside the value area."""
NODE_PERCENTILES = (30, 70)
"""Rows at or below the first are low volume nodes, at or above the second high volume nodes."""


class Profile(NamedTuple):
    """Row numbers (price = number x row size); None and empty where there is no volume."""

    poc: int | None
    vah: int | None
    val: int | None
    hvn: tuple[int, ...]
    lvn: tuple[int, ...]


def profile(rows: Rows) -> Profile:
    """The profile of rows [buy, sell, unknown] by number, with the one-row value area of 70 %."""
    volumes = row_volumes(rows)
    if not volumes:
        return Profile(None, None, None, (), ())
    poc = point_of_control(volumes)
    val, vah = value_area(volumes, poc)
    hvn, lvn = nodes(volumes)
    return Profile(poc, vah, val, hvn, lvn)


def row_volumes(rows: Rows) -> dict[int, int]:
    """Volume of every row that traded, by its number."""
    return {number: volume for number, sums in rows.items() if (volume := sums[0] + sums[1] + sums[2])}


def point_of_control(volumes: Mapping[int, int]) -> int:
    """The row of most volume; of equal ones that of the lowest price."""
    top = max(volumes.values())
    return min([number for number, volume in volumes.items() if volume == top])


def value_area(
    volumes: Mapping[int, int], poc: int, *, target: int | None = None, step: int = 1
) -> tuple[int, int]:
    """(VAL, VAH) as row numbers: from the POC the larger neighbour joins, ties up, until 70 % is inside.

    Only traded rows are neighbours. `step` 2 compares pairs of rows (CBOT's two-row rule); `target` is the
    volume to reach instead of 70 % of all.
    """
    order = sorted(volumes)
    sizes = [*map(volumes.__getitem__, order)]
    due = sum(sizes) * VALUE_AREA if target is None else target * 100  # x 100: integers, no rounding at 70 %
    if step == 1:
        low, high = _grown(sizes, bisect_left(order, poc), -(-due // 100))
        return order[low], order[high]
    low = high = bisect_left(order, poc)
    inside = sizes[low]
    while inside * 100 < due and (low > 0 or high < len(order) - 1):
        above, below = sizes[high + 1 : high + 1 + step], sizes[max(0, low - step) : low]
        if above and (not below or sum(above) >= sum(below)):  # >=: ties go up
            high += len(above)
            inside += sum(above)
        else:
            low -= len(below)
            inside += sum(below)
    return order[low], order[high]


def _grown(sizes: list[int], start: int, least: int) -> tuple[int, int]:
    """First and last place of the one-row rule: the larger neighbour joins until `least` is inside."""
    low = high = start
    inside = sizes[start]
    sizes.append(-1)  # beyond both ends: place -1 is this one too
    above, below = sizes[high + 1], sizes[low - 1]
    while inside < least:
        if above >= below:
            if above < 0:
                break
            high += 1
            inside += above
            above = sizes[high + 1]
        else:
            low -= 1
            inside += below
            below = sizes[low - 1]
    return low, high


def nodes(volumes: Mapping[int, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(HVN, LVN): rows at or beyond the 70th / 30th percentile of row volumes; none of fewer than two."""
    if len(volumes) < 2:
        return (), ()
    ordered = sorted(volumes.values())
    low, high = (percentile_times_100(ordered, per_cent) for per_cent in NODE_PERCENTILES)
    hvn = tuple(number for number, volume in sorted(volumes.items()) if volume * 100 >= high)
    lvn = tuple(number for number, volume in sorted(volumes.items()) if volume * 100 <= low)
    return hvn, lvn


def percentile_times_100(ordered: Sequence[int], per_cent: int) -> int:
    """100 x the percentile of `statistics.quantiles(n=100, method="exclusive")`, as an integer.

    Floats would break ties: a row exactly at the percentile is a node.
    """
    count = len(ordered)
    place = min(max(per_cent * (count + 1) // 100, 1), count - 1)
    weight = per_cent * (count + 1) - place * 100
    return ordered[place - 1] * (100 - weight) + ordered[place] * weight
