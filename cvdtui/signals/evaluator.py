"""The jury of one market and timeframe: every signal hears each closed bar once, in order, and may speak."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cvdtui.config.signals import COVERAGE
from cvdtui.engine.bars import Bars, start_of
from cvdtui.engine.closed_bar import Cells, ClosedBar, InterestSample, MarketScale, Marks, Side, Zone
from cvdtui.engine.footprint import Rows, group
from cvdtui.engine.levels import Levels
from cvdtui.engine.market_state import MarketState
from cvdtui.engine.row_choice import RowChoice
from cvdtui.model import Bar, Signal
from cvdtui.model.alerts import SignalKey, key_of
from cvdtui.signals.data_quality import DataQuality
from cvdtui.signals.divergence import Divergence
from cvdtui.signals.imbalance import Imbalance
from cvdtui.signals.registry import PARAMETERS, SIGNALS, SignalRule
from cvdtui.signals.spread_pair import Pair
from cvdtui.signals.stacked import Stacked

Parameters = Mapping[str, Struct]
"""What is in force, by the signal's name; one that is missing has its defaults."""
RowsAt = Callable[[Bar, Cells | None, int], Rows]
"""Rows of a bar in a row size, made of its cells; none where these are not whole."""


def rows_of_bar(bar: Bar, cells: Cells | None, row: int) -> Rows:
    """Rows of one bar."""
    return group(cells, row) if cells and bar.delta_high is not None else {}


class SignalEvaluator:
    """Signals and marks of the closed bars of one timeframe.

    `catch_up` hears the bars that closed since. Bars learned or changed afterwards (history, a late trade)
    are heard again from the beginning; what was told stays told, and is told once.
    """

    def __init__(
        self,
        state: MarketState,
        seconds: int,
        parameters: Parameters | None = None,
        *,
        row: int | None = None,
        coverage: float = COVERAGE,
    ) -> None:
        self.state = state
        self.seconds = seconds
        given = parameters or {}
        self.parameters: dict[str, Struct] = {
            name: given.get(name) or kind() for name, kind in PARAMETERS.items()
        }
        self.signals: list[Signal] = []
        """All that was told, ascending in time."""
        self.marks: dict[int, Marks] = {}
        """What was found on each bar, by its start."""
        self.last: ClosedBar | None = None
        """The bar heard last."""
        self.pair: Pair | None = None
        """The other market of the asset, if there is one."""
        self.perpetual: MarketState | None = None
        """Whose open interest counts."""
        self.dropped: Sequence[int] = ()
        """Levels the user dropped, in price units."""
        self._row = (row, state.market.price_decimals)
        self._coverage = coverage
        self._emitted: set[SignalKey] = set()
        self._silent = {name for name, one in self.parameters.items() if not getattr(one, "enabled", True)}
        self._begin()

    def _begin(self) -> None:
        """Judges that have heard nothing."""
        market = self.state.market
        self._rules: dict[str, SignalRule] = {
            name: kind(self.parameters[name], self.seconds) for name, kind in SIGNALS.items()
        }
        self._scale = MarketScale(market.price_decimals, market.size_decimals, market.tick)
        row, decimals = self._row
        fixed = None if row is None else row * int(10 ** (market.price_decimals - decimals))
        self._choice = RowChoice(fixed, market.tick)
        self._levels = Levels(self.state.flow.periods.clock, self._past_rows)
        self._quality = DataQuality(self.state, self.seconds, self._coverage)
        self._version = self.bars.version
        self._seen = self.bars.closed_count - len(self.bars.closed)
        self.marks = {}

    @property
    def bars(self) -> Bars:
        """The bars it hears."""
        return self.state.flow.bars[self.seconds]

    @property
    def spread_z(self) -> float | None:
        """How far the spread to the other market stands from its mean."""
        return None if self.pair is None else self.pair.z

    @property
    def evaluated(self) -> int:
        """How many bars have closed that it has heard, dropped ones included."""
        return self._seen

    @property
    def pending(self) -> int:
        """How many closed bars it has not heard."""
        bars = self.bars
        if bars.version != self._version or bars.closed_count < self._seen:
            return len(bars.closed)
        return min(bars.closed_count - self._seen, len(bars.closed))

    def inherit(self, other: "SignalEvaluator") -> None:
        """What another jury of the same bars told is told: the market began anew with its history."""
        self.signals = [*other.signals]
        self._emitted = {key_of(self.state.market.name, signal) for signal in self.signals}

    def catch_up(self, limit: int | None = None) -> list[Signal]:
        """Hears the bars that have closed since (at most `limit`); the signals that are new, ascending."""
        self.state.flow.settle()
        bars = self.bars
        if bars.version != self._version or bars.closed_count < self._seen:
            self._begin()
        fresh = min(bars.closed_count - self._seen, len(bars.closed))
        start = len(bars.closed) - fresh
        end = len(bars.closed) if limit is None else min(len(bars.closed), start + limit)
        emitted: list[Signal] = []
        for place in range(start, end):
            bar = bars.closed[place]
            emitted += self.evaluate(bar, bars.cells(bar.time_us))
        self._seen = bars.closed_count - (len(bars.closed) - end)
        if self.pair is not None:
            emitted += self._keep(self.pair.catch_up())
        if len(self.marks) > 2 * len(bars.closed):
            self._forget(bars.closed[0].time_us)
        return sorted(emitted, key=_time)

    def evaluate(self, bar: Bar, cells: Cells | None, rows_at: RowsAt = rows_of_bar) -> list[Signal]:
        """One closed bar; `rows_at` makes its rows."""
        closed = self.close_view(bar, cells, rows_at)
        emitted: list[Signal] = []
        for rule in self._rules.values():
            emitted += rule.push(closed)
        self._seen += 1
        self.last = closed
        self.marks[bar.time_us] = closed.marks
        return self._keep(emitted)

    def close_view(self, bar: Bar, cells: Cells | None, rows_at: RowsAt) -> ClosedBar:
        """The bar as the judges see it."""
        levels = self._levels
        begins = levels.begin(bar.time_us)
        row = self._choice.push(bar, begins=begins)
        if row != levels.row:
            levels.take_row(row, {} if begins else self._session_rows(bar.time_us, row))
        found = rows_at(bar, cells, row)
        levels.dropped = self.dropped
        touched = levels.push(bar, found)
        self._quality.push(bar, levels.session_us)
        orders = self.state.flow.orders
        return ClosedBar(
            bar,
            self.seconds,
            self._scale,
            row=row,
            rows=found,
            cells=cells if found else None,
            session_us=levels.session_us,
            levels=levels.levels,
            touched=touched,
            interest=self._interest if self.perpetual is not None else None,
            orders=orders.of(bar.time_us, self.seconds, bar.delta) if orders is not None else None,
        )

    def footprint(self, rows: Rows) -> tuple[list[tuple[int, Side]], list[Zone]]:
        """Imbalances and stacked zones of any rows, by the parameters in force."""
        imbalance, stacked = self._rules["imbalance"], self._rules["stacked"]
        if not isinstance(imbalance, Imbalance) or not isinstance(stacked, Stacked):
            return [], []
        found = imbalance.of(rows, self._scale.size_decimals)
        return found, stacked.of(found)

    def provisional(self) -> list[Signal]:
        """Divergences that the next bars may still undo."""
        rule = self._rules["divergence"]
        if self.last is None or "divergence" in self._silent or not isinstance(rule, Divergence):
            return []
        return list(rule.provisional(self.last))

    def naked(self) -> list[tuple[int, int]]:
        """(price, start of its session) of the points of control not traded since."""
        return list(self._levels.naked)

    def previous(self) -> tuple[int, int] | None:
        """Highest and lowest price of the session before."""
        return self._levels.previous

    # --- inside

    def _keep(self, emitted: Sequence[Signal]) -> list[Signal]:
        """What is wanted and was not told before, marked where its data are incomplete."""
        fresh: list[Signal] = []
        for signal in emitted:
            key = key_of(self.state.market.name, signal)
            if signal.signal in self._silent or key in self._emitted:
                continue
            self._emitted.add(key)
            quality = self._quality.at(signal.time_us)
            fresh.append(replace(signal, quality=quality) if quality else signal)
        known = self.signals
        for signal in fresh:
            if not known or known[-1].time_us <= signal.time_us:
                known.append(signal)
            else:
                known.insert(bisect_right(known, signal.time_us, key=_time), signal)
        return fresh

    def _forget(self, before_us: int) -> None:
        """Drops what was found and told on bars that are no longer kept."""
        self.marks = {time_us: marks for time_us, marks in self.marks.items() if time_us >= before_us}
        self.signals = [signal for signal in self.signals if signal.time_us >= before_us]
        self._emitted = {key_of(self.state.market.name, signal) for signal in self.signals}
        self._quality.forget(before_us)

    def _session_rows(self, before_us: int, row: int) -> Rows:
        """Rows of the session's bars before this one, in another row size."""
        rows: Rows = {}
        bars = self.bars
        place = bisect_right(bars.closed, before_us - 1, key=start_of)
        while place and bars.closed[place - 1].time_us >= self._levels.session_us:
            place -= 1
            cells = bars.cells(bars.closed[place].time_us)
            for number, sums in group(cells or {}, row).items():
                mine = rows.setdefault(number, [0, 0, 0])
                for side in range(3):
                    mine[side] += sums[side]
        return rows

    def _past_rows(self, session_us: int, row: int) -> Rows | None:
        """A past session's rows from its own sums, where these saw every trade of it."""
        period = self.state.flow.periods.sessions.get(session_us)
        if period is None or not period.volume or period.cell_volume < period.volume:
            return None
        return group(period.cells, row)

    def _interest(self, time_us: int) -> InterestSample | None:
        if self.perpetual is None:
            return None
        sample = self.perpetual.open_interest.at(time_us)
        if sample is None:
            return None
        return InterestSample(sample[1] / 10**self.perpetual.market.size_decimals, sample[0])


def _time(signal: Signal) -> int:
    return signal.time_us


MakeEvaluator = Callable[[MarketState, int], SignalEvaluator]
"""A jury for one market and bar length, with the parameters of the configuration."""
