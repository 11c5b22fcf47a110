"""The row size that signals see: fixed by the configuration, or automatic without looking ahead."""

from collections import deque

from cvdtui.engine.footprint import AUTO_BARS, auto_row
from cvdtui.model import Bar


class RowChoice:
    """The automatic row of the bars closed so far.

    Chosen at the first bar of a session and kept for it; anew at every bar until 100 bars have closed.
    """

    __slots__ = ("_bars", "_fixed", "_settled", "_tick", "row")

    def __init__(self, fixed: int | None, tick: int) -> None:
        self._fixed = fixed
        self._tick = tick
        self._bars: deque[Bar] = deque(maxlen=AUTO_BARS)
        self._settled = fixed is not None
        self.row = fixed or tick

    def push(self, bar: Bar, *, begins: bool) -> int:
        """Takes the next closed bar, which may begin a session; the row size in price units."""
        if self._fixed is not None:
            return self._fixed
        self._bars.append(bar)
        if begins or not self._settled:
            self.row = auto_row(tuple(self._bars), self._tick)
            self._settled = len(self._bars) == AUTO_BARS
        return self.row
