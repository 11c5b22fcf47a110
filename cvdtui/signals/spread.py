"""Cross-exchange spread: the CVDs of two markets of one asset drift apart more than they usually do."""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import fsum, sqrt

from cvdtui.engine.closed_bar import ClosedBar, side_of
from cvdtui.model import Signal, SpreadInputs
from cvdtui.model.parameters import SpreadParameters
from cvdtui.signals.moments import Moments

SUMMED = 20
"""Bars of a sum in the method `sum20`."""
FLAT = 1e-6
"""Where the spread's variance is less than this share of both CVDs', it is computed value by value: a
difference of sums in floats has no digits left there."""


# measured over 100 pairs: 0.5 us a pair in integers, 13 us value by value
class Together:
    """Both CVDs over the window in integers, so that the spread's z costs the same whatever the window.

    They may begin anywhere: neither a variance nor the distance from the mean depends on it.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._points: deque[tuple[int, int]] = deque(maxlen=length)
        self._mine = Moments(length)
        self._other = Moments(length)
        self._products = 0
        self._last = (0, 0)

    def push(self, mine: int, other: int) -> None:
        """Takes the next deltas."""
        points = self._points
        if len(points) == self._length:
            old_mine, old_other = points[0]
            self._products -= old_mine * old_other
        self._last = at = self._last[0] + mine, self._last[1] + other
        points.append(at)
        self._mine.push(at[0])
        self._other.push(at[1])
        self._products += at[0] * at[1]

    def score(self, beta: float) -> float | None:
        """How unusual the last spread is; None where it hardly moved, and floats would give noise."""
        mine, other, count = self._mine, self._other, self._mine.count
        both = mine.spread + beta * beta * other.spread
        spread = both - 2 * beta * (count * self._products - mine.total * other.total)
        if spread <= FLAT * both:
            return None
        away = count * self._last[0] - mine.total - beta * (count * self._last[1] - other.total)
        return away / sqrt(spread)


class Spread:
    """Takes pairs of bars by `push_pair`, not one market's; emits the pair on which z crosses the extreme."""

    name = "spread"
    Parameters = SpreadParameters

    def __init__(self, parameters: SpreadParameters, seconds: int) -> None:
        self._n = parameters.n
        self._extreme = parameters.extreme
        self._sums = parameters.method == "sum20"
        self._seconds = seconds
        self._pairs: deque[tuple[int, int]] = deque(maxlen=parameters.n)
        self._mine = Moments(parameters.n)
        self._other = Moments(parameters.n)
        self._cvds = Together(parameters.n)
        self._side = 0
        self.z: float | None = None
        """Of the last pair."""

    def push(self, closed: ClosedBar) -> Iterable[Signal]:  # noqa: ARG002 - one shape for all
        """Nothing: one market alone has no spread."""
        return ()

    def push_pair(self, time_us: int, mine: int, other: int, partner: str) -> Signal | None:
        """Takes the deltas of both markets' next closed bar (0 where one of them has none)."""
        self._pairs.append((mine, other))
        self._mine.push(mine)
        self._other.push(other)
        self._cvds.push(mine, other)
        before = self.z
        self.z = None
        if not self._mine.is_full or (self._sums and self._n < SUMMED):
            return None  # configuration allows windows from 2 bars on, which hold no sum of 20
        spread_mine, spread_other = self._mine.spread, self._other.spread
        if not spread_other:
            self._side = 0
            return None
        beta = sqrt(spread_mine / spread_other)
        self.z = self._by_sums(beta) if self._sums else self._by_cvd(beta)
        side = 0 if abs(self.z) <= self._extreme else 1 if self.z > 0 else -1
        was, self._side = self._side, side
        # the first z may be beyond the extreme for long already: without a value before, nothing was crossed
        if before is None or side in (0, was):
            return None
        values: dict[str, object] = {"z": self.z, "partner": partner, "b": beta}
        return Signal(self.name, time_us, self._seconds, side_of(side), values)

    def inputs(self, size: int, other_size: int) -> SpreadInputs | None:
        """What z of the last pair is made of, by both methods; sizes are the integers of one base unit.

        None while the window is not full or the other market does not move.
        """
        mine, other = self._mine, self._other
        if not mine.is_full or not other.spread:
            return None
        beta = sqrt(mine.spread / other.spread)
        line = self._line(beta)
        mean, deviation = _moments(line)
        return SpreadInputs(
            len(line),
            mine.deviation / size,
            other.deviation / other_size,
            mine.total / size,
            other.total / other_size,
            line[-1] / size,
            mean / size,
            deviation / size,
            self._by_cvd(beta),
            self._by_sums(beta) if len(line) >= SUMMED else None,
        )

    def _by_cvd(self, beta: float) -> float:
        """How unusual the last spread of the window is."""
        found = self._cvds.score(beta)
        return _z(self._line(beta)) if found is None else found

    def _by_sums(self, beta: float) -> float:
        """How unusual the last sum of 20 steps is."""
        line = [0.0, *self._line(beta)]
        return _z([line[at] - line[at - SUMMED] for at in range(SUMMED, len(line))])

    def _line(self, beta: float) -> list[float]:
        """The spread after each bar, value by value; both CVDs begin at 0 with the window."""
        return list(accumulate(mine - beta * other for mine, other in self._pairs))


def _moments(values: Sequence[float]) -> tuple[float, float]:
    """Mean and population standard deviation."""
    mean = fsum(values) / len(values)
    return mean, sqrt(fsum((value - mean) ** 2 for value in values) / len(values))


def _z(values: Sequence[float]) -> float:
    mean, deviation = _moments(values)
    return (values[-1] - mean) / deviation if deviation else 0.0
