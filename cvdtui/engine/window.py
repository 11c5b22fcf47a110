"""The delta of the trades of the last minutes, kept slot by slot so that whole slots leave at once."""

from collections import deque
from collections.abc import Iterable, Sequence

from cvdtui.model import Trade


class _Run:
    """Trades of one slot and their sums."""

    __slots__ = ("size", "slot_us", "trades", "value")

    def __init__(self, slot_us: int) -> None:
        self.slot_us = slot_us
        self.trades: list[Trade] = []
        self.size = 0
        self.value = 0


class Window:
    """Delta of trades younger than `span_us` of exchange time; slots are `grain_us` long."""

    __slots__ = ("_grain_us", "_runs", "_size", "_span_us", "_value")

    def __init__(self, span_us: int, grain_us: int) -> None:
        self._span_us = span_us
        self._grain_us = grain_us
        self._runs: deque[_Run] = deque()
        self._size = 0
        self._value = 0

    def add(self, slot_us: int, trades: Sequence[Trade], size: int, value: int) -> None:
        """Adds trades of one slot, of which the delta is known: (size, value)."""
        runs = self._runs
        if not runs or runs[-1].slot_us != slot_us:
            runs.append(_Run(slot_us))
        run = runs[-1]
        run.trades.extend(trades)
        run.size += size
        run.value += value
        self._size += size
        self._value += value

    def extend(self, trades: Iterable[Trade]) -> None:
        """Adds trades of any slots."""
        for trade in trades:
            signed = trade.size * trade.side
            self.add(trade.time_us - trade.time_us % self._grain_us, (trade,), signed, signed * trade.price)

    def extend_left(self, trades: Sequence[Trade]) -> None:
        """Adds trades, in the venue's order, before all that is known."""
        known = self._runs
        self._runs = deque()
        self.extend(trades)
        self._runs.extend(known)

    def prune(self, now_us: int) -> None:
        """Forgets slots that are over and too old."""
        runs = self._runs
        horizon = now_us - self._span_us - self._grain_us
        while runs and runs[0].slot_us <= horizon:
            run = runs.popleft()
            self._size -= run.size
            self._value -= run.value

    def delta(self, now_us: int) -> tuple[int, int]:
        """(size, value) of what is younger than the span at `now_us`."""
        self.prune(now_us)
        horizon = now_us - self._span_us
        size, value = self._size, self._value
        for run in self._runs:
            if run.slot_us <= horizon:
                for trade in run.trades:
                    if trade.time_us <= horizon:
                        signed = trade.size * trade.side
                        size -= signed
                        value -= signed * trade.price
        return size, value

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings every integer to finer decimals."""
        trades = [trade for run in self._runs for trade in run.trades]
        self._runs.clear()
        self._size = self._value = 0
        self.extend(
            Trade(trade.id, trade.time_us, trade.price * price_factor, trade.size * size_factor, trade.side)
            for trade in trades
        )
