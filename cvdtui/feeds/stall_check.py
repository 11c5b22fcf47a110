"""A silent market: quiet, or its stream dead? REST decides, where trades can be requested."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping

from cvdtui.errors import VenueError, WireError
from cvdtui.feeds.market_watch import Watch
from cvdtui.feeds.options import FeedOptions

GRACE_S = 1.0
"""A trade may be in REST's answer this long before the stream sends it."""


class StallCheck:
    """Watches the markets of one socket; `dead` says why its connection must be replaced (empty: it lives).

    `newest` gives a market's newest id (or time, see `market_watch.mark_of`), None where trades cannot be
    requested; `spawn` runs a task that the feed owns.

    A heartbeat proves the socket, never the stream, and an acknowledgement neither: a Binance stream was
    acknowledged and sent nothing for 14 hours (https://github.com/binance/binance-public-data/issues/472).
    """

    def __init__(
        self,
        watches: Mapping[str, Watch],
        host: str,
        options: FeedOptions,
        newest: Callable[[str], Awaitable[int | None]] | None,
        spawn: Callable[[Coroutine[object, object, None]], None],
    ) -> None:
        self.dead = ""
        self._watches = watches
        self._host = host
        self._options = options
        self._newest = newest
        self._spawn = spawn
        self._is_asking = False

    def tick(self, seconds: float) -> None:
        """Check the busiest of the markets that are silent for too long, so many seconds later."""
        least_s = self._options.stall_s
        suspects = [symbol for symbol, watch in self._watches.items() if watch.tick(seconds, least_s)]
        if suspects and not self._is_asking:
            self._is_asking = True  # one at a time, the busiest first: REST weight is limited
            symbol = max(suspects, key=lambda one: self._watches[one].count)
            self._spawn(self._check(symbol, self._watches[symbol]))

    async def _check(self, symbol: str, watch: Watch) -> None:
        try:
            if self._newest is None:
                self._check_without_rest(watch)
            else:
                await self._check_by_rest(symbol, watch, self._newest)
        finally:
            self._is_asking = False

    def _check_without_rest(self, watch: Watch) -> None:
        silent = watch.silent_s
        watch.quiet()
        if all(other.silent_s >= self._options.unasked_s for other in self._watches.values()):
            self.dead = f"no trade of any market for {silent:.0f} s, and trades cannot be requested"

    async def _check_by_rest(
        self, symbol: str, watch: Watch, newest_of: Callable[[str], Awaitable[int | None]]
    ) -> None:
        count, silent = watch.count, watch.silent_s
        try:
            newest = await newest_of(symbol)
        except (VenueError, WireError) as error:
            watch.quiet()
            if all(other.silent_s >= silent for other in self._watches.values()):
                self.dead = f"no trade of any market for {silent:.0f} s, and REST has no answer: {error}"
            return
        if newest is None:
            watch.quiet()
            return
        # Trades that came during the request make its answer old.
        if watch.count != count or not watch.note_newest(newest):
            return
        await asyncio.sleep(GRACE_S)
        if watch.count == count:
            self.dead = f"{self._host} sends no {symbol} although it trades (silent for {silent:.0f} s)"
        else:
            watch.stale = False
