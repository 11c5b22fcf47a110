"""The snapshot: one frozen value for the whole screen, all in floats, made ten times a second."""

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
    """Time of the sample."""
    change: float | None = None
    """size / size at `from_us` - 1, as a fraction."""
    from_us: int = 0
    """The session's start, or the first sample if that is later."""
    old: bool = False
    """The sample is so old that it may differ much from now."""


class Liquidated(Struct, frozen=True, gc=False):
    """Positions closed by force in the session, in the View's unit."""

    longs: int
    long_size: float
    shorts: int
    short_size: float
    complete: bool
    """False where the venue sends only some of them: counts and sizes are too low."""


class MarketRow(Struct, frozen=True, gc=False):
    """One line of the markets table. Sizes are in the View's unit."""

    market: Market
    unit: Unit = "base"
    last: float | None = None
    change: float | None = None
    """last / session open - 1, as a fraction."""
    volume: float = 0.0
    """Of the session, all sides."""
    delta_bar: float | None = None
    """Delta of the open bar."""
    delta_5m: float | None = None
    """Delta of the last 300 s of exchange time."""
    delta_ratio: float | None = None
    """Session delta / session volume, as a fraction."""
    cvd: float | None = None
    """Since the View's anchor."""
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
    """Since the start."""
    last_trade_us: int = 0
    last_side: int = UNKNOWN
    interest: Interest | None = None
    """None where there is none, or none was sent yet."""
    liquidated: Liquidated | None = None
    """None where none was sent in this session."""


class SignalView(Struct, frozen=True, gc=False):
    """One signal for display: its marker, its line in the log, and the line of a divergence."""

    signal: str
    time_us: int
    """Start of the closed bar on which it was known."""
    bar_seconds: int
    side: Literal["buy", "sell"]
    text: str
    """What it found, ready to show."""
    price: float | None = None
    """Where its marker is drawn; None: at the bar."""
    pivots: tuple[tuple[int, float, float], ...] = ()
    """Of a divergence: (time_us, price, CVD since the start) of both pivots."""
    zone: tuple[float, float] | None = None
    """Of a stacked imbalance: its lowest and highest row."""
    values: dict[str, object] = {}
    quality: str = ""
    """What was incomplete about its data; empty: nothing."""
    provisional: bool = False
    """The right side of its pivot is not complete: drawn with `?`, never alerts."""
    market: Market | None = None
    """Its market, in a list of all markets."""


class Dashboard(Struct, frozen=True, gc=False):
    """The statistics of the last closed bar."""

    z: float | None = None
    """Smoothed."""
    z_before: float | None = None
    """The smoothed z one bar earlier."""
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
    """Closed bars evaluated."""
    parameters: SignalParameters = SignalParameters()
    partner: str = ""
    """The market that the spread is measured against; empty: none."""


class MarketDetail(Struct, frozen=True, gc=False):
    """Everything drawn of the selected market."""

    market: Market
    timeframe: int
    anchor: AnchorName
    anchor_us: int
    """When the anchor was set, us; 0 where it is not known yet."""
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
    """Start of the bar in view, us; 0: chart and ladder end now."""
    lasting: tuple[KeyLevel, ...] = ()
    """Key levels from before this session."""
    tpo: TpoView | None = None
    """Only where the View requests it."""
    facts: Facts | None = None
    """The inputs of its numbers; only where the View requests them."""


class Snapshot(Struct, frozen=True, gc=False):
    """Everything on the screen at one moment; rows that did not change are the same objects as before."""

    time_us: int
    view: View
    rows: tuple[MarketRow, ...]
    detail: MarketDetail | None
    links: tuple[Link, ...] = ()
    notices: tuple[str, ...] = ()
    """Recent events a trader must know of, newest last."""
    clock: str = ""
    """A replay's own clock and speed, empty when live."""
    groups: tuple[GroupRow, ...] = ()
    """Only where the View requests them."""
    group: GroupView | None = None
    trials: tuple[SideTrial, ...] = ()
    """Accuracy of side rules on live trades, one a market with true sides and quotes."""
    alerts: tuple[AlertLine, ...] = ()
    """The latest alerts, oldest first."""
    rules: tuple[RuleLine, ...] = ()
    """Alert rules: those of the configuration, then those added on the screen."""
    channels: tuple[ChannelState, ...] = ()
    """Every alert channel in use, and its state."""
    log: tuple[SignalView, ...] = ()
    """Signals of all markets, oldest first, provisional ones last; only where the View requests them."""
    scorecard: Scorecard | None = None
    """The record of the signal that the View names."""
