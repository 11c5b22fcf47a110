"""The link of a venue's REST host: how requests fare, what history is missing, how far its clock is ahead."""

import asyncio
import time
from typing import TYPE_CHECKING

from cvdtui.errors import VenueError, WireError
from cvdtui.feeds.error_text import REGIONAL
from cvdtui.model import Link, LinkState, Now, Sink
from cvdtui.venues.grammar.events import clean

if TYPE_CHECKING:
    from cvdtui.feeds.rest import Rest
    from cvdtui.venues import Venue

CLOCK_PATIENCE_S = 3.0
CLOCK_S = 600.0
"""The exchange's clock is read again so often: a laptop that slept, or a clock set right, moves ours."""
UNKNOWN_US = 4_070_908_800_000_000
"""2099-01-01: what may be believed before the exchange's clock is read."""


class RestLink:
    """Emits the link `venue/rest` to the Sink, whenever something in it has changed."""

    def __init__(self, venue: "Venue", rest: "Rest", sink: Sink, now: Now, check_s: float) -> None:
        self.partial = ""
        """Why rows of the hour before the start are incomplete; empty when they are not."""
        self._venue = venue
        self._rest = rest
        self._sink = sink
        self._now = now
        self._check_s = check_s
        self._ahead_us: int | None = None
        self._without_history: dict[str, str] = {}
        """Reasons by symbol."""
        self._link = Link(f"{venue.name}/rest", "idle", rest.host)

    def exchange_us(self) -> int:
        """The exchange's time now, in us; ours until its clock was read."""
        return self._now() + (self._ahead_us or 0)

    def latest_us(self) -> int:
        """The exchange's time as far as it is known, us, to bound the times of its frames; else far ahead.

        Ours would not do: a clock that is a day behind would refuse every trade.
        """
        return UNKNOWN_US if self._ahead_us is None else self.exchange_us()

    def history_failed(self, symbol: str, reason: str) -> None:
        """Note that a market is live without its history."""
        self._without_history[symbol] = reason

    def history_came(self, symbol: str) -> None:
        """Note that a market has its history after all."""
        self._without_history.pop(symbol, None)

    async def read_clock(self) -> None:
        """Read once how far the exchange's clock is ahead of ours; without an answer ours is used."""
        if self._ahead_us is None:
            await self._read_clock()

    async def keep_clock(self) -> None:
        """Read it again and again until cancelled."""
        while True:
            await asyncio.sleep(CLOCK_S)
            await self._read_clock()

    async def _read_clock(self) -> None:
        try:
            before = time.monotonic()
            body = await self._rest.persist(self._venue.ask_time(), CLOCK_PATIENCE_S)
            # The answer was written half a round trip ago, as nearly as can be known from this side.
            half_us = int((time.monotonic() - before) * 5e5)
            self._ahead_us = self._venue.read_time(body) + half_us - self._now()
        except (VenueError, WireError):
            return

    async def run(self) -> None:
        """Emit changes until cancelled."""
        while True:
            if self._rest.trouble:
                state: LinkState = "refused" if self._rest.status in REGIONAL else "waiting"
                self._emit(state, self._rest.trouble)
            elif self._rest.answers:
                self._emit("live", self._history_text())
            await asyncio.sleep(self._check_s)

    def _history_text(self) -> str:
        if not self._without_history:
            return self.partial
        reason = next(iter(self._without_history.values()))
        return clean(f"no history for {', '.join(self._without_history)}: {reason}")

    def _emit(self, state: LinkState, text: str) -> None:
        old, now = self._link, self._now()
        budget = self._rest.budget
        pause_s = budget.pause_s
        if state != "live" and self._history_text() not in ("", text):
            text = f"{text}; {self._history_text()}"
        self._link = Link(
            old.name,
            state,
            old.host,
            text,
            (),  # a market's own link is its socket's
            old.since_us if state == old.state else now,
            old.last_data_us if old.messages == self._rest.answers else now,
            self._rest.answers,
            weight_used=budget.used,
            weight_limit=budget.limit,
            weight_cap=budget.cap,
            retry_at_us=now + int(pause_s * 1e6) if pause_s else 0,
            status=self._rest.status if self._rest.trouble else 0,
            ahead_us=self._ahead_us,
        )
        if self._link != old:
            self._sink.on_link(self._link)
