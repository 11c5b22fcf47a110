"""Time bars of one timeframe: segments merged in the venue's order, with the cells of each bar."""

from bisect import bisect_left
from collections.abc import Iterator

from msgspec.structs import replace

from cvdtui.engine.open_bar import OpenBar, reopen
from cvdtui.engine.segment import Cells, Packed, Segment, cell_count, pack, scale_cells, unpack
from cvdtui.model import Bar

MINUTE = 60
"""Seconds of the bars that candles are compared with, and that longer ones are completed from."""


class Bars:
    """All bars of one timeframe: closed ones in time order, one open; cells of the latest bars by start.

    A bar starts at floor(time / length) x length; a period without trades has none. `bar_limit`,
    `footprint_limit` (bars whose cells are kept) and `cell_limit` (their cells together, so that hours of
    one-cent prices cannot fill the memory) bound what is kept; None keeps all.
    """

    __slots__ = (
        "_bar_limit",
        "_cell_count",
        "_cell_limit",
        "_footprint_limit",
        "_us",
        "closed",
        "closed_count",
        "cvd_before",
        "footprints",
        "open",
        "rows_changed",
        "seconds",
        "version",
    )

    def __init__(
        self,
        seconds: int,
        *,
        bar_limit: int | None,
        footprint_limit: int | None,
        cell_limit: int | None = 200_000,
    ) -> None:
        self.seconds = seconds
        self.closed: list[Bar] = []
        """Those still kept, ascending in time."""
        self.closed_count = 0
        """Bars closed since the start, those no longer kept included."""
        self.version = 0
        """Grows when a closed bar changes (a late trade, a fill): what was computed from it is stale."""
        self.rows_changed = 0
        """So much of `version` is of rows alone: bars known from candles got theirs, no sum changed."""
        self.footprints: dict[int, Packed] = {}
        """Cells of closed bars by the bar's start, us."""
        self.open: OpenBar | None = None
        self.cvd_before = 0
        """CVD at the start of the open bar."""
        self._us = seconds * 1_000_000
        self._bar_limit = bar_limit
        self._footprint_limit = footprint_limit
        self._cell_limit = cell_limit
        self._cell_count = 0

    def add(self, segment: Segment) -> None:
        """Merges what was traded next; a segment of an earlier time enters the bar of that time."""
        index = segment.time_us - segment.time_us % self._us  # of exchange time: late trades find their bar
        current = self.open
        if current is None:
            self.open = OpenBar(index, segment)
        elif index == current.time_us:
            current.merge(segment)
        elif index > current.time_us:
            self._close(current)
            self.open = OpenBar(index, segment)
        else:
            self._add_late(index, segment)

    def extend(self, bars: list[Bar], footprints: dict[int, Packed]) -> None:
        """Appends closed bars (ascending, later than every bar known); the open bar is closed first."""
        if self.open is not None:
            self._close(self.open)
            self.open = None
        for bar in bars:
            self._append(bar, footprints[bar.time_us])
        if bars:
            self.cvd_before = bars[-1].cvd

    def all(self) -> list[Bar]:
        """Closed bars and the open one as it stands."""
        if self.open is None:
            return list(self.closed)
        return [*self.closed, self.open.bar(self.cvd_before)]

    def last(self, count: int) -> list[Bar]:
        """The latest bars, the open one included."""
        if self.open is None:
            return self.closed[-count:]
        closed = self.closed[1 - count :] if count > 1 else []
        return [*closed, self.open.bar(self.cvd_before)]

    def at(self, time_us: int) -> Bar | None:
        """The bar that starts at `time_us`, if anything traded in it and it is still kept."""
        if self.open is not None and self.open.time_us == time_us:
            return self.open.bar(self.cvd_before)
        place = bisect_left(self.closed, time_us, key=start_of)
        if place < len(self.closed) and self.closed[place].time_us == time_us:
            return self.closed[place]
        return None

    def cells(self, time_us: int) -> Cells | None:
        """Cells of the bar that starts at `time_us`; None where they are not known or no longer kept."""
        if self.open is not None and self.open.time_us == time_us:
            return self.open.cells if self.open.segment.delta_high is not None else None
        packed = self.footprints.get(time_us)
        return None if packed is None else unpack(packed)

    def with_cells(self) -> Iterator[tuple[Bar, Cells | None]]:
        """Every bar kept with its cells."""
        for bar in self.all():
            yield bar, self.cells(bar.time_us)

    def put(self, bar: Bar, cells: Cells) -> None:
        """Replaces a bar by one that is known better (its trades came later), or adds it where none was."""
        if self.open is not None and bar.time_us == self.open.time_us:
            # its CVD is `cvd_before` plus its delta, so nothing else follows
            self.open = reopen(bar, cells)
            return
        place = bisect_left(self.closed, bar.time_us, key=start_of)
        known = self.closed[place] if place < len(self.closed) else None
        if known is not None and known.time_us == bar.time_us:
            self.rows_changed += _same_sums(known, bar)
            shift = bar.delta - known.delta
            self.closed[place] = replace(bar, cvd=known.cvd + shift)
        else:
            before = self.closed[place - 1].cvd if place else self._origin()
            shift = bar.delta
            self.closed.insert(place, replace(bar, cvd=before + shift))
            self.closed_count += 1
        self._shift(place + 1, shift)
        self._forget(bar.time_us)
        self._keep(bar.time_us, pack(cells))
        self.version += 1

    def graft(self, better: list[tuple[Bar, Cells | None]]) -> None:
        """Replaces bars known from candles, or adds missing ones; the CVD of every later bar follows."""
        before = self._origin()
        # one pass over all: an insertion a bar would shift every later CVD each time
        merged = {bar.time_us: bar for bar in self.closed}
        same_sums = True
        for bar, cells in better:
            if self.open is not None and bar.time_us == self.open.time_us:
                self.open = reopen(bar, cells or {})
                continue
            same_sums = same_sums and bar.time_us in merged and _same_sums(merged[bar.time_us], bar)
            merged[bar.time_us] = bar
            self._forget(bar.time_us)
            self._keep(bar.time_us, pack(cells or {}))
        self.closed_count += len(merged) - len(self.closed)
        self.closed = []
        for time_us in sorted(merged):
            before += merged[time_us].delta
            self.closed.append(replace(merged[time_us], cvd=before))
        self.cvd_before = before
        self.rows_changed += same_sums
        self.version += 1

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings every integer to finer decimals."""
        notional = price_factor * size_factor
        self.closed = [_scaled(bar, price_factor, size_factor, notional) for bar in self.closed]
        for time_us, cells in self.footprints.items():
            self.footprints[time_us] = pack(scale_cells(unpack(cells), price_factor, size_factor))
        self.cvd_before *= size_factor
        if self.open is not None:
            bar = _scaled(self.open.bar(0), price_factor, size_factor, notional)
            self.open = reopen(bar, scale_cells(self.open.cells, price_factor, size_factor))
        self.version += 1

    def _close(self, current: OpenBar) -> None:
        bar = current.bar(self.cvd_before)
        self.cvd_before = bar.cvd
        self._append(bar, pack(current.cells))

    def _append(self, bar: Bar, cells: Packed) -> None:
        self.closed.append(bar)
        self.closed_count += 1
        if bar.delta_high is not None:  # else a candle is part of it, and its cells are not all
            self._keep(bar.time_us, cells)
        # a quarter above the limit, so that the list is moved once in 500 bars, not at each
        if self._bar_limit is not None and len(self.closed) > self._bar_limit * 5 // 4:
            del self.closed[: -self._bar_limit]

    def _keep(self, time_us: int, cells: Packed) -> None:
        self.footprints[time_us] = cells
        self._cell_count += cell_count(cells)
        while (self._footprint_limit is not None and len(self.footprints) > self._footprint_limit) or (
            # the newest stays even if it alone is over the limit
            self._cell_limit is not None and self._cell_count > self._cell_limit and len(self.footprints) > 1
        ):
            # the earliest by time, not by insertion: a fill adds older bars last
            self._forget(min(self.footprints))

    def _forget(self, time_us: int) -> None:
        gone = self.footprints.pop(time_us, None)
        if gone is not None:
            self._cell_count -= cell_count(gone)

    def _add_late(self, index: int, segment: Segment) -> None:
        place = bisect_left(self.closed, index, key=start_of)
        if place < len(self.closed) and self.closed[place].time_us == index:
            known = self.closed[place]
            grown = reopen(known, unpack(self.footprints.get(index, {})))
            grown.merge(segment)
            bar, cells = grown.bar(known.cvd - known.delta), grown.cells
            self.closed[place] = bar
        elif place == 0 and self.closed_count > len(self.closed):
            # older than every bar kept: the bar is gone, its delta stays in each CVD since
            self._shift(0, segment.delta)
            self.version += 1
            return
        else:
            before = self.closed[place - 1].cvd if place else self._origin()
            bar, cells = OpenBar(index, segment).bar(before), segment.cells
            self.closed.insert(place, bar)
            self.closed_count += 1
        self._shift(place + 1, segment.delta)
        # cells of a bar whose others were dropped would look like all of them
        if bar.delta_high is not None and (index in self.footprints or bar.trades == segment.trades):
            self._forget(index)
            self._keep(index, pack(cells))
        self.version += 1

    def _origin(self) -> int:
        """CVD before the first bar kept."""
        if self.closed:
            return self.closed[0].cvd - self.closed[0].delta
        return self.cvd_before

    def _shift(self, place: int, delta: int) -> None:
        if delta:
            for index in range(place, len(self.closed)):
                bar = self.closed[index]
                self.closed[index] = replace(bar, cvd=bar.cvd + delta)
            self.cvd_before += delta


def start_of(bar: Bar) -> int:
    """When a bar starts, us: the key of a binary search."""
    return bar.time_us


def _scaled(bar: Bar, price_factor: int, size_factor: int, notional: int) -> Bar:
    return Bar(
        bar.time_us,
        bar.open * price_factor,
        bar.high * price_factor,
        bar.low * price_factor,
        bar.close * price_factor,
        bar.buy * size_factor,
        bar.sell * size_factor,
        bar.unknown * size_factor,
        None if bar.delta_high is None else bar.delta_high * size_factor,
        None if bar.delta_low is None else bar.delta_low * size_factor,
        bar.cvd * size_factor,
        bar.trades,
        bar.value * notional,
        bar.value_delta * notional,
        bar.source,
    )


def _same_sums(one: Bar, other: Bar) -> bool:
    """Whether two readings of one bar agree in prices and volumes."""
    return (one.open, one.high, one.low, one.close, one.buy, one.sell, one.unknown) == (
        other.open,
        other.high,
        other.low,
        other.close,
        other.buy,
        other.sell,
        other.unknown,
    )
