"""The latest trades of a flow: the last N for the rolling CVD and time and sales, and five minutes."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from cvdtui.engine.scale import scale_trade
from cvdtui.model import Columns, Trade

FIVE_MINUTES_US = 300_000_000


class _Run:
    """Consecutive trades of one slot and their delta, in size and in value."""

    __slots__ = ("size", "slot_us", "trades", "value")

    def __init__(self, slot_us: int, trades: list[Trade], size: int, value: int) -> None:
        self.slot_us = slot_us
        self.trades = trades
        self.size = size
        self.value = value


class Latest:
    """Trades in the venue's order, slot by slot, so that whole slots leave a window at once.

    Columns wait as arrays and become trades before a read: of an archive only the end is ever needed.
    """

    __slots__ = ("_columns", "_count", "_grain_us", "_kept", "_older", "_size", "_value", "_young", "rolling")

    def __init__(self, rolling: int, prints: int, grain_us: int) -> None:
        self.rolling = rolling
        self._kept = max(rolling, prints)
        self._grain_us = grain_us
        self._young: deque[_Run] = deque()
        """Runs of the last five minutes."""
        self._older: deque[_Run] = deque()
        """Runs before them, as far back as `_kept` trades reach."""
        self._count = 0
        """Trades in both."""
        self._size = 0
        """Delta of `_young`, in size and in value."""
        self._value = 0
        self._columns: list[Columns] = []

    def add(self, slot_us: int, trades: list[Trade], size: int, value: int, last_time_us: int) -> None:
        """Adds the trades of one slot with their delta in size and in value; the list is kept, not copied."""
        self._append(_Run(slot_us, trades, size, value))
        self._prune(last_time_us)

    def add_columns(self, columns: Columns, last_time_us: int) -> None:
        """Keeps columns as long as one of the windows may reach into them."""
        kept = self._columns
        kept.append(columns)
        rows = sum(map(len, kept))
        horizon = last_time_us - FIVE_MINUTES_US
        while rows - len(kept[0]) >= self._kept and int(kept[0].time_us.max()) <= horizon:
            rows -= len(kept.pop(0))

    def take_columns(self, last_time_us: int) -> None:
        """Turns columns that wait into trades; call it before an addition or a read."""
        if not self._columns:
            return
        from cvdtui.engine.columns.rows import trades_of

        waiting, self._columns = self._columns, []
        for columns in waiting:
            self._extend(trades_of(columns))
        self._prune(last_time_us)

    def extend_left(self, trades: Sequence[Trade], last_time_us: int) -> None:
        """Adds the trades right before the first one known."""
        known = [*self._older, *self._young]
        self._clear()
        self._extend(trades)
        for run in known:
            self._append(run)
        self._prune(last_time_us)

    def newest(self, count: int) -> list[Trade]:
        """The latest trades, newest first; at most as many as are kept."""
        return list(islice(self._backwards(), min(count, self._kept)))

    def rolling_delta(self) -> tuple[int, int]:
        """Delta of the last `rolling` trades: (size, value).

        Summed at each read (120 us for 1,000 trades, ten times a second), which spares every trade the work.
        """
        size = value = 0
        for trade in islice(self._backwards(), self.rolling):
            signed = trade.size * trade.side
            size += signed
            value += signed * trade.price
        return size, value

    def delta_5m(self, now_us: int) -> tuple[int, int]:
        """Delta of trades younger than 300 s of exchange time at `now_us`: (size, value).

        `now_us` must not decrease: what has left the window does not return.
        """
        self._prune(now_us)
        horizon = now_us - FIVE_MINUTES_US
        size, value = self._size, self._value
        for run in self._young:
            if run.slot_us <= horizon:  # the slot at the edge (and late ones): trade by trade
                for trade in run.trades:
                    if trade.time_us <= horizon:
                        signed = trade.size * trade.side
                        size -= signed
                        value -= signed * trade.price
        return size, value

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings every integer to finer decimals; columns must have been taken."""
        notional = price_factor * size_factor
        for run in chain(self._older, self._young):
            run.trades = [scale_trade(trade, price_factor, size_factor) for trade in run.trades]
            run.size *= size_factor
            run.value *= notional
        self._size *= size_factor
        self._value *= notional

    # --- inside

    def _backwards(self) -> Iterator[Trade]:
        for run in chain(reversed(self._young), reversed(self._older)):
            yield from reversed(run.trades)

    def _extend(self, trades: Iterable[Trade]) -> None:
        """Adds trades of any slots, in the venue's order."""
        for trade in trades:
            signed = trade.size * trade.side
            slot_us = trade.time_us - trade.time_us % self._grain_us
            self._append(_Run(slot_us, [trade], signed, signed * trade.price))

    def _append(self, run: _Run) -> None:
        runs = self._young
        self._count += len(run.trades)
        self._size += run.size
        self._value += run.value
        if runs and runs[-1].slot_us == run.slot_us:
            last = runs[-1]
            last.trades += run.trades
            last.size += run.size
            last.value += run.value
        else:
            runs.append(run)

    def _prune(self, now_us: int) -> None:
        """Moves slots wholly older than five minutes out of the window; drops those beyond `_kept` trades."""
        young, older = self._young, self._older
        horizon = now_us - FIVE_MINUTES_US - self._grain_us  # a slot leaves whole, once its end is too old
        while young and young[0].slot_us <= horizon:
            run = young.popleft()
            self._size -= run.size
            self._value -= run.value
            older.append(run)
        while older and self._count - len(older[0].trades) >= self._kept:
            self._count -= len(older.popleft().trades)

    def _clear(self) -> None:
        self._young.clear()
        self._older.clear()
        self._count = self._size = self._value = 0
