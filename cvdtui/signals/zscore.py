"""CVD z-score: how far CVD stands from its own mean, smoothed; a climax is the bar that crosses the extreme.

Never uses the open bar. Source: population standard deviation as Pine's ta.stdev, EMA with the first value as
seed.
"""

from collections import deque
from collections.abc import Iterable
from itertools import pairwise
from math import sqrt

from cvdtui.engine.closed_bar import ClosedBar, MarketScale, side_of
from cvdtui.model import Signal, ZInputs
from cvdtui.model.parameters import ClimaxParameters
from cvdtui.signals.moments import Moments


class ZScore:
    """z = (CVD - mean of `n`) / stdev of `n`, smoothed by an EMA; None until then.

    Method `flow`: z = change of CVD over `n` bars / (stdev of their deltas x sqrt(n)).
    """

    __slots__ = ("_alpha", "_cvds", "_extreme", "_is_level", "_window", "climax", "previous", "raw", "value")

    def __init__(self, parameters: ClimaxParameters) -> None:
        self.raw: float | None = None
        self.value: float | None = None
        """The smoothed z after the last closed bar."""
        self.previous: float | None = None
        self.climax = False
        """Whether the last bar crossed the extreme: beyond it, and the z before it known and not."""
        self._extreme = parameters.extreme
        self._alpha = 2 / (parameters.smoothing + 1)
        self._is_level = parameters.method == "level"
        self._window = Moments(parameters.n)
        self._cvds = deque([0], maxlen=parameters.n + 1)
        """CVD before the window's first bar, then after each of its bars; it begins at 0."""

    def push(self, cvd: int) -> float | None:
        """Takes the CVD at the close of the next bar, returns the smoothed z."""
        window = self._window
        window.push(cvd if self._is_level else cvd - self._cvds[-1])
        self._cvds.append(cvd)
        if not window.is_full:
            return None
        self.raw = window.z(cvd) if self._is_level else _flow(window)
        self.previous = self.value
        self.value = self.raw if self.value is None else self.value + self._alpha * (self.raw - self.value)
        # the first z is the average's unsmoothed seed and crossed nothing: no climax, however far out
        crossed = self.previous is not None and abs(self.previous) <= self._extreme
        self.climax = crossed and abs(self.value) > self._extreme
        return self.value

    def inputs(self, scale: MarketScale) -> ZInputs | None:
        """What the raw z is made of, and its value by both methods; None until there is one."""
        if self.raw is None:
            return None
        cvds = self._cvds
        size, count = 10**scale.size_decimals, len(cvds) - 1
        levels, deltas = Moments(count), Moments(count)
        for before, cvd in pairwise(cvds):
            levels.push(cvd)
            deltas.push(cvd - before)
        return ZInputs(
            count,
            cvds[-1] / size,
            levels.mean / size,
            levels.deviation / size,
            deltas.total / size,
            deltas.deviation / size,
            levels.z(cvds[-1]),
            _flow(deltas),
        )


class Climax:
    """Emits the bar whose smoothed z crosses the extreme; marks z on every bar."""

    name = "climax"
    Parameters = ClimaxParameters

    def __init__(self, parameters: ClimaxParameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        self._score = ZScore(parameters)

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        score, marks = self._score, closed.marks
        marks.z = score.push(closed.bar.cvd)
        marks.z_raw, marks.z_before, marks.climax = score.raw, score.previous, score.climax
        if not score.climax or score.value is None:
            return ()
        return (closed.signal(self.name, side_of(score.value), {"z": score.value}),)

    def inputs(self, scale: MarketScale) -> ZInputs | None:
        """What the raw z of the last bar is made of; None until there is one."""
        return self._score.inputs(scale)


def _flow(deltas: Moments) -> float:
    """Z by the method `flow`; 0 where nothing moves."""
    spread = deltas.spread
    return deltas.total * sqrt(deltas.count) / sqrt(spread) if spread else 0.0
