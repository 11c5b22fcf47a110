"""Rows of many footprints at once, equal to `footprint.group` of each: 2 us a bar of 100 cells, not 16."""

from collections.abc import Mapping, Sequence

import numpy as np

from cvdtui.engine.footprint import Rows
from cvdtui.engine.scale import EXACT_FLOAT
from cvdtui.engine.segment import Packed

_SPARSE = 64
"""Rows are summed in a table while it has at most this many places a cell, else bar by bar."""
_SLOTS = np.array([2, 0, 0, 1], np.int64)
"""Place in [buy, sell, unknown] by the two low bits of a key: unknown 0, buy 1, sell 3."""
STRETCH = 512
"""Bars whose rows are computed together."""


class RowsAhead:
    """Rows of bars that are read in order of time, computed a stretch of bars at a time, by row size."""

    __slots__ = ("_footprints", "_made", "_places", "_times")

    def __init__(self, footprints: Mapping[int, Packed], times: Sequence[int]) -> None:
        self._footprints = footprints
        self._times = times
        """Starts of the bars, ascending."""
        self._places = {time_us: place for place, time_us in enumerate(times)}
        self._made: dict[int, tuple[int, int, dict[int, Rows]]] = {}
        """By row size: first and last place of the latest stretch, and its rows by the bar's start."""

    def rows(self, time_us: int, row: int) -> Rows | None:
        """Rows of `row` price units of the bar that starts at `time_us`; None: group its cells instead."""
        place = self._places.get(time_us)
        if place is None:
            return None
        first, last, result = self._made.get(row, (0, 0, {}))
        if not first <= place < last:
            last = min(place + STRETCH, len(self._times))
            known = self._footprints
            stretch = [time for time in self._times[place:last] if time in known]
            result = rows_of_all({time: known[time] for time in stretch}, row)
            self._made[row] = place, last, result
        return result.get(time_us)


def rows_of_all(footprints: Mapping[int, Packed], row: int) -> dict[int, Rows]:
    """Rows of `row` price units by the start of the bar; empty where a sum would not be exact.

    `np.bincount` sums as floats, which are exact below 2**53.
    """
    packed = [
        (time_us, *kept) for time_us, kept in footprints.items() if not isinstance(kept, dict) and kept[0]
    ]
    if not packed:
        return {}
    keys = np.frombuffer(b"".join([keys for _, keys, _ in packed]), np.int64)
    sizes = np.frombuffer(b"".join([sizes for _, _, sizes in packed]), np.int64)
    if float(np.sum(sizes, dtype=np.float64)) >= EXACT_FLOAT:
        return {}
    counts = np.array([len(packed_keys) // 8 for _, packed_keys, _ in packed])
    begins = np.cumsum(counts) - counts
    numbers = (2 * (keys >> 2) + row) // (2 * row)
    lowest = np.minimum.reduceat(numbers, begins)
    widths = np.maximum.reduceat(numbers, begins) - lowest + 1
    if float(np.sum(widths, dtype=np.float64)) > _SPARSE * len(keys):
        return {}
    edges = np.cumsum(widths)
    shifts = edges - widths - lowest
    spots = (numbers + np.repeat(shifts, counts)) * 3 + _SLOTS[keys & 3]
    places = int(edges[-1]) * 3
    sums = np.bincount(spots, weights=sizes, minlength=places).astype(np.int64).reshape(-1, 3)
    traded = np.flatnonzero(np.bincount(spots, minlength=places).reshape(-1, 3).any(axis=1))
    cuts = np.searchsorted(traded, edges)
    found = (traded - np.repeat(shifts, np.diff(cuts, prepend=0))).tolist()
    values = sums[traded].tolist()
    result: dict[int, Rows] = {}
    low = 0
    for (time_us, _, _), high in zip(packed, cuts.tolist(), strict=True):
        result[time_us] = dict(zip(found[low:high], values[low:high], strict=True))
        low = high
    return result
