"""Average true range: the simple mean of the latest true ranges, kept as an exact sum.

Wilder's smoothed mean would depend on every bar before, and so on where the known bars begin.
"""

from collections import deque

from cvdtui.model import Bar


class TrueRange:
    """Sum of the true ranges of the last `length` bars; the first bar's is its high less its low."""

    __slots__ = ("_close", "_ranges", "length", "total")

    def __init__(self, length: int = 14) -> None:
        self.length = length
        self.total = 0
        """`length` x the average, once there are enough bars."""
        self._ranges: deque[int] = deque(maxlen=length)
        self._close: int | None = None

    def push(self, bar: Bar) -> None:
        """Takes the next closed bar."""
        high, low = bar.high, bar.low
        if self._close is not None:
            high, low = max(high, self._close), min(low, self._close)
        if self.is_full:
            self.total -= self._ranges[0]
        self._ranges.append(high - low)
        self.total += high - low
        self._close = bar.close

    @property
    def average(self) -> float:
        """In price units; only once there are enough bars."""
        return self.total / self.length

    @property
    def is_full(self) -> bool:
        """Whether there is an average."""
        return len(self._ranges) == self.length
