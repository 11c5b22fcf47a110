"""`cvdtui watch`: waits until a condition holds for a market, and writes one line of JSON then."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Sequence

import msgspec

from cvdtui.alerts.condition import NUMBERS, TRUTHS, Condition, Values
from cvdtui.board.setup import demo_config
from cvdtui.commands.headless import stderr_screen, stopping
from cvdtui.config import Config
from cvdtui.config.names import hint
from cvdtui.demo.process import DemoProcess
from cvdtui.errors import UnreachableError, UsageError
from cvdtui.model import View
from cvdtui.monitor.conditions import values_of
from cvdtui.monitor.monitor import Monitor
from cvdtui.sources.live import exchange_options
from cvdtui.sources.options import DemoOptions, WatchOptions

CHECK_S = 0.2
"""Seconds between two checks of the condition."""
NEVER = 1
"""Exit code: the time was up and it never held."""
STOPPED = 130
"""128 + SIGINT, as shells report a program that ctrl+c ended."""


def watch(options: WatchOptions) -> int:
    """0 once it held, 1 when the time was up and it never did, 130 when stopped before.

    Raises UnreachableError when no venue of any market answered.
    """
    return asyncio.run(_watch(options, Condition(options.when)))


async def _watch(options: WatchOptions, condition: Condition) -> int:
    async with _monitor(options) as monitor, stopping() as stopped:
        watcher = Watcher(monitor, options, condition)
        until = None if options.seconds is None else time.monotonic() + options.seconds
        while until is None or time.monotonic() < until:
            held = watcher.check()
            for line in held[:1] if options.once else held:
                sys.stdout.write(line + "\n")
            if held:
                sys.stdout.flush()
                if options.once:
                    return 0
            if monitor.offline():
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), CHECK_S)
                return STOPPED
        if not monitor.was_reached():
            raise UnreachableError(
                f"no market could be reached: {'; '.join(monitor.failures()) or 'no answer'}"
            )
        return 0 if watcher.ever else NEVER


class Watcher:
    """Checks every market, and reports each when the condition begins to hold."""

    def __init__(self, monitor: Monitor, options: WatchOptions, condition: Condition) -> None:
        self.ever = False
        """Whether it has held for any market."""
        self._monitor = monitor
        self._condition = condition
        self._markets = options.markets
        config = options.config
        self._view = View(timeframe=config.bar, anchor=config.anchor, unit=config.unit)
        self._holding: set[str] = set()

    def check(self) -> list[str]:
        """A line of JSON for every market for which it holds now and did not before."""
        self._monitor.tick(self._view)
        shot = self._monitor.snapshot(self._view)
        lines: list[str] = []
        for row in shot.rows:
            name = row.market.name
            if self._markets and name not in self._markets:
                continue
            values = values_of(row, shot.time_us)
            if self._condition(values) is not True:
                self._holding.discard(name)
            elif name not in self._holding:
                self._holding.add(name)
                self.ever = True
                lines.append(self._line(shot.time_us, name, values))
        return lines

    def _line(self, time_us: int, market: str, values: Values) -> str:
        line = {
            "time_us": time_us,
            "market": market,
            "when": self._condition.text,
            "values": {name: values[name] for name in (*NUMBERS, *TRUTHS)},
        }
        return msgspec.json.encode(line).decode()


@contextlib.asynccontextmanager
async def _monitor(options: WatchOptions) -> AsyncIterator[Monitor]:
    """The configured markets, or those of a demo exchange of its own."""
    async with contextlib.AsyncExitStack() as stack:
        config = options.config
        if options.demo:
            exchange = await stack.enter_async_context(
                DemoProcess(exchange_options(DemoOptions(config=config)))
            )
            config = _chosen(demo_config(config, exchange.overrides), options.markets)
        monitor = Monitor(_silent(config), config.markets, notices=options.notices, screen=stderr_screen())
        await monitor.start()
        stack.push_async_callback(monitor.stop)
        yield monitor


def _chosen(config: Config, markets: Sequence[str]) -> Config:
    """Of the demo exchange's markets, those that were named. UsageError where it has none of that name."""
    for name in markets:
        if name not in config.markets:
            raise UsageError(f"the demo exchange has no {name}{hint(name, config.markets)}")
    return msgspec.structs.replace(config, markets=tuple(markets) or config.markets)


def _silent(config: Config) -> Config:
    """Without alert rules: `watch` answers by its own line and exit code."""
    return msgspec.structs.replace(config, alerts=msgspec.structs.replace(config.alerts, rules=()))
