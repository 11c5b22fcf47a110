"""Mean and spread of the latest integers, exactly: sums that grow and shrink, never drift."""

from collections import deque


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
