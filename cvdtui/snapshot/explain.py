"""What the numbers of the market at hand are made of, and what other conventions would give."""

from bisect import bisect_right
from math import sqrt

from cvdtui.engine.bars import start_of
from cvdtui.engine.open_bar import OpenBar
from cvdtui.engine.profile import point_of_control, value_area
from cvdtui.engine.sums import Period
from cvdtui.model import (
    ANCHORS,
    Anchored,
    Bar,
    Facts,
    SlopeInputs,
    SpeedInputs,
    SpreadInputs,
    ValueArea,
    View,
    VolumeSums,
    ZInputs,
)
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.signals.zscore import LENGTH, Climax
from cvdtui.snapshot.explain_statistics import slope_inputs, speed_inputs, spread_inputs
from cvdtui.snapshot.market_row import RowBuilder, anchor_time, anchored, current

AREAS = ((70, 1), (70, 2), (68, 1), (68, 2))
"""(percent inside, rows compared at a time); the first is the one in force."""
RULES = {1: "one-row", 2: "two-row"}
DAY_US = 86_400_000_000
DAY_BARS = (60, 300, 900, 3600)
"""Bars that may tell the price 24 hours ago, the finest first."""


class ExplainInputs:
    """Makes the Facts of one market; what only changes with a bar or the profile is remembered."""

    def __init__(self, picture: RowBuilder) -> None:
        self._picture = picture
        self._state = picture.state
        self._z_key: tuple[object, ...] = ()
        self._z: ZInputs | None = None
        self._area_key: tuple[object, ...] = ()
        self._areas: tuple[ValueArea, ...] = ()

    def facts(self, view: View, row: int, now_us: int) -> Facts:
        """Of now; `row` is the row size of the profile in price units.

        What costs more than a glance (the rolling CVD, value areas, the statistics of the last bar) is there
        only when the view asks.
        """
        timeframe, evaluator = view.timeframe, self._picture.evaluator
        state, flow = self._state, self._state.flow
        session, week = current(flow.session, now_us), current(flow.week, now_us)
        size, value = 10**state.market.size_decimals, 10**state.market.price_decimals
        price = float(value)
        value *= size
        found = flow.delta_5m(now_us)
        open_bar = flow.bars[timeframe].open
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
            self._scored(timeframe, size),
            *((None, None, None) if evaluator is None or not view.explain else _statistics(evaluator)),
            self._value_areas(session, row) if view.explain else (),
        )

    def _anchors(self, view: View, now_us: int, size: int, value: int) -> tuple[Anchored, ...]:
        out = []
        for anchor in ANCHORS:
            wanted = anchor != "rolling" or view.explain
            total = anchored(self._state, anchor, now_us) if wanted else None
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

    def _scored(self, timeframe: int, size: int) -> ZInputs | None:
        bars = self._state.flow.bars[timeframe]
        count = _length(self._picture.evaluator)
        key = (timeframe, bars.version, bars.closed_count, size, count)
        if key != self._z_key:
            self._z_key = key
            last = bars.closed[-count:]
            self._z = _inputs(last, size) if len(last) == count else None
        return self._z

    def _value_areas(self, session: Period | None, row: int) -> tuple[ValueArea, ...]:
        if session is None or not session.cells:
            return ()
        key = (session.start_us, session.version, row)
        if key != self._area_key:
            volumes = {number: sum(sums) for number, sums in session.rows(row).items() if any(sums)}
            price = row / 10**self._state.market.price_decimals
            self._area_key, self._areas = key, _areas(volumes, price)
        return self._areas


def _statistics(
    evaluator: SignalEvaluator,
) -> tuple[SlopeInputs | None, SpeedInputs | None, SpreadInputs | None]:
    return slope_inputs(evaluator), speed_inputs(evaluator), spread_inputs(evaluator)


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


def _length(evaluator: SignalEvaluator | None) -> int:
    chosen = None if evaluator is None else evaluator.parameters["climax"]
    return chosen.n if isinstance(chosen, Climax.Parameters) else LENGTH


def _inputs(bars: list[Bar], size: int) -> ZInputs:
    cvds, deltas = [bar.cvd for bar in bars], [bar.delta for bar in bars]
    mean = sum(cvds) / len(cvds) / size
    moved = sum(deltas) / size
    return ZInputs(
        len(bars), cvds[-1] / size, mean, _deviation(cvds) / size, moved, _deviation(deltas) / size
    )


def _deviation(values: list[int]) -> float:
    count = len(values)
    return sqrt(count * sum(value * value for value in values) - sum(values) ** 2) / count


def _areas(volumes: dict[int, int], price: float) -> tuple[ValueArea, ...]:
    if not volumes:
        return ()
    poc, total = point_of_control(volumes), sum(volumes.values())
    out = []
    for share, step in AREAS:
        low, high = value_area(volumes, poc, target=-(-total * share // 100), step=step)
        out.append(ValueArea(share, RULES[step], low * price, high * price))
    return tuple(out)
