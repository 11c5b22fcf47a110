"""The watch over one market's stream: its trades, silences and patience. Counts frames; reads no clock."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cvdtui.model import Trade, Trades

MOST_PATIENCE_S = 300.0
"""Even the quietest market is checked so often."""
USUAL_SILENCES = 20.0
"""A silence this many times the market's usual pause between trades is worth a check."""


class Watch:
    """What came from one market's trade stream on the connections of one socket."""

    __slots__ = (
        "_at_tick",
        "_by_time",
        "_silent_s",
        "_since_s",
        "_waited",
        "before",
        "count",
        "first_id",
        "known_id",
        "last",
        "page_missing",
        "patience_s",
        "stale",
        "waiting",
    )

    def __init__(self, patience_s: float, *, by_time: bool = False) -> None:
        self.patience_s = patience_s
        """Silence after which REST is asked; doubles each time the market proves to be quiet."""
        self.count = 0
        """Trade frames so far."""
        self.first_id: int | None = None
        """Id of the first trade that came."""
        self.last: Trade | None = None
        """The newest trade that came by the stream."""
        self.known_id: int | None = None
        """Newest id known to exist, by stream or REST (the newest time, where ids are in no order)."""
        self.waiting: list[Trades] | None = None
        """Trades that wait until the newest page is there, see `merge_on_connect`; None while none wait."""
        self.before: Trade | None = None
        """The last trade known before the present connection."""
        self.page_missing = False
        """The newest page did not come: the next trade ends the span of which nothing is known."""
        self.stale = False
        """The venue has newer trades than the stream brought."""
        self._by_time = by_time
        self._at_tick = 0
        self._since_s = 0.0
        self._silent_s = 0.0
        self._waited = 0.0

    @property
    def last_id(self) -> int | None:
        """Newest id that came by the stream, as `mark_of` has it."""
        return None if self.last is None else mark_of(self.last, by_time=self._by_time)

    def tick(self, seconds: float, least_s: float) -> bool:
        """Whether REST should be asked about this market now, so many seconds later.

        The patience is `least_s` or 20 usual pauses of this market, whichever is longer, doubled by each
        answer that it is quiet.
        """
        self._since_s += seconds
        if self.count != self._at_tick:
            self._at_tick = self.count
            self._silent_s = 0.0
            self._waited = 0.0
            self.stale = False
            # A random pause is 20 times the mean once in 5 x 10^8; but trades cluster, so REST decides.
            self.patience_s = max(least_s, min(MOST_PATIENCE_S, USUAL_SILENCES * self._since_s / self.count))
            return False
        self._silent_s += seconds
        return self._silent_s - self._waited >= self.patience_s

    @property
    def silent_s(self) -> float:
        """Seconds since the last frame, by the watchdog's ticks."""
        return self._silent_s

    def quiet(self) -> None:
        """REST knows nothing newer: be more patient."""
        self._waited = self._silent_s
        self.patience_s = min(MOST_PATIENCE_S, 2.0 * self.patience_s)

    def note_newest(self, newest_id: int) -> bool:
        """REST's newest id; whether the stream lacks trades. The very first answer only sets the mark."""
        known = self.last_id if self.known_id is None else max(self.known_id, self.last_id or 0)
        self.known_id = newest_id if known is None else max(known, newest_id)
        is_behind = known is not None and newest_id > known
        if not is_behind:
            self.quiet()
        else:
            self.stale = True
            self._waited = self._silent_s
            self.patience_s = min(MOST_PATIENCE_S, 2.0 * self.patience_s)
        return is_behind


def mark_of(trade: "Trade", *, by_time: bool) -> int:
    """What grows from trade to trade: the last of its ids, or its time where ids are in no order."""
    return trade.time_us if by_time else trade.id + trade.count - 1
