"""What the numbers of the selected market are made of, and what other conventions would give."""

from bisect import bisect_right

from cvdtui.engine.bars import start_of
from cvdtui.engine.footprint import group
from cvdtui.engine.open_bar import OpenBar
from cvdtui.engine.profile import point_of_control, value_area
from cvdtui.engine.sums import Period
from cvdtui.model import (
    ANCHORS,
    Anchored,
    Facts,
    ImbalanceCount,
    ValueArea,
    View,
    VolumeSums,
)
from cvdtui.signals.imbalance import Imbalance
from cvdtui.snapshot.chart import seen
from cvdtui.snapshot.explain_statistics import Statistics, statistics
from cvdtui.snapshot.market_row import RowBuilder
from cvdtui.snapshot.values import anchor_time, anchored, current

AREAS = ((70, 1), (70, 2), (68, 1), (68, 2))
"""(percent inside, rows compared at a time); the first is the one in force."""
RULES = {1: "one-row", 2: "two-row"}
DAY_US = 86_400_000_000
DAY_BARS = (60, 300, 900, 3600)
"""Bars that may have the price of 24 hours ago, the finest first."""


class ExplainInputs:
    """Makes the Facts of one market; what only changes with a bar or the profile is remembered."""

    def __init__(self, row_builder: RowBuilder) -> None:
        self._row_builder = row_builder
        self._state = row_builder.state
        self._statistics_key: tuple[object, ...] = ()
        self._statistics = Statistics()
        self._area_key: tuple[object, ...] = ()
        self._areas: tuple[ValueArea, ...] = ()

    def facts(self, view: View, row: int, now_us: int) -> Facts:
        """Of now; `row` is the row size of the profile in price units.

        What costs more than a glance (the rolling CVD, value areas, the statistics of the last bar) is there
        only when the view asks.
        """
        state, flow = self._state, self._state.flow
        session, week = current(flow.session, now_us), current(flow.week, now_us)
        size, value = 10**state.market.size_decimals, 10**state.market.price_decimals
        price = float(value)
        value *= size
        found = flow.delta_5m(now_us)
        open_bar = flow.bars[view.timeframe].open
        return Facts(
            self._anchors(view, now_us, size, value),
            _sums(session, size, value),
            _sums(week, size, value),
            None if open_bar is None else _open(open_bar, size, value),
            None if session is None or session.open is None else session.open / price,
            None if week is None or week.open is None else week.open / price,
            self._day_ago(now_us, price),
            (found[0] / size, found[1] / value),
            state.coverage(session, state.known.from_us),
            state.coverage(week, state.known.week_from_us),
            state.known.from_us or 0,
            *self._statistics_of(all_of_them=view.explain),
            self._imbalances(view, row) if view.explain else (),
            self._value_areas(session, row) if view.explain else (),
        )

    def _anchors(self, view: View, now_us: int, size: int, value: int) -> tuple[Anchored, ...]:
        out = []
        for anchor in ANCHORS:
            # the rolling CVD is summed trade by trade, 0.27 ms for 1 000 of them: only where it is displayed
            is_asked = anchor != "rolling" or view.explain
            total = anchored(self._state, anchor, now_us) if is_asked else None
            since = 0 if anchor == "rolling" else anchor_time(self._state, anchor, now_us)
            sums = (None, None) if total is None else (total[0] / size, total[1] / value)
            out.append(Anchored(anchor, since, *sums))
        return tuple(out)

    def _day_ago(self, now_us: int, price: float) -> float | None:
        """The close of the last bar that had ended then."""
        for seconds in DAY_BARS:
            bars = self._state.flow.bars.get(seconds)
            closed = bars.closed if bars is not None else []
            place = bisect_right(closed, now_us - DAY_US - seconds * 1_000_000, key=start_of)
            if place:
                return closed[place - 1].close / price
        return None

    def _statistics_of(self, *, all_of_them: bool) -> Statistics:
        evaluator = self._row_builder.evaluator
        pair = None if evaluator is None else evaluator.pair
        # the spread has its own pace: a bar of this market waits until the other has closed its own
        key: tuple[object, ...] = (all_of_them, id(pair), None if pair is None else pair.evaluated_us)
        key += () if evaluator is None else evaluator.revision
        if key != self._statistics_key:
            self._statistics_key = key
            self._statistics = statistics(evaluator, all_of_them=all_of_them)
        return self._statistics

    def _imbalances(self, view: View, row: int) -> tuple[ImbalanceCount, ...]:
        """Of the bar that the ladder shows as its newest."""
        evaluator, bars = self._row_builder.evaluator, self._state.flow.bars[view.timeframe]
        shown, _ = seen(bars, 1, view.at_us, 1)
        cells = bars.cells(shown[-1].time_us) if shown else None
        if evaluator is None or not cells:
            return ()
        return evaluator.rule(Imbalance).inputs(group(cells, row), self._state.market.size_decimals)

    def _value_areas(self, session: Period | None, row: int) -> tuple[ValueArea, ...]:
        if session is None or not session.cells:
            return ()
        # four value areas walk all rows of the session: only when it or the row size changed
        key = (session.start_us, session.version, row)
        if key != self._area_key:
            volumes = {number: sum(sums) for number, sums in session.rows(row).items() if any(sums)}
            price = row / 10**self._state.market.price_decimals
            self._area_key, self._areas = key, _areas(volumes, price)
        return self._areas


def _sums(period: Period | None, size: int, value: int) -> VolumeSums | None:
    if period is None:
        return None
    return VolumeSums(
        period.buy / size,
        period.sell / size,
        period.unknown / size,
        period.value / value,
        period.value_delta / value,
    )


def _open(bar: OpenBar, size: int, value: int) -> VolumeSums:
    sums = bar.segment
    return VolumeSums(
        sums.buy / size, sums.sell / size, sums.unknown / size, sums.value / value, sums.value_delta / value
    )


def _areas(volumes: dict[int, int], price: float) -> tuple[ValueArea, ...]:
    if not volumes:
        return ()
    poc, total = point_of_control(volumes), sum(volumes.values())
    out = []
    for share, step in AREAS:
        low, high = value_area(volumes, poc, target=-(-total * share // 100), step=step)
        out.append(ValueArea(share, RULES[step], low * price, high * price))
    return tuple(out)
