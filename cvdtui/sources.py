"""What stands behind the screen: live feeds (real or demo) or a replay, each as the screen's Source."""

import asyncio
import contextlib
import time
from collections.abc import Callable

from cvdtui.board import Board
from cvdtui.config import Config
from cvdtui.demo.process import DemoProcess
from cvdtui.demo.process import Options as ExchangeOptions
from cvdtui.engine.flow import Limits
from cvdtui.errors import CvdtuiError
from cvdtui.feeds.files import open_files
from cvdtui.feeds.replay import ReplayFeed
from cvdtui.flows import demo_config, flow_maker, live_limits, row_units
from cvdtui.model import TIMEFRAMES, Snapshot, View
from cvdtui.monitor import Monitor
from cvdtui.options import ReplayOptions

Remember = Callable[[str, bool], str]
"""Told of a market and whether it is followed now; gives a warning or an empty text."""


class LiveSource:
    """A Monitor for the screen. With `exchange` it first starts the demo exchange and follows its markets."""

    replay = None

    def __init__(
        self,
        config: Config,
        *,
        notices: tuple[str, ...] = (),
        exchange: ExchangeOptions | None = None,
        remember: Remember | None = None,
    ) -> None:
        self._config = config
        self._exchange = exchange
        self._process: DemoProcess | None = None
        self._remember = remember
        markets = config.markets if exchange is None else ()
        if exchange is not None:
            notices = (*notices, "the demo exchange is starting ...")
        self._monitor = Monitor(config, markets, notices=notices)

    async def start(self) -> None:
        """Sets the feeds going."""
        if self._exchange is None:
            await self._monitor.start()
        else:
            await self._go_demo(self._exchange)

    async def stop(self) -> None:
        """Ends feeds and demo exchange."""
        await self._monitor.stop()
        if self._process is not None:
            with contextlib.suppress(CvdtuiError):
                await self._process.stop()

    def snapshot(self, view: View) -> Snapshot:
        """One picture of now."""
        return self._monitor.snapshot(view)

    def drop_mark(self, market: str) -> None:
        """Sets the anchor `mark` to now."""
        self._monitor.drop_mark(market)

    async def add_market(self, name: str) -> str | None:
        """Follows a market too."""
        trouble = await self._monitor.add_market(name)
        return trouble or self._kept(name, followed=True)

    async def remove_market(self, name: str) -> str | None:
        """Follows a market no longer."""
        trouble = await self._monitor.remove_market(name)
        return trouble or self._kept(name, followed=False)

    async def switch_to_demo(self) -> str | None:
        """Leaves the live feeds for the demo exchange."""
        if self._process is not None:
            return "this is the demo exchange already"
        try:
            await self._go_demo(ExchangeOptions())
        except CvdtuiError as error:
            return str(error)
        return None

    def offline(self) -> tuple[str, ...]:
        """`host: why` when nothing was reached for ten seconds."""
        return self._monitor.offline()

    async def _go_demo(self, options: ExchangeOptions) -> None:
        process = DemoProcess(options)
        await process.start()
        self._process = process
        await self._monitor.stop()
        config = demo_config(self._config, process.overrides)
        self._remember = None
        self._monitor = Monitor(config, config.markets, notices=("demo exchange: none of this is real",))
        await self._monitor.start()

    def _kept(self, name: str, *, followed: bool) -> str | None:
        warning = self._remember(name, followed) if self._remember is not None else ""
        if warning:
            self._monitor.board.note(warning)
        return None


class ReplaySource:
    """Files played at the pace they were recorded, for the screen."""

    def __init__(self, options: ReplayOptions) -> None:
        config = options.config
        limits = live_limits(config)
        self.board = Board(
            flow_maker(config, sorted({*TIMEFRAMES, config.bar}), Limits(None, None, limits.prints, None)),
            hold_limit=config.tape.hold,
            welcomes_all=True,
            row_of=lambda market: row_units(config, market),
        )
        for notice in options.notices:
            self.board.note(notice)
        reading = open_files(
            options.files,
            now=lambda: time.time_ns() // 1000,
            form=options.format,
            venue=options.venue,
            symbol=options.symbol,
        )
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

    def snapshot(self, view: View) -> Snapshot:
        """One picture of the replay's own now."""
        return self.board.snapshot(view, self.replay.now_us(), self._clock())

    def drop_mark(self, market: str) -> None:
        """Sets the anchor `mark` to the replay's now."""
        state = self.board.states.get(market)
        if state is not None:
            state.flow.drop_mark(self.replay.now_us())
            state.version += 1

    async def add_market(self, name: str) -> str | None:
        """A replay has the markets of its files."""
        return f"a replay shows the markets of its files; {name} cannot be added"

    async def remove_market(self, name: str) -> str | None:
        """A replay has the markets of its files."""
        return f"a replay shows the markets of its files; {name} stays"

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
        self.board.finish()

    def _clock(self) -> str:
        if self.replay.ended:
            return "replay, ended"
        pace = f"{self.replay.speed:g}x" if self.replay.speed else "full speed"
        paused = ", paused" if self.replay.paused else ""
        return f"replay {pace}{paused}, {int(self.replay.share * 100)} %"
