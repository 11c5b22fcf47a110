"""The paced replay: trades out of files reach a Sink as fast as they happened, or many times as fast."""

import asyncio
import time
from collections.abc import Callable

from cvdtui.errors import CvdtuiError
from cvdtui.feeds.files import Event, FileNotice, Ignored, Rejected
from cvdtui.feeds.files.fetch import PIECE, Recording, fetch
from cvdtui.model import Link, LinkState, Sink, Trade, Trades

FASTEST = 1000.0
TURN_S = 0.004
"""Longest stretch of handing over trades without a turn for the screen, which repaints every 100 ms."""
LONGEST_WAIT_S = 60.0
"""A silence that would take longer at the chosen speed (a halt, a missing day) is jumped over."""
BACK_US = 60_000_000
"""A trade this much older than the clock begins another stretch of time: the clock goes back to it."""


class Timer:
    """Real time; tests hand in their own."""

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Until the event is set or so many seconds are over (None: only the event)."""
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return


class ReplayFeed:
    """Plays a recording once; `run` is its task, the other methods may be called at any time in its loop."""

    def __init__(
        self,
        recording: Recording,
        sink: Sink,
        *,
        speed: float = 1.0,
        note: Callable[[str], None] = lambda _: None,
        timer: Timer | None = None,
    ) -> None:
        self._recording = recording
        self._sink = sink
        self._note = note
        self._timer = timer or Timer()
        self._speed = _sane(speed)
        self._paused = False
        self._steps: list[int] = []
        self._changed = asyncio.Event()
        self._queue: list[Trades] = []
        """What was read and not played yet, the next batch last."""
        self._index = 0
        self._clock_us = 0
        """Where the clock stood at `_anchor`."""
        self._shown_us = 0
        """The latest the clock was seen at: never beyond a trade that waits to be played."""
        self._played_us = 0
        self._anchor = self._timer.monotonic()
        self._markets: dict[str, None] = {}
        self._ended = False
        self._fault: CvdtuiError | None = None

    # --- what the screen reads and sets

    @property
    def paused(self) -> bool:
        """Whether it is paused."""
        return self._paused

    @property
    def speed(self) -> float:
        """Times real time; 0 is as fast as it can."""
        return self._speed

    @property
    def share(self) -> float:
        """How much of the files has been read, 0 to 1."""
        return 1.0 if self._ended else self._recording.share

    @property
    def ended(self) -> bool:
        """Whether the last trade was played."""
        return self._ended

    def now_us(self) -> int:
        """The replay's own clock in exchange time; 0 before the first trade."""
        if not self._ended:
            bound = self._next().time_us if self._queue else self._played_us
            self._shown_us = max(self._shown_us, min(self._running_us(), bound))
        return self._shown_us

    def pause(self, paused: bool = True) -> None:  # noqa: FBT001, FBT002 - a switch
        """Stop or go on."""
        self._set_clock(self._running_us())
        self._paused = paused
        self._steps.clear()
        self._changed.set()

    def resume(self) -> None:
        """Go on."""
        self.pause(False)  # noqa: FBT003 - the switch

    def step(self, bar_us: int = 0) -> None:
        """While paused: the next trade alone, or all trades up to the end of the next trade's bar."""
        if self._paused:
            self._steps.append(bar_us)
            self._changed.set()

    def set_speed(self, speed: float) -> None:
        """Play 1 to 1000 times as fast as it happened, 0 as fast as it can; others become the nearest."""
        self._set_clock(self._running_us())
        self._speed = _sane(speed)
        self._changed.set()

    # --- playing

    async def run(self) -> None:
        """Plays to the end; raises what reading raises (UnreadableError, NoDataError, UsageError)."""
        try:
            while await self._fill():
                self._changed.clear()
                if self._paused:
                    await self._stand()
                else:
                    await self._go()
        finally:
            self._recording.close()
        self._shown_us = max(self._shown_us, self._played_us)
        self._ended = True
        self._report("quiet", "the recording ended")

    async def _stand(self) -> None:
        if not self._steps:
            await self._timer.wait(self._changed, None)
            return
        bar_us = self._steps.pop(0)
        self._turn_back()
        if not bar_us:
            self._play(1)
            return
        end_us = (self._next().time_us // bar_us + 1) * bar_us
        while await self._fill() and self._paused and self._next().time_us < end_us:
            self._play(PIECE, end_us - 1)
            await asyncio.sleep(0)

    async def _go(self) -> None:
        self._turn_back()
        if self._speed:
            seconds = (self._next().time_us - self._running_us()) / 1e6 / self._speed
            # Binance once halted for four hours with contiguous ids, so a pause is no gap:
            # https://github.com/binance/binance-public-data/issues/153
            if seconds > LONGEST_WAIT_S:
                self._set_clock(self._next().time_us)
            elif seconds > 0:
                await self._timer.wait(self._changed, seconds)
                return
        self._play_due()
        await asyncio.sleep(0)

    def _turn_back(self) -> None:
        """The first trade sets the clock, and so does one that begins an earlier stretch of time."""
        time_us = self._next().time_us
        # Files need not follow each other in time: the next may begin days earlier.
        if not self._clock_us or self._turns_back(time_us):
            self._clock_us = self._shown_us = self._played_us = time_us
            self._anchor = self._timer.monotonic()

    def _turns_back(self, time_us: int) -> bool:
        return time_us < self._played_us - BACK_US

    def _play_due(self) -> None:
        """All trades that are due, for one turn at most; when some stay behind, the clock waits for them."""
        begin = self._timer.monotonic()
        due = self._running_us() if self._speed else 1 << 62
        while self._queue and not self._paused and self._next().time_us <= due:
            if self._turns_back(self._next().time_us):
                return
            if self._timer.monotonic() - begin > TURN_S:
                self._set_clock(self._played_us)
                return
            self._play(PIECE, due)

    def _play(self, most: int, due: int = 1 << 62) -> None:
        """Hands over the next trades of a batch: at least one, at most `most`, none later than due."""
        batch, begin = self._queue[-1], self._index
        end = begin + 1
        last = min(len(batch.trades), begin + most)
        self._played_us = batch.trades[begin].time_us
        while end < last and self._played_us - BACK_US <= batch.trades[end].time_us <= due:
            self._played_us = batch.trades[end].time_us
            end += 1
        excluded = batch.excluded if begin == 0 else 0
        self._hand_over(Trades(batch.market, batch.trades[begin:end], batch.id_rule, batch.source, excluded))
        self._index = end
        if end == len(batch.trades):
            self._queue.pop()
            self._index = 0
        if not self._speed or self._paused:
            self._set_clock(self._played_us)

    def _next(self) -> Trade:
        return self._queue[-1].trades[self._index]

    def _running_us(self) -> int:
        """Where the clock is by the time that went by, whether the trades keep up or not."""
        if self._paused or not self._speed or not self._clock_us:
            return self._clock_us
        return self._clock_us + int((self._timer.monotonic() - self._anchor) * self._speed * 1e6)

    def _set_clock(self, time_us: int) -> None:
        self._clock_us = time_us
        self._anchor = self._timer.monotonic()

    # --- reading

    async def _fill(self) -> bool:
        """Reads on, in a thread, when all was played; False at the end."""
        while not self._queue:
            if self._fault is not None:
                raise self._fault
            events, self._fault = await self._fetched()
            if not events and self._fault is None:
                return False
            for event in events:
                self._take(event)
            self._queue.reverse()
        return True

    async def _fetched(self) -> tuple[list[Event], CvdtuiError | None]:
        """The next events; a task cancelled meanwhile ends only when the thread has let go of the file."""
        # A block of 30,000 rows takes longer to parse than the 4 ms that the screen may wait.
        reading = asyncio.ensure_future(asyncio.to_thread(fetch, self._recording))
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            await asyncio.wait({reading})
            raise

    def _take(self, event: Event) -> None:
        if isinstance(event, Trades):
            if event.trades:
                self._queue.append(event)
            else:
                self._hand_over(event)
        elif isinstance(event, Rejected):
            self._sink.on_rejected(event.market, f"{event.where}: {event.reason}", event.count)
        elif isinstance(event, Ignored):
            self._sink.on_ignored(event.market, event.count)
        elif isinstance(event, FileNotice):
            self._note(event.text)

    def _hand_over(self, batch: Trades) -> None:
        if batch.market.name not in self._markets:
            self._markets[batch.market.name] = None
            self._report("live", "")
        self._sink.on_trades(batch)

    def _report(self, state: LinkState, text: str) -> None:
        self._sink.on_link(Link("replay", state, text=text, markets=tuple(self._markets)))


def _sane(speed: float) -> float:
    """0, or 1 to 1000."""
    return min(FASTEST, max(1.0, speed)) if speed > 0 else 0.0
