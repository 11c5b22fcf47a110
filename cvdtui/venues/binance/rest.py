"""Binance's REST responses read into markets, trades, columns, candles; and in what its products differ."""

from typing import TYPE_CHECKING

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

from cvdtui.errors import WireError
from cvdtui.model import BUY, SELL, Candle, Columns, IdRule, Kind, Market, OpenInterest, Trade, Trades
from cvdtui.venues.binance import rows as wire
from cvdtui.venues.binance.instruments import BinanceInstrument, TimeBounds
from cvdtui.venues.grammar.decimals import INVERSE_DECIMALS, decimals_of, near_units, plain, to_units
from cvdtui.venues.grammar.events import (
    Candles,
    ColumnsPage,
    Limits,
    Page,
    clean,
    is_symbol,
    refuse,
    to_us,
)
from cvdtui.venues.grammar.instruments import decode
from cvdtui.venues.grammar.parsing import to_columns

if TYPE_CHECKING:
    import numpy as np


class Product(Struct, frozen=True):
    """What differs between Binance's products."""

    name: str
    kind: Kind
    ws_url: str
    rest_url: str
    stream_route: str
    rest_route: str
    mirrors: tuple[str, ...]
    """Hosts to name when the main one refuses a region."""
    limits: Limits
    trade_id_rule: IdRule
    """Raw `t`: contiguous on spot; on futures trades outside the book take ids too, so holes mean nothing."""
    info_weight: int
    trades_weight: int
    candle_weights: tuple[tuple[int, int], ...]
    """(limit below which, weight) in ascending order."""
    markets_by_symbol: bool
    """exchangeInfo takes `symbols`; else it responds with every instrument."""
    quotes_route: str
    """Where trades and quotes come on one socket; empty where they do not."""
    quotes: tuple[str, ...]
    """Which quotes are listed, the usual one first; spot has others too."""
    form: str = "{base}{quote}"
    """How a symbol is written."""
    cross_pairs: tuple[str, ...] = ()
    """Perpetuals in another quote."""
    inverse: bool = False
    """Sizes are contracts of so many US dollars (`contractSize`)."""

    def candles_weight(self, limit: int) -> int:
        """Weight of a klines request of so many rows."""
        return next(weight for below, weight in self.candle_weights if limit < below)


class _Filter(Struct, gc=False):
    filterType: str = ""
    tickSize: str = ""
    stepSize: str = ""


class _Instrument(Struct, gc=False):
    symbol: str
    status: str = ""
    baseAsset: str = ""
    quoteAsset: str = ""
    contractType: str = ""
    contractStatus: str = ""
    """The status of coin-margined ones, which have no other."""
    contractSize: int | float | str = ""
    filters: list[_Filter] = []


class _Info(Struct):
    symbols: list[_Instrument]


class _Time(Struct, gc=False):
    serverTime: int


class _OpenInterest(Struct, gc=False):
    openInterest: str
    time: int


TRADING = frozenset({"", "TRADING"})
_INFO = Decoder(_Info)
_OPEN_INTEREST = Decoder(_OpenInterest)
_TIME = Decoder(_Time)
_FAILURE = Decoder(wire.Failure)
_ROWS = Decoder(list[wire.AggRow], strict=False)
_ROW = Decoder(wire.AggRow, strict=False)
_RAW_ROWS = Decoder(list[Raw])
_EXACT = Decoder(wire.ExactTexts, strict=False)
_KLINE = Decoder(tuple[int, str, str, str, str, str, int, str, int, str, str, str], strict=False)


def read_time(body: bytes) -> int:
    """The exchange's clock in us."""
    return to_us(decode(_TIME, body).serverTime)


def read_open_interest(scale: BinanceInstrument, body: bytes, clock: TimeBounds) -> OpenInterest:
    """Open interest in base units; raises WireError."""
    response = decode(_OPEN_INTEREST, body, scale.market.name)
    time_us = to_us(response.time)
    if not clock.is_plausible(time_us):
        raise refuse(
            scale.market.name,
            f"open interest of {clean(response.time, 40)}: expected 2009-01-01 to one day ahead",
        )
    if scale.market.inverse:
        return _notional_in_base(scale, response.openInterest, time_us)
    return OpenInterest(scale.market, time_us, near_units(response.openInterest, scale.market.size_decimals))


def _notional_in_base(scale: BinanceInstrument, contracts: str, time_us: int) -> OpenInterest:
    """Contracts at the last price seen, which the response lacks; raises WireError before there is one."""
    if not scale.last_price:
        raise refuse(scale.market.name, "open interest in contracts, and no price yet")
    return OpenInterest(scale.market, time_us, scale.instrument.near_size(contracts, scale.last_price))


def read_failure(body: bytes) -> tuple[int, str]:
    """Code and cleaned text of an error response; (0, "") when it is none."""
    try:
        failure = _FAILURE.decode(body)
    except (DecodeError, UnicodeDecodeError):
        return 0, ""
    return failure.code, clean(failure.msg)


def read_markets(product: Product, body: bytes, symbols: frozenset[str]) -> tuple[Market, ...]:
    """Instruments among `symbols` (or all), decimals by PRICE_FILTER.tickSize and LOT_SIZE.stepSize."""
    found = decode(_INFO, body).symbols
    if not symbols:
        return tuple(
            _market(product, one)
            for one in found
            if (one.status or one.contractStatus) in TRADING and is_symbol(one.symbol)
        )
    return tuple(_market(product, one) for one in found if one.symbol in symbols and is_symbol(one.symbol))


def _market(product: Product, one: _Instrument) -> Market:
    steps = {entry.filterType: entry.tickSize or entry.stepSize for entry in one.filters}
    tick, step = steps.get("PRICE_FILTER", ""), steps.get("LOT_SIZE", "")
    try:
        decimals = decimals_of(tick)
        units = to_units(tick, decimals) if tick else 0
    except WireError:
        decimals = units = 0
    contract = plain(one.contractSize) if product.inverse else "1"
    dated = one.contractType not in ("", "PERPETUAL", "TRADIFI_PERPETUAL")
    return Market(
        product.name,
        one.symbol,
        clean(one.baseAsset, 20),
        clean(one.quoteAsset, 20),
        "future" if dated else product.kind,
        price_decimals=decimals if units else 8,
        size_decimals=INVERSE_DECIMALS if product.inverse else decimals_of(step) if step else 8,
        tick=units or 1,
        contract_size=contract,
        inverse=product.inverse,
    )


# --- trades


def _rows(body: bytes) -> tuple[list[tuple[int, wire.AggRow]], list[str], int]:
    """Rows that are rows with their number, why the others are not, and how many there were."""
    try:
        rows = _ROWS.decode(body)
        return list(enumerate(rows)), [], len(rows)
    except (DecodeError, UnicodeDecodeError):
        raws = decode(_RAW_ROWS, body)
    kept: list[tuple[int, wire.AggRow]] = []
    refused: list[str] = []
    for number, raw in enumerate(raws):
        try:
            kept.append((number, _ROW.decode(raw)))
        except (DecodeError, UnicodeDecodeError) as error:
            refused.append(f"row {number}: {clean(error)}")
    return kept, refused, len(raws)


def read_trades(scale: BinanceInstrument, body: bytes, clock: TimeBounds) -> Page:
    """A page of aggregate trades; a value finer than the market re-reads the page in the grown one."""
    rows, refused, count = _rows(body)
    raws: list[Raw] = []
    while True:
        market = scale.market
        trades: list[Trade] = []
        wrong: list[str] = []
        for number, row in rows:
            try:
                time_us = wire.time_of(row, clock)
                trade = wire.quick_trade(scale, row, time_us)
                if trade is None:
                    raws = raws or _RAW_ROWS.decode(body)
                    trade = wire.exact_trade(scale, row, _EXACT.decode(raws[number]), time_us)
            except (ValueError, WireError) as error:
                wrong.append(f"row {number}: {error}")
            else:
                trades.append(trade)
        if scale.market is market:
            return Page(Trades(market, tuple(trades)), tuple(refused + wrong), count)


def read_columns(scale: BinanceInstrument, body: bytes, clock: TimeBounds) -> ColumnsPage:
    """A page of aggregate trades as columns; anything unusual goes through `read_trades`."""
    import numpy as np

    try:
        rows = _ROWS.decode(body)
    except (DecodeError, UnicodeDecodeError):
        rows = []
    if rows:
        ids = [row.a for row in rows]
        times = [to_us(row.T) for row in rows]
        if clock.is_plausible(min(times)) and clock.is_plausible(max(times)):
            price = _integers(np.array([row.p for row in rows]), scale.price_scale, scale.limit)
            size = _integers(np.array([row.q for row in rows]), scale.size_scale, scale.limit)
            if price is not None and size is not None:
                side = np.array([SELL if row.m else BUY for row in rows], dtype=np.int8)
                columns = Columns(
                    scale.market, np.array(ids, np.int64), np.array(times, np.int64), price, size, side
                )
                return ColumnsPage(columns, (), len(rows))
    return to_columns(read_trades(scale, body, clock))


def _integers(values: "np.ndarray", scale: float, limit: float) -> "np.ndarray | None":
    """Floats as exact integers of the scale, or None when one does not come back or makes no sense."""
    import numpy as np

    if not bool((values < limit).all()):
        return None
    units = np.floor(values * scale + 0.5)
    return units.astype(np.int64) if bool((units / scale == values).all()) else None


# --- candles


def read_candles(scale: BinanceInstrument, body: bytes, seconds: int, clock: TimeBounds) -> Candles:
    """A page of klines: index 5 volume, 7 quote volume, 8 trades, 9 taker-buy volume."""
    raws = decode(_RAW_ROWS, body)
    while True:
        market = scale.market
        candles: list[Candle] = []
        refused: list[str] = []
        for number, raw in enumerate(raws):
            try:
                row = decode(_KLINE, raw)
                texts = (row[1], row[2], row[3], row[4], row[5], row[9], row[7], row[10])
                candles.append(read_candle(scale, seconds, row[0], texts, row[8], clock))
            except WireError as error:
                refused.append(f"row {number}: {error}")
        if scale.market is market:
            return Candles(market, tuple(candles), tuple(refused), len(raws))


def read_candle(  # noqa: PLR0913 - the fields of one row
    scale: BinanceInstrument,
    seconds: int,
    time: int,
    texts: tuple[str, ...],
    trades: int,
    clock: TimeBounds,
) -> Candle:
    """One closed candle from its texts (o h l c, volume, taker buy, the two in quote); raises WireError."""
    if scale.market.inverse:
        texts = wire.in_base(scale, texts)
    candle = wire.exact_candle(scale, seconds, to_us(time), texts, trades)
    fault = wire.faults_of_candle(candle, clock)
    if fault:
        raise refuse(scale.market.name, f"candle: {fault}")
    return candle
