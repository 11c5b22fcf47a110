"""The row size of signals: fixed by the configuration, or automatic from closed bars alone."""

from collections import deque

from cvdtui.engine.footprint import AUTO_BARS, auto_row
from cvdtui.model import Bar


class RowChoice:
    """The row size as of each closed bar, so that a replay computes the signals a live run did.

    Automatic: chosen at the first bar of a session and kept for it; anew at every bar until 100 have closed.
    """

    __slots__ = ("_bars", "_fixed", "_settled", "_tick", "row")

    def __init__(self, fixed: int | None, tick: int) -> None:
        self._fixed = fixed
        self._tick = tick
        self._bars: deque[Bar] = deque(maxlen=AUTO_BARS)
        self._settled = fixed is not None
        self.row = fixed or tick

    def push(self, bar: Bar, *, begins: bool) -> int:
        """Takes the next closed bar, which may begin a session; returns the row size in price units."""
        if self._fixed is not None:
            return self._fixed
        self._bars.append(bar)
        if begins or not self._settled:
            self.row = auto_row(tuple(self._bars), self._tick)
            # a few bars give no stable median, so the first choices do not last a session
            self._settled = len(self._bars) == AUTO_BARS
        return self.row
