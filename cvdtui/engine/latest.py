"""The latest trades of a flow: the last N (rolling CVD, time and sales) and those of five minutes."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from cvdtui.engine.scale import scale_trade
from cvdtui.engine.segment import Segment
from cvdtui.engine.window import Window
from cvdtui.model import Columns, Trade

FIVE_MINUTES_US = 300_000_000


class Latest:
    """Trades in the venue's order, old ones fall out.

    The end of what came by columns waits as it is, and is turned into trades only when somebody looks.
    """

    __slots__ = ("_columns", "_five", "_recent", "rolling")

    def __init__(self, rolling: int, prints: int, grain_us: int) -> None:
        self.rolling = rolling
        self._recent: deque[Trade] = deque(maxlen=max(rolling, prints))
        self._five = Window(FIVE_MINUTES_US, grain_us)
        self._columns: list[Columns] = []

    def add(self, trades: Sequence[Trade], segment: Segment, last_time_us: int) -> None:
        """Adds the trades of one slot, summed as `segment`."""
        self._recent.extend(trades)
        self._five.add(segment.time_us, trades, segment.delta, segment.value_delta)
        self._five.prune(last_time_us)

    def add_columns(self, columns: Columns, last_time_us: int) -> None:
        """Remembers columns as long as one of the windows may reach into them."""
        kept = self._columns
        kept.append(columns)
        rows = sum(map(len, kept))
        horizon = last_time_us - FIVE_MINUTES_US
        while rows - len(kept[0]) >= (self._recent.maxlen or 0) and int(kept[0].time_us.max()) <= horizon:
            rows -= len(kept.pop(0))

    def take_columns(self, last_time_us: int) -> None:
        """Turns columns that wait into trades: before anything is added or looked at."""
        if not self._columns:
            return
        from cvdtui.engine.columns import trades_of

        waiting, self._columns = self._columns, []
        for columns in waiting:
            trades = trades_of(columns)
            self._recent.extend(trades)
            self._five.extend(trades)
        self._five.prune(last_time_us)

    def extend_left(self, trades: Sequence[Trade], last_time_us: int) -> None:
        """Reaches back into the trades right before the first one known."""
        room = (self._recent.maxlen or 0) - len(self._recent)
        self._recent.extendleft(reversed(trades[-room:] if room else []))
        horizon = last_time_us - FIVE_MINUTES_US
        self._five.extend_left([trade for trade in trades if trade.time_us > horizon])

    def newest(self, count: int) -> list[Trade]:
        """The latest trades, newest first."""
        return list(islice(reversed(self._recent), count))

    def rolling_delta(self) -> tuple[int, int]:
        """Delta of the last `rolling` trades: (size, value)."""
        size = value = 0
        for trade in islice(reversed(self._recent), self.rolling):
            signed = trade.size * trade.side
            size += signed
            value += signed * trade.price
        return size, value

    def delta_5m(self, now_us: int) -> tuple[int, int]:
        """Delta of trades younger than 300 s of exchange time at `now_us`: (size, value)."""
        return self._five.delta(now_us)

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings every integer to finer decimals; columns must have been taken."""
        self._five.rescale(price_factor, size_factor)
        recent = [scale_trade(trade, price_factor, size_factor) for trade in self._recent]
        self._recent.clear()
        self._recent.extend(recent)
