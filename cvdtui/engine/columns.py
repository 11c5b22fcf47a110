"""History by columns: the same sums as one trade at a time, folded with numpy."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from cvdtui.engine.scale import factors
from cvdtui.engine.segment import Cells, Packed, Segment
from cvdtui.model import Bar, Columns, Market, Trade

if TYPE_CHECKING:
    from cvdtui.engine.bars import Bars
    from cvdtui.engine.flow import Flow

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]

_EXACT_FLOAT = 1 << 53
_WORD = 1 << 62
_DENSE = 8
"""Cells are counted in a dense table while it has at most this many places a trade."""
_BULK = 4
"""Below so many new bars a chunk is merged bar by bar."""


def apply_columns(flow: "Flow", columns: Columns) -> None:
    """Applies `columns` (in the venue's order, released by a tape) to `flow`: the same state as `flow.apply`.

    Integers must be in the decimals of `flow.market`.
    """
    if not len(columns):
        return
    flow.settle()
    flow.close_slot()
    volume = 0
    for part in _exact_parts(columns):
        _apply(flow, part)
        volume += int(part.size.sum())
    flow.count_columns(columns, volume)


def trades_of(columns: Columns, start: int = 0) -> list[Trade]:
    """The rows from `start` on as Trades."""
    return [
        Trade(*row)
        for row in zip(
            columns.ids[start:].tolist(),
            columns.time_us[start:].tolist(),
            columns.price[start:].tolist(),
            columns.size[start:].tolist(),
            columns.side[start:].tolist(),
            strict=True,
        )
    ]


def slice_of(columns: Columns, low: int, high: int) -> Columns:
    """Rows low <= row < high."""
    return Columns(
        columns.market,
        columns.ids[low:high],
        columns.time_us[low:high],
        columns.price[low:high],
        columns.size[low:high],
        columns.side[low:high],
        id_rule=columns.id_rule,
        source=columns.source,
    )


def rescaled(columns: Columns, market: Market) -> Columns | None:
    """The same rows in integers of `market` (at least as fine); None where they do not fit a machine word."""
    price_factor, size_factor = factors(columns.market, market)
    if price_factor == size_factor == 1:
        return columns
    if not fits(columns.price, price_factor) or not fits(columns.size, size_factor):
        return None
    return Columns(
        market,
        columns.ids,
        columns.time_us,
        columns.price * price_factor,
        columns.size * size_factor,
        columns.side,
        id_rule=columns.id_rule,
        source=columns.source,
    )


def fits(values: Ints, factor: int) -> bool:
    """Whether values x factor stay within a machine word."""
    return factor == 1 or not len(values) or int(np.abs(values).max()) * factor < _WORD


def taken(columns: Columns, rows: Ints) -> Columns:
    """The rows of these numbers, in their order."""
    return Columns(
        columns.market,
        columns.ids[rows],
        columns.time_us[rows],
        columns.price[rows],
        columns.size[rows],
        columns.side[rows],
        id_rule=columns.id_rule,
        source=columns.source,
    )


def _exact_parts(columns: Columns) -> Iterator[Columns]:
    """Splits until every sum of sizes fits a machine word."""
    if len(columns) == 1 or float(np.sum(columns.size, dtype=np.float64)) < _WORD:
        yield columns
        return
    middle = len(columns) // 2
    yield from _exact_parts(slice_of(columns, 0, middle))
    yield from _exact_parts(slice_of(columns, middle, len(columns)))


def _apply(flow: "Flow", columns: Columns) -> None:
    if len(columns) == 1:
        trade = trades_of(columns)[0]
        flow.add(segment_of_one(trade, flow.grain_us, columns, excludes_zero=flow.excludes_zero))
        return
    for bars in flow.bars.values():
        _apply_bars(bars, columns, excludes_zero=flow.excludes_zero)
    for segment in _segments(
        columns, flow.grain_us, _period_cuts(flow, columns), excludes_zero=flow.excludes_zero
    ):
        flow.periods.add(segment)


def segment_of_one(trade: Trade, grain_us: int, columns: Columns, *, excludes_zero: bool) -> Segment:
    """A single trade as a Segment, in integers of any width."""
    signed = trade.size * trade.side
    buy, sell = max(signed, 0), max(-signed, 0)
    worth = trade.price * trade.size
    return Segment(
        trade.time_us - trade.time_us % grain_us,
        trade.price,
        trade.price,
        trade.price,
        trade.price,
        buy,
        sell,
        0 if trade.side else trade.size,
        signed if excludes_zero else max(signed, 0),
        signed if excludes_zero else min(signed, 0),
        1,
        worth,
        worth * trade.side,
        {trade.price << 2 | trade.side & 3: trade.size},
        columns.source,
    )


def _period_cuts(flow: "Flow", columns: Columns) -> Ints:
    """Rows at which the session or the week changes."""
    times = columns.time_us
    low, high = int(times.min()), int(times.max())
    session = flow.periods.session_of(low)
    week = flow.periods.week_of(low)
    if high < min(session.end_us, week.end_us):
        return np.zeros(1, np.int64)
    minutes, inverse = np.unique(times // 60_000_000, return_inverse=True)
    starts = np.array([flow.periods.session_of(int(minute) * 60_000_000).start_us for minute in minutes])[
        inverse
    ]
    weeks = np.array([flow.periods.week_of(int(minute) * 60_000_000).start_us for minute in minutes])[inverse]
    change = np.flatnonzero((np.diff(starts) != 0) | (np.diff(weeks) != 0)) + 1
    return np.concatenate(([0], change)).astype(np.int64)


class _Sums:
    """Column sums of groups of consecutive rows that begin at `starts`."""

    __slots__ = ("_columns", "close", "ends", "high", "low", "open", "starts")

    def __init__(self, columns: Columns, starts: Ints) -> None:
        self._columns = columns
        self.starts = starts
        self.ends = np.append(starts[1:], len(columns))
        self.open = columns.price[starts]
        self.close = columns.price[self.ends - 1]
        self.high = np.maximum.reduceat(columns.price, starts)
        self.low = np.minimum.reduceat(columns.price, starts)

    def volumes(self) -> tuple[Ints, Ints, Ints]:
        """Buy, sell and unknown volume."""
        size, side = self._columns.size, self._columns.side
        total = np.add.reduceat(size, self.starts)
        known = np.abs(side) * size
        signed = np.add.reduceat(size * side, self.starts)
        volume = np.add.reduceat(known, self.starts)
        return (volume + signed) // 2, (volume - signed) // 2, total - volume

    def values(self) -> tuple[list[int], list[int]]:
        """Value and signed value; as Python integers where a machine word would not hold them."""
        price, size, side = self._columns.price, self._columns.size, self._columns.side
        most = float(np.sum(size, dtype=np.float64)) * float(np.max(np.abs(price)))
        worth = price * size if most < _WORD else price.astype(object) * size
        signed = worth * side
        return np.add.reduceat(worth, self.starts).tolist(), np.add.reduceat(signed, self.starts).tolist()

    def delta_extremes(self, *, excludes_zero: bool) -> tuple[Ints, Ints]:
        """Highest and lowest running delta from each group's start."""
        run = np.cumsum(self._columns.size * self._columns.side)
        before = np.where(self.starts > 0, run[self.starts - 1], 0)
        high = np.maximum.reduceat(run, self.starts) - before
        low = np.minimum.reduceat(run, self.starts) - before
        if excludes_zero:
            return high, low
        return np.maximum(high, 0), np.minimum(low, 0)


def _segments(columns: Columns, slot_us: int, starts: Ints, *, excludes_zero: bool) -> Iterator[Segment]:
    """One Segment a group of rows, its time cut down to `slot_us`."""
    sums = _Sums(columns, starts)
    buy, sell, unknown = sums.volumes()
    value, value_delta = sums.values()
    high, low = sums.delta_extremes(excludes_zero=excludes_zero)
    slots = np.minimum.reduceat(columns.time_us, starts) // slot_us * slot_us
    rows = np.column_stack(
        (slots, sums.open, sums.high, sums.low, sums.close, buy, sell, unknown, high, low, sums.ends - starts)
    ).tolist()
    worths = zip(value, value_delta, strict=True)
    keys, sizes, cuts = _cells(columns, starts)
    for index, (row, worth) in enumerate(zip(rows, worths, strict=True)):
        part = slice(cuts[index], cuts[index + 1])
        cells: Cells = dict(zip(keys[part].tolist(), sizes[part].tolist(), strict=True))
        yield Segment(*row, *worth, cells, columns.source)  # type: ignore[call-arg]  # a row holds the sums in order


def _cells(columns: Columns, starts: Ints) -> tuple[Ints, Ints, list[int]]:
    """Keys and sizes of every group's cells, one group after the other, and where each group begins."""
    key = columns.price << 2 | columns.side & 3
    base = int(key.min())
    width = int(key.max()) - base + 1
    groups = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(columns))))
    places = len(starts) * width
    if (
        places <= _DENSE * len(columns) + 4096
        and float(np.sum(columns.size, dtype=np.float64)) < _EXACT_FLOAT
    ):
        spot = groups * width + (key - base)
        totals = np.bincount(spot, weights=columns.size, minlength=places)
        full = np.flatnonzero(np.bincount(spot, minlength=places))
        sizes = totals[full].astype(np.int64)
    else:
        order = np.lexsort((key, groups))
        ordered_key, ordered_group = key[order], groups[order]
        fresh = np.append(True, (np.diff(ordered_key) != 0) | (np.diff(ordered_group) != 0))
        first = np.flatnonzero(fresh)
        sizes = np.add.reduceat(columns.size[order], first)
        cuts = np.searchsorted(ordered_group[first], np.arange(len(starts) + 1)).tolist()
        return ordered_key[first], sizes, cuts
    cuts = np.searchsorted(full, np.arange(len(starts) + 1) * width).tolist()
    return full % width + base, sizes, cuts


def _apply_bars(bars: "Bars", columns: Columns, *, excludes_zero: bool) -> None:
    """Folds rows into one timeframe: bars in the middle of a chunk in bulk, those at its ends by merging."""
    us = bars.seconds * 1_000_000
    index = columns.time_us // us
    starts = np.concatenate(([0], np.flatnonzero(np.diff(index)) + 1)).astype(np.int64)
    times = index[starts] * us
    known_us = bars.open.time_us if bars.open is not None else bars.closed[-1].time_us if bars.closed else -1
    ascending = bool(np.all(np.diff(times) > 0)) and int(times[0]) >= known_us
    if len(starts) < _BULK or not ascending:
        for segment in _segments(columns, us, starts, excludes_zero=excludes_zero):
            bars.add(segment)
        return
    last = int(starts[-1])
    for segment in _segments(
        slice_of(columns, 0, int(starts[1])), us, starts[:1], excludes_zero=excludes_zero
    ):
        bars.add(segment)
    _extend(
        bars, slice_of(columns, int(starts[1]), last), starts[1:-1] - starts[1], times[1:-1], excludes_zero
    )
    for segment in _segments(
        slice_of(columns, last, len(columns)), us, starts[:1], excludes_zero=excludes_zero
    ):
        bars.add(segment)


def _extend(bars: "Bars", columns: Columns, starts: Ints, times: Ints, excludes_zero: bool) -> None:  # noqa: FBT001
    sums = _Sums(columns, starts)
    buy, sell, unknown = sums.volumes()
    value, value_delta = sums.values()
    high, low = sums.delta_extremes(excludes_zero=excludes_zero)
    before = bars.cvd_before + (bars.open.segment.delta if bars.open is not None else 0)
    fields = (times, sums.open, sums.high, sums.low, sums.close, buy, sell, unknown, high, low)
    delta = np.cumsum(buy - sell).tolist()
    lists = [field.tolist() for field in fields]
    lists += [[before + step for step in delta]]
    lists += [(sums.ends - starts).tolist(), value, value_delta]
    closed = [Bar(*row, columns.source) for row in zip(*lists, strict=True)]  # type: ignore[call-arg]  # in order
    bars.extend(closed, _packed(columns, starts, [bar.time_us for bar in closed]))


def _packed(columns: Columns, starts: Ints, times: list[int]) -> dict[int, Packed]:
    keys, sizes, cuts = _cells(columns, starts)
    packed: dict[int, Packed] = {}
    for index, time_us in enumerate(times):
        part = slice(cuts[index], cuts[index + 1])
        packed[time_us] = (keys[part].tobytes(), sizes[part].tobytes())
    return packed
