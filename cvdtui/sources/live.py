"""Live feeds (real or demo) as the screen's Source; what is behind them is loaded after the first picture."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from cvdtui.config import AlertRule, Config
from cvdtui.errors import CvdtuiError, UsageError
from cvdtui.model import Market, MarketRow, Snapshot, View
from cvdtui.monitor.clock import wall_us
from cvdtui.sources.options import DemoOptions
from cvdtui.venues import VENUES
from cvdtui.venues.lookup import market_named

if TYPE_CHECKING:
    from pathlib import Path

    from cvdtui.alerts.channels import Screen as AlertScreen
    from cvdtui.demo.process import DemoProcess, ExchangeOptions
    from cvdtui.monitor.monitor import Monitor

RememberAlerts = Callable[[Sequence[AlertRule]], str]
"""Told of all rules that were added on the screen; gives a warning or an empty text."""
Remember = Callable[[str, bool], str]
"""Told of a market and whether it is followed now; gives a warning or an empty text."""
RememberLevels = Callable[[str, tuple[str, ...]], str]
"""Told of a market and its key levels; gives a warning or an empty text."""
INSTRUMENTS_FRESH_S = 86_400.0
"""A listing that was kept is good enough to complete names for so long."""
_STARTING = "still starting: try again in a moment"


class LiveSource:
    """A Monitor for the screen. With `exchange` it first starts the demo exchange and follows its markets."""

    replay = None

    def __init__(  # noqa: PLR0913 - what a run and a demo differ in
        self,
        config: Config,
        *,
        notices: tuple[str, ...] = (),
        exchange: DemoOptions | None = None,
        remember: Remember | None = None,
        alerts: Sequence[AlertRule] = (),
        remember_alerts: RememberAlerts | None = None,
        journal: "Path | None" = None,
        levels: Mapping[str, tuple[str, ...]] | None = None,
        remember_levels: RememberLevels | None = None,
    ) -> None:
        """`alerts` are rules added earlier on the screen; `journal` is where signals are kept."""
        self._config = config
        self._exchange = exchange
        self._process: DemoProcess | None = None
        self._remember = remember
        self._alerts = tuple(alerts)
        self._remember_alerts = remember_alerts
        self._journal = journal
        self._levels = dict(levels or {})
        self._remember_levels = remember_levels
        self.write_terminal: Callable[[str], None] | None = None
        """How bells and notifications reach the terminal; set by whoever owns it."""
        self._monitor: Monitor | None = None
        self._markets = [] if exchange else [market_named(name) for name in config.markets]
        self._notices = notices
        self._instruments: dict[str, tuple[Market, ...]] = {}

    async def start(self) -> None:
        """Sets the feeds going."""
        from cvdtui.monitor.monitor import Monitor

        if self._exchange is not None:
            self._notices = (*self._notices, "the demo exchange is starting ...")
            await self._go_demo(exchange_options(self._exchange))
            return
        self._monitor = Monitor(
            self._config,
            self._config.markets,
            notices=self._notices,
            screen=self._terminal(),
            journal=self._journal,
        )
        self._monitor.alerts.rules.added.extend(self._alerts)
        for market, prices in self._levels.items():
            self._monitor.set_levels(market, prices)
        await self._monitor.start()

    async def stop(self) -> None:
        """Ends feeds and demo exchange."""
        if self._monitor is not None:
            await self._monitor.stop()
        if self._process is not None:
            with contextlib.suppress(CvdtuiError):
                await self._process.stop()

    def tick(self, view: View) -> None:
        """Brings up to date what a snapshot of this view reads."""
        if self._monitor is not None:
            self._monitor.tick(view)

    def snapshot(self, view: View) -> Snapshot:
        """One picture of now; before the start the markets wait without numbers."""
        if self._monitor is not None:
            return self._monitor.snapshot(view)
        rows = tuple(MarketRow(market, view.unit) for market in self._markets)
        return Snapshot(wall_us(), view, rows, None, notices=self._notices)

    def drop_mark(self, market: str) -> None:
        """Sets the anchor `mark` to now."""
        if self._monitor is not None:
            self._monitor.drop_mark(market)

    def set_levels(self, market: str, prices: tuple[str, ...]) -> str:
        """The key levels of one market; a warning when they cannot be kept."""
        if self._monitor is None:
            return _STARTING
        self._monitor.set_levels(market, prices)
        return self._remember_levels(market, prices) if self._remember_levels is not None else ""

    async def add_market(self, name: str) -> str | None:
        """Follows a market too."""
        if self._monitor is None:
            return _STARTING
        trouble = await self._monitor.add_market(name)
        return trouble or self._kept(self._monitor, name, followed=True)

    def instruments(self) -> Mapping[str, Sequence[Market]]:
        """What venues list, as far as it is known."""
        return self._instruments

    async def load_instruments(self, venue: str) -> str | None:
        """Asks what a venue lists, or all venues of the markets shown; the disk is used for a day."""
        if self._monitor is None:
            return None
        from cvdtui.monitor.instruments import by_venue, cached, listings

        config, is_demo = self._monitor.config, self._process is not None
        shown = [name.partition(":")[0] for name in self._monitor.board.states]
        venues = [one for one in dict.fromkeys([venue] if venue else shown) if one in VENUES]
        if not is_demo:
            self._instruments = {**by_venue(cached(config, VENUES)), **self._instruments}
        found = await listings(config, venues, now=wall_us, fresh_s=INSTRUMENTS_FRESH_S, keep=not is_demo)
        self._instruments = {**self._instruments, **by_venue(found)}
        return "; ".join(one.words(wall_us()) for one in found.values() if one.trouble) or None

    async def remove_market(self, name: str) -> str | None:
        """Follows a market no longer."""
        if self._monitor is None:
            return _STARTING
        trouble = await self._monitor.remove_market(name)
        return trouble or self._kept(self._monitor, name, followed=False)

    async def switch_to_demo(self) -> str | None:
        """Leaves the live feeds for the demo exchange."""
        if self._process is not None:
            return "this is the demo exchange already"
        try:
            await self._go_demo(exchange_options(DemoOptions(config=self._config)))
        except CvdtuiError as error:
            return str(error)
        return None

    def offline(self) -> tuple[str, ...]:
        """`host: why` when nothing was reached for ten seconds."""
        return self._monitor.offline() if self._monitor is not None else ()

    async def _go_demo(self, options: "ExchangeOptions") -> None:
        from cvdtui.board.setup import demo_config
        from cvdtui.demo.process import DemoProcess
        from cvdtui.monitor.monitor import Monitor

        process = DemoProcess(options)
        await process.start()
        self._process = process
        if self._monitor is not None:
            await self._monitor.stop()
        config = demo_config(self._config, process.overrides)
        self._remember = None
        self._instruments = {}
        self._remember_alerts = None
        self._remember_levels = None
        self._monitor = Monitor(
            config,
            config.markets,
            notices=("demo exchange: none of this is real",),
            screen=self._terminal(),
            demo=True,
        )
        for market, prices in self._levels.items():
            self._monitor.set_levels(market, prices)
        await self._monitor.start()

    def add_alert(self, market: str, wish: str = "") -> str | None:
        """Alerts on this market from now on, as it is typed; None, or why not."""
        if self._monitor is None:
            return _STARTING
        try:
            is_new = self._monitor.add_alert(market, wish)
        except UsageError as error:
            return str(error)
        if not is_new:
            return f"{market} alerts on that already"
        self._keep_alerts(self._monitor)
        return None

    def remove_alert(self, key: str) -> str | None:
        """Takes back one rule that was added; None, or why not."""
        if self._monitor is None:
            return _STARTING
        if not self._monitor.remove_alert(key):
            return "a rule of the configuration is removed there"
        self._keep_alerts(self._monitor)
        return None

    def remove_alerts(self, market: str) -> str | None:
        """Takes back what `add_alert` added for this market; None, or why not."""
        if self._monitor is None:
            return _STARTING
        if not self._monitor.remove_alerts(market):
            configured = self._monitor.alerts_of(market)
            return (
                f"{market}: only the configuration's rules alert" if configured else f"{market} has no alert"
            )
        self._keep_alerts(self._monitor)
        return None

    def alerts_of(self, market: str) -> tuple[AlertRule, ...]:
        """Rules that ask for signals of this market, configured ones first."""
        return self._monitor.alerts_of(market) if self._monitor is not None else ()

    def _keep_alerts(self, monitor: "Monitor") -> None:
        warning = self._remember_alerts(monitor.alerts.rules.added) if self._remember_alerts else ""
        if warning:
            monitor.board.note(warning)

    def _terminal(self) -> "AlertScreen":
        """The same terminal for the next monitor, whose notices are its own."""
        from cvdtui.alerts.channels import Screen

        return Screen(self.write_terminal)

    def _kept(self, monitor: "Monitor", name: str, *, followed: bool) -> str | None:
        warning = self._remember(name, followed) if self._remember is not None else ""
        if warning:
            monitor.board.note(warning)
        return None


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
