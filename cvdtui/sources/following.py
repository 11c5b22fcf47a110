"""A running monitor as the screen uses it: answers in words, and the user's changes kept for next time."""

from collections.abc import Sequence

from cvdtui.config import AlertRule
from cvdtui.errors import UsageError
from cvdtui.model import Snapshot, View
from cvdtui.monitor.monitor import Monitor
from cvdtui.sources.keepers import Keepers


class Following:
    """`keepers` write the user's changes down; one that cannot be written holds until the end of the run."""

    def __init__(self, monitor: Monitor, keepers: Keepers) -> None:
        self.monitor = monitor
        self._keepers = keepers

    @property
    def venues(self) -> Sequence[str]:
        """Venues of the markets, each once."""
        return tuple(dict.fromkeys(name.partition(":")[0] for name in self.monitor.board.states))

    async def stop(self) -> None:
        """Ends every feed."""
        await self.monitor.stop()

    def tick(self, view: View) -> None:
        """Brings up to date what a snapshot of this view reads."""
        self.monitor.tick(view)

    def snapshot(self, view: View) -> Snapshot:
        """What the view asks, as of the last tick."""
        return self.monitor.snapshot(view)

    def drop_mark(self, market: str) -> None:
        """Sets the anchor `mark` to now."""
        self.monitor.drop_mark(market)

    async def set_levels(self, market: str, prices: tuple[str, ...]) -> str:
        """The key levels of one market; a warning when they cannot be kept."""
        self.monitor.set_levels(market, prices)
        return self._keepers.levels(market, prices)

    async def add_market(self, name: str) -> str | None:
        """Follows a market too; None, or why not."""
        return await self.monitor.add_market(name) or self._kept_market(name, followed=True)

    async def remove_market(self, name: str) -> str | None:
        """Follows a market no longer; None, or why not."""
        return await self.monitor.remove_market(name) or self._kept_market(name, followed=False)

    async def add_alert(self, market: str, query: str) -> str | None:
        """Adds an alert rule for this market from its text; None, or why not."""
        try:
            is_new = self.monitor.add_alert(market, query)
        except UsageError as error:
            return str(error)
        return self._kept_alerts() if is_new else f"{market} alerts on that already"

    async def remove_alert(self, key: str) -> str | None:
        """Removes one added rule; None, or why not."""
        if not self.monitor.remove_alert(key):
            return "a rule of the configuration is removed there"
        return self._kept_alerts()

    async def remove_alerts(self, market: str) -> str | None:
        """Removes the rules added for this market; None, or why not."""
        if self.monitor.remove_alerts(market):
            return self._kept_alerts()
        configured = self.monitor.alerts_of(market)
        return f"{market}: only the configuration's rules alert" if configured else f"{market} has no alert"

    def alerts_of(self, market: str) -> tuple[AlertRule, ...]:
        """Rules that match this market, configured ones first."""
        return self.monitor.alerts_of(market)

    def offline(self) -> tuple[str, ...]:
        """`host: why` when nothing was reached for ten seconds."""
        return self.monitor.offline()

    # --- inside: a change that cannot be kept was made all the same, hence a notice and no answer

    def _kept_market(self, name: str, *, followed: bool) -> str | None:
        return self._noted(self._keepers.market(name, followed))

    def _kept_alerts(self) -> str | None:
        return self._noted(self._keepers.alerts(self.monitor.alerts.rules.added))

    def _noted(self, warning: str) -> str | None:
        if warning:
            self.monitor.board.note(warning)
        return None
