"""What the screen sees: one frozen Snapshot, all in floats, made some ten times a second."""

from typing import Literal

from msgspec import Struct

from cvdtui.model.alerts import AlertLine, ChannelState, RuleLine, Scorecard
from cvdtui.model.assets import GroupLeg
from cvdtui.model.detail import ChartBar, KeyLevel, Ladder, Print, ProfileView, TpoView
from cvdtui.model.explain import Facts
from cvdtui.model.feed import Link
from cvdtui.model.market_data import UNKNOWN, Market
from cvdtui.model.parameters import SignalParameters

Unit = Literal["base", "quote"]
AnchorName = Literal["session", "week", "rolling", "start", "mark"]
ANCHORS: tuple[AnchorName, ...] = ("session", "week", "rolling", "start", "mark")


class View(Struct, frozen=True, gc=False):
    """What the trader asked to see; the board fits the Snapshot to it."""

    market: str | None = None
    """The market whose chart, ladder and profile are drawn."""
    timeframe: int = 60
    anchor: AnchorName = "session"
    unit: Unit = "base"
    row_step: int = 0
    """Steps on the 1-2-5 scale away from the automatic row size."""
    bars: int = 240
    """How many bars the chart wants at most."""
    footprints: int = 24
    """How many bars of cells the ladder wants at most."""
    min_size: float = 0.0
    """Time and sales shows trades of at least this size (in `unit`)."""
    groups: bool = False
    """The asset groups are wanted."""
    group: bool = False
    """The group of the market at hand is wanted with its lines."""
    log: bool = False
    """The signals of all markets are wanted."""
    scored: tuple[str, str] | None = None
    """(market, signal) whose record is wanted."""
    at_us: int = 0
    """Start of a bar to look at: chart and ladder end soon after it; 0: now."""
    tpo: bool = False
    """The TPO of the session is wanted in the place of its profile."""
    explain: bool = False
    """Numbers are being explained: what that takes is wanted too."""


class Quality(Struct, frozen=True, gc=False):
    """How far a number can be trusted."""

    coverage: float = 1.0
    """Share of the session's volume known exactly; 1.0 exactly when nothing is open or lost."""
    state: Literal["waiting", "live", "gap", "fill", "stale", "lost", "refused", "offline"] = "waiting"
    text: str = ""
    """`100`, `99.2`, `gap 12`, `fill 40 %`, `stale 14s`, `-`: at most 9 characters, ready to show."""
    sources: tuple[tuple[str, float], ...] = ()
    """(side source, share of volume), largest first; sums to 1."""
    lost: int = 0
    open: int = 0
    """Ids missing and being fetched."""
    duplicates: int = 0
    rejected: int = 0
    audit: float | None = None
    """Largest residual against the venue's own candles (base units); None when nothing was compared."""
    audited: int = 0
    """Bars compared."""
    outside: float | None = None
    """Share of trades outside the touch, where sides are inferred from quotes; None elsewhere."""
    from_us: int = 0
    """Since when all is known, where that is later than the span `coverage` is of; 0 elsewhere."""


class SideScore(Struct, frozen=True, gc=False):
    """What one way of inferring sides made of a tape whose true sides are known."""

    method: str
    accuracy: float | None
    """Share of the trades that got their true side; None for a method that splits whole bars."""
    volume_accuracy: float
    """The same by volume."""
    untold: float
    """Share of the volume it left without a side."""
    cvd: float
    """The CVD it found, base units."""
    true_cvd: float
    volume: float
    """Of all trades judged."""


class SideTrial(Struct, frozen=True, gc=False):
    """How ways of inferring sides did on one market whose exchange tells them."""

    market: str
    trades: int
    outside: float
    """Share of trades outside the newest quote: many mean that quotes arrive before their trade."""
    scores: tuple[SideScore, ...]


class Flag(Struct, frozen=True, gc=False):
    """A mark beside a number: `glyph` has an ASCII twin, `tone` picks the colour."""

    glyph: str
    text: str
    tone: Literal["up", "down", "warn", "note"] = "note"


class Interest(Struct, frozen=True, gc=False):
    """Open interest of one market, in the View's unit."""

    size: float
    time_us: int
    """When it was told."""
    change: float | None = None
    """size / size at `from_us` - 1, as a fraction."""
    from_us: int = 0
    """The session's start, or the first time it was told."""
    old: bool = False
    """It was told so long ago that it may have changed by much."""


class Liquidated(Struct, frozen=True, gc=False):
    """Positions closed by force in the session, in the View's unit."""

    longs: int
    long_size: float
    shorts: int
    short_size: float
    complete: bool
    """False where the venue tells only some of them: counts and sizes are too low."""


class MarketRow(Struct, frozen=True, gc=False):
    """One line of the markets table. Sizes are in the View's unit."""

    market: Market
    unit: Unit = "base"
    last: float | None = None
    change: float | None = None
    """last / session open - 1, as a fraction."""
    volume: float = 0.0
    delta_bar: float | None = None
    delta_5m: float | None = None
    delta_ratio: float | None = None
    """Session delta / session volume, as a fraction."""
    cvd: float | None = None
    spark: tuple[float, ...] = ()
    """CVD at the end of each step, oldest first."""
    spark_step_s: int = 60
    z: float | None = None
    z_before: float | None = None
    """The smoothed z one bar earlier, for the trend arrow."""
    climax: bool = False
    flags: tuple[Flag, ...] = ()
    quality: Quality = Quality()
    trades: int = 0
    last_trade_us: int = 0
    last_side: int = UNKNOWN
    interest: Interest | None = None
    """None where there is none, or none was told yet."""
    liquidated: Liquidated | None = None
    """None where none was told in this session."""


class GroupPart(Struct, frozen=True, gc=False):
    """What one market brings to its group, in quote units."""

    market: Market
    side: GroupLeg
    multiple: int = 1
    """How many of the asset one base unit is (1000PEPE: 1000)."""
    cvd: float | None = None
    delta_5m: float | None = None
    volume: float = 0.0
    share: float = 0.0
    """Of the group's volume, among the markets that are counted."""
    why: str = ""
    """Why it is not counted; empty when it is."""
    quality: Quality = Quality()


class GroupRow(Struct, frozen=True, gc=False):
    """The markets of one asset added up, in quote units: every dollar coin is taken for one dollar."""

    name: str
    """`BTC`, or `BTC/EUR` where the money is no dollar."""
    money: str
    lead: Market
    """The market of the largest volume."""
    last: float | None = None
    """Of the lead, per single asset."""
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
        """The markets that are not, each with its reason."""
        return tuple(part for part in self.parts if part.why)


class GroupPoint(Struct, frozen=True, gc=False):
    """CVD of both sides at the end of one bar, in quote units since the anchor."""

    time_us: int
    spot: float
    perp: float


class GroupView(Struct, frozen=True, gc=False):
    """The group of the market at hand, drawn large."""

    row: GroupRow
    timeframe: int
    anchor: AnchorName
    anchor_us: int
    """When the anchor was set; 0 when it is not known."""
    points: tuple[GroupPoint, ...]
    """Oldest first."""


class SignalView(Struct, frozen=True, gc=False):
    """One signal of the market at hand, for its marker, its line in the log, and the divergence's line."""

    signal: str
    time_us: int
    """Start of the closed bar on which it was known."""
    bar_seconds: int
    side: Literal["buy", "sell"]
    text: str
    """What it found, in a few words."""
    price: float | None = None
    """Where its marker stands; None: at the bar."""
    pivots: tuple[tuple[int, float, float], ...] = ()
    """Of a divergence: (time_us, price, CVD since the start) of both pivots."""
    zone: tuple[float, float] | None = None
    """Of a stacked imbalance: its lowest and highest row."""
    values: dict[str, object] = {}
    quality: str = ""
    """What was incomplete about the data behind it; empty: nothing."""
    provisional: bool = False
    """The right side of its pivot is not complete: drawn with `?`, never alerts."""
    market: Market | None = None
    """In a list of all markets: whose it is."""


class Dashboard(Struct, frozen=True, gc=False):
    """The statistics of the last closed bar."""

    z: float | None = None
    """Smoothed."""
    z_before: float | None = None
    z_raw: float | None = None
    efficiency: float | None = None
    phase: str = ""
    """`breakout`, `balanced`, `churn`, or empty."""
    slope_z: float | None = None
    speed: float | None = None
    """Trades a second against their mean."""
    spread_z: float | None = None
    orders: tuple[float, ...] = ()
    """Delta of the last closed bar by value of the taker orders, smallest class first."""
    evaluated: int = 0
    """How many bars have closed."""
    rules: SignalParameters = SignalParameters()


class MarketDetail(Struct, frozen=True, gc=False):
    """All that is drawn of the market at hand."""

    market: Market
    timeframe: int
    anchor: AnchorName
    anchor_us: int
    """When the anchor was set; 0 when it is not known yet."""
    unit: Unit
    bars: tuple[ChartBar, ...]
    ladder: Ladder
    profile: ProfileView
    prints: tuple[Print, ...]
    """Newest first."""
    quality: Quality = Quality()
    rolling_trades: int = 0
    signals: tuple[SignalView, ...] = ()
    """Of the timeframe in view, oldest first; provisional ones last."""
    dashboard: Dashboard = Dashboard()
    levels: tuple[float, ...] = ()
    """Prices the user dropped."""
    at_us: int = 0
    """The bar that is looked at; 0: chart and ladder end now."""
    lasting: tuple[KeyLevel, ...] = ()
    """Prices from before this session that are watched."""
    tpo: TpoView | None = None
    """Only when the View asks."""
    facts: Facts | None = None
    """What its numbers are made of."""


class Snapshot(Struct, frozen=True, gc=False):
    """One picture of everything, made some ten times a second; unchanged rows are the same objects."""

    time_us: int
    view: View
    rows: tuple[MarketRow, ...]
    detail: MarketDetail | None
    links: tuple[Link, ...] = ()
    notices: tuple[str, ...] = ()
    """What happened lately that a trader must know, newest last."""
    clock: str = ""
    """A replay's own clock and speed, empty when live."""
    groups: tuple[GroupRow, ...] = ()
    """Only when the View asks for them."""
    group: GroupView | None = None
    trials: tuple[SideTrial, ...] = ()
    """Side rules measured in shadow, one a market with true sides and quotes."""
    alerts: tuple[AlertLine, ...] = ()
    """The latest alerts, oldest first."""
    rules: tuple[RuleLine, ...] = ()
    """What alerts: those of the configuration, then those added on the screen."""
    channels: tuple[ChannelState, ...] = ()
    """Every way out that rules speak through, and how it stands."""
    log: tuple[SignalView, ...] = ()
    """Signals of all markets, oldest first, provisional ones last; only when the View asks."""
    scorecard: Scorecard | None = None
    """Of the signal that the View names."""
