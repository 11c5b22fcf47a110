"""How far the data behind each closed bar's signals can be trusted: holes of the session up to that bar."""

from cvdtui.engine.market_state import MarketState
from cvdtui.model import Bar

TRUSTED = ("taker", "taker/bar", "quote", "midpoint", "tick")
"""Sources of a bar's sides with which its signals are complete; others (`candle`, `unknown`) are named."""


class DataQuality:
    """Takes closed bars in order; `at` then gives what was incomplete about each, or nothing.

    Coverage up to a bar = trades counted in its session so far / those plus the ids lost or open by then;
    times the share of that time which no outage covers.
    """

    __slots__ = ("_length_us", "_limit", "_session_us", "_state", "_trades", "_words")

    def __init__(self, state: MarketState, seconds: int, limit: float) -> None:
        self._state = state
        self._length_us = seconds * 1_000_000
        self._limit = limit
        self._session_us = -1
        self._trades = 0
        self._words: dict[int, str] = {}

    def push(self, bar: Bar, session_us: int) -> None:
        """Takes the next closed bar of the session that began at `session_us`."""
        if session_us != self._session_us:
            self._session_us, self._trades = session_us, 0
        self._trades += bar.trades
        words = self._incomplete(bar)
        if words:
            self._words[bar.time_us] = words

    def at(self, time_us: int) -> str:
        """What was incomplete about the bar that starts here; empty: nothing."""
        return self._words.get(time_us, "")

    def forget(self, before_us: int) -> None:
        """Drops what is known of bars before this time."""
        self._words = {time_us: words for time_us, words in self._words.items() if time_us >= before_us}

    def _incomplete(self, bar: Bar) -> str:
        if bar.source not in TRUSTED:
            return bar.source
        state = self._state
        if not (state.lost or state.tape.open_ids or state.known.outages or state.restarts):
            return ""
        # open holes count as well: what they hold may still come, but is not in this bar now
        missing = sum(
            gap.missing
            for gap in state.gaps
            if gap.state != "filled"
            and self._session_us <= gap.to_time_us
            and gap.from_time_us <= bar.time_us
        )
        coverage = self._trades / (self._trades + missing) if self._trades else 0.0
        coverage *= self._known(bar)
        return f"coverage {coverage * 100:.1f}" if coverage < self._limit else ""

    def _known(self, bar: Bar) -> float:
        """Share of the session's time, up to the end of the bar, that lies in no outage."""
        end_us = bar.time_us + self._length_us
        state = self._state
        spans = [(one.from_time_us, one.to_time_us) for one in state.known.outages]
        spans += [(one.from_time_us, one.to_time_us) for one in state.restarts]
        lost_us = sum(max(0, min(to_us, end_us) - max(from_us, self._session_us)) for from_us, to_us in spans)
        return max(0.0, 1 - lost_us / (end_us - self._session_us)) if end_us > self._session_us else 1.0
