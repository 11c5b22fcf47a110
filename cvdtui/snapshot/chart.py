"""The chart's bars: closed ones are made once, as long as nothing before them changed."""

from bisect import bisect_right

from cvdtui.engine.bars import Bars, start_of
from cvdtui.engine.market_state import MarketState
from cvdtui.model import Bar, ChartBar, View
from cvdtui.snapshot.market_row import RowBuilder
from cvdtui.snapshot.values import Scaler, anchor_time, anchored

AFTER = 30
"""Bars drawn after the one under the crosshair."""


def seen(bars: Bars, count: int, at_us: int, after: int) -> tuple[list[Bar], list[Bar]]:
    """At most `count` bars, and those later than them.

    They are the latest ones, or, where `at_us` names a bar that is older, end `after` bars behind it.
    """
    place = bisect_right(bars.closed, at_us, key=start_of) + after if at_us else len(bars.closed)
    if place >= len(bars.closed):
        return bars.last(count), []
    opened = [] if bars.open is None else bars.last(1)
    return bars.closed[max(place - count, 0) : place], bars.closed[place:] + opened


class ChartBuilder:
    """Makes the bars of one market's chart; CVD counts back from its value now.

    So every anchor is exact at the right edge. What it comes to at the last closed bar is part of the key:
    while that holds, every bar before is as it was.
    """

    def __init__(self, row_builder: RowBuilder) -> None:
        self._row_builder = row_builder
        self._state: MarketState = row_builder.state
        self._key: tuple[object, ...] = ()
        self._closed: tuple[ChartBar, ...] = ()

    def bars(self, view: View, now_us: int, scaler: Scaler) -> tuple[ChartBar, ...]:
        """The last bars as the view asks, oldest first."""
        market, bars = self._state.market, self._state.flow.bars[view.timeframe]
        evaluator = self._row_builder.evaluator
        total = anchored(self._state, view.anchor, now_us)
        begin = self._begin(view, now_us)
        size, value = total or (0, 0)
        shown, later = seen(bars, view.bars, view.at_us, AFTER)
        drawn: tuple[ChartBar, ...] = ()
        if shown and bars.open is not None and shown[-1].time_us == bars.open.time_us:
            bar = shown.pop()
            drawn = (self._bar(bar, self._cvd(bar, view, begin, total, scaler), scaler, closed=False),)
            size -= bar.delta
            value -= bar.value_delta
        for bar in later:
            size -= bar.delta
            value -= bar.value_delta
        at_close = None if total is None else (size, value)
        key: tuple[object, ...] = (
            view.timeframe,
            view.unit,
            begin,
            at_close,
            bars.version,
            bars.closed_count,
            len(shown),
            shown[-1].time_us if later else 0,
            # z is drawn on the bars: they are made again when the evaluator has come further
            *(() if evaluator is None else (id(evaluator), evaluator.version, evaluator.evaluated)),
        )
        # a venue may turn out to have finer decimals: bars then count in other integers
        key += (market.price_decimals, market.size_decimals)
        # 240 bars take 0.16 ms to make, ten times a second: closed ones are kept while the key holds
        if key != self._key:
            self._key, self._closed = key, self._counted_back(shown, view, begin, at_close, scaler)
        return self._closed + drawn

    def _begin(self, view: View, now_us: int) -> int:
        """Bars that end by then have no CVD; `start` holds all but the hours before the first minute."""
        if view.anchor == "start":
            return self._state.flow.minutes_from_us
        return anchor_time(self._state, view.anchor, now_us)

    def _counted_back(
        self, shown: list[Bar], view: View, begin: int, total: tuple[int, int] | None, scaler: Scaler
    ) -> tuple[ChartBar, ...]:
        out: list[ChartBar] = []
        for bar in reversed(shown):
            out.append(self._bar(bar, self._cvd(bar, view, begin, total, scaler), scaler, closed=True))
            if total is not None:
                total = (total[0] - bar.delta, total[1] - bar.value_delta)
        return tuple(reversed(out))

    def _cvd(
        self, bar: Bar, view: View, begin: int, total: tuple[int, int] | None, scaler: Scaler
    ) -> float | None:
        """CVD at the end of a bar that the anchor reaches."""
        if total is None or bar.time_us + view.timeframe * 1_000_000 <= begin:
            return None
        return scaler.amount(*total)

    def _bar(self, bar: Bar, cvd: float | None, scaler: Scaler, *, closed: bool) -> ChartBar:
        price = scaler.price
        evaluator = self._row_builder.evaluator
        marks = None if evaluator is None or not closed else evaluator.marks.get(bar.time_us)
        return ChartBar(
            bar.time_us,
            bar.open / price,
            bar.high / price,
            bar.low / price,
            bar.close / price,
            scaler.amount(bar.volume, bar.value),
            scaler.amount(bar.delta, bar.value_delta),
            None if bar.delta_high is None else scaler.at_price(bar.delta_high, bar.close),
            None if bar.delta_low is None else scaler.at_price(bar.delta_low, bar.close),
            cvd,
            None if marks is None else marks.z,
            bar.source,
            closed,
            None if marks is None else marks.z_raw,
        )
