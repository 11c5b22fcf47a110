"""Slow calls of the source (add, remove, undo, demo): one task each, every outcome shown."""

import asyncio
import logging
from collections.abc import Callable, Coroutine

from cvdtui.app.source import Source

GIVE_UP_S = 4.0
"""Longest wait for the source to stop; shorter than the watchdog of shutdown.py, which ends the process."""
log = logging.getLogger(__name__)


class BackgroundTasks:
    """Runs the source's slow calls; `say` shows the outcome in one line."""

    def __init__(self, source: Source, say: Callable[[str], None]) -> None:
        self._source = source
        self._say = say
        self._tasks: set[asyncio.Task[None]] = set()
        self.removed: list[str] = []
        """Markets the user removed, the latest last."""

    def start(self) -> None:
        """Start the feeds."""
        self._run(self._source.start(), "the feeds")

    def add(self, name: str) -> None:
        """Follow a market."""
        self._run(
            self._report(self._source.add_market(name), f"following {name}", f"{name}: "), f"add {name}"
        )

    def load_instruments(self, venue: str) -> None:
        """Load what a venue lists (empty: the venues on the screen); only a failure is shown."""
        self._run(self._load_instruments(venue), "the instruments")

    def remove(self, name: str) -> None:
        """Stop following a market; `undo` brings it back."""
        self._run(self._remove(name), f"remove {name}")

    def undo(self) -> None:
        """Bring the last removed market back."""
        if not self.removed:
            self._say("nothing to undo: no market was removed")
            return
        self.add(self.removed.pop())

    def demo(self) -> None:
        """Replace the feeds by the demo exchange."""
        self._run(
            self._report(self._source.switch_to_demo(), "demo exchange: none of this is real", "demo: "),
            "demo",
        )

    def set_levels(self, market: str, prices: tuple[str, ...], done: str, then: Callable[[], None]) -> None:
        """Set a market's key levels, look again (`then`), and say what was done."""
        self._run(self._set_levels(market, prices, done, then), f"levels of {market}")

    def add_alert(self, market: str, query: str, done: str) -> None:
        """Alert on a market from now on."""
        self._run(self._report(self._source.add_alert(market, query), done, ""), f"alert on {market}")

    def remove_alert(self, key: str) -> None:
        """Take back one added rule."""
        self._run(self._report(self._source.remove_alert(key), "rule removed", ""), "remove the rule")

    def remove_alerts(self, market: str) -> None:
        """Take back the rules added for a market."""
        done = f"no added rule alerts on {market} any more"
        self._run(self._report(self._source.remove_alerts(market), done, ""), f"remove rules of {market}")

    async def _set_levels(
        self, market: str, prices: tuple[str, ...], done: str, then: Callable[[], None]
    ) -> None:
        warning = await self._source.set_levels(market, prices)
        then()
        self._say(f"{done}; {warning}" if warning else done)

    async def _remove(self, name: str) -> None:
        trouble = await self._source.remove_market(name)
        if trouble is None:
            self.removed.append(name)
        self._say(f"{name}: {trouble}" if trouble else f"{name} removed; U brings it back")

    async def _load_instruments(self, venue: str) -> None:
        trouble = await self._source.load_instruments(venue)
        if trouble:
            self._say(trouble)

    async def _report(self, call: Coroutine[object, object, str | None], done: str, failed: str) -> None:
        trouble = await call
        self._say(failed + trouble if trouble else done)

    def _run(self, work: Coroutine[object, object, None], what: str) -> None:
        # the loop holds tasks weakly, and nobody sees the error of one: both are seen to here
        task = asyncio.create_task(work, name=what)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._say(f"{task.get_name()} failed: {type(error).__name__}: {error}")

    async def close(self) -> None:
        """Cancel what still runs and stop the source; a source that hangs is left after a few seconds."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(GIVE_UP_S):
                await self._source.stop()
        except Exception:  # the terminal must be restored whatever the source does
            log.exception("stopping the source")
