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
    """Open interest that is not pushed is asked for so often, market by market; 0 is never."""
    history_s: float = 30.0
    """Without history for so long, live goes on without it."""
    again_s: float = 30.0
    """A market that began without its history asks for it again so often."""
    gap_s: float
    """A hole that nothing of came for so long is lost."""
    first_frame_s: float = 10.0
    """A subscription without data for so long is asked about: an acknowledgement is no proof."""
    stall_s: float = 15.0
    """The least silence of a market that had data which is asked about."""
    unasked_s: float = 60.0
    """Where trades cannot be asked for, a socket on which no market traded for so long is dialled anew."""
    check_s: float = 1.0
    """How often the watchdog looks."""
    overlap_s: float = 10.0
    """At a planned reconnect the old connection stays at most so long beside the new one."""
    socket_s: float = 0.0
    """Reconnect after so long; 0 is a little before the venue would close."""
    heartbeat_s: float = 0.0
    """Our sign of life, where the venue wants one; 0 is as often as it says."""
    timeout_s: float = 10.0
    """Connecting, and a REST answer, may take so long."""
    backoff_first_s: float = 0.5
    backoff_most_s: float = 32.0
    settle_s: float = 2.0
    """The exchange needs so long after a minute's end until its candle is final."""
