"""One channel's queue: one alert after the other, within its rate, tried again while that may help.

`enqueue` never waits; what is too much or too late is given up, counted and shown.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable

from cvdtui.alerts.alert import Alert
from cvdtui.alerts.channels import Channel
from cvdtui.errors import AlertError
from cvdtui.model import ChannelState, Now

MOST_WAITING = 100
"""Alerts in the queue; of more, the oldest are given up."""
PATIENCE_S = 300.0
"""An alert older than this is of no use."""
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 60.0
MINUTE_S = 60.0
_State = ChannelState


class Outbox:
    """Sends alerts through one channel for as long as `run` runs."""

    def __init__(  # noqa: PLR0913 - the clock and the waits are arguments for tests
        self,
        name: str,
        kind: str,
        channel: Channel,
        *,
        per_minute: int,
        now: Now,
        note: Callable[[str], None],
        first_wait_s: float = FIRST_WAIT_S,
        patience_s: float = PATIENCE_S,
        minute_s: float = MINUTE_S,
    ) -> None:
        self.name = name
        self.kind = kind
        self.channel = channel
        self._per_minute = per_minute
        self._now = now
        self._note = note
        self._first_wait_s = first_wait_s
        self._patience_s = patience_s
        self._minute_s = minute_s
        self._waiting: deque[tuple[Alert, float]] = deque()
        self._came = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._sent_at: deque[float] = deque(maxlen=per_minute)
        self._sent = self._failed = 0
        self._retry_at_us = 0
        self._trouble = ""
        self._trouble_us = 0
        self._show: Callable[[], tuple[str, str]] = lambda: ("ready", "")

    @property
    def state(self) -> ChannelState:
        """What the screen shows of the channel."""
        kind, text = self._show()
        return ChannelState(
            self.name,
            self.kind,
            kind,  # type: ignore[arg-type]  # one of the states set below
            text,
            self._sent,
            self._failed,
            len(self._waiting),
            self._retry_at_us,
            self._trouble,
            self._trouble_us,
        )

    def enqueue(self, alert: Alert) -> None:
        """Add an alert to the queue; never waits."""
        self._waiting.append((alert, _now()))
        self._idle.clear()
        self._came.set()
        if len(self._waiting) > MOST_WAITING:
            # The newest alert is the one of use.
            self._waiting.popleft()
            self._give_up(f"more than {MOST_WAITING} alerts were waiting, the oldest was given up")

    async def run(self) -> None:
        """Send what is enqueued, until cancelled."""
        try:
            while True:
                await self._came.wait()
                while self._waiting:
                    await self._await_rate()
                    if self._waiting:
                        await self._deliver(*self._waiting.popleft())
                self._came.clear()
                self._idle.set()
        finally:
            await self.channel.close()

    async def drain(self, seconds: float) -> None:
        """Wait until the queue is empty, at most so many seconds."""
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            # One more: the alert that is being sent has left the queue.
            self._give_up(f"{len(self._waiting) + 1} not sent before the end")

    async def _await_rate(self) -> None:
        """Wait until the rate allows one more."""
        if len(self._sent_at) == self._per_minute:
            wait = self._sent_at[0] + self._minute_s - _now()
            if wait > 0:
                await self._wait(wait, f"{self._per_minute} a minute is its limit")
        self._sent_at.append(_now())

    async def _deliver(self, alert: Alert, since: float) -> None:
        """Try until it is sent, refused for good, or too old."""
        tries = 0
        while True:
            self._show = lambda: ("sending", "")
            try:
                await self.channel.send(alert)
            except AlertError as error:
                trouble = error
            except Exception as error:  # noqa: BLE001 - a channel's defect must end neither the others nor the feeds
                trouble = AlertError(f"{type(error).__name__} in a channel of kind {self.kind}")
            else:
                self._sent += 1
                self._show = lambda: ("ready", "")
                return
            self._note_trouble(str(trouble))
            wait = trouble.retry_after
            if wait is None:
                wait = min(LONGEST_WAIT_S, self._first_wait_s * 2.0 ** min(tries, 20))
                # Programs that failed at one moment must not all try again at one moment.
                wait *= 0.75 + 0.5 * random.random()  # noqa: S311 - no secret
            tries += 1
            # Given up before the wait: the next try would come too late as well.
            if not trouble.again or _now() + wait - since > self._patience_s:
                after = f" (after {tries} tries)" if tries > 1 else ""
                self._give_up(f"{trouble}{after}")
                return
            await self._wait(wait, str(trouble))

    async def _wait(self, seconds: float, why: str) -> None:
        until = _now() + seconds
        self._retry_at_us = self._now() + int(seconds * 1e6)
        self._show = lambda: ("waiting", f"{why}; next try in {max(0.0, until - _now()):.0f} s")
        try:
            await asyncio.sleep(seconds)
        finally:
            self._retry_at_us = 0

    def _note_trouble(self, why: str) -> None:
        self._trouble, self._trouble_us = why, self._now()

    def _give_up(self, why: str) -> None:
        self._failed += 1
        self._note_trouble(why)
        self._show = lambda: ("failed", why)
        self._note(f"alert not sent by {self.name}: {why}")


def _now() -> float:
    return time.monotonic()
