"""Tape speed: trades a second against their own mean of the quarter of an hour before."""

from collections import deque
from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from cvdtui.engine.closed_bar import ClosedBar, side_of
from cvdtui.model import Signal


class Speed:
    """Writes the ratio on every bar; tells the bar on which the tape begins to race, for its delta's side."""

    name = "speed"

    class Parameters(Struct, frozen=True, kw_only=True):
        """The mean, and what is fast."""

        enabled: bool = True
        minutes: Annotated[int, Meta(ge=1, le=1_440, description="minutes")] = 15
        ratio: Annotated[float, Meta(ge=1, le=1_000, description="times the mean")] = 3.0

    def __init__(self, parameters: Parameters, seconds: int) -> None:
        self._span_us = max(parameters.minutes * 60, seconds) * 1_000_000
        self._ratio = parameters.ratio
        self._bars: deque[tuple[int, int]] = deque()
        self._trades = 0
        self._first_us: int | None = None
        self._was = False

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        bar, bars = closed.bar, self._bars
        if self._first_us is None:
            self._first_us = bar.time_us
        horizon = bar.time_us - self._span_us
        while bars and bars[0][0] < horizon:
            self._trades -= bars.popleft()[1]
        before = self._trades
        bars.append((bar.time_us, bar.trades))
        self._trades += bar.trades
        was, self._was = self._was, False
        if self._first_us > horizon or not before:
            return ()
        speed = bar.trades / closed.seconds
        mean = before * 1_000_000 / self._span_us
        ratio = closed.marks.speed = speed / mean
        self._was = ratio >= self._ratio
        if not self._was or was or not bar.delta:
            return ()
        values: dict[str, object] = {"speed": speed, "mean": mean, "ratio": ratio}
        return (closed.signal(self.name, side_of(bar.delta), values),)
