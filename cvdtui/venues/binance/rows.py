"""Binance's frames and rows, checked and scaled to exact integers; shared by its spot and futures venues.

Shapes: https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams and
https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams.
"""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct, field

from cvdtui.model import BUY, SELL, Candle, Trade
from cvdtui.venues.binance.instruments import BinanceInstrument, TimeBounds
from cvdtui.venues.grammar.decimals import (
    LARGEST,
    TooFineError,
    decimals_of,
    linear_size,
    to_units,
)
from cvdtui.venues.grammar.events import EARLIEST_US, clean, refuse, to_us

Id = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Amount = Annotated[float, Meta(gt=0, lt=LARGEST)]
"""A price or size; what lies outside is refused by the decoder, NaN included."""
Time = Annotated[int, Meta(ge=EARLIEST_US // 1000)]
"""Milliseconds or microseconds; the upper bound needs the clock."""


class AggRow(Struct, gc=False):
    """One aggregate trade as REST sends it."""

    a: Id
    """Without holes on futures too (0 in 153 recorded), where `f` and `l` have some.

    https://github.com/binance/binance-public-data/issues/378
    """
    p: Amount
    q: Amount
    """With the RPI trades, which `nq` leaves out: takers made them like any other."""
    T: Time
    m: bool
    """The buyer is the maker, so the taker sold."""


class AggData(AggRow, gc=False, tag_field="e", tag="aggTrade"):
    """One aggregate trade as the stream sends it."""

    s: str


class TradeData(Struct, gc=False, tag_field="e", tag="trade"):
    """One raw trade; `X` is on futures alone."""

    s: str
    t: Id
    p: float
    q: float
    T: Time
    m: bool
    """The buyer is the maker, so the taker sold."""
    X: str = "MARKET"
    """MARKET and RPI meet the book; INSURANCE_FUND, ADL and NA do not, and print off the tick."""


class Kline(Struct, gc=False):
    """A candle as the stream sends it."""

    t: Time
    i: str
    o: str
    h: str
    l: str  # noqa: E741 - the wire's name
    c: str
    v: str
    q: str
    V: str
    """Taker-buy volume in base units: 2 x V - v is the bar's delta (true of 40 of 40 recorded bars)."""
    Q: str
    """Taker-buy volume in quote units."""
    n: int
    x: bool
    """Closed."""


class KlineData(Struct, gc=False, tag_field="e", tag="kline"):
    """A candle event."""

    s: str
    k: Kline


class ForcedOrder(Struct, gc=False):
    """The order that closed a position by force."""

    s: str
    S: Literal["BUY", "SELL"]
    """The order's side: SELL, a long was liquidated."""
    ap: str
    z: str
    """Filled so far."""
    T: Time


class ForceData(Struct, gc=False, tag_field="e", tag="forceOrder"):
    """A liquidation: of each second only the latest is sent."""

    o: ForcedOrder


Known = AggData | TradeData | KlineData | ForceData


class KnownFrame(Struct, gc=False):
    """An event of a combined stream; its kind is read from `e` in the same pass."""

    data: Known


class ExactTexts(Struct, gc=False):
    """The same numbers without a float in between, for values a float cannot carry."""

    p: Decimal
    q: Decimal


class ExactFrame(Struct, gc=False):
    """`ExactTexts` of a combined stream."""

    data: ExactTexts


class Failure(Struct, gc=False):
    """Why a request was refused."""

    code: int = 0
    msg: str = ""


class Head(Struct, gc=False):
    """What distinguishes one frame from another."""

    e: str = ""
    s: str = ""


class BinanceFrame(Struct, gc=False):
    """Any frame: an event (bare or in `data`), or the response to a request."""

    e: str = ""
    s: str = ""
    stream: str = ""
    data: Head | list[Raw] | None = None
    id: int | str | None = None
    result: Raw = field(default_factory=Raw)
    code: int = 0
    msg: str = ""
    error: Failure | None = None


def time_of(row: AggRow | ForcedOrder, clock: TimeBounds) -> int:
    """The trade's time in us; raises ValueError with the reason for an implausible one."""
    time_us = to_us(row.T)
    if not clock.is_plausible(time_us):
        raise ValueError(f"time {clean(time_us, 40)} us: expected 2009-01-01 to one day ahead")
    return time_us


def exact_trade(scale: BinanceInstrument, row: AggRow, texts: ExactTexts, time_us: int) -> Trade:
    """The slow and certain way: from decimals, growing the market when they need it."""
    price, size = format(texts.p, "f"), format(texts.q, "f")
    if not scale.limit:
        return contract_trade(scale, row, price, size, time_us)
    scale.grow(decimals_of(price), decimals_of(size))
    market = scale.market
    units = to_units(price, market.price_decimals), to_units(size, market.size_decimals)
    return Trade(row.a, time_us, units[0], units[1], SELL if row.m else BUY)


def contract_trade(scale: BinanceInstrument, row: AggRow, price: str, size: str, time_us: int) -> Trade:
    """A row whose size is in contracts, in base units."""
    instrument = scale.instrument
    units = instrument.price(price)
    amount = instrument.size(size, units)
    if instrument.market is not scale.market:
        scale.learn(instrument.market)
        return contract_trade(scale, row, price, size, time_us)
    scale.last_price = units
    return Trade(row.a, time_us, units, amount, SELL if row.m else BUY)


def quick_trade(scale: BinanceInstrument, row: AggRow, time_us: int) -> Trade | None:
    """A checked row as a Trade, or None when its floats do not come back from their integers."""
    price = int(row.p * scale.price_scale + 0.5)
    size = int(row.q * scale.size_scale + 0.5)
    if price / scale.price_scale != row.p or size / scale.size_scale != row.q or row.p + row.q >= scale.limit:
        return None
    return Trade(row.a, time_us, price, size, SELL if row.m else BUY)


def exact_candle(
    scale: BinanceInstrument, seconds: int, time_us: int, numbers: tuple[str, ...], trades: int
) -> Candle:
    """A candle from texts (o h l c, volume, taker buy, these two in quote); grows the market if needed."""
    while True:
        market = scale.market
        try:
            opened, high, low, close = (to_units(text, market.price_decimals) for text in numbers[:4])
        except TooFineError as fine:
            scale.grow(fine.decimals, 0)
            continue
        try:
            volume, taker_buy = (to_units(text, market.size_decimals) for text in numbers[4:6])
        except TooFineError as fine:
            scale.grow(0, fine.decimals)
            continue
        try:
            decimals = market.price_decimals + market.size_decimals
            value, taker_value = (to_units(text, decimals) for text in numbers[6:8])
        except TooFineError as fine:
            scale.grow(0, fine.decimals - market.price_decimals)
            continue
        amounts = (volume, taker_buy, value, trades)
        return Candle(time_us, seconds, opened, high, low, close, *amounts, taker_buy_value=taker_value)


def in_base(scale: BinanceInstrument, numbers: tuple[str, ...]) -> tuple[str, ...]:
    """A coin-margined candle's texts as any other's: volumes in base, the contracts as quote volumes."""
    opened, high, low, close, contracts, taker, base, taker_base = numbers
    size = scale.market.contract_size
    decimals = decimals_of(size)
    contract = to_units(size, decimals), decimals
    try:
        notional = [str(linear_size(text, contract, 0)) for text in (contracts, taker)]
    except TooFineError:
        raise refuse(
            scale.market.name, f"candle: {clean(contracts, 40)} contracts: not a whole number"
        ) from None
    return opened, high, low, close, base, taker_base, notional[0], notional[1]


def faults_of_candle(candle: Candle, clock: TimeBounds) -> str:
    """Why a candle makes no sense, or an empty text."""
    if not clock.is_plausible(candle.time_us) or candle.time_us % (candle.seconds * 1_000_000):
        return (
            f"time {clean(candle.time_us, 40)} us: expected a multiple of {candle.seconds} s since 2009-01-01"
        )
    if not 0 < candle.low <= min(candle.open, candle.close) <= max(candle.open, candle.close) <= candle.high:
        return "open, high, low, close: expected 0 < low <= open, close <= high"
    if candle.taker_buy > candle.volume or candle.taker_buy_value > candle.quote_volume:
        return "taker-buy volume above the volume"
    if candle.trades < 0:
        return f"{candle.trades} trades: expected 0 or more"
    return ""
