"""Duplicates where ids are not contiguous: the latest ids are remembered."""

from collections import deque
from collections.abc import Sequence

from cvdtui.model import Trade

RECENT_IDS = 20_000
"""Ids kept, the latest by arrival."""


class RecentIds:
    """Lets each trade pass once, in the order of arrival."""

    __slots__ = ("_order", "_seen")

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._order: deque[int] = deque()

    def __contains__(self, trade_id: int) -> bool:
        return trade_id in self._seen

    def fresh(self, trades: Sequence[Trade], *, ids_grow: bool) -> list[Trade]:
        """Trades with an id not among those kept; where ids grow, one below all of them counts as seen."""
        out: list[Trade] = []
        for trade in trades:
            # an id dropped from memory must not pass a second time
            is_old = ids_grow and len(self._order) == RECENT_IDS and trade.id < self._order[0]
            if not is_old and trade.id not in self._seen:
                self._remember(trade.id)
                out.append(trade)
        return out

    def _remember(self, trade_id: int) -> None:
        self._seen.add(trade_id)
        self._order.append(trade_id)
        if len(self._order) > RECENT_IDS:
            self._seen.discard(self._order.popleft())
