"""Tape speed: trades a second against their own mean of the minutes before."""

from collections import deque
from collections.abc import Iterable

from cvdtui.engine.closed_bar import ClosedBar, MarketScale, side_of
from cvdtui.model import Bar, Signal, SpeedInputs
from cvdtui.model.parameters import SpeedParameters


class Speed:
    """Marks the ratio on every bar; emits the bar on which the tape turns fast, for the side of its delta."""

    name = "speed"
    Parameters = SpeedParameters

    def __init__(self, parameters: SpeedParameters, seconds: int) -> None:
        # a bar longer than the mean's time is compared with the bar before: else no bar would be in the mean
        self._span_us = max(parameters.minutes * 60, seconds) * 1_000_000
        self._ratio = parameters.ratio
        self._seconds = seconds
        self._bars: deque[Bar] = deque()
        """The last bar, and those of the time before it that counts."""
        self._trades = 0
        """Of all these bars."""
        self._first_us: int | None = None
        self._was = False

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        bar, bars = closed.bar, self._bars
        if self._first_us is None:
            self._first_us = bar.time_us
        horizon = bar.time_us - self._span_us
        while bars and bars[0].time_us < horizon:
            self._trades -= bars.popleft().trades
        before = self._trades
        bars.append(bar)
        self._trades += bar.trades
        was, self._was = self._was, False
        if self._first_us > horizon or not before:
            return ()
        speed, mean = self._rates(bar.trades, before)
        ratio = closed.marks.speed = speed / mean
        self._was = ratio >= self._ratio
        if not self._was or was or not bar.delta:
            return ()
        values: dict[str, object] = {"speed": speed, "mean": mean, "ratio": ratio}
        return (closed.signal(self.name, side_of(bar.delta), values),)

    def inputs(self, scale: MarketScale) -> SpeedInputs | None:
        """What the ratio of the last bar is made of; None before a bar has closed."""
        if not self._bars or self._first_us is None:
            return None
        *earlier, last = self._bars
        trades = self._trades - last.trades
        volume = sum(bar.volume for bar in earlier)
        is_known = bool(trades) and self._first_us <= last.time_us - self._span_us
        size = 10**scale.size_decimals
        return SpeedInputs(
            last.trades,
            self._seconds,
            trades,
            self._span_us // 1_000_000,
            last.volume / size,
            volume / size,
            self._ratio_of(last.trades, trades) if is_known else None,
            self._ratio_of(last.volume, volume) if is_known and volume else None,
        )

    def _rates(self, now: int, before: int) -> tuple[float, float]:
        """So much a second in the last bar, and its mean before."""
        return now / self._seconds, before * 1_000_000 / self._span_us

    def _ratio_of(self, now: int, before: int) -> float:
        speed, mean = self._rates(now, before)
        return speed / mean
