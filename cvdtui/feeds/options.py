"""How patient a live feed is, and how much it fetches. What the configuration sets has no default here."""

from msgspec import Struct


class FeedOptions(Struct, frozen=True, kw_only=True):
    """Options of a LiveFeed; times in seconds."""

    budget_share: float
    """Share of the venue's request weight to use; the rest is left to others on the same address."""
    budget_window_s: float = 0.0
    """The window a minute's weight is counted in; 0 is the venue's own."""
    history: bool
    """Fetch the session and the week by candles at the start, and the current minute's trades."""
    trades_minutes: int
    """So many minutes before the start get their rows from trades, in the background; 0 is none."""
    open_interest_s: float = 15.0
    """Period of a round of requests for open interest that is not pushed; 0 is never."""
    history_s: float = 30.0
    """Without history for so long, live goes on without it."""
    again_s: float = 30.0
    """History of a market that started without it is requested again so often."""
    gap_s: float
    """A hole of which nothing came for so long is lost."""
    first_frame_s: float = 10.0
    """A subscription without data for so long is checked: an acknowledgement is no proof."""
    stall_s: float = 15.0
    """Least silence of a market that is checked."""
    unasked_s: float = 60.0
    """Where trades cannot be requested, a socket without any trade for so long is replaced."""
    check_s: float = 1.0
    """How often the watchdog looks."""
    overlap_s: float = 10.0
    """At a planned reconnect the old connection stays at most so long beside the new one."""
    socket_s: float = 0.0
    """Reconnect after so long; 0 is a little before the venue would close."""
    heartbeat_s: float = 0.0
    """Period of our heartbeat, where the venue wants one; 0 is the venue's own."""
    timeout_s: float = 10.0
    """Connecting, and a REST answer, may take so long."""
    backoff_first_s: float = 0.5
    backoff_most_s: float = 32.0
    settle_s: float = 2.0
    """The exchange needs so long after a minute's end until its candle is final."""
