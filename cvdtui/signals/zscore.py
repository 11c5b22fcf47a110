"""CVD z-score: how far CVD stands from its own mean, smoothed; a climax is the first bar beyond the extreme.

Never uses the open bar. Source: population standard deviation as Pine's ta.stdev, EMA with the first value as
seed.
"""

from collections.abc import Iterable
from math import sqrt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cvdtui.engine.closed_bar import ClosedBar, side_of
from cvdtui.model import Signal
from cvdtui.signals.moments import Moments

LENGTH = 20
SMOOTHING = 5
EXTREME = 2.0
Method = Literal["level", "flow"]


class ZScore:
    """z = (CVD - mean of `length`) / stdev of `length`, smoothed by an EMA; None until then.

    Method `flow`: z = change of CVD over `length` bars / (stdev of their deltas x sqrt(length)).
    """

    __slots__ = ("_alpha", "_before", "_method", "_window", "climax", "extreme", "previous", "raw", "value")

    def __init__(
        self,
        length: int = LENGTH,
        smoothing: int = SMOOTHING,
        extreme: float = EXTREME,
        method: Method = "level",
    ) -> None:
        self.extreme = extreme
        self.raw: float | None = None
        self.value: float | None = None
        """The smoothed z after the last closed bar."""
        self.previous: float | None = None
        self.climax = False
        """Whether the last bar was the first beyond the extreme."""
        self._alpha = 2 / (smoothing + 1)
        self._method = method
        self._before = 0
        self._window = Moments(length)

    def push(self, cvd: int) -> float | None:
        """Takes the CVD at the close of the next bar, returns the smoothed z."""
        window = self._window
        window.push(cvd if self._method == "level" else cvd - self._before)
        self._before = cvd
        if not window.is_full:
            return None
        self.raw = self._level(cvd) if self._method == "level" else self._flow()
        self.previous = self.value
        self.value = self.raw if self.value is None else self.value + self._alpha * (self.raw - self.value)
        was = self.previous is not None and abs(self.previous) > self.extreme
        self.climax = abs(self.value) > self.extreme and not was
        return self.value

    def _level(self, cvd: int) -> float:
        window = self._window
        spread = window.spread
        return (cvd * window.count - window.total) / sqrt(spread) if spread else 0.0

    def _flow(self) -> float:
        window = self._window
        spread = window.spread
        return window.total * sqrt(window.count) / sqrt(spread) if spread else 0.0


def zscores(cvds: Iterable[int]) -> list[float | None]:
    """The smoothed z of every bar."""
    score = ZScore()
    return [score.push(cvd) for cvd in cvds]


class Climax:
    """Tells the first bar whose smoothed z is beyond the extreme; writes z on every bar."""

    name = "climax"

    class Parameters(Struct, frozen=True, kw_only=True):
        """How z is made, and where it is extreme."""

        enabled: bool = True
        n: Annotated[int, Meta(ge=2, le=10_000, description="bars")] = LENGTH
        smoothing: Annotated[int, Meta(ge=1, le=1_000, description="bars")] = SMOOTHING
        neutral: Annotated[float, Meta(ge=0, le=100, description="deviations")] = 1.0
        extreme: Annotated[float, Meta(ge=0, le=100, description="deviations")] = EXTREME
        method: Method = "level"

    def __init__(self, parameters: Parameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        self._score = score_of(parameters)

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        score, marks = self._score, closed.marks
        marks.z = score.push(closed.bar.cvd)
        marks.z_raw, marks.z_before = score.raw, score.previous
        if not score.climax or score.value is None:
            return ()
        return (closed.signal(self.name, side_of(score.value), {"z": score.value}),)


def score_of(parameters: Climax.Parameters) -> ZScore:
    """The z-score with these parameters."""
    return ZScore(parameters.n, parameters.smoothing, parameters.extreme, parameters.method)
