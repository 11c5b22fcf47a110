"""A host's budget of request weight: what may be spent in any window of time, and who goes first."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

BACKGROUND_SHARE = 0.8
"""Background requests leave the rest of the budget to gaps."""


class Budget:
    """At most `share` of `limit` in any `window_s`; waits rather than exceeds, pauses on the host's demand.

    The window slides, so it holds whatever minute the host counts by; use by others on the same address
    (known from the host's own count) is counted in.
    """

    def __init__(
        self,
        limit: int,
        *,
        share: float = 1.0,
        window_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = limit
        self.cap = max(1, int(limit * share))
        self._window_s = window_s
        self._clock = clock
        self._spent: deque[tuple[float, int]] = deque()
        self._paused_until = 0.0
        self._urgent_waiting = 0
        self._urgent = asyncio.Lock()
        self._background = asyncio.Lock()

    @property
    def used(self) -> int:
        """Weight used in the window that ends now."""
        edge = self._clock() - self._window_s
        while self._spent and self._spent[0][0] <= edge:
            self._spent.popleft()
        return sum(weight for _, weight in self._spent)

    @property
    def pause_s(self) -> float:
        """Seconds until the pause that the host demanded is over."""
        return max(0.0, self._paused_until - self._clock())

    def pause(self, seconds: float) -> None:
        """The host demands a pause."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def refund(self, weight: int) -> None:
        """A request was refused: its weight is free again."""
        for place in range(len(self._spent) - 1, -1, -1):
            then, spent = self._spent[place]
            if spent == weight:
                # Its place stays, so that the times go on ascending.
                self._spent[place] = (then, 0)
                return

    def note(self, counted: int) -> None:
        """The host counted this much: what is not ours was used by others on this address."""
        others = counted - self.used
        if others > 0:
            self._spent.append((self._clock(), others))

    async def spend(self, weight: int, *, urgent: bool = True) -> None:
        """Return when `weight` may be used, and count it; background requests let urgent ones pass."""
        if urgent:
            self._urgent_waiting += 1
            try:
                async with self._urgent:
                    await self._wait(weight, self.cap, urgent=True)
            finally:
                self._urgent_waiting -= 1
        else:
            async with self._background:
                await self._wait(weight, int(self.cap * BACKGROUND_SHARE), urgent=False)
        self._spent.append((self._clock(), weight))

    async def _wait(self, weight: int, cap: int, *, urgent: bool) -> None:
        # Time passing is what frees weight: there is no event to wait for.
        while (seconds := self._seconds(weight, cap)) or (self._urgent_waiting and not urgent):  # noqa: ASYNC110
            # A second at most: the host may demand a pause, or its count may show others, meanwhile.
            await asyncio.sleep(min(max(seconds, 0.005), 1.0))

    def _seconds(self, weight: int, cap: int) -> float:
        """How long until this weight fits."""
        if self.pause_s:
            return self.pause_s
        used = self.used
        # With nothing used even a request above the cap may go: else it would wait for ever.
        if not used or used + weight <= cap:
            return 0.0
        now = self._clock()
        for then, freed in self._spent:
            used -= freed
            if not used or used + weight <= cap:
                return max(then + self._window_s - now, 0.001)
        return self._window_s
