"""Sums over groups of consecutive rows as columns: computed once by slot, then merged to longer groups."""

from itertools import pairwise

import numpy as np

from cvdtui.engine.scale import EXACT_FLOAT, WORD
from cvdtui.engine.segment import Cells, Packed, Segment
from cvdtui.model import Columns, SideSource

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]

_DENSE = 8
"""Cells are summed in a dense table while it has at most this many places a row, else after a sort."""


class SlotSums:
    """One array a sum, one place a group; the cells of all groups lie in one array, divided by `cuts`."""

    __slots__ = (
        "buy",
        "close",
        "cuts",
        "delta_high",
        "delta_low",
        "high",
        "keys",
        "low",
        "open",
        "sell",
        "sizes",
        "time_us",
        "trades",
        "unknown",
        "value",
        "value_delta",
    )

    def __init__(self, time_us: Ints, trades: Ints) -> None:
        self.time_us = time_us
        """Start of each group's slot, us."""
        self.trades = trades
        self.open: Ints
        self.high: Ints
        self.low: Ints
        self.close: Ints
        self.buy: Ints
        self.sell: Ints
        self.unknown: Ints
        self.delta_high: Ints
        """Highest running delta from the group's start."""
        self.delta_low: Ints
        self.value: Ints
        """Price x size; Python integers where 64 bits would not hold them, as in `value_delta`."""
        self.value_delta: Ints
        self.keys: Ints
        """Keys of cells, ascending within a group."""
        self.sizes: Ints
        self.cuts: Ints
        """Where the cells of each group begin, and where the last ones end: one more than groups."""

    def __len__(self) -> int:
        return len(self.time_us)

    @property
    def delta(self) -> Ints:
        """Buy minus sell."""
        return self.buy - self.sell

    def lists(self, low: int, high: int) -> list[list[int]]:
        """Of the groups low <= group < high: the sums from `open` to `delta_low`, in the order of a Bar."""
        columns = (self.open, self.high, self.low, self.close, self.buy, self.sell, self.unknown)
        return [column[low:high].tolist() for column in (*columns, self.delta_high, self.delta_low)]

    def segment(self, group: int, source: SideSource) -> Segment:
        """One group as a Segment."""
        cells = slice(int(self.cuts[group]), int(self.cuts[group + 1]))
        keys, sizes = self.keys[cells].tolist(), self.sizes[cells].tolist()
        found: Cells = dict(zip(keys, sizes, strict=True))
        sums = [column[0] for column in self.lists(group, group + 1)]
        notional = int(self.value[group]), int(self.value_delta[group])
        time_us, trades = int(self.time_us[group]), int(self.trades[group])
        return Segment(time_us, *sums, trades, *notional, found, source)  # type: ignore[arg-type, call-arg]  # in order

    def packed(self, low: int, high: int) -> list[Packed]:
        """The packed cells of the groups low <= group < high, without a dict in between."""
        first = int(self.cuts[low])
        cuts = ((self.cuts[low : high + 1] - first) * 8).tolist()
        keys = self.keys[first : int(self.cuts[high])].tobytes()
        sizes = self.sizes[first : int(self.cuts[high])].tobytes()
        return [(keys[begin:end], sizes[begin:end]) for begin, end in pairwise(cuts)]

    def folded(self, starts: Ints) -> "SlotSums":
        """Groups merged into longer ones, which begin at the places `starts`."""
        if len(starts) == len(self):
            return self
        ends = np.append(starts[1:], len(self))
        result = SlotSums(np.minimum.reduceat(self.time_us, starts), np.add.reduceat(self.trades, starts))
        result.open, result.close = self.open[starts], self.close[ends - 1]
        result.high, result.low = (
            np.maximum.reduceat(self.high, starts),
            np.minimum.reduceat(self.low, starts),
        )
        for name in ("buy", "sell", "unknown", "value", "value_delta"):
            setattr(result, name, np.add.reduceat(getattr(self, name), starts))
        delta = self.delta
        before = np.cumsum(delta) - delta
        base = before[starts]
        result.delta_high = np.maximum.reduceat(before + self.delta_high, starts) - base
        result.delta_low = np.minimum.reduceat(before + self.delta_low, starts) - base
        result.keys, result.sizes, result.cuts = cells_of(self.keys, self.sizes, self.cuts[starts], result)
        return result


def sums_of(columns: Columns, slot_us: int, *, excludes_zero: bool) -> SlotSums:
    """The sums of each run of rows in one slot of `slot_us`; all sizes together must fit 64 bits."""
    price, size = columns.price, columns.size
    slots = columns.time_us // slot_us
    starts = runs_of(slots)
    ends = np.append(starts[1:], len(columns))
    result = SlotSums(slots[starts] * slot_us, ends - starts)
    result.open, result.close = price[starts], price[ends - 1]
    result.high, result.low = np.maximum.reduceat(price, starts), np.minimum.reduceat(price, starts)
    side = columns.side.astype(np.int64)
    signed = size * side
    _add_volumes(result, columns, signed, starts)
    _add_values(result, columns, signed, starts)
    run = np.cumsum(signed)
    # one running sum over all rows; each group counts from its value before the group's first row
    before = np.where(starts > 0, run[starts - 1], 0)
    result.delta_high = np.maximum.reduceat(run, starts) - before
    result.delta_low = np.minimum.reduceat(run, starts) - before
    if not excludes_zero:
        np.maximum(result.delta_high, 0, out=result.delta_high)
        np.minimum(result.delta_low, 0, out=result.delta_low)
    key = price << 2
    side &= 3
    key |= side
    result.keys, result.sizes, result.cuts = cells_of(key, size, starts, result)
    return result


def _add_volumes(result: SlotSums, columns: Columns, signed: Ints, starts: Ints) -> None:
    """Adds buy, sell and unknown volume."""
    size, side = columns.size, columns.side
    total = np.add.reduceat(size, starts)
    delta = np.add.reduceat(signed, starts)
    # exchanges send every side: then one pass less
    known = total if side.all() else np.add.reduceat(np.abs(side) * size, starts)
    result.buy, result.sell, result.unknown = (known + delta) // 2, (known - delta) // 2, total - known


def _add_values(result: SlotSums, columns: Columns, signed: Ints, starts: Ints) -> None:
    """Adds price x size, and the same signed by the side."""
    price, size = columns.price, columns.size
    widest = max(int(result.high.max()), -int(result.low.min()))
    # 1e8 x 1e8 overflows 64 bits, and numpy would wrap silently
    if not sum_is_below(size, WORD / max(widest, 1)):
        price = price.astype(object)
    result.value = np.add.reduceat(price * size, starts)
    result.value_delta = np.add.reduceat(price * signed, starts)


def sum_is_below(sizes: Ints, limit: float) -> bool:
    """Whether the sum of sizes (none negative) is surely below a limit."""
    if int(sizes.max()) * len(sizes) < limit:  # cheap, and true of nearly every chunk
        return True
    return float(np.sum(sizes, dtype=np.float64)) < limit


def cells_of(keys: Ints, sizes: Ints, starts: Ints, sums: SlotSums) -> tuple[Ints, Ints, Ints]:
    """Volume by key in each group of rows: keys ascending in the group, sizes, and where groups begin.

    Each group gets its own range of a table, so that one count sums all groups at once.
    """
    lows = sums.low << 2
    widths = (sums.high << 2 | 3) - lows + 1
    counts = np.diff(starts, append=len(keys))
    places = float(np.sum(widths, dtype=np.float64))
    if places >= WORD:
        return _cells_far_apart(keys, sizes, counts)
    edges = np.concatenate((np.zeros(1, np.int64), np.cumsum(widths)))
    shifts = edges[:-1] - lows
    spots = keys + np.repeat(shifts, counts)
    if places <= _DENSE * len(keys) + 4096 and sum_is_below(sizes, EXACT_FLOAT):
        totals: np.ndarray = np.bincount(spots, weights=sizes, minlength=int(places))
        full = _places(totals, spots, sizes)
        found = totals[full].astype(np.int64)
    else:
        # few rows over a wide range of prices: a table would be mostly empty
        order = np.argsort(spots)
        ordered = spots[order]
        first = np.flatnonzero(np.concatenate((np.ones(1, np.bool_), ordered[1:] != ordered[:-1])))
        full = ordered[first]
        found = np.add.reduceat(sizes[order], first)
    cuts = np.searchsorted(full, edges)
    return full - np.repeat(shifts, np.diff(cuts)), found, cuts


def _places(totals: np.ndarray, spots: Ints, sizes: Ints) -> Ints:
    """Places of a dense table at which anything traded, even of size zero."""
    if int(sizes.min()) > 0:
        return np.flatnonzero(totals != 0)
    return np.flatnonzero(np.bincount(spots, minlength=len(totals)))


def _cells_far_apart(keys: Ints, sizes: Ints, counts: Ints) -> tuple[Ints, Ints, Ints]:
    """`cells_of` where prices are so far apart that group and key do not fit one 64-bit word."""
    groups = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((keys, groups))
    ordered, owners = keys[order], groups[order]
    fresh = np.append(True, (ordered[1:] != ordered[:-1]) | (owners[1:] != owners[:-1]))
    first = np.flatnonzero(fresh)
    cuts = np.searchsorted(owners[first], np.arange(len(counts) + 1))
    return ordered[first], np.add.reduceat(sizes[order], first), cuts


def runs_of(values: Ints) -> Ints:
    """Where each run of equal values begins."""
    return np.concatenate((np.zeros(1, np.int64), np.flatnonzero(values[1:] != values[:-1]) + 1))
