"""Running sums of one session or week: CVD, VWAP, volume and the cells of the profile."""

from cvdtui.engine.footprint import Rows, add_to_rows, group
from cvdtui.engine.segment import Cells, Segment, add_cells, scale_cells
from cvdtui.model import SideSource


class Period:
    """Sums of all that traded from `start_us` up to `end_us` (exclusive); `cells` only if `keeps_cells`."""

    __slots__ = (
        "_row",
        "_rows",
        "buy",
        "cell_volume",
        "cells",
        "cells_from_us",
        "close",
        "end_us",
        "high",
        "keeps_cells",
        "low",
        "open",
        "sell",
        "start_us",
        "unknown",
        "value",
        "value_delta",
        "version",
    )

    def __init__(self, start_us: int, end_us: int, *, keeps_cells: bool) -> None:
        self.start_us = start_us
        self.end_us = end_us
        self.keeps_cells = keeps_cells
        self.open: int | None = None
        """First price; None before anything traded."""
        self.high = 0
        self.low = 0
        self.close = 0
        self.buy = 0
        self.sell = 0
        self.unknown = 0
        self.value = 0
        """Sum of price x size, in units of both decimals; VWAP = value / volume."""
        self.value_delta = 0
        self.cells: Cells = {}
        self.cell_volume = 0
        """Volume in the cells, of which the profile is built; below `volume` where candles are part of it."""
        self.cells_from_us: int | None = None
        """Where the cells begin, us."""
        self.version = 0
        """Grows with every change."""
        self._row = 0
        self._rows: Rows = {}

    def rows(self, row: int) -> Rows:
        """The cells in rows of `row` price units; those of the last row size are kept up to date.

        Grouping the session anew at each read would cost 0.1 us a cell.
        """
        if self._row != row:
            self._row = row
            self._rows = group(self.cells, row)
        return self._rows

    @property
    def delta(self) -> int:
        """CVD of the period."""
        return self.buy - self.sell

    @property
    def volume(self) -> int:
        """Buy, sell and unknown."""
        return self.buy + self.sell + self.unknown

    def add(self, segment: Segment) -> None:
        """Adds what was traded next."""
        if self.open is None:
            self.open, self.high, self.low = segment.open, segment.high, segment.low
        else:
            self.high = max(self.high, segment.high)
            self.low = min(self.low, segment.low)
        self.close = segment.close  # of the venue's order: a late trade may be the last
        self.buy += segment.buy
        self.sell += segment.sell
        self.unknown += segment.unknown
        self.value += segment.value
        self.value_delta += segment.value_delta
        self.version += 1
        if self.keeps_cells and segment.cells:
            self.add_cells(segment.cells, segment.volume, segment.time_us)

    def add_cells(self, cells: Cells, volume: int, from_us: int) -> None:
        """Adds cells alone; a fill calls it for volume that candles have counted."""
        add_cells(self.cells, cells)
        if self._row:
            add_to_rows(self._rows, cells, self._row)
        self.cell_volume += volume
        if self.cells_from_us is None or from_us < self.cells_from_us:
            self.cells_from_us = from_us
        self.version += 1

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings every integer to finer decimals."""
        notional = price_factor * size_factor
        if self.open is not None:
            self.open *= price_factor
        self.high *= price_factor
        self.low *= price_factor
        self.close *= price_factor
        self.buy *= size_factor
        self.sell *= size_factor
        self.unknown *= size_factor
        self.value *= notional
        self.value_delta *= notional
        self.cells = scale_cells(self.cells, price_factor, size_factor)
        self.cell_volume *= size_factor
        self._row = 0  # rows are grouped anew when they are read
        self.version += 1


class Sources:
    """Volume by the way its side was obtained, in size units."""

    __slots__ = ("volumes",)

    def __init__(self) -> None:
        self.volumes: dict[SideSource, int] = {}

    def add(self, segment: Segment) -> None:
        """Counts a segment; volume without a side counts as `unknown` whatever its source."""
        known = segment.volume - segment.unknown
        if known:
            self.volumes[segment.source] = self.volumes.get(segment.source, 0) + known
        if segment.unknown:
            self.volumes["unknown"] = self.volumes.get("unknown", 0) + segment.unknown

    def shares(self) -> dict[str, float]:
        """Shares of volume, largest first; they sum to 1."""
        total = sum(self.volumes.values())
        ordered = sorted(self.volumes.items(), key=lambda item: -item[1])
        # a fill may have moved all volume out of `taker/bar`
        return {source: volume / total for source, volume in ordered if volume}

    def move(self, volume: int, before: SideSource, after: SideSource) -> None:
        """Moves volume from one source to a surer one, after a fill."""
        self.volumes[before] = self.volumes.get(before, 0) - volume
        self.volumes[after] = self.volumes.get(after, 0) + volume

    def rescale(self, size_factor: int) -> None:
        """Brings every integer to finer decimals."""
        self.volumes = {source: volume * size_factor for source, volume in self.volumes.items()}
