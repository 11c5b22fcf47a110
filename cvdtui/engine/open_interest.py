"""Open interest of one market over time: the latest sample, and the one in force at a moment."""

from bisect import bisect_right
from collections import deque
from itertools import islice

FINE_US = 5_000_000
"""Fine samples are kept one in so many us."""
FINE_SAMPLES = 1_000
COARSE_US = 60_000_000
COARSE_SAMPLES = 5_000
"""Three and a half days of minutes."""


class OpenInterestHistory:
    """Samples ascending in time: the newest, 80 minutes of fine ones and 3.5 days of coarse ones."""

    __slots__ = ("_coarse", "_fine", "latest")

    def __init__(self) -> None:
        self.latest: tuple[int, int] | None = None
        """(time in us, size in the market's integers)."""
        self._fine: deque[tuple[int, int]] = deque(maxlen=FINE_SAMPLES)
        self._coarse: deque[tuple[int, int]] = deque(maxlen=COARSE_SAMPLES)

    def note(self, time_us: int, size: int) -> None:
        """Adds a sample; one older than the latest is ignored."""
        if self.latest is not None and time_us < self.latest[0]:
            return  # a slow answer over REST behind a newer one of the stream
        self.latest = (time_us, size)
        _keep(self._fine, FINE_US, self.latest)
        _keep(self._coarse, COARSE_US, self.latest)

    @property
    def first(self) -> tuple[int, int] | None:
        """The oldest sample that is kept."""
        found = [samples[0] for samples in (self._coarse, self._fine) if samples]
        return min(found, default=None)

    def at(self, time_us: int) -> tuple[int, int] | None:
        """(time, size) of the last sample at or before a moment; None before the first one."""
        if self.latest is not None and self.latest[0] <= time_us:
            return self.latest
        for samples in (self._fine, self._coarse):
            if samples and samples[0][0] <= time_us:
                place = bisect_right(samples, time_us, key=_time)
                return next(islice(samples, place - 1, place))
        return None

    def rescale(self, size_factor: int) -> None:
        """Brings every sample to finer integers."""
        if self.latest is not None:
            self.latest = (self.latest[0], self.latest[1] * size_factor)
        for samples in (self._fine, self._coarse):
            finer = [(time_us, size * size_factor) for time_us, size in samples]
            samples.clear()
            samples.extend(finer)


def _keep(samples: deque[tuple[int, int]], step_us: int, sample: tuple[int, int]) -> None:
    """One sample a step: the last one in it."""
    if samples and samples[-1][0] // step_us == sample[0] // step_us:
        samples[-1] = sample
    else:
        samples.append(sample)


def _time(sample: tuple[int, int]) -> int:
    return sample[0]
