"""Two markets of one asset, bar beside bar, as the spread takes them."""

from bisect import bisect_right

from cvdtui.engine.bars import Bars, start_of
from cvdtui.engine.market_state import MarketState
from cvdtui.model import Signal, SpreadInputs
from cvdtui.model.parameters import SpreadParameters
from cvdtui.signals.spread import Spread


class Pair:
    """Walks the union of both markets' closed bars; where one of them has no bar, its delta is 0."""

    def __init__(
        self, mine: MarketState, other: MarketState, seconds: int, parameters: SpreadParameters
    ) -> None:
        self._mine = mine
        self._other = other
        self._seconds = seconds
        self._parameters = parameters
        self._begin()

    def _begin(self) -> None:
        self._spread = Spread(self._parameters, self._seconds)
        self.evaluated_us = -1
        """Start of the last pair of bars."""
        self._versions = self._now_versions()

    @property
    def z(self) -> float | None:
        """How far the spread stands from its mean, in deviations."""
        return self._spread.z

    def is_of(self, other: MarketState) -> bool:
        """Whether it is with this market."""
        return other is self._other

    @property
    def partner(self) -> str:
        """The other market."""
        return self._other.market.name

    def inputs(self) -> SpreadInputs | None:
        """What z is made of; None while the window is not full or the other market does not move."""
        mine, other = (10**state.market.size_decimals for state in (self._mine, self._other))
        return self._spread.inputs(mine, other)

    def catch_up(self) -> list[Signal]:
        """Every signal of bars that both markets have closed since."""
        self._other.flow.settle()
        if self._versions != self._now_versions():
            self._begin()
        mine, other = self._bars()
        if mine.open is None or other.open is None:
            return []
        # a market without a later trade may still get one in the same bar: only what both have left is final
        until = min(mine.open.time_us, other.open.time_us)
        deltas_mine, deltas_other = self._deltas(mine, until), self._deltas(other, until)
        emitted: list[Signal] = []
        for time_us in sorted({*deltas_mine, *deltas_other}):
            found = self._spread.push_pair(
                time_us, deltas_mine.get(time_us, 0), deltas_other.get(time_us, 0), self.partner
            )
            self.evaluated_us = time_us
            if found is not None:
                emitted.append(found)
        return emitted

    def _bars(self) -> tuple[Bars, Bars]:
        return self._mine.flow.bars[self._seconds], self._other.flow.bars[self._seconds]

    def _now_versions(self) -> tuple[int, int]:
        mine, other = self._bars()
        return mine.version, other.version

    def _deltas(self, bars: Bars, until_us: int) -> dict[int, int]:
        """Deltas by start of the closed bars not evaluated yet that begin before `until_us`."""
        first = bisect_right(bars.closed, self.evaluated_us, key=start_of)
        found: dict[int, int] = {}
        for bar in bars.closed[first:]:
            if bar.time_us >= until_us:
                break
            found[bar.time_us] = bar.delta
        return found
