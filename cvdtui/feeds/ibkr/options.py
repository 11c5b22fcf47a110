"""Where TWS or the Gateway listens, how its ticks are read, and how patient the feed is.

What the configuration sets has no default here, except where the default is: nothing.
"""

from collections.abc import Mapping

from msgspec import Struct

from cvdtui.venues.ibkr import Fields


class IbkrOptions(Struct, frozen=True, kw_only=True):
    """Options of an IbkrFeed; times in seconds unless named otherwise."""

    host: str
    port: int
    client_id: int
    include_unreported: bool = False
    """Odd lots, combinations and average-price prints count as trades."""
    quote_lag_ms: int = 0
    """A trade is compared with a quote at least this old."""
    backfill_minutes: int = 0
    """So much before the start, and of a break, is fetched from historical ticks."""
    hours: str
    """`eth`: sessions begin with all trading; `rth`: with regular hours."""
    allow_negative: frozenset[str] = frozenset()
    """Symbols whose prices may be 0 or less."""
    contracts: Mapping[str, Fields] = {}
    """By symbol: contracts picked by their fields."""
    connect_s: float = 4.0
    answer_s: float = 15.0
    """A request of a contract or its history may take so long."""
    backfill_s: float = 30.0
    """Live trades wait at most so long for history."""
    silent_s: float = 30.0
    """Silence that is reported, and after a break leads to a new request."""
    retry_s: float = 30.0
    """A refusal that may pass (a competing session, no free slot) is tried again so often."""
    check_s: float = 1.0
    """How often the watchdog looks."""
    backoff_first_s: float = 0.5
    backoff_most_s: float = 32.0
    busy_s: float = 15.0
    """Wait so long when the client id is in use: the program that holds it must end first."""

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"{self.host}:{self.port}"
