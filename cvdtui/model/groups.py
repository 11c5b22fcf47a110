"""The markets of one asset added up, for display; in quote units, every dollar coin counted as a dollar."""

from msgspec import Struct

from cvdtui.model.assets import GroupLeg
from cvdtui.model.market_data import Market
from cvdtui.model.quality import Quality
from cvdtui.model.view import AnchorName


class GroupPart(Struct, frozen=True, gc=False):
    """The part of one market in its group, in quote units."""

    market: Market
    side: GroupLeg
    multiple: int = 1
    """How many of the asset one base unit is (1000PEPE: 1000)."""
    cvd: float | None = None
    delta_5m: float | None = None
    volume: float = 0.0
    share: float = 0.0
    """Share of the group's volume, among the markets that are counted, 0 to 1."""
    why: str = ""
    """Why it is not counted; empty when it is."""
    quality: Quality = Quality()


class GroupRow(Struct, frozen=True, gc=False):
    """The sums of one group of markets."""

    name: str
    """`BTC`, or `BTC/EUR` where the money is no dollar."""
    money: str
    lead: Market
    """The market of the largest volume."""
    last: float | None = None
    """Last price of the lead, per single asset."""
    last_decimals: int = 2
    change: float | None = None
    volume: float = 0.0
    delta_bar: float | None = None
    delta_5m: float | None = None
    cvd: float | None = None
    """None when no market is counted."""
    spot: float | None = None
    """CVD of the spot markets; None when none is counted."""
    perp: float | None = None
    spread: float | None = None
    """CVD of spot minus CVD of perp; None unless both sides are counted."""
    open_interest: float | None = None
    open_interest_change: float | None = None
    """Since the session began, or since it is known; as a fraction."""
    coverage: float = 1.0
    """Share of the session's value known exactly, over the markets counted."""
    parts: tuple[GroupPart, ...] = ()
    """Every market of the group, in the order of the table."""

    @property
    def counted(self) -> int:
        """How many markets are in the sums."""
        return sum(not part.why for part in self.parts)

    @property
    def excluded(self) -> tuple[GroupPart, ...]:
        """The markets that are not in the sums, each with its reason."""
        return tuple(part for part in self.parts if part.why)


class GroupPoint(Struct, frozen=True, gc=False):
    """CVD of both sides at the end of one bar, in quote units since the anchor."""

    time_us: int
    spot: float
    perp: float


class GroupView(Struct, frozen=True, gc=False):
    """The group of the selected market with its CVD over time."""

    row: GroupRow
    timeframe: int
    anchor: AnchorName
    anchor_us: int
    """When the anchor was set, us; 0 where it is not known."""
    points: tuple[GroupPoint, ...]
    """Oldest first."""
