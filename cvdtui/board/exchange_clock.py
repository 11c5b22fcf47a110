"""The clock of one venue: bars, sessions and ages are of the exchange's time, not of the local clock."""

from collections import deque
from heapq import nlargest

from cvdtui.model import Now

SAMPLES = 15
"""Trades whose times stand in for the exchange's clock while it has not been read."""
ENOUGH = 8
"""Of so many samples the newest is left out: it may be misdated."""
IN_STEP_US = 1_000_000
"""A local clock off by less counts as right: a request's way takes as long."""


class ExchangeClock:
    """How far a venue's clock is ahead of the local one: as read over REST, else by its trades."""

    __slots__ = ("_local", "_read_us", "_samples")

    def __init__(self, local: Now) -> None:
        self._local = local
        self._read_us: int | None = None
        self._samples: deque[int] = deque(maxlen=SAMPLES)

    def read(self, ahead_us: int) -> None:
        """The exchange said its time: so far ahead of the local clock, us."""
        self._read_us = ahead_us

    @property
    def is_known(self) -> bool:
        """Whether anything tells how far it is ahead."""
        return self._read_us is not None or bool(self._samples)

    @property
    def ahead_us(self) -> int:
        """How far it is ahead of the local clock, us; 0 where within a second, or not known."""
        if self._read_us is not None:
            ahead = self._read_us
        else:
            # Trades come late, many at once after subscribing, but never early; one of them may be misdated.
            newest = nlargest(2 if len(self._samples) >= ENOUGH else 1, self._samples)
            ahead = newest[-1] if newest else 0
        return ahead if abs(ahead) >= IN_STEP_US else 0

    def ahead_of(self, time_us: int) -> int:
        """How far a trade's time is ahead of the exchange's clock, us.

        0 while that is unread: the time is a sample then, and no trade is excluded by a guess.
        """
        offset = time_us - self._local()
        if self._read_us is None:
            self._samples.append(offset)
            return 0
        return offset - self.ahead_us
