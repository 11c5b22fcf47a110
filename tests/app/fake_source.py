"""A source of made-up snapshots from a seed, to look at (`python -m tests.app.fake_source`) and to test with.

It is no exchange: its numbers move plausibly, at every call of `tick` when `live`.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from cvdtui.app import MonitorApp
from cvdtui.config import AlertRule
from cvdtui.model import Link, Market, MarketRow, Quality, Snapshot, View
from cvdtui.theme import Theme, parse_theme
from tests.app.random_markets import ASSETS, START_US, Walk, make_markets


def load_themes() -> dict[str, Theme]:
    folder = Path(__file__).resolve().parents[2] / "themes"
    themes = [parse_theme(path.read_text(), path.name) for path in sorted(folder.glob("*.toml"))]
    return {theme.name: theme for theme in themes}


class FakeSource:
    """A Source whose time goes on by a tenth of a second at every tick (when `live`)."""

    def __init__(
        self, count: int = 12, seed: int = 7, *, live: bool = True, wait: int = 0, offline: bool = False
    ) -> None:
        self.seed = seed
        self.waiting = make_markets(count)
        self.walks = [] if offline or wait else [Walk(market, seed) for market in self.waiting]
        self.live = live
        self.now = START_US
        self.snapshots_taken = 0
        self.wait = wait
        self.marks: list[str] = []
        self.levels: dict[str, tuple[str, ...]] = {}
        self.alerts: list[tuple[str, str]] = []
        self.loaded: list[str] = []
        self.listed: dict[str, tuple[Market, ...]] = {}
        self.pulse: Path | None = None
        self.started = self.stopped = self.demo = False
        self.unreached = offline
        self.replay = None
        self.notices: tuple[str, ...] = ()

    async def start(self) -> None:
        self.started = True
        if self.pulse is not None:
            self.beating = asyncio.create_task(self.beat(self.pulse))

    async def beat(self, path: Path) -> None:
        """Show that the loop is alive: the file grows by a byte every 20 ms."""
        with path.open("ab", buffering=0) as file:
            while True:
                file.write(b".")
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        self.stopped = True

    def tick(self, view: View) -> None:
        if self.live and self.snapshots_taken >= self.wait:
            self.now += 100_000
            for walk in self.walks:
                walk.move(self.now)

    def snapshot(self, view: View) -> Snapshot:
        self.snapshots_taken += 1
        if self.snapshots_taken <= self.wait or self.unreached:
            rows = tuple(
                MarketRow(market, view.unit, quality=Quality(0.0, "waiting", "-")) for market in self.waiting
            )
            links = (
                Link(
                    "binance-usdm",
                    "connecting",
                    "fstream.binance.com",
                    markets=tuple(row.market.name for row in rows),
                ),
            )
            return Snapshot(self.now, view, rows, None, links)
        if not self.walks and self.wait:
            self.walks = [Walk(market, self.seed) for market in self.waiting]
            self.wait = 0
        rows = tuple(walk.row(view.unit) for walk in self.walks)
        links = (Link("binance-usdm", "live", "fstream.binance.com"),)
        found = next((walk for walk in self.walks if walk.market.name == view.market), None)
        return Snapshot(self.now, view, rows, found.detail(view) if found else None, links, self.notices)

    def drop_mark(self, market: str) -> None:
        self.marks.append(market)

    async def set_levels(self, market: str, prices: tuple[str, ...]) -> str:
        self.levels[market] = prices
        return ""

    async def add_market(self, name: str) -> str | None:
        venue, _, symbol = name.partition(":")
        base = symbol.removesuffix("USDT")
        if base not in {asset[0] for asset in ASSETS}:
            return f"no such symbol at {venue}"
        self.walks.append(Walk(Market(venue, symbol, base, "USDT", "spot", 2, 3, 1), 1))
        return None

    def instruments(self) -> dict[str, tuple[Market, ...]]:
        return self.listed

    async def load_instruments(self, venue: str) -> str | None:
        self.loaded.append(venue)
        return None

    async def remove_market(self, name: str) -> str | None:
        self.walks = [walk for walk in self.walks if walk.market.name != name]
        return None

    async def add_alert(self, market: str, query: str = "") -> str | None:
        if "nonsense" in query:
            return f"not understood: {query}"
        self.alerts.append((market, query))
        return None

    async def remove_alert(self, key: str) -> str | None:
        found = [one for one in self.alerts if one[1] == key]
        self.alerts = [one for one in self.alerts if one[1] != key]
        return None if found else "a rule of the configuration is removed there"

    async def remove_alerts(self, market: str) -> str | None:
        found = [one for one in self.alerts if one[0] == market]
        self.alerts = [one for one in self.alerts if one[0] != market]
        return None if found else f"{market} has no alert"

    def alerts_of(self, market: str) -> tuple[AlertRule, ...]:
        return tuple(AlertRule(market=name) for name, _ in self.alerts if name == market)

    async def switch_to_demo(self) -> str | None:
        self.demo, self.unreached = True, False
        self.walks = [Walk(market, 1) for market in self.waiting]
        return None

    def offline(self) -> tuple[str, ...]:
        if self.unreached and self.snapshots_taken > 5:
            return (
                "fstream.binance.com: name not resolved; retry in 8 s",
                "fapi.binance.com: name not resolved",
            )
        return ()


class FakeReplay:
    """Replay controls that remember what was called."""

    def __init__(self) -> None:
        self.paused = False
        self.speed = 10.0
        self.steps = 0

    def pause(self, paused: bool) -> None:
        self.paused = paused

    def step(self) -> None:
        self.steps += 1

    def set_speed(self, speed: float) -> None:
        self.speed = speed


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--markets", type=int, default=12)
    parser.add_argument("--theme", default="dark")
    parser.add_argument("--zone", default="")
    parser.add_argument("--hz", type=float, default=10.0)
    parser.add_argument("--wait", type=int, default=0)
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--ascii", action="store_true")
    parser.add_argument(
        "--seconds", type=float, default=0.0, help="leave after this long and print the CPU used"
    )
    parser.add_argument("--pulse", type=Path, help="a file that grows while the loop is alive")
    args = parser.parse_args()
    source = FakeSource(args.markets, wait=args.wait, offline=args.offline)
    source.pulse = args.pulse
    app = MonitorApp(
        source,
        themes=load_themes(),
        theme=args.theme,
        refresh_hz=args.hz,
        time_zone=args.zone,
        ascii_only=args.ascii or None,
    )
    if args.seconds:
        app.call_later(lambda: app.set_timer(args.seconds, app.exit))
    begun = time.process_time()
    code = app.show()
    if args.seconds:
        sys.stdout.write(f"cpu {time.process_time() - begun:.3f} snapshots_taken {source.snapshots_taken}\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
