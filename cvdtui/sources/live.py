"""Live feeds (real or demo) as the screen's Source; the monitor is imported after the first snapshot."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from cvdtui.config import AlertRule, Config
from cvdtui.errors import CvdtuiError
from cvdtui.model import Market, Snapshot, View
from cvdtui.monitor.clock import wall_us
from cvdtui.sources.keepers import Keepers
from cvdtui.sources.options import DemoOptions
from cvdtui.sources.starting import Starting
from cvdtui.venues import VENUES
from cvdtui.venues.lookup import market_named

if TYPE_CHECKING:
    from pathlib import Path

    from cvdtui.alerts.channels import Screen as AlertScreen
    from cvdtui.demo.process import DemoProcess, ExchangeOptions
    from cvdtui.sources.following import Following

INSTRUMENTS_FRESH_S = 86_400.0
"""Instruments that were cached are good enough to complete names for so long."""


class LiveSource:
    """A Monitor for the screen. With `exchange` it first starts the demo exchange and follows its markets."""

    replay = None

    def __init__(  # noqa: PLR0913 - what a run and a demo differ in
        self,
        config: Config,
        *,
        notices: tuple[str, ...] = (),
        exchange: DemoOptions | None = None,
        keepers: Keepers | None = None,
        alerts: Sequence[AlertRule] = (),
        journal: "Path | None" = None,
        levels: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """`alerts` are rules added earlier on the screen; `journal` is where signals are kept."""
        self._config = config
        self._exchange = exchange
        self._process: DemoProcess | None = None
        self._keepers = keepers or Keepers()
        self._alerts = tuple(alerts)
        self._journal = journal
        self._levels = dict(levels or {})
        self.write_terminal: Callable[[str], None] | None = None
        """How bells and notifications reach the terminal; set by whoever owns it."""
        markets = [] if exchange else [market_named(name) for name in config.markets]
        self._monitor: Starting | Following = Starting(markets, notices)
        """What answers the screen now."""
        self._notices = notices
        self._instruments: dict[str, tuple[Market, ...]] = {}

    async def start(self) -> None:
        """Sets the feeds going."""
        if self._exchange is not None:
            self._monitor = Starting((), (*self._notices, "the demo exchange is starting ..."))
            await self._go_demo(exchange_options(self._exchange))
        else:
            await self._follow(self._config, self._notices, journal=self._journal, alerts=self._alerts)

    async def stop(self) -> None:
        """Ends feeds and demo exchange."""
        await self._monitor.stop()
        if self._process is not None:
            with contextlib.suppress(CvdtuiError):
                await self._process.stop()

    def tick(self, view: View) -> None:
        """Brings up to date what a snapshot of this view reads."""
        self._monitor.tick(view)

    def snapshot(self, view: View) -> Snapshot:
        """What the view asks, as of the last tick; before the start the markets wait without numbers."""
        return self._monitor.snapshot(view)

    def drop_mark(self, market: str) -> None:
        """Sets the anchor `mark` to now."""
        self._monitor.drop_mark(market)

    async def set_levels(self, market: str, prices: tuple[str, ...]) -> str:
        """The key levels of one market; a warning when they cannot be kept."""
        return await self._monitor.set_levels(market, prices)

    async def add_market(self, name: str) -> str | None:
        """Follows a market too."""
        return await self._monitor.add_market(name)

    async def remove_market(self, name: str) -> str | None:
        """Follows a market no longer."""
        return await self._monitor.remove_market(name)

    async def add_alert(self, market: str, query: str = "") -> str | None:
        """Adds an alert rule for this market from its text; None, or why not."""
        return await self._monitor.add_alert(market, query)

    async def remove_alert(self, key: str) -> str | None:
        """Removes one added rule; None, or why not."""
        return await self._monitor.remove_alert(key)

    async def remove_alerts(self, market: str) -> str | None:
        """Removes the rules added for this market; None, or why not."""
        return await self._monitor.remove_alerts(market)

    def alerts_of(self, market: str) -> tuple[AlertRule, ...]:
        """Rules that match this market, configured ones first."""
        return self._monitor.alerts_of(market)

    def offline(self) -> tuple[str, ...]:
        """`host: why` when nothing was reached for ten seconds."""
        return self._monitor.offline()

    def instruments(self) -> Mapping[str, Sequence[Market]]:
        """What venues list, as far as it is known."""
        return self._instruments

    async def load_instruments(self, venue: str) -> str | None:
        """Requests what a venue lists, or all venues of the markets shown; the disk is used for a day."""
        shown = self._monitor.venues
        if not shown:
            return None
        from cvdtui.monitor.instruments import by_venue, cached, listings

        config, is_demo = self._config, self._process is not None
        venues = [one for one in ([venue] if venue else shown) if one in VENUES]
        if not is_demo:
            self._instruments = {**by_venue(cached(config, VENUES)), **self._instruments}
        found = await listings(config, venues, now=wall_us, fresh_s=INSTRUMENTS_FRESH_S, keep=not is_demo)
        self._instruments = {**self._instruments, **by_venue(found)}
        return "; ".join(one.words(wall_us()) for one in found.values() if one.trouble) or None

    async def switch_to_demo(self) -> str | None:
        """Leaves the live feeds for the demo exchange."""
        if self._process is not None:
            return "this is the demo exchange already"
        try:
            await self._go_demo(exchange_options(DemoOptions(config=self._config)))
        except CvdtuiError as error:
            return str(error)
        return None

    async def _go_demo(self, options: "ExchangeOptions") -> None:
        from cvdtui.board.setup import demo_config
        from cvdtui.demo.process import DemoProcess

        process = DemoProcess(options)
        await process.start()
        self._process = process
        await self._monitor.stop()
        self._config = demo_config(self._config, process.overrides)
        # Markets, rules and levels of the demo are not the user's: nothing of them is kept.
        self._keepers = Keepers()
        self._instruments = {}
        await self._follow(self._config, ("demo exchange: none of this is real",), demo=True)

    async def _follow(
        self,
        config: Config,
        notices: tuple[str, ...],
        *,
        journal: "Path | None" = None,
        alerts: Sequence[AlertRule] = (),
        demo: bool = False,
    ) -> None:
        # Feeds and engine take 0.09 s of processor time to import: the first snapshot does not wait for them.
        from cvdtui.monitor.monitor import Monitor
        from cvdtui.sources.following import Following

        monitor = Monitor(
            config, config.markets, notices=notices, screen=self._terminal(), journal=journal, demo=demo
        )
        monitor.alerts.rules.added.extend(alerts)
        monitor.board.set_levels(self._levels)
        self._monitor = Following(monitor, self._keepers)
        await monitor.start()

    def _terminal(self) -> "AlertScreen":
        """The same terminal for the next monitor, whose notices are its own."""
        from cvdtui.alerts.channels import Screen

        return Screen(self.write_terminal)


def exchange_options(options: DemoOptions) -> "ExchangeOptions":
    """What the demo exchange is started with."""
    from cvdtui.demo.process import ExchangeOptions

    return ExchangeOptions(
        seed=options.seed,
        markets=options.markets,
        rate=options.rate,
        faults=options.faults,
        ledger=options.ledger,
    )
