"""Cross-exchange spread: the CVDs of two markets of one asset drift apart more than they usually do."""

from collections import deque
from collections.abc import Iterable
from itertools import accumulate
from math import fsum, sqrt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cvdtui.model import Signal
from cvdtui.signals.closed import Closed, side_of
from cvdtui.signals.moments import Moments

NULL_RATE = 0.3
"""How often a random pair stands beyond 1.5; shown beside the flag."""


class Spread:
    """Fed by pairs of bars, not by one market's: see `push_pair`. Tells when z crosses the extreme."""

    name = "spread"

    class Parameters(Struct, frozen=True, kw_only=True):
        """The window, what is extreme; `sum20` takes z of the 20-bar sums of delta_a - b x delta_b."""

        enabled: bool = True
        n: Annotated[int, Meta(ge=2, le=10_000, description="bars")] = 100
        extreme: Annotated[float, Meta(ge=0, le=100, description="deviations")] = 1.5
        method: Literal["cvd", "sum20"] = "cvd"
        partner: str = ""
        """The other market; empty is the first other one of the same asset."""

    def __init__(self, parameters: Parameters, seconds: int) -> None:
        self._n = parameters.n
        self._extreme = parameters.extreme
        self._sums = parameters.method == "sum20"
        self._seconds = seconds
        self._pairs: deque[tuple[int, int]] = deque(maxlen=parameters.n)
        self._mine = Moments(parameters.n)
        self._other = Moments(parameters.n)
        self._side = 0
        self.z: float | None = None
        """Of the last pair."""

    def push(self, closed: Closed) -> Iterable[Signal]:  # noqa: ARG002 - one shape for all
        """Nothing can be said of one market alone."""
        return ()

    def push_pair(self, time_us: int, mine: int, other: int, partner: str) -> Signal | None:
        """Takes the deltas of both markets' next closed bar (0 where one of them has none)."""
        self._pairs.append((mine, other))
        self._mine.push(mine)
        self._other.push(other)
        before = self.z
        self.z = None
        if not self._mine.is_full:
            return None
        spread_mine, spread_other = self._mine.spread, self._other.spread
        if not spread_other:
            self._side = 0
            return None
        beta = sqrt(spread_mine / spread_other)
        self.z = self._score(beta)
        side = 0 if abs(self.z) <= self._extreme else 1 if self.z > 0 else -1
        was, self._side = self._side, side
        if before is None or side in (0, was):
            return None
        values: dict[str, object] = {"z": self.z, "partner": partner, "b": beta}
        return Signal(self.name, time_us, self._seconds, side_of(side), values)

    def _score(self, beta: float) -> float:
        """How unusual the last spread of the window is; both CVDs begin at 0 with it."""
        steps = [mine - beta * other for mine, other in self._pairs]
        values = list(accumulate(steps))
        if self._sums:
            values = [values[at] - (values[at - 20] if at >= 20 else 0.0) for at in range(19, len(values))]
        mean = fsum(values) / len(values)
        deviation = sqrt(fsum((value - mean) ** 2 for value in values) / len(values))
        return (values[-1] - mean) / deviation if deviation else 0.0
