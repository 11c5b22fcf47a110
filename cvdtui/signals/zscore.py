"""CVD z-score: how far CVD stands from its own mean, smoothed; a climax is the first bar beyond the extreme.

Never uses the open bar. Source: population standard deviation as Pine's ta.stdev, EMA with the first value as
seed.
"""

from collections import deque
from collections.abc import Iterable
from math import sqrt

LENGTH = 20
SMOOTHING = 5
EXTREME = 2.0


class ZScore:
    """z = (CVD - mean of `length`) / stdev of `length`, smoothed by an EMA; None until then."""

    __slots__ = ("_alpha", "_window", "climax", "extreme", "previous", "raw", "value")

    def __init__(self, length: int = LENGTH, smoothing: int = SMOOTHING, extreme: float = EXTREME) -> None:
        self.extreme = extreme
        self.raw: float | None = None
        self.value: float | None = None
        """The smoothed z after the last closed bar."""
        self.previous: float | None = None
        self.climax = False
        """Whether the last bar was the first beyond the extreme."""
        self._alpha = 2 / (smoothing + 1)
        self._window: deque[int] = deque(maxlen=length)

    def push(self, cvd: int) -> float | None:
        """Takes the CVD at the close of the next bar, returns the smoothed z."""
        window = self._window
        window.append(cvd)
        if len(window) < (window.maxlen or 0):
            return None
        count = len(window)
        total = sum(window)
        # count^2 x variance stays an integer, so a constant CVD is exactly 0
        spread = count * sum(value * value for value in window) - total * total
        self.raw = (cvd * count - total) / sqrt(spread) if spread else 0.0
        self.previous = self.value
        self.value = self.raw if self.value is None else self.value + self._alpha * (self.raw - self.value)
        was = self.previous is not None and abs(self.previous) > self.extreme
        self.climax = abs(self.value) > self.extreme and not was
        return self.value


def zscores(cvds: Iterable[int]) -> list[float | None]:
    """The smoothed z of every bar."""
    score = ZScore()
    return [score.push(cvd) for cvd in cvds]
