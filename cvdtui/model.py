"""The words every floor shares: frozen values, no behaviour beyond naming themselves.

Prices and sizes are integers in the market's own decimals (`Market.price_decimals`, `Market.size_decimals`);
times are integer microseconds since the epoch, UTC. Values that only the eye sees (everything under "what the
screen sees") are floats.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

if TYPE_CHECKING:  # numpy is heavy: it is loaded after the first picture
    import numpy as np

BUY = 1
"""The aggressor bought."""
SELL = -1
"""The aggressor sold."""
UNKNOWN = 0
"""The side cannot be told: in volume, in no delta."""

TIMEFRAMES = (5, 15, 60, 300, 900, 3600, 14400, 86400)
"""Bar lengths in seconds."""

MINUTE_US = 60_000_000
"""One minute in microseconds."""

Kind = Literal["spot", "perp", "future", "stock", "forex", "crypto"]
SideSource = Literal["taker", "taker/bar", "quote", "midpoint", "tick", "candle", "unknown"]
IdRule = Literal["contiguous", "ordered", "unique"]
"""`contiguous`: ids grow by one, a hole is a gap. `ordered`: ids grow, holes mean nothing. `unique`: only
equality counts."""


class Market(Struct, frozen=True, gc=False):
    """One instrument of one venue, and the scale of the integers that speak of it."""

    venue: str
    symbol: str
    base: str = ""
    quote: str = ""
    kind: Kind = "spot"
    price_decimals: int = 2
    size_decimals: int = 8
    tick: int = 1
    """The smallest price step, in units of `price_decimals`."""

    @property
    def name(self) -> str:
        """`venue:SYMBOL`, as written everywhere."""
        return f"{self.venue}:{self.symbol}"


class Trade(Struct, frozen=True, gc=False):
    """One trade as the venue numbered it, in the integers of the Market it came with."""

    id: int
    time_us: int
    price: int
    size: int
    side: int
    """BUY, SELL or UNKNOWN: the side of the aggressor."""


class Trades(Struct, frozen=True, gc=False):
    """Trades of one market in the order they were sent.

    `market` carries the scale of the integers: a venue that meets a finer value than the instrument promised
    sends a Market with more decimals, and everyone downstream grows with it.
    """

    market: Market
    trades: tuple[Trade, ...]
    id_rule: IdRule = "contiguous"
    source: SideSource = "taker"
    excluded: int = 0
    """Trades of this frame that enter nothing (insurance fund, block, unreported ...)."""


class Candle(Struct, frozen=True, gc=False):
    """A venue's own bar with taker-buy volume; exact integers in the decimals of `market`."""

    time_us: int
    seconds: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    taker_buy: int
    quote_volume: int
    """price x size summed, in units of price_decimals + size_decimals."""
    trades: int
    closed: bool = True
    taker_buy_value: int = 0
    """price x size of the taker-buy volume, in the units of `quote_volume`."""


class Bar(Struct, frozen=True, gc=False):
    """A closed or open bar; `delta_high` / `delta_low` are None where only a candle is known."""

    time_us: int
    open: int
    high: int
    low: int
    close: int
    buy: int
    sell: int
    unknown: int
    delta_high: int | None
    delta_low: int | None
    cvd: int
    """Sum of all deltas since the start, this bar's included."""
    trades: int
    value: int = 0
    """Sum of price x size (units of both decimals)."""
    value_delta: int = 0
    """Sum of price x signed size."""
    source: SideSource = "taker"

    @property
    def delta(self) -> int:
        """Aggressive buying minus aggressive selling."""
        return self.buy - self.sell

    @property
    def volume(self) -> int:
        """All that traded, known side or not."""
        return self.buy + self.sell + self.unknown


class Missing(Struct, frozen=True, gc=False):
    """A hole in a contiguous tape: ids `first`..`last`, somewhere between the two times."""

    market: str
    first: int
    last: int
    from_time_us: int
    to_time_us: int


class Gap(Struct, frozen=True, gc=False):
    """What became of a hole: ids after < x < before."""

    after: int
    before: int
    missing: int
    from_time_us: int
    to_time_us: int
    state: Literal["filled", "lost", "open"]


class Signal(Struct, frozen=True, gc=False):
    """A judgement over closed bars; `side` is the direction it speaks for."""

    signal: str
    time_us: int
    bar_seconds: int
    side: Literal["buy", "sell"]
    values: dict[str, object]


LinkState = Literal["idle", "connecting", "live", "quiet", "stale", "refused", "waiting", "closed"]


class Link(Struct, frozen=True, gc=False):
    """The state of one connection, in words a trader understands."""

    name: str
    """`venue` or `venue/host` as shown."""
    state: LinkState
    host: str = ""
    text: str = ""
    """Why it is not live and what will happen next; cleaned of control characters."""
    markets: tuple[str, ...] = ()
    since_us: int = 0
    last_data_us: int = 0
    messages: int = 0
    reconnects: int = 0
    weight_used: int = 0
    weight_limit: int = 0
    retry_at_us: int = 0


class Columns:
    """Trades of one market as numpy columns, in the venue's order: history and files.

    All arrays have one length: `ids`, `time_us`, `price`, `size` int64, `side` int8 (1, -1, 0); integers are
    in the decimals of `market`.
    """

    __slots__ = ("id_rule", "ids", "market", "price", "side", "size", "source", "time_us")

    def __init__(  # noqa: PLR0913 - one argument a column
        self,
        market: Market,
        ids: "np.ndarray",
        time_us: "np.ndarray",
        price: "np.ndarray",
        size: "np.ndarray",
        side: "np.ndarray",
        *,
        id_rule: IdRule = "contiguous",
        source: SideSource = "taker",
    ) -> None:
        self.market = market
        self.ids = ids
        self.time_us = time_us
        self.price = price
        self.size = size
        self.side = side
        self.id_rule = id_rule
        self.source = source

    def __len__(self) -> int:
        return len(self.ids)


class Sink(Protocol):
    """What a feed hands its news to (the board is one); every call is synchronous and cheap.

    The order for one market: `on_market`, then either trades at once, or `on_history` (bars known from
    candles, all before a bar boundary) followed by `expect` (the id the tape begins with), then trades.
    Trades that arrive before `expect` of a market announced by `hold` wait in the tape.
    """

    def on_market(self, market: Market) -> None:
        """The venue described an instrument: its true decimals and tick."""

    def hold(self, market: str) -> None:
        """History is being fetched: trades of this market wait until `expect`."""

    def expect(self, market: str, next_id: int) -> Missing | None:
        """The tape begins at `next_id`: older ids are dropped silently, held ones follow.

        A hole before the held ones is asked for.
        """

    def on_trades(self, batch: Trades) -> Missing | None:
        """Trades arrived, live or fetched: the tape sorts out which; a Missing is a new hole to fetch."""

    def on_lost(self, missing: Missing) -> None:
        """What of these ids has not come by now will not come: the hole is closed as lost."""

    def on_history(self, market: Market, candles: tuple[Candle, ...]) -> None:
        """Closed candles with taker-buy volume, ascending, of one length (60 or 3600 s), before any trade."""

    def on_filled(self, columns: Columns, from_us: int, to_us: int) -> None:
        """Every trade of the whole minutes from_us <= time < to_us: rows for bars known from candles."""

    def on_progress(self, market: str, share: float) -> None:
        """How far the background fill of rows has come, 0 to 1; 1 is done."""

    def on_candles(self, market: Market, candles: tuple[Candle, ...]) -> None:
        """The venue's own closed bars, to audit ours."""

    def on_link(self, link: Link) -> None:
        """A connection changed its state (or its counters)."""

    def on_ignored(self, market: str | None, count: int = 1) -> None:
        """A frame of a stream nobody asked for."""

    def on_rejected(self, market: str | None, reason: str, count: int = 1) -> None:
        """A frame or row that does not parse."""


# --- what the screen sees -----------------------------------------------------------------------------------

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


class Flag(Struct, frozen=True, gc=False):
    """A mark beside a number: `glyph` has an ASCII twin, `tone` picks the colour."""

    glyph: str
    text: str
    tone: Literal["up", "down", "warn", "note"] = "note"


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


class ChartBar(Struct, frozen=True, gc=False):
    """One bar of the chart in floats; `cvd` runs since the View's anchor (None before it)."""

    time_us: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    delta: float
    delta_high: float | None
    delta_low: float | None
    cvd: float | None
    z: float | None = None
    source: SideSource = "taker"
    closed: bool = True


class LadderCell(Struct, frozen=True, gc=False):
    """Volume of one row of one bar: sell (hit the bid) x buy (lifted the ask)."""

    sell: float
    buy: float
    imbalance: Literal["", "buy", "sell"] = ""
    stacked: bool = False
    poc: bool = False


class LadderBar(Struct, frozen=True, gc=False):
    """One bar of the footprint: cells by row number (price = row number x row size)."""

    time_us: int
    cells: dict[int, LadderCell]
    volume: float
    delta: float
    delta_high: float | None
    delta_low: float | None
    trades: int
    closed: bool
    source: SideSource = "taker"
    """`taker/bar`: the bar's totals are exact, its rows are not known."""


class Ladder(Struct, frozen=True, gc=False):
    """Footprints of the last bars, oldest first, all in one row size."""

    row: float
    row_decimals: int
    bars: tuple[LadderBar, ...]
    last_row: int | None
    """Row number of the last price."""


class ProfileRow(Struct, frozen=True, gc=False):
    """One price row of the session's profile."""

    price: float
    buy: float
    sell: float
    unknown: float = 0.0
    mark: Literal["", "poc", "vah", "val"] = ""
    node: Literal["", "hvn", "lvn"] = ""
    in_value: bool = False


class ProfileView(Struct, frozen=True, gc=False):
    """The volume profile: rows ascend in price."""

    row: float
    row_decimals: int
    rows: tuple[ProfileRow, ...]
    poc: float | None
    vah: float | None
    val: float | None
    vwap: float | None
    from_us: int
    """Where the trades behind it begin (later than the session when not all was fetched)."""
    share: float
    """Share of the session's volume it was built from."""


class Print(Struct, frozen=True, gc=False):
    """One line of time and sales."""

    time_us: int
    price: float
    size: float
    side: int


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


Now = Callable[[], int]
"""The wall clock in microseconds, handed in so that nothing below the monitor reads one."""
