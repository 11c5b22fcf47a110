"""One market's line of the table, from its state: numbers for the eye, each with its quality."""

from math import floor

from cvdtui.engine.closed_bar import Marks
from cvdtui.engine.market_state import MarketState, late_start
from cvdtui.engine.sums import Period
from cvdtui.model import AnchorName, Bar, Flag, Link, MarketRow, Quality, Unit, View
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.snapshot.open_interest import LiquidationCount, interest_of
from cvdtui.snapshot.side_flags import is_inferred, side_flags
from cvdtui.snapshot.signals import evaluated_state, signal_flags

SPARK_POINTS = 24
SPARK_STEPS = (60, 120, 300, 600, 900, 1200, 1800, 2400, 3600, 7200, 14400, 28800)
"""Seconds a point of the sparkline may span."""
FRESH_US = 5_000_000
"""A live link may be silent so long before it is called stale here."""

Pair = tuple[int, int]
"""(size, value) in the integers of the market."""


class Scaler:
    """Turns (size, value) integers into floats of the unit in force."""

    __slots__ = ("_is_quote", "_size", "_value", "price")

    def __init__(self, state: MarketState, unit: Unit) -> None:
        market = state.market
        self._is_quote = unit == "quote"
        self._size: int = 10**market.size_decimals
        self._value: int = 10 ** (market.size_decimals + market.price_decimals)
        self.price: int = 10**market.price_decimals

    def amount(self, size: int, value: int) -> float:
        """A size with its value, in the unit in force."""
        return float(value / self._value if self._is_quote else size / self._size)

    def at_price(self, size: int, price: int) -> float:
        """A size at one price, in the unit in force."""
        return float(size * price / self._value if self._is_quote else size / self._size)


def anchored(state: MarketState, anchor: AnchorName, now_us: int) -> Pair | None:
    """CVD since the anchor as (size, value); None while the anchor is not set."""
    flow = state.flow
    if anchor == "rolling":
        return flow.rolling_delta()
    if anchor == "mark":
        if flow.mark is None:
            return None
        return flow.start.delta - flow.mark[1], flow.start.value_delta - flow.mark[2]
    if anchor == "start":
        return flow.start.delta, flow.start.value_delta
    period = current(flow.session if anchor == "session" else flow.week, now_us)
    return (0, 0) if period is None else (period.delta, period.value_delta)


def anchor_time(state: MarketState, anchor: AnchorName, now_us: int) -> int:
    """When the anchor was set; 0 when it is not known."""
    flow = state.flow
    if anchor in ("session", "week"):
        period = current(flow.session if anchor == "session" else flow.week, now_us)
        return 0 if period is None else period.start_us
    if anchor == "mark":
        return 0 if flow.mark is None else flow.mark[0]
    if anchor == "rolling":
        prints = flow.prints(flow.rolling)
        return prints[-1].time_us if prints else 0
    return state.known_from_us or flow.first_time_us


def delta_of_bar(state: MarketState, timeframe: int, now_us: int) -> Pair:
    """Delta of the bar that `now_us` stands in; nothing when nothing traded in it yet."""
    open_bar = state.flow.bars[timeframe].open
    if open_bar is None or open_bar.time_us + timeframe * 1_000_000 <= now_us:
        return 0, 0
    return open_bar.segment.delta, open_bar.segment.value_delta


def current(period: Period | None, now_us: int) -> Period | None:
    """The period if it holds `now_us`: a session that ended without a successor has nothing to say."""
    return period if period is not None and now_us < period.end_us else None


def decimals_shown(row: int, state: MarketState) -> int:
    """Decimals a multiple of `row` needs."""
    decimals = state.market.price_decimals
    while decimals > 0 and row % 10 == 0:
        row //= 10
        decimals -= 1
    return max(0, decimals)


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
        evaluated = () if self.evaluator is None else evaluated_state(self.evaluator)
        key = (state.version, evaluated, view.timeframe, view.anchor, view.unit, link, now_us // 1_000_000)
        if self._row is None or key != self._row_key:
            self._row_key = key
            row = self._make(view, now_us, link)
            if row != self._row:
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


def quality_of(state: MarketState, anchor: AnchorName, now_us: int, link: Link | None) -> Quality:
    """How far the market's numbers can be trusted, in a word and in figures."""
    flow = state.flow
    span, known_us = (
        (flow.week, state.week_from_us) if anchor == "week" else (flow.session, state.known_from_us)
    )
    period = current(span, now_us)
    coverage = state.coverage(period, known_us)
    kind, text = _condition(state, coverage, now_us, link)
    audit = state.audit
    return Quality(
        coverage,
        kind,  # type: ignore[arg-type]  # one of the words below
        text,
        tuple(state.flow.sources.shares().items()),
        state.lost,
        state.tape.open_ids,
        state.duplicates,
        state.refused,
        audit.residual / 10**state.market.size_decimals if audit.compared else None,
        audit.compared,
        state.outside,
        late_start(period, known_us) or 0,
    )


def _condition(state: MarketState, coverage: float, now_us: int, link: Link | None) -> tuple[str, str]:
    """What is wrong first, then how much is known."""
    if link is not None and link.state == "refused":
        return "refused", "refused"
    if not state.flow.trades and not state.flow.start.volume:
        return ("offline", "offline") if link is not None and link.state == "waiting" else ("waiting", "-")
    if link is not None and link.state in ("connecting", "stale", "waiting", "closed"):
        return "stale", f"stale {_age(now_us - max(link.last_data_us, state.flow.last_time_us))}".rstrip()
    if state.tape.open_ids:
        return "gap", f"gap {_short(state.tape.open_ids)}"
    return _known(state, coverage)


def _known(state: MarketState, coverage: float) -> tuple[str, str]:
    if state.progress is not None and state.progress < 1:
        return "fill", f"fill {floor(state.progress * 100)} %"
    mark = "~" if is_inferred(state) else ""
    if coverage < 1:
        return "lost" if state.lost else "live", f"{mark}{floor(coverage * 1000) / 10:.1f}"
    return "live", mark or "100"


def flags_of(
    state: MarketState, marks: Marks | None, quality: Quality, link: Link | None = None
) -> tuple[Flag, ...]:
    """Marks beside the numbers."""
    flags: list[Flag] = []
    if marks is not None and marks.climax and marks.z is not None:
        flags.append(Flag("◆", "climax", "up" if marks.z > 0 else "down"))
    if quality.audit:
        flags.append(Flag("≠", "audit", "warn"))
    if quality.lost:
        flags.append(Flag("!", f"lost {_short(quality.lost)}", "warn"))
    if quality.rejected:
        flags.append(Flag("!", f"rej {_short(quality.rejected)}", "warn"))
    return (*flags, *side_flags(state, link))


def _age(age_us: int) -> str:
    """At most three characters; nothing for what was never heard of (its age is that of the epoch)."""
    seconds = max(0, age_us) // 1_000_000
    for length, unit in ((1, "s"), (60, "m"), (3600, "h"), (86_400, "d")):
        if seconds // length < 100:
            return f"{seconds // length}{unit}"
    return ""


def _short(count: int) -> str:
    """At most five characters."""
    for step, unit in ((1, ""), (1_000, "k"), (1_000_000, "M"), (1_000_000_000, "G")):
        if count // step < 10_000:
            return f"{count // step}{unit}"
    return "many"
