"""Duplicates where ids leave no trace of what is missing: the latest ids are remembered."""

from collections import deque
from collections.abc import Sequence

from cvdtui.model import Gap, Trade

RECENT_IDS = 20_000
"""Ids remembered."""
ANEW = 3
"""So many trades in a row of ids long passed and of newer times: the ids began anew.

A reset, a relisting, a ticker used again. One alone may be a repeat with a garbled time.
"""


class RecentIds:
    """Lets each trade pass once, in the order of arrival."""

    __slots__ = ("_again", "_last", "_order", "_seen", "restarts")

    def __init__(self) -> None:
        self.restarts: list[Gap] = []
        """Where growing ids began anew."""
        self._seen: set[int] = set()
        self._order: deque[int] = deque()
        self._last = Trade(-1, 0, 0, 0, 0)
        """The newest trade let through, by its time."""
        self._again: list[Trade] = []
        """Trades in a row that may be the first of a new epoch."""

    def __contains__(self, trade_id: int) -> bool:
        return trade_id in self._seen

    def fresh(self, trades: Sequence[Trade], *, ids_grow: bool) -> list[Trade]:
        """Trades not seen yet.

        Where ids grow, one older than all that is remembered counts as seen, unless it begins a new epoch.
        """
        out: list[Trade] = []
        for trade in trades:
            is_old = ids_grow and len(self._order) == RECENT_IDS and trade.id < self._order[0]
            if not is_old and trade.id not in self._seen:
                self._pass(trade, out)
            elif ids_grow and self._begins_anew(trade):
                again, self._again = self._again, []
                first, last = again[0], self._last
                self.restarts.append(Gap(last.id, first.id, 0, last.time_us, first.time_us, "anew"))
                self._seen.clear()
                self._order.clear()
                for one in again:
                    self._pass(one, out)
        return out

    def _pass(self, trade: Trade, out: list[Trade]) -> None:
        if self._again:
            self._again.clear()
        self._remember(trade.id)
        if trade.time_us >= self._last.time_us:
            self._last = trade
        out.append(trade)

    def _begins_anew(self, trade: Trade) -> bool:
        """Whether this is the third in a row of ids that passed, with newer times."""
        again = self._again
        if trade.time_us <= self._last.time_us or (again and trade.id <= again[-1].id):
            again.clear()
            if trade.time_us <= self._last.time_us:
                return False
        again.append(trade)
        return len(again) == ANEW

    def _remember(self, trade_id: int) -> None:
        self._seen.add(trade_id)
        self._order.append(trade_id)
        if len(self._order) > RECENT_IDS:
            self._seen.discard(self._order.popleft())
