"""What the screen sees: one frozen Snapshot, all in floats, made some ten times a second."""

from typing import Literal

from msgspec import Struct

from cvdtui.model.alerts import AlertLine, ChannelState, RuleLine, Scorecard
from cvdtui.model.detail import ChartBar, KeyLevel, Ladder, Print, ProfileView, TpoView
from cvdtui.model.explain import Facts
from cvdtui.model.feed import Link
from cvdtui.model.groups import GroupRow, GroupView
from cvdtui.model.market_data import UNKNOWN, Market
from cvdtui.model.parameters import SignalParameters
from cvdtui.model.quality import Quality
from cvdtui.model.side_trial import SideTrial
from cvdtui.model.view import AnchorName, Unit, View


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
    rolling_trades: int = 1000
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
