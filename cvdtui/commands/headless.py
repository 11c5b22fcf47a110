"""`run` and `demo` without a screen: count for a while, print the report, never import textual."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator

from cvdtui.alerts.channels import Screen
from cvdtui.board.setup import demo_config
from cvdtui.commands.printing import print_report
from cvdtui.demo.process import DemoProcess
from cvdtui.errors import UnreachableError
from cvdtui.monitor.monitor import Monitor
from cvdtui.sources.live import exchange_options
from cvdtui.sources.options import DemoOptions, RunOptions
from cvdtui.store import user_state

GRACE_S = 5.0
"""How long the end waits for trades that are being fetched."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_live(options: RunOptions) -> int:
    """Counts the configured markets; UnreachableError (after the report) when no venue ever answered."""
    return asyncio.run(_run_live(options))


def run_demo(options: DemoOptions) -> int:
    """The same against the demo exchange; ends when everything it traded has been counted."""
    return asyncio.run(_run_demo(options))


async def _run_live(options: RunOptions) -> int:
    async with stopping() as stopped:
        monitor = Monitor(
            options.config,
            options.config.markets,
            notices=options.notices,
            screen=stderr_screen(),
            journal=user_state.journal_path(),
        )
        await monitor.start()
        await _wait(stopped, options.seconds)
        await _settle(monitor)
        # Before the stop, which closes every connection: what was down at the end, and since when.
        monitor.board.settle()
        silent = monitor.silent()
        await monitor.stop()
        monitor.begin()
    print_report(
        monitor.board, options.config, as_json=options.json, notices=monitor.board.notices, silent=silent
    )
    if not monitor.was_reached():
        why = "; ".join(monitor.failures()) or "no answer"
        raise UnreachableError(f"no market could be reached: {why}")
    return 0


async def _run_demo(options: DemoOptions) -> int:
    async with stopping() as stopped:
        exchange = DemoProcess(exchange_options(options))
        await exchange.start()
        try:
            config = demo_config(options.config, exchange.overrides)
            monitor = Monitor(
                config, config.markets, notices=options.notices, screen=stderr_screen(), demo=True
            )
            await monitor.start()
            await _wait(stopped, options.seconds)
            await _catch_up(monitor, await exchange.freeze())
            monitor.board.settle()
            silent = monitor.silent()
            await monitor.stop()
            monitor.begin()
        finally:
            await exchange.stop()
    print_report(monitor.board, config, as_json=options.json, notices=monitor.board.notices, silent=silent)
    return 0


def stderr_screen() -> Screen:
    """Bells and notifications on stderr, where that is a terminal; stdout has the report alone."""
    return Screen(_to_stderr if sys.stderr.isatty() else None)


def _to_stderr(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


async def _wait(stopped: asyncio.Event, seconds: float | None) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)


async def _settle(monitor: Monitor) -> None:
    """Waits a little for history and trades that are being fetched."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GRACE_S):
            while monitor.open_ids() or monitor.is_beginning():  # noqa: ASYNC110 - feeds set no event
                await asyncio.sleep(0.05)


async def _catch_up(monitor: Monitor, last_ids: dict[str, int]) -> None:
    """Waits until every tape has come to the last trade of its market."""
    states = monitor.board.states
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GRACE_S * 6):
            while not all(states[name].tape.has(last) for name, last in last_ids.items()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def stopping() -> AsyncIterator[asyncio.Event]:
    """An event that ctrl+c, SIGTERM and SIGHUP set, so that what was counted is still printed."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stopped.set)  # instead of KeyboardInterrupt, which loses the report
    try:
        yield stopped
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
