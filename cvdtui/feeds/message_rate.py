"""Messages a second, from a counter that is read now and then."""

from collections import deque

WINDOW_US = 10_000_000
"""The rate is that of the last so many microseconds."""


class MessageRate:
    """The rate of a growing count over the last ten seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque()

    def rate(self, count: int, now_us: int) -> float:
        """Counts a second up to now, given the count of now; 0 until two readings lie apart in time."""
        self._seen.append((now_us, count))
        while len(self._seen) > 2 and self._seen[1][0] <= now_us - WINDOW_US:
            self._seen.popleft()
        then, before = self._seen[0]
        return (count - before) * 1e6 / (now_us - then) if now_us > then else 0.0
