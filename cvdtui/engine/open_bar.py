"""A bar that still grows: its segments merged in the venue's order."""

from cvdtui.engine.segment import Cells, Segment, add_cells
from cvdtui.model import Bar, SideSource

SUREST_FIRST: tuple[SideSource, ...] = (
    "taker",
    "taker/bar",
    "quote",
    "midpoint",
    "tick",
    "candle",
    "unknown",
)
"""Side sources from the surest to the least sure; a bar of several is named by the least sure."""


def least_sure(first: SideSource, other: SideSource) -> SideSource:
    """The less sure of two side sources."""
    return max(first, other, key=SUREST_FIRST.index)


class OpenBar:
    """Sums and cells of an open bar; with a candle in it `delta_high` is None and cells are incomplete."""

    __slots__ = ("cells", "segment", "time_us")

    def __init__(self, time_us: int, segment: Segment) -> None:
        self.time_us = time_us
        # a copy: the same segment enters the bars of several timeframes
        self.cells: Cells = dict(segment.cells)
        self.segment = Segment(
            time_us,
            segment.open,
            segment.high,
            segment.low,
            segment.close,
            segment.buy,
            segment.sell,
            segment.unknown,
            segment.delta_high,
            segment.delta_low,
            segment.trades,
            segment.value,
            segment.value_delta,
            self.cells,
            segment.source,
        )

    def merge(self, new: Segment) -> None:
        """Adds what was traded next."""
        sums = self.segment
        if (
            sums.delta_high is None
            or new.delta_high is None
            or sums.delta_low is None
            or new.delta_low is None
        ):
            sums.delta_high = sums.delta_low = None  # the order of trades within a candle is not known
        else:
            delta = sums.buy - sums.sell  # extremes of a segment count from its own start
            sums.delta_high = max(sums.delta_high, delta + new.delta_high)
            sums.delta_low = min(sums.delta_low, delta + new.delta_low)
        sums.high = max(sums.high, new.high)
        sums.low = min(sums.low, new.low)
        sums.close = new.close
        sums.buy += new.buy
        sums.sell += new.sell
        sums.unknown += new.unknown
        sums.trades += new.trades
        sums.value += new.value
        sums.value_delta += new.value_delta
        if new.source != sums.source:
            sums.source = least_sure(sums.source, new.source)
        add_cells(self.cells, new.cells)

    def bar(self, cvd_before: int) -> Bar:
        """The bar as it stands; `cvd_before` is the CVD at its start."""
        sums = self.segment
        return Bar(
            self.time_us,
            sums.open,
            sums.high,
            sums.low,
            sums.close,
            sums.buy,
            sums.sell,
            sums.unknown,
            sums.delta_high,
            sums.delta_low,
            cvd_before + sums.buy - sums.sell,
            sums.trades,
            sums.value,
            sums.value_delta,
            sums.source,
        )


def reopen(bar: Bar, cells: Cells) -> OpenBar:
    """A closed bar and its cells, open again for a late trade."""
    return OpenBar(
        bar.time_us,
        Segment(
            bar.time_us,
            bar.open,
            bar.high,
            bar.low,
            bar.close,
            bar.buy,
            bar.sell,
            bar.unknown,
            bar.delta_high,
            bar.delta_low,
            bar.trades,
            bar.value,
            bar.value_delta,
            cells,
            bar.source,
        ),
    )
