"""Many markets of every venue in one process: CPU, loop lag, and what a snapshot costs.

`python tests/bench/bench_markets.py`. The demo exchange runs in a process of its own; this one runs feeds,
board and a snapshot ten times a second, as the screen does, without drawing.
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lines import Line, show
from msgspec.structs import replace

from cvdtui.board.setup import demo_config
from cvdtui.config import Config
from cvdtui.demo.assets import MOST
from cvdtui.demo.process import DemoProcess, ExchangeOptions
from cvdtui.model import View
from cvdtui.monitor.monitor import Monitor

MARKETS = 60
RATE = 12
"""Trades a second of a market, on average."""
WANTED_LAG = "<= 1"
"""Loop lag at the 99th percentile against the 50 ms that a trader might feel."""
FELT_MS = 50.0


class Watch:
    """How late the loop wakes a sleeper of 5 ms, and how long snapshots take."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self.lags: list[float] = []
        self.snapshots: list[float] = []
        self.groups: list[float] = []

    async def lag(self) -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.005)
            self.lags.append((time.perf_counter() - begun - 0.005) * 1e3)

    async def read(self) -> None:
        """A snapshot every tenth of a second, by turns with and without groups."""
        name = next(iter(self._monitor.board.states))
        plain, grouped = View(market=name), View(market=name, groups=True, group=True)
        while True:
            for view, times in ((plain, self.snapshots), (grouped, self.groups)):
                begun = time.perf_counter()
                self._monitor.tick(view)
                self._monitor.snapshot(view)
                times.append((time.perf_counter() - begun) * 1e3)
                await asyncio.sleep(0.1)


async def run(markets: int, rate: float, seconds: float) -> tuple[Watch, float, int, int]:
    """The watch, the share of a core used, trades counted, venues followed."""
    async with DemoProcess(ExchangeOptions(markets=markets, rate=rate)) as exchange:
        base = Config()
        config = demo_config(
            replace(base, history=replace(base.history, trades_minutes=5)), exchange.overrides
        )
        monitor = Monitor(config, config.markets)
        await monitor.start()
        while not all(state.flow.trades for state in monitor.board.states.values()):  # noqa: ASYNC110 - the feeds fill the board
            await asyncio.sleep(0.1)
        await asyncio.sleep(min(seconds, 3.0))
        watch = Watch(monitor)
        before = sum(state.flow.trades for state in monitor.board.states.values())
        cpu, begun = time.process_time(), time.perf_counter()
        tasks = [asyncio.create_task(watch.lag()), asyncio.create_task(watch.read())]
        await asyncio.sleep(seconds)
        used = (time.process_time() - cpu) / (time.perf_counter() - begun)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        trades = sum(state.flow.trades for state in monitor.board.states.values()) - before
        venues = len({name.partition(":")[0] for name in config.markets})
        await monitor.stop()
    return watch, used, trades, venues


def measure(scale: float) -> list[Line]:
    """The table's lines; `scale` shrinks markets and time."""
    markets = max(6, int(min(MARKETS, MOST) * min(scale, 1.0)))
    watch, used, trades, venues = asyncio.run(run(markets, RATE * markets, max(1.0, 15 * scale)))
    p99 = statistics.quantiles(watch.lags, n=100)[98]
    plain, grouped = statistics.median(watch.snapshots), statistics.median(watch.groups)
    head = f"{markets} markets of {venues} venues"
    return [
        Line(f"{head}: loop lag p99 (50 ms)", f"{p99:.1f} ms", f"{FELT_MS:g} ms", p99 / FELT_MS, WANTED_LAG),
        Line(f"{head}: CPU ({trades} trades counted)", f"{used * 100:.0f} %", "100 %", used),
        Line("  a snapshot with groups, without", f"{grouped:.2f} ms", f"{plain:.2f} ms", grouped / plain),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    return show(measure(parser.parse_args().scale))


if __name__ == "__main__":
    sys.exit(main())
