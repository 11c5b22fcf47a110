"""What the screen sees until the monitor runs: the markets without numbers, and every action put off."""

from collections.abc import Sequence

from cvdtui.config import AlertRule
from cvdtui.model import Market, MarketRow, Snapshot, View
from cvdtui.monitor.clock import wall_us

LATER = "still starting: try again in a moment"


class Starting:
    """Answers in the place of Following, so that nothing asks whether there is a monitor yet."""

    venues: Sequence[str] = ()
    """None whose instruments may be requested: the demo has not said where its exchange listens."""

    def __init__(self, markets: Sequence[Market], notices: tuple[str, ...]) -> None:
        self._markets = markets
        self.notices = notices

    async def stop(self) -> None:
        """Nothing runs."""

    def tick(self, view: View) -> None:
        """Nothing has come."""

    def snapshot(self, view: View) -> Snapshot:
        """The markets wait, without numbers."""
        rows = tuple(MarketRow(market, view.unit) for market in self._markets)
        return Snapshot(wall_us(), view, rows, None, notices=self.notices)

    def drop_mark(self, market: str) -> None:
        """No trade has come that a mark could stand before."""

    async def set_levels(self, market: str, prices: tuple[str, ...]) -> str:  # noqa: ARG002 - as Following
        """Later."""
        return LATER

    async def add_market(self, name: str) -> str | None:  # noqa: ARG002 - as Following
        """Later."""
        return LATER

    async def remove_market(self, name: str) -> str | None:  # noqa: ARG002 - as Following
        """Later."""
        return LATER

    async def add_alert(self, market: str, query: str) -> str | None:  # noqa: ARG002 - as Following
        """Later."""
        return LATER

    async def remove_alert(self, key: str) -> str | None:  # noqa: ARG002 - as Following
        """Later."""
        return LATER

    async def remove_alerts(self, market: str) -> str | None:  # noqa: ARG002 - as Following
        """Later."""
        return LATER

    def alerts_of(self, market: str) -> tuple[AlertRule, ...]:  # noqa: ARG002 - as Following
        """No rule is in force yet."""
        return ()

    def offline(self) -> tuple[str, ...]:
        """Nothing was tried yet."""
        return ()
