"""Files played at the pace they were recorded, as the screen's Source."""

import asyncio
from collections.abc import Mapping, Sequence

from cvdtui.board.setup import played_board
from cvdtui.board.viewport import Viewport
from cvdtui.config import AlertRule
from cvdtui.errors import CvdtuiError
from cvdtui.feeds.files import open_files
from cvdtui.feeds.replay import ReplayFeed
from cvdtui.model import Market, Snapshot, View
from cvdtui.monitor.clock import wall_us
from cvdtui.sources.options import ReplayOptions


class ReplaySource:
    """A recording, its board and its clock."""

    def __init__(
        self, options: ReplayOptions, *, levels: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        """`levels` are key levels by market, in the place of the configuration's."""
        self.board = played_board(options.config)
        self.board.set_levels(levels or {})
        for notice in options.notices:
            self.board.note(notice)
        reading = open_files(
            options.files,
            now=wall_us,
            form=options.format,
            venue=options.venue,
            symbol=options.symbol,
        )
        self._viewport = Viewport(self.board)
        self.replay = ReplayFeed(reading, self.board, speed=options.speed, note=self.board.note)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to play."""
        self._task = asyncio.create_task(self._play(), name="replay")

    async def stop(self) -> None:
        """Ends it where it is."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def tick(self, view: View) -> None:
        """Brings up to date what a snapshot of this view reads."""
        self.board.tick((view,))

    def snapshot(self, view: View) -> Snapshot:
        """What the view asks, at the replay's own now."""
        return self._viewport.snapshot(view, self.replay.now_us(), self._clock())

    def drop_mark(self, market: str) -> None:
        """Sets the anchor `mark` to the replay's now."""
        self.board.drop_mark(market, self.replay.now_us())

    async def set_levels(self, market: str, prices: tuple[str, ...]) -> str:
        """Key levels of this replay; they are not kept."""
        self.board.set_levels({market: prices})
        return ""

    async def add_market(self, name: str) -> str | None:
        """A replay has the markets of its files."""
        return f"a replay shows the markets of its files; {name} cannot be added"

    def instruments(self) -> Mapping[str, Sequence[Market]]:
        """A replay has the markets of its files."""
        return {}

    async def load_instruments(self, venue: str) -> str | None:  # noqa: ARG002 - as Source
        """A replay has the markets of its files."""
        return None

    async def remove_market(self, name: str) -> str | None:
        """A replay has the markets of its files."""
        return f"a replay shows the markets of its files; {name} stays"

    async def add_alert(self, market: str, query: str = "") -> str | None:  # noqa: ARG002 - as Source
        """A replay does not alert."""
        return "a replay does not alert"

    async def remove_alert(self, key: str) -> str | None:  # noqa: ARG002 - as Source
        """There are none."""
        return "a replay does not alert"

    async def remove_alerts(self, market: str) -> str | None:
        """There are none."""
        return f"{market} has no alert"

    def alerts_of(self, market: str) -> tuple[AlertRule, ...]:  # noqa: ARG002 - as Source
        """There are none."""
        return ()

    async def switch_to_demo(self) -> str | None:
        """Not from a replay."""
        return "leave the replay and run: cvdtui demo"

    def offline(self) -> tuple[str, ...]:
        """A replay needs no host."""
        return ()

    async def _play(self) -> None:
        try:
            await self.replay.run()
        except CvdtuiError as error:
            self.board.note(str(error))
        self.board.finish()  # also after a fault: what came before it is shown whole

    def _clock(self) -> str:
        if self.replay.ended:
            return "replay, ended"
        pace = f"{self.replay.speed:g}x" if self.replay.speed else "full speed"
        paused = ", paused" if self.replay.paused else ""
        return f"replay {pace}{paused}, {int(self.replay.share * 100)} %"
