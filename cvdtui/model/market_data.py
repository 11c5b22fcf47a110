"""Markets, trades, candles, bars and gaps, in integers of the market's own decimals."""

from typing import Literal

from msgspec import Struct

BUY = 1
"""The aggressor bought."""
SELL = -1
"""The aggressor sold."""
UNKNOWN = 0
"""The side is not known: in volume, in no delta."""

TIMEFRAMES = (5, 15, 60, 300, 900, 3600, 14400, 86400)
"""Bar lengths in seconds."""

MINUTE_US = 60_000_000
"""One minute in microseconds."""

Kind = Literal["spot", "perp", "future", "stock", "forex", "crypto"]
SideSource = Literal["taker", "taker/bar", "quote", "midpoint", "tick", "candle", "unknown"]
"""How a side was obtained: exchange flag, exact candle delta, quote, midpoint, tick, candle, not."""
# Binance: `a` of aggTrade is contiguous, ids of single futures trades are not (19 holes of 1 in 11,947):
# https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
IdRule = Literal["contiguous", "ordered", "unique"]
"""`contiguous`: ids grow by one, so a hole is a gap. `ordered`: ids grow, holes mean nothing. `unique`: only
equality of ids counts."""


class Market(Struct, frozen=True, gc=False):
    """One instrument of one venue, and the scale of its integers."""

    venue: str
    symbol: str
    base: str = ""
    quote: str = ""
    kind: Kind = "spot"
    price_decimals: int = 2
    size_decimals: int = 8
    tick: int = 1
    """The smallest price step, in units of `price_decimals`."""
    contract_size: str = "1"
    """Base units (`inverse`: quote units) of one unit of the venue's own size, a plain decimal; empty while
    it is not known."""
    inverse: bool = False
    """The venue counts in quote money: base = its size x contract_size / price."""

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
    """0 where the id belongs to a print that enters no sum (block, combination): no hole, and no trade."""
    side: int
    """BUY, SELL or UNKNOWN: the side of the aggressor."""
    # OKX sends fills of one taker order at one price as one message, with the last id and their number:
    # https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-trades-channel
    count: int = 1
    """How many of the venue's ids it covers: `id` .. id + count - 1 (fills of one order sent as one)."""


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
    """Trades of this frame that enter no sum (insurance fund, block, unreported ...)."""
    quoted: int = 0
    """Trades whose side was inferred while a usable quote was in force."""
    outside: int = 0
    """Those of them above its ask or below its bid."""


class OpenInterest(Struct, frozen=True, gc=False):
    """Open interest of a derivative at one moment, long or short side alone, in the decimals of `market`."""

    market: Market
    time_us: int
    size: int
    """Base units; of an inverse market converted at the price the venue sends with it."""


class Liquidation(Struct, frozen=True, gc=False):
    """One position closed by force."""

    time_us: int
    price: int
    size: int
    side: int
    """The side of the closing order: SELL, a long was liquidated; BUY, a short was."""


class Liquidations(Struct, frozen=True, gc=False):
    """Liquidations of one market as sent; their trades are on the tape already, so they enter no sum."""

    market: Market
    events: tuple[Liquidation, ...]
    complete: bool = True
    """False where the venue sends only some of them: sums are too low."""


class Outage(Struct, frozen=True, gc=False):
    """A span of time of which not every trade is known, where ids cannot tell how many are missing."""

    market: str
    from_time_us: int
    """Time of the last trade known before it."""
    to_time_us: int
    """Time of the first one known after it."""
    approximate: bool = False
    """Its trades were counted from a source that is not exact, with sides by the tick rule."""


class Candle(Struct, frozen=True, gc=False):
    """A venue's own bar with taker-buy volume; integers in the decimals of its market."""

    time_us: int
    """Start of the bar."""
    seconds: int
    """Its length."""
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
    """A closed or open bar in integers of its market.

    `delta_high` / `delta_low` are the extremes of the running delta within it, from 0; None where only a
    candle is known.
    """

    time_us: int
    """Start of the bar."""
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
    """Sum of all deltas since the start, this bar's included, in size units."""
    trades: int
    value: int = 0
    """Sum of price x size (units of both decimals)."""
    value_delta: int = 0
    """Sum of price x signed size."""
    source: SideSource = "taker"

    @property
    def delta(self) -> int:
        """Buy minus sell volume, by the aggressor's side."""
        return self.buy - self.sell

    @property
    def volume(self) -> int:
        """Buy, sell and unknown volume."""
        return self.buy + self.sell + self.unknown


class Missing(Struct, frozen=True, gc=False):
    """A hole in a contiguous tape: ids `first`..`last`, somewhere between the two times."""

    market: str
    first: int
    last: int
    from_time_us: int
    to_time_us: int


class Gap(Struct, frozen=True, gc=False):
    """A hole and what became of it: ids after < x < before."""

    after: int
    before: int
    missing: int
    from_time_us: int
    to_time_us: int
    state: Literal["filled", "lost", "open", "anew"]
    """`anew`: the ids began anew at `before`; how many trades are missing is not known (`missing` is 0)."""


class Signal(Struct, frozen=True, gc=False):
    """A signal on a closed bar; `side` is the direction it favours."""

    signal: str
    time_us: int
    bar_seconds: int
    side: Literal["buy", "sell"]
    values: dict[str, object]
    """What it found; prices and CVDs as exact decimal texts."""
    quality: str = ""
    """What was incomplete about its data (`coverage 93.1`, `gap`, `rows`); empty: nothing."""
