"""Bybit's REST responses read into markets and trades; and in what its products differ.

https://bybit-exchange.github.io/docs/v5/market/recent-trade, .../instrument.
"""

from typing import Literal

from msgspec import Raw, Struct, field
from msgspec.json import Decoder
from msgspec.structs import replace

from cvdtui.errors import WireError
from cvdtui.model import Market
from cvdtui.venues.bybit.frames import SIDES
from cvdtui.venues.grammar.decimals import INVERSE_DECIMALS, decimals_of, to_units
from cvdtui.venues.grammar.events import MOST_DIGITS, Limits, Page, clean, id_of, refuse, to_us
from cvdtui.venues.grammar.instruments import Instruments, decode
from cvdtui.venues.grammar.parsing import failure_in, is_wanted

TRADING = frozenset({"", "Trading", "PreLaunch"})
UNKNOWN_SYMBOL = 10001
_DERIVATIVE = ("publicTrade", "tickers", "allLiquidation")
_LIMITS = Limits(
    weight_per_minute=7200,  # 600 in 5 s; more gets 403 for ten minutes
    weight_window_s=5.0,
    weight_header="",
    connects=500,
    streams_per_socket=600,
    messages_per_second=5.0,
    streams_per_message=150,  # 21,000 characters of arguments are the limit
    frame_bytes=21_000,
    socket_seconds=7 * 86_400,
    trades_page=1000,
    candles_page=0,
    trades_back_us=0,
    heartbeat_s=20.0,  # ten idle minutes end the connection
    busy_codes=frozenset({10006, 10018}),
)


class BybitProduct(Struct, frozen=True):
    """What differs between Bybit's products."""

    name: str
    category: Literal["spot", "linear", "inverse"]
    topics: tuple[str, ...]
    limits: Limits

    @property
    def is_inverse(self) -> bool:
        """Whether sizes are US dollars, each a contract."""
        return self.category == "inverse"


LINEAR = BybitProduct("bybit", "linear", _DERIVATIVE, _LIMITS)
INVERSE = BybitProduct("bybit-inverse", "inverse", _DERIVATIVE, _LIMITS)
SPOT = BybitProduct(
    "bybit-spot",
    "spot",
    ("publicTrade",),
    # Spot takes 10 arguments a request and gives 60 trades a page:
    # https://bybit-exchange.github.io/docs/v5/ws/connect, .../v5/market/recent-trade
    replace(_LIMITS, streams_per_message=10, trades_page=60),
)


class _Steps(Struct, frozen=True, gc=False):
    tickSize: str = ""
    qtyStep: str = ""
    basePrecision: str = ""


class _Instrument(Struct, gc=False):
    symbol: str
    status: str = ""
    contractType: str = ""
    baseCoin: str = ""
    quoteCoin: str = ""
    priceFilter: _Steps = _Steps()
    lotSizeFilter: _Steps = _Steps()


class _Trade(Struct, gc=False):
    execId: str
    price: str
    size: str
    side: Literal["Buy", "Sell"]
    """The taker's side."""
    time: str
    isBlockTrade: bool = False
    seq: str | int = 0


class _List(Struct):
    rows: list[Raw] = field(default_factory=list, name="list")


class _Response(Struct):
    retCode: int = 0
    retMsg: str = ""
    result: Raw = Raw(b"{}")
    time: int = 0


_RESPONSE = Decoder(_Response)
_LIST = Decoder(_List)
_INSTRUMENT = Decoder(_Instrument)
_TRADE = Decoder(_Trade)


def _rows(body: bytes) -> list[Raw]:
    """The rows of a response; raises WireError with the exchange's own text for a refusal."""
    response = decode(_RESPONSE, body)
    if response.retCode:
        raise refuse(None, f"{response.retCode}: {clean(response.retMsg)}")
    return decode(_LIST, response.result).rows


def read_time(body: bytes) -> int:
    """The exchange's clock in us."""
    response = decode(_RESPONSE, body)
    if response.retCode or not response.time:
        raise refuse(None, f"no time in the response ({response.retCode}: {clean(response.retMsg)})")
    return to_us(response.time)


def read_failure(body: bytes) -> tuple[int, str]:
    """Code and cleaned text of an error response; (0, "") when it is none."""
    return failure_in(_RESPONSE, body, lambda one: (one.retCode, one.retMsg if one.retCode else ""))


def read_markets(product: BybitProduct, body: bytes, symbols: frozenset[str]) -> tuple[Market, ...]:
    """Instruments among `symbols` (or all that trade), decimals by tickSize and qtyStep."""
    if read_failure(body)[0] == UNKNOWN_SYMBOL:
        return ()
    found: list[Market] = []
    for raw in _rows(body):
        try:
            one = decode(_INSTRUMENT, raw)
        except WireError:
            continue  # one malformed instrument does not spoil the others
        if is_wanted(one.symbol, symbols, trades=one.status in TRADING):
            found.append(_market(product, one))
    return tuple(found)


def _market(product: BybitProduct, one: _Instrument) -> Market:
    tick = one.priceFilter.tickSize
    step = one.lotSizeFilter.qtyStep or one.lotSizeFilter.basePrecision
    try:
        decimals = decimals_of(tick)
        units = to_units(tick, decimals) if tick else 0
    except WireError:
        decimals = units = 0
    places = INVERSE_DECIMALS if product.is_inverse else decimals_of(step) if step else 8
    return Market(
        product.name,
        one.symbol,
        clean(one.baseCoin, 20),
        clean(one.quoteCoin, 20),
        "spot" if product.category == "spot" else "future" if "Futures" in one.contractType else "perp",
        price_decimals=decimals if units else 8,
        size_decimals=places,
        tick=units or 1,
        inverse=product.is_inverse,
    )


def read_trades(instruments: Instruments, body: bytes, symbol: str) -> Page:
    """The newest trades, oldest first; block trades are counted and left out."""
    instrument = instruments.instrument(symbol)
    trades: list[_Trade] = []
    refused: list[str] = []
    rows = _rows(body)
    for number, raw in enumerate(rows):
        try:
            trades.append(decode(_TRADE, raw))
        except WireError as error:
            refused.append(f"row {number}: {error}")
    trades.reverse()  # the newest come first
    # Several fills share a time: the order of `seq` is the book's, and the page's within one `seq`.
    trades.sort(key=lambda one: (_number(one.time), _number(one.seq)))
    fills = [
        (id_of(one.execId), to_us(_number(one.time)), one.price, one.size, SIDES[one.side], 1)
        for one in trades
        if not one.isBlockTrade
    ]
    blocks = sum(one.isBlockTrade for one in trades)
    return instruments.page(instrument, fills, "unique", excluded=blocks, refused=refused)


def _number(text: str | int) -> int:
    if isinstance(text, int):
        return text
    return int(text) if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS else 0
