"""BitMEX, perpetuals, dated futures and spot: the `trade` table by WebSocket, the newest trades over REST.

https://www.bitmex.com/app/wsAPI, https://www.bitmex.com/api/explorer/#!/Trade/Trade_get.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, Unpack

from msgspec import Raw, Struct, field
from msgspec.json import Decoder, encode

from cvdtui.model import BUY, SELL, UNKNOWN, GroupLeg, IdRule, Kind, Market
from cvdtui.venues.grammar.decimals import decimals_of, to_units
from cvdtui.venues.grammar.events import (
    Ack,
    Event,
    Limits,
    Other,
    Page,
    Pong,
    Refusal,
    Request,
    clean,
    id_of,
    is_symbol,
    refuse,
)
from cvdtui.venues.grammar.instruments import Instruments, Row, checked_symbol, decode
from cvdtui.venues.grammar.options import VenueOptions, addresses, instruments
from cvdtui.venues.grammar.parsing import (
    Moment,
    by_symbol,
    epoch_us,
    event_of,
    failure_in,
    is_wanted,
    page_of,
    text_of,
    us_of,
)
from cvdtui.venues.grammar.requests import Window, get_request, newest_only
from cvdtui.venues.grammar.symbols import spelled, split_symbol
from cvdtui.venues.grammar.venue import Action, Venue

LIMITS = Limits(
    weight_per_minute=30,  # without a login
    weight_header="",
    connects=20,  # 40 within ten minutes or so, by the greeting's own count
    streams_per_socket=200,
    messages_per_second=2.0,
    streams_per_message=1,  # an unknown symbol fails no other market's request
    socket_seconds=86_400,
    trades_page=1000,
    candles_page=0,
    trades_back_us=0,
    heartbeat_s=20.0,
)
SIDES = {"Buy": BUY, "Sell": SELL, "": UNKNOWN}
"""The taker's side; a trade may come without one."""
QUOTES = ("USDT", "USDC", "USD", "EUR")
"""By which perpetuals end; with the quotes of all venues XBTUSD would be XB in TUSD."""
CANONICAL = {"XBT": "BTC"}
OWN_CODES = {"BTC": "XBT"}
OF_THE_BOOK = frozenset({"Regular", ""})
"""Of `trdType`; settlements, blocks, crosses and references met no book."""
ACTIONS = frozenset({"insert", "partial"})
"""Those read: `insert` is new, `partial` the table on subscribing: old trades, merged by their ids."""
KINDS: dict[str, Kind] = {"FFWCSX": "perp", "FFCCSX": "future", "IFXXXP": "spot"}
"""Instrument types that are read, by their CFI code."""


class _Trade(Struct, gc=False):
    timestamp: Moment
    price: Raw
    trdMatchID: str
    homeNotional: Raw = field(default_factory=Raw)
    """Base units, whatever a contract of the instrument is."""
    side: Literal["Buy", "Sell", ""] | None = None
    """The taker's; absent of some trades, which then count as of unknown side."""
    trdType: str = ""


class _SymbolField(Struct, gc=False):
    symbol: str = ""


class _Request(Struct, gc=False):
    args: list[str] | str = ""


class _Frame(Struct, gc=False):
    table: str = ""
    action: str = ""
    data: Raw = field(default_factory=Raw)
    success: bool = False
    subscribe: str = ""
    status: int = 0
    error: str = ""
    request: _Request = field(default_factory=_Request)


class _Instrument(Struct, gc=False):
    symbol: str
    typ: str = ""
    underlying: str = ""
    quoteCurrency: str = ""
    tickSize: Raw = field(default_factory=Raw)
    state: str = ""


class _Failure(Struct, gc=False):
    message: str = ""


class _Refused(Struct, gc=False):
    error: _Failure = field(default_factory=_Failure)


class _Time(Struct, gc=False):
    timestamp: Raw


_FRAME = Decoder(_Frame)
_TRADE = Decoder(_Trade)
_SYMBOL_FIELD = Decoder(_SymbolField)
_RAWS = Decoder(list[Raw])
_INSTRUMENTS = Decoder(list[_Instrument])
_REFUSED = Decoder(_Refused)
_TIME = Decoder(_Time)


class Bitmex(Venue):
    """The grammar of BitMEX; see `cvdtui.venues.Venue` for what each method promises."""

    heartbeat_frame = "ping"
    """Plain text, no JSON."""

    def __init__(self, symbols: Iterable[str] = (), **options: Unpack[VenueOptions]) -> None:
        self.name = "bitmex"
        self.id_rule: IdRule = "unique"
        self.limits = LIMITS
        self.ws_url, self.rest_url = addresses(options, "wss://ws.bitmex.com", "https://www.bitmex.com")
        self.known: Instruments = instruments(self.default_market, symbols, options)

    def default_market(self, symbol: str) -> Market:
        """A market from its symbol alone; raises WireError. Sizes come in base units."""
        symbol = checked_symbol(symbol).upper()
        pair, is_spot, money = symbol.partition("_")
        base, quote = (pair, money) if is_spot else split_symbol(pair, QUOTES)
        kind: Kind = "spot" if is_spot else "perp" if quote else "future"
        return Market(self.name, symbol, CANONICAL.get(base, base), quote, kind, 1, 8)

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        base = OWN_CODES.get(base, base)
        if leg == "spot":
            return spelled("{base}_{quote}", base, quote, ("USDT",))
        return spelled("{base}{quote}", base, quote, ("USD", "USDT"))

    # --- the socket

    def socket_url(self) -> str:
        return f"{self.ws_url}/realtime"

    def streams(self, symbol: str) -> tuple[str, ...]:
        return (f"trade:{symbol}",)

    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:  # noqa: ARG002 - unnumbered
        return tuple(encode({"op": action, "args": [f"trade:{symbol}"]}).decode() for symbol in symbols)

    def decode(self, frame: bytes | str) -> Event:
        if frame in (b"pong", "pong"):
            return Pong()
        head = decode(_FRAME, frame)
        if head.error:
            return Refusal(None, head.status, clean(head.error), _symbol_of(head.request))
        if head.success and head.subscribe:
            return Ack(None, head.subscribe.partition(":")[2])
        if head.table != "trade":
            return Other()
        raws = decode(_RAWS, head.data)
        return by_symbol(
            raws,
            lambda raw: decode(_SYMBOL_FIELD, raw).symbol,
            lambda *rows: self._trades(head.action, *rows),
        )

    def _trades(self, action: str, symbol: str, raws: Sequence[Raw]) -> Event:
        instrument = self.known.find(symbol)
        if instrument is None:
            return Other()
        name = instrument.market.name
        if action not in ACTIONS:
            raise refuse(name, f"action {clean(action, 20)!r}: expected insert or partial")
        return event_of(page_of(self.known, symbol, raws, _row, self.id_rule))

    # --- REST

    def ask_time(self) -> Request:
        """The exchange's clock, in the greeting of its REST address."""
        return get_request(f"{self.rest_url}/api/v1", 1)

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:  # noqa: ARG002 - all at once
        """Every instrument in one response."""
        return (get_request(f"{self.rest_url}/api/v1/instrument/active", 1),)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        """The newest trades; ids are in no order."""
        count = newest_only(f"{self.name}:{symbol}", window, LIMITS.trades_page)
        return get_request(f"{self.rest_url}/api/v1/trade", 1, symbol=symbol, count=count, reverse="true")

    def read_time(self, body: bytes) -> int:
        return epoch_us(text_of(decode(_TIME, body).timestamp))

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        wanted = frozenset(symbols)
        return tuple(
            self._described(one)
            for one in decode(_INSTRUMENTS, body)
            if one.typ in KINDS and is_wanted(one.symbol, wanted, trades=one.state == "Open")
        )

    def _described(self, one: _Instrument) -> Market:
        tick = text_of(one.tickSize) or "0.5"
        decimals = decimals_of(tick)
        base, quote = clean(one.underlying, 20), clean(one.quoteCurrency, 20)
        steps = max(1, to_units(tick, decimals))
        kind = KINDS[one.typ]
        return Market(self.name, one.symbol, CANONICAL.get(base, base), quote, kind, decimals, 8, steps)

    def read_trades(self, body: bytes, symbol: str) -> Page:
        return page_of(self.known, symbol, decode(_RAWS, body)[::-1], _row, self.id_rule)

    def read_failure(self, body: bytes) -> tuple[int, str]:
        return failure_in(_REFUSED, body, lambda one: (0, one.error.message))


def _row(raw: Raw) -> Row | None:
    one = decode(_TRADE, raw)
    if one.trdType not in OF_THE_BOOK:
        return None
    home = text_of(one.homeNotional)
    if not home or home == "null":
        raise refuse(None, "no homeNotional, so its size is not known")
    return id_of(one.trdMatchID), us_of(one.timestamp), text_of(one.price), home, SIDES[one.side or ""], 1


def _symbol_of(request: _Request) -> str:
    """The symbol of a refused request for one market."""
    topics = [request.args] if isinstance(request.args, str) else request.args
    symbol = topics[0].partition(":")[2] if len(topics) == 1 else ""
    return symbol if is_symbol(symbol) else ""
