"""Side rules checked on live markets: trades and quotes of a venue on one socket, apart from the counts."""

import asyncio
from collections.abc import Callable, Iterable

from cvdtui.config import Config
from cvdtui.feeds.quotes import QuoteFeed
from cvdtui.model import Link, Now, SideTrial
from cvdtui.monitor.side_trial import Shadow
from cvdtui.venues import VENUES

RENEWED_US = 2_000_000
"""`trials` are at most so old."""


class SideChecks:
    """One socket a venue that sends both; a market added or removed makes its counts begin anew."""

    def __init__(self, config: Config, on_link: Callable[[Link], None], now: Now) -> None:
        self.trials: tuple[SideTrial, ...] = ()
        """Results so far, one a market that traded."""
        self._config = config
        self._on_link = on_link
        self._now = now
        self._shadows: dict[str, Shadow] = {}
        self._symbols: dict[str, list[str]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._made_us = 0

    def follow(self, markets: Iterable[str]) -> None:
        """Checks these markets where their venue sends quotes; nothing unless `shadow_side` is set."""
        if not self._config.shadow_side:
            return
        symbols: dict[str, list[str]] = {venue: [] for venue in self._symbols}
        for name in markets:
            venue, _, symbol = name.partition(":")
            if venue in VENUES:
                symbols.setdefault(venue, []).append(symbol)
        for venue, wanted in symbols.items():
            if wanted != self._symbols.get(venue, []):
                self._begin(venue, wanted)

    def tick(self) -> None:
        """Renews `trials` when they are older than RENEWED_US."""
        now = self._now()
        if now - self._made_us > RENEWED_US:
            self._made_us = now
            self.trials = tuple(trial for shadow in self._shadows.values() for trial in shadow.trials())

    async def stop(self) -> None:
        """Ends the sockets."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, venue: str, symbols: list[str]) -> None:
        self._symbols[venue] = symbols
        before = self._tasks.pop(venue, None)
        if before is not None:
            before.cancel()
        if not symbols:
            self._shadows.pop(venue, None)
            return
        address = self._config.venue(venue)
        grammar = VENUES[venue](symbols, ws_url=address.ws_url, rest_url=address.rest_url, now=self._now)
        url = grammar.quotes_url(symbols)
        if not url:
            return
        shadow = self._shadows[venue] = Shadow(grammar, bar_us=self._config.bar * 1_000_000)
        feed = QuoteFeed(f"{venue}/quotes", url, shadow.take, self._on_link, self._now)
        task = self._tasks[venue] = asyncio.create_task(feed.run(), name=f"quotes {venue}")
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Only a defect ends the task by itself: the link shows it."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_link(Link(task.get_name(), "closed", text=f"failed: {type(error).__name__}: {error}"))
