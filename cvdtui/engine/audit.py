"""The audit: our closed minutes against the venue's own candles, exactly."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cvdtui.engine.bars import MINUTE
from cvdtui.engine.scale import scale_candle
from cvdtui.model import MINUTE_US, Candle, Gap

if TYPE_CHECKING:
    from cvdtui.engine.flow import Flow

VENUE_DECIMALS = 8
"""Decimals of a base volume that a venue computes from contracts."""
KEPT = 500
"""Candles that may wait for our minute to close, the latest."""


class Audit:
    """Compares buy and sell volume of closed minutes; a `residual` other than 0 is a defect.

    Binance: 40 of 40 windows between kline updates matched their aggTrades exactly, buy volume and volume.
    """

    __slots__ = ("_waiting", "compared", "differing", "residual", "worst_us")

    def __init__(self) -> None:
        self.compared = 0
        """Minutes compared."""
        self.differing = 0
        """Minutes whose sums differ."""
        self.residual = 0
        """Largest |difference| of buy or sell volume, in size units."""
        self.worst_us = 0
        """Start of the minute with that difference."""
        self._waiting: deque[Candle] = deque(maxlen=KEPT)

    def expect(self, candles: Iterable[Candle]) -> None:
        """Closed candles of one minute, to be compared once our minute is over."""
        self._waiting.extend(candle for candle in candles if candle.seconds == MINUTE and candle.closed)

    def compare(self, flow: "Flow", since_us: int, lost: Sequence[Gap] = ()) -> None:
        """Compares what can be: minutes that a later trade has closed, begun at or after `since_us`.

        Call it when no hole is open. Bars made of candles are skipped, and so are minutes that a lost gap
        reaches into, which are known to differ.
        """
        if not self._waiting or MINUTE not in flow.bars:
            return
        flow.settle()
        while self._waiting and self._waiting[0].time_us + MINUTE_US <= flow.last_time_us:
            candle = self._waiting.popleft()
            if candle.time_us >= since_us and not any(_touches(gap, candle.time_us) for gap in lost):
                self._check(flow, candle)

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings every integer to finer decimals."""
        self.residual *= size_factor
        for _ in range(len(self._waiting)):
            self._waiting.append(scale_candle(self._waiting.popleft(), price_factor, size_factor))

    def _check(self, flow: "Flow", candle: Candle) -> None:
        bar = flow.bars[MINUTE].at(candle.time_us)
        if bar is not None and bar.source == "taker/bar":
            return
        # no bar is no volume: a candle that has some shows a minute we missed
        buy, volume = (bar.buy, bar.volume) if bar is not None else (0, 0)
        off = max(abs(buy - candle.taker_buy), abs(volume - buy - (candle.volume - candle.taker_buy)))
        self.compared += 1
        if flow.market.inverse and off <= _rounding(flow, candle):
            off = 0
        if off:
            self.differing += 1
            if off > self.residual:
                self.residual, self.worst_us = off, candle.time_us


def _rounding(flow: "Flow", candle: Candle) -> int:
    """How far base volumes may differ by rounding where both sides divided contracts by prices.

    The venue rounds at eight decimals, at best once a trade.
    """
    # one unit a trade, and one for the sum
    unit: int = 10 ** max(0, flow.market.size_decimals - VENUE_DECIMALS)
    return (candle.trades + 1) * unit


def _touches(gap: Gap, minute_us: int) -> bool:
    return gap.from_time_us < minute_us + MINUTE_US and gap.to_time_us >= minute_us
