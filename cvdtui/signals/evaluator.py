"""The signals of one market and bar length: each closed bar is shown to every signal once, in order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from cvdtui.config.signals import COVERAGE
from cvdtui.engine.bars import MINUTE, Bars
from cvdtui.engine.closed_bar import Cells, ClosedBar, Marks, Side, Zone
from cvdtui.engine.footprint import Rows
from cvdtui.engine.market_state import MarketState
from cvdtui.model import Bar, Signal
from cvdtui.signals.bar_context import BarContext, RowsAt, rows_of_bar
from cvdtui.signals.data_quality import DataQuality
from cvdtui.signals.divergence import Divergence
from cvdtui.signals.emitted import Emitted, time_of
from cvdtui.signals.imbalance import Imbalance
from cvdtui.signals.registry import PARAMETERS, SIGNALS, SignalRule
from cvdtui.signals.spread_pair import Pair
from cvdtui.signals.stacked import Stacked

Parameters = Mapping[str, Struct]
"""What is in force, by the signal's name; one that is missing has its defaults."""
Rule = TypeVar("Rule", bound=SignalRule)


class SignalEvaluator:
    """Signals and marks of the closed bars of one timeframe.

    `catch_up` evaluates the bars that closed since the last call. Where bars were added before the first one
    or changed afterwards (history, a late trade), all are evaluated again from the beginning; a signal that
    was emitted stays, and is emitted once.
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
        """`row` is a fixed row size in price units; below `coverage` signals are marked as incomplete."""
        self.state = state
        self.seconds = seconds
        given = parameters or {}
        self.parameters: dict[str, Struct] = {
            name: given.get(name) or kind() for name, kind in PARAMETERS.items()
        }
        self.marks: dict[int, Marks] = {}
        """What was found on each bar, by its start."""
        self.last: ClosedBar | None = None
        """The bar evaluated last."""
        self.pair: Pair | None = None
        """The spread to the other market of the asset, if there is one."""
        self.perpetual: MarketState | None = None
        """Whose open interest counts."""
        self.dropped: Sequence[int] = ()
        """Levels the user dropped, in price units."""
        self._row = (row, state.market.price_decimals)
        self._coverage = coverage
        self._emitted = Emitted(state.market.name)
        self._silent = {
            name for name, chosen in self.parameters.items() if not getattr(chosen, "enabled", True)
        }
        self._begin()

    def _begin(self) -> None:
        """Signals that have not seen a bar."""
        self._rules: dict[str, SignalRule] = {
            name: kind(self.parameters[name], self.seconds) for name, kind in SIGNALS.items()
        }
        row, decimals = self._row
        finer = int(10 ** (self.state.market.price_decimals - decimals))
        self._context = BarContext(self.state, self.seconds, None if row is None else row * finer)
        self._quality = DataQuality(self.state, self.seconds, self._coverage)
        self._version, self._rows_changed = self.bars.version, self.bars.rows_changed
        self._before = self.last
        self._seen = self.bars.closed_count - len(self.bars.closed)
        self.marks = {}
        self.last = None

    # --- evaluation

    def catch_up(self, limit: int | None = None) -> list[Signal]:
        """Evaluates the bars that have closed since (at most `limit`); the new signals, ascending."""
        self.state.flow.settle()
        bars = self.bars
        if self._is_waiting:
            return []
        if self._must_begin_again:
            self._begin()
        start = len(bars.closed) - min(bars.closed_count - self._seen, len(bars.closed))
        end = len(bars.closed) if limit is None else min(len(bars.closed), start + limit)
        emitted: list[Signal] = []
        for place in range(start, end):
            bar = bars.closed[place]
            emitted += self.evaluate(bar, bars.cells(bar.time_us))
        # bars that memory dropped before they were evaluated count as seen
        self._seen = bars.closed_count - (len(bars.closed) - end)
        if self.pair is not None:
            emitted += self._emit(self.pair.catch_up())
        # only when half of the marks are of dropped bars: a rebuild at every bar would cost all they hold
        if len(self.marks) > 2 * len(bars.closed):
            self._forget(bars.closed[0].time_us)
        return sorted(emitted, key=time_of)

    def evaluate(self, bar: Bar, cells: Cells | None, rows_at: RowsAt = rows_of_bar) -> list[Signal]:
        """Shows one closed bar to every signal; `rows_at` gives its rows."""
        closed = self._context.close(bar, cells, rows_at, dropped=self.dropped, perpetual=self.perpetual)
        self._quality.push(bar, closed.session_us)
        emitted: list[Signal] = []
        for rule in self._rules.values():
            emitted += rule.push(closed)
        self._seen += 1
        self.last = closed
        self.marks[bar.time_us] = closed.marks
        return self._emit(emitted)

    def inherit(self, other: "SignalEvaluator") -> None:
        """Signals of the evaluator that this one replaces count as emitted: the market began again."""
        self._emitted.replace(other.signals)

    # --- how far it has come

    @property
    def bars(self) -> Bars:
        """The bars it evaluates."""
        return self.state.flow.bars[self.seconds]

    @property
    def version(self) -> int:
        """Version of the bars as they were evaluated; while theirs is another, all are pending."""
        return self._version

    @property
    def revision(self) -> tuple[object, ...]:
        """While this stays the same, so do its signals and marks: readers keep what they made of them."""
        return id(self), self._version, self._seen, self.pending > 1, len(self.signals)

    @property
    def evaluated(self) -> int:
        """How many closed bars it has evaluated, dropped ones included."""
        return self._seen

    @property
    def pending(self) -> int:
        """How many closed bars are to be evaluated now."""
        bars = self.bars
        if self._is_waiting:
            return 0
        if self._must_begin_again:
            return len(bars.closed)
        return min(bars.closed_count - self._seen, len(bars.closed))

    @property
    def _is_waiting(self) -> bool:
        """Whether its bars are incomplete until the fill ends: those below a minute have no candles.

        What is evaluated of them before would be emitted of partial bars and of a CVD that begins too late.
        """
        return self.seconds < MINUTE and self.state.is_filling

    @property
    def _must_begin_again(self) -> bool:
        """Whether bars it has evaluated are not what they were; rows of a fill count once, at its end."""
        bars = self.bars
        changed, rows = bars.version - self._version, bars.rows_changed - self._rows_changed
        return (
            bool(changed > rows or (changed and not self.state.is_filling)) or bars.closed_count < self._seen
        )

    # --- what it found

    @property
    def signals(self) -> list[Signal]:
        """All that were emitted, ascending in time."""
        return self._emitted.signals

    @property
    def latest(self) -> Marks | None:
        """Marks of the bar that closed last, or of the one before while that bar is not evaluated yet.

        None while more bars are pending: numbers of an old bar, on the way through history, are not of now.
        Those that stood when the evaluation began again stand until it has come as far.
        """
        if self._is_waiting:
            return None
        if self.last is not None and self.pending <= 1:
            return self.last.marks
        before, closed = self.last if self._must_begin_again else self._before, self.bars.closed
        is_of_now = before is not None and len(closed) > 1 and before.bar.time_us >= closed[-2].time_us
        return before.marks if before is not None and is_of_now else None

    @property
    def spread_z(self) -> float | None:
        """How far the spread to the other market stands from its mean."""
        return None if self.pair is None else self.pair.z

    def rule(self, kind: type[Rule]) -> Rule:
        """The signal of this kind at work here; its state is that after the last evaluated bar."""
        return cast("Rule", self._rules[kind.name])

    def footprint(self, rows: Rows) -> tuple[list[tuple[int, Side]], list[Zone]]:
        """Imbalances and stacked zones of any rows, by the parameters in force."""
        found = self.rule(Imbalance).of(rows, self._context.scale.size_decimals)
        return found, self.rule(Stacked).of(found)

    def provisional(self) -> list[Signal]:
        """Divergences that the next bars may still undo."""
        if self.last is None or Divergence.name in self._silent:
            return []
        return list(self.rule(Divergence).provisional(self.last))

    def naked(self) -> list[tuple[int, int]]:
        """(price, start of its session) of the points of control not traded since."""
        return list(self._context.levels.naked)

    def previous(self) -> tuple[int, int] | None:
        """Highest and lowest price of the session before."""
        return self._context.levels.previous

    # --- inside

    def _emit(self, found: Iterable[Signal]) -> list[Signal]:
        """Those that are enabled and new, marked where their data are incomplete."""
        fresh: list[Signal] = []
        for signal in found:
            if signal.signal in self._silent or self._emitted.has(signal):
                continue
            quality = self._quality.at(signal.time_us)
            fresh.append(replace(signal, quality=quality) if quality else signal)
            self._emitted.add(fresh[-1])
        return fresh

    def _forget(self, before_us: int) -> None:
        """Drops what was found and emitted on bars that are no longer kept."""
        self.marks = {time_us: marks for time_us, marks in self.marks.items() if time_us >= before_us}
        self._emitted.forget(before_us)
        self._quality.forget(before_us)


MakeEvaluator = Callable[[MarketState, int], SignalEvaluator]
"""An evaluator for one market and bar length, with the parameters of the configuration."""
