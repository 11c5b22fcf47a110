"""Mean and spread of the latest integers, exactly: sums that grow and shrink, and never drift."""

from collections import deque
from math import sqrt


class Moments:
    """Count, sum and sum of squares of the last `length` integers."""

    __slots__ = ("_values", "count", "squares", "total")

    def __init__(self, length: int) -> None:
        self._values: deque[int] = deque(maxlen=length)
        self.count = 0
        self.total = 0
        self.squares = 0

    def push(self, value: int) -> None:
        """Takes the next integer; the oldest leaves once there are enough."""
        values = self._values
        # the deque drops the oldest by itself on append: its square must leave the sums before that
        if self.count == values.maxlen:
            old = values[0]
            self.total -= old
            self.squares -= old * old
        else:
            self.count += 1
        values.append(value)
        self.total += value
        self.squares += value * value

    @property
    def is_full(self) -> bool:
        """Whether the window is filled."""
        return self.count == self._values.maxlen

    @property
    def spread(self) -> int:
        """count^2 x population variance: an integer, so that nothing moving is exactly 0."""
        return self.count * self.squares - self.total * self.total

    @property
    def mean(self) -> float:
        """Of the integers held; there must be one."""
        return self.total / self.count

    @property
    def deviation(self) -> float:
        """Population standard deviation of the integers held; there must be one."""
        return sqrt(self.spread) / self.count

    def z(self, value: int) -> float:
        """(value - mean) / deviation; 0 where nothing moves."""
        spread = self.spread
        return (value * self.count - self.total) / sqrt(spread) if spread else 0.0
