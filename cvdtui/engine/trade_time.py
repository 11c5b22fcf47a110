"""Times of live trades that can be: not long ahead of the exchange, not before the market's start minute."""

from collections.abc import Callable, Sequence

from cvdtui.engine.flow import Flow
from cvdtui.model import Trade

AheadOf = Callable[[int], int]
"""A trade's time, us -> how far it is ahead of the exchange's clock, us."""

AHEAD_US = 300_000_000
"""A trade further ahead of the exchange's clock is excluded, us: it would begin tomorrow's session today."""


class TradeTime:
    """Filters trades by their time; `ahead_of` None takes every time (files).

    "Latest" is not "current": one trade dated 20 hours ahead would be the latest until real time catches up.
    """

    __slots__ = ("_ahead_of", "reason")

    def __init__(self, ahead_of: AheadOf | None) -> None:
        self._ahead_of = ahead_of
        self.reason = ""
        """Why the last trade was left out; empty: none was."""

    def taken(self, trades: Sequence[Trade], flow: Flow) -> Sequence[Trade]:
        """Those whose time can be."""
        begin, end = flow.slot_us, flow.end_us
        if all(begin <= trade.time_us < end for trade in trades):
            return trades
        return [trade for trade in trades if self.takes(trade, flow)]

    def takes(self, trade: Trade, flow: Flow) -> bool:
        """Whether a trade's time can be."""
        if trade.time_us < flow.trades_from_us:
            self.reason = "dated before the market's start minute"
        elif self._ahead_of is not None and (ahead := self._ahead_of(trade.time_us)) > AHEAD_US:
            self.reason = f"dated {ahead // 1_000_000} s ahead of the exchange"
        else:
            return True
        return False
