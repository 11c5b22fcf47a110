"""One market's line of the table, from its state: numbers for display, each with its quality."""

from cvdtui.engine.market_state import MarketState
from cvdtui.engine.sums import Period
from cvdtui.model import Bar, Link, MarketRow, View
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.snapshot.open_interest import LiquidationCount, interest_of
from cvdtui.snapshot.quality import flags_of, quality_of
from cvdtui.snapshot.signals import signal_flags
from cvdtui.snapshot.values import Pair, Scaler, anchor_time, anchored, current, delta_of_bar

SPARK_POINTS = 24
SPARK_STEPS = (60, 120, 300, 600, 900, 1200, 1800, 2400, 3600, 7200, 14400, 28800)
"""Seconds a point of the sparkline may span."""


class RowBuilder:
    """Makes one market's MarketRow, remembering what changes only when a bar closes."""

    def __init__(self, state: MarketState) -> None:
        self.state = state
        self.evaluator: SignalEvaluator | None = None
        """Of the timeframe in view; None: no signals, and no z."""
        self._spark_key: tuple[object, ...] = ()
        self._spark: tuple[float, ...] = ()
        self._liquidations = LiquidationCount(state)
        self._row: MarketRow | None = None
        self._row_key: tuple[object, ...] = ()

    def row(self, view: View, now_us: int, link: Link | None) -> MarketRow:
        """The market's line; the same object as before while nothing in it changed."""
        state = self.state
        evaluated = () if self.evaluator is None else self.evaluator.revision
        # the second is in the key: the delta of five minutes and ages move on without a trade
        key = (state.version, evaluated, view.timeframe, view.anchor, view.unit, link, now_us // 1_000_000)
        if self._row is None or key != self._row_key:
            self._row_key = key
            row = self._make(view, now_us, link)
            if row != self._row:  # panes compare rows by identity
                self._row = row
        return self._row

    def _make(self, view: View, now_us: int, link: Link | None) -> MarketRow:
        state = self.state
        flow = state.flow
        scaler = Scaler(state, view.unit)
        quality = quality_of(state, view.anchor, now_us, link)
        last = flow.last_trade
        session = current(flow.session, now_us)
        total = anchored(state, view.anchor, now_us)
        seen = last is not None or session is not None
        marks = None if self.evaluator is None else self.evaluator.latest
        price = last.price if last is not None else session.close if session is not None else None
        return MarketRow(
            state.market,
            view.unit,
            None if price is None else price / scaler.price,
            _change(price, session),
            scaler.amount(session.volume, session.value) if session is not None else 0.0,
            scaler.amount(*delta_of_bar(state, view.timeframe, now_us)) if seen else None,
            scaler.amount(*flow.delta_5m(now_us)) if seen else None,
            session.delta / session.volume if session is not None and session.volume else None,
            scaler.amount(*total) if total is not None and seen else None,
            *self._sparkline(view, now_us, scaler),
            None if marks is None else marks.z,
            None if marks is None else marks.z_before,
            climax=marks is not None and marks.climax,
            flags=(
                *flags_of(state, marks, quality, link),
                *(signal_flags(self.evaluator) if self.evaluator else ()),
            ),
            quality=quality,
            trades=flow.trades,
            last_trade_us=flow.last_time_us,
            last_side=last.side if last is not None else 0,
            interest=interest_of(state, view.unit, session, now_us),
            liquidated=self._liquidations.of(view.unit, session),
        )

    def _sparkline(self, view: View, now_us: int, scaler: Scaler) -> tuple[tuple[float, ...], int]:
        """CVD at the end of each step since the anchor as far as bars are known, and the step in seconds."""
        flow = self.state.flow
        begin = anchor_time(self.state, view.anchor, now_us)
        # a live market keeps 2 000 minutes, which is 33 hours: a week is drawn from hours
        seconds = 3600 if view.anchor == "week" else 60
        bars = flow.bars.get(seconds)
        if not begin or bars is None:
            return (), SPARK_STEPS[0]
        elapsed = max(now_us, flow.last_time_us) - begin
        step = next(
            (s for s in SPARK_STEPS if s >= seconds and elapsed <= s * 1_000_000 * SPARK_POINTS),
            SPARK_STEPS[-1],
        )
        total = anchored(self.state, view.anchor, now_us) or (0, 0)
        full_steps = max(0, elapsed - 1) // (step * 1_000_000)
        key = (bars.closed_count, bars.version, step, begin, view.anchor, view.unit, full_steps)
        if key != self._spark_key:
            self._spark_key = key
            edges = [
                begin + number * step * 1_000_000
                for number in range(max(1, full_steps - SPARK_POINTS + 2), full_steps + 1)
            ]
            known = bars.all()
            edges = [edge for edge in edges if known and edge >= known[0].time_us]
            self._spark = _sampled(known, edges, total, scaler)
        return (*self._spark, scaler.amount(*total)), step


def _sampled(bars: list[Bar], edges: list[int], total: Pair, scaler: Scaler) -> tuple[float, ...]:
    """CVD at each edge, counted back from its value now: exact wherever an edge is the start of a bar."""
    points: list[float] = []
    size, value = total
    place = len(bars)
    for edge in reversed(edges):
        while place and bars[place - 1].time_us >= edge:
            place -= 1
            size -= bars[place].delta
            value -= bars[place].value_delta
        points.append(scaler.amount(size, value))
    return tuple(reversed(points))


def _change(price: int | None, session: Period | None) -> float | None:
    if price is None or session is None or not session.open:
        return None
    return price / session.open - 1
