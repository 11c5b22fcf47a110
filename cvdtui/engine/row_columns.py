"""Rows of many footprints at once, grouped with numpy: the same as `footprint.group` of each."""

from collections.abc import Mapping

import numpy as np

from cvdtui.engine.footprint import Rows
from cvdtui.engine.segment import Packed

_EXACT_FLOAT = 1 << 53
_SLOTS = np.array([2, 0, 0, 1], np.int64)
"""Place in a Row by the side of a cell's key: unknown 0, buy 1, sell 3."""


def rows_of_all(footprints: Mapping[int, Packed], row: int) -> dict[int, Rows]:
    """Rows of `row` price units by the start of the bar; none at all where a sum would not be exact."""
    packed = [
        (time_us, *kept) for time_us, kept in footprints.items() if not isinstance(kept, dict) and kept[0]
    ]
    if not packed:
        return {}
    keys = np.frombuffer(b"".join(one[1] for one in packed), np.int64)
    sizes = np.frombuffer(b"".join(one[2] for one in packed), np.int64)
    if float(np.sum(sizes, dtype=np.float64)) >= _EXACT_FLOAT:
        return {}
    counts = np.array([len(one[1]) // 8 for one in packed])
    bars = np.repeat(np.arange(len(packed)), counts)
    numbers = (2 * (keys >> 2) + row) // (2 * row)
    lowest = np.minimum.reduceat(numbers, np.cumsum(counts) - counts)
    steps = numbers - lowest[bars]
    span = int(steps.max()) + 1
    if span * len(packed) > 64 * len(keys):
        return {}
    spots = (bars * span + steps) * 3 + _SLOTS[keys & 3]
    places = len(packed) * span * 3
    sums = np.bincount(spots, weights=sizes, minlength=places).astype(np.int64).reshape(-1, 3)
    traded = np.flatnonzero(np.bincount(spots, minlength=places).reshape(-1, 3).any(axis=1))
    found: dict[int, Rows] = {one[0]: {} for one in packed}
    rows = [found[one[0]] for one in packed]
    owners, offsets = np.divmod(traded, span)
    for bar, number, values in zip(
        owners.tolist(), (lowest[owners] + offsets).tolist(), sums[traded].tolist(), strict=True
    ):
        rows[bar][number] = values
    return found
