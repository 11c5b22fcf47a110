"""Kraken, spot: WebSocket v2 `trade`, trades by time over REST.

https://docs.kraken.com/exchange/api-reference/spot-websocket-v2/trade,
https://docs.kraken.com/exchange/api-reference/spot-rest/get-recent-trades.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, Unpack

from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder, encode

from cvdtui.model import BUY, SELL, GroupLeg, IdRule, Market
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
    refuse,
)
from cvdtui.venues.grammar.instruments import Instruments, Row, checked_symbol, decode
from cvdtui.venues.grammar.options import VenueOptions, addresses, instruments
from cvdtui.venues.grammar.parsing import (
    Moment,
    epoch_us,
    events_by_symbol,
    failure_in,
    is_wanted,
    page_of,
    text_of,
    us_of,
)
from cvdtui.venues.grammar.requests import Window, get_request
from cvdtui.venues.grammar.symbols import spelled
from cvdtui.venues.grammar.venue import Action, Venue

LIMITS = Limits(
    weight_per_minute=60,  # about one request a second from one address
    weight_header="",
    connects=70,  # about 150 in ten minutes before the address is shut out
    streams_per_socket=200,
    messages_per_second=10.0,
    streams_per_message=1,  # a refusal then names its market by the request
    socket_seconds=86_400,
    trades_page=1000,
    candles_page=0,
    trades_back_us=0,
    pages_by="time",
    heartbeat_s=30.0,
)
CANONICAL = {"XBT": "BTC", "XDG": "DOGE"}
"""REST's older names of assets, and those of WebSocket v2, which are used here."""
OWN_CODES = {code: own for own, code in CANONICAL.items()}
SIDES = {"buy": BUY, "sell": SELL, "b": BUY, "s": SELL}
"""The taker's side."""


class _Trade(Struct, gc=False):
    side: Literal["buy", "sell"]
    price: Raw
    """A JSON number; its digits are read as they were sent, never through a float."""
    qty: Raw
    trade_id: Annotated[int, Meta(ge=0)]
    """Grows by one within a book: 1,000 of 1,000 over REST.

    The stream has dropped 17 % for one user, so holes are fetched: https://github.com/krakenfx/api-go/issues/36
    """
    timestamp: Moment


class _SymbolField(Struct, gc=False):
    symbol: str = ""


class _Result(Struct, gc=False):
    channel: str = ""
    symbol: str = ""


class _Frame(Struct, gc=False):
    channel: str = ""
    method: str = ""
    data: Raw = field(default_factory=Raw)
    success: bool = True
    error: str = ""
    symbol: str = ""
    result: _Result | None = None
    req_id: int | None = None


class _Pair(Struct, gc=False):
    wsname: str = ""
    tick_size: str = ""
    pair_decimals: int = 8
    lot_decimals: int = 8
    status: str = ""


class _Response(Struct, gc=False):
    error: list[str] = []
    result: Raw = field(default_factory=Raw)


class _Time(Struct, gc=False):
    unixtime: int


_FRAME = Decoder(_Frame)
_TRADE = Decoder(_Trade)
_SYMBOL_FIELD = Decoder(_SymbolField)
_RAWS = Decoder(list[Raw])
_RESPONSE = Decoder(_Response)
_PAIRS = Decoder(dict[str, _Pair])
_TIME = Decoder(_Time)
_BOOKS = Decoder(dict[str, Raw])
_ROW = Decoder(tuple[str, str, Raw, str, str, str, int])


class Kraken(Venue):
    """The grammar of Kraken's spot books; see `cvdtui.venues.Venue` for what each method promises."""

    heartbeat_frame = '{"method":"ping"}'

    def __init__(self, symbols: Iterable[str] = (), **options: Unpack[VenueOptions]) -> None:
        self.name = "kraken"
        self.id_rule: IdRule = "contiguous"
        self.limits = LIMITS
        self.ws_url, self.rest_url = addresses(options, "wss://ws.kraken.com", "https://api.kraken.com")
        self.known: Instruments = instruments(self.default_market, symbols, options)

    def default_market(self, symbol: str) -> Market:
        """A market from its symbol (BTC/USD) alone; raises WireError."""
        base, _, quote = checked_symbol(symbol).upper().partition("/")
        return Market(self.name, symbol.upper(), base, quote, price_decimals=2, size_decimals=8)

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        if leg == "perp":
            return ()
        return spelled("{base}/{quote}", base, quote, ("USD", "USDT", "USDC"), others=True)

    # --- the socket

    def socket_url(self) -> str:
        return f"{self.ws_url}/v2"

    def streams(self, symbol: str) -> tuple[str, ...]:
        return (f"trade:{symbol}",)

    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        # The snapshot (the newest 50 trades) is wanted: its ids close what a dropped connection left open.
        channel = {"channel": "trade", "snapshot": True} if action == "subscribe" else {"channel": "trade"}
        return tuple(
            encode({"method": action, "params": {**channel, "symbol": [symbol]}, "req_id": number}).decode()
            for number, symbol in enumerate(symbols, first_id)
        )

    def decode(self, frame: bytes | str) -> Event:
        head = decode(_FRAME, frame)
        if head.channel == "trade":
            raws = decode(_RAWS, head.data)
            return events_by_symbol(self.known, raws, _symbol, _row, self.id_rule)
        if head.channel == "heartbeat" or head.method == "pong":
            return Pong()
        if not head.success or head.error:
            return Refusal(head.req_id, 0, clean(head.error) or "no reason given", self._watched(head.symbol))
        if head.method == "subscribe":
            return Ack(head.req_id, self._watched(head.result.symbol if head.result else ""))
        return Other()

    def _watched(self, symbol: str) -> str:
        return symbol if self.known.name(symbol) else ""

    # --- REST

    def ask_time(self) -> Request:
        """The exchange's clock, in whole seconds."""
        return get_request(f"{self.rest_url}/0/public/Time", 1)

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:  # noqa: ARG002 - all at once
        """Every pair in one response: one unknown name would fail a request for some."""
        return (get_request(f"{self.rest_url}/0/public/AssetPairs", 1),)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        """Trades from a moment on (for an id: from `hint_us`, a time not after it), or the newest."""
        from_us = window.get("from_us")
        begin = window.get("hint_us") if from_us is None else from_us
        if window.get("from_id") is not None and begin is None:
            raise refuse(f"{self.name}:{symbol}", "trades are requested by time: an id needs `hint_us`")
        base, _, quote = symbol.partition("/")
        pair = OWN_CODES.get(base, base) + OWN_CODES.get(quote, quote)
        # `since` is in nanoseconds and excluded. Whole pages, for the ids looked for may stand late in them.
        since = None if begin is None else begin * 1000 - 1
        count = window.get("limit", LIMITS.trades_page) if begin is None else LIMITS.trades_page
        return get_request(f"{self.rest_url}/0/public/Trades", 1, pair=pair, since=since, count=count)

    def read_time(self, body: bytes) -> int:
        return decode(_TIME, _result(body)).unixtime * 1_000_000

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        wanted = frozenset(symbols)
        pairs = decode(_PAIRS, _result(body)).values()
        found = ((one, _canonical(one.wsname)) for one in pairs)
        return tuple(
            _market(self.name, one, symbol)
            for one, symbol in found
            if is_wanted(symbol, wanted, trades=one.status == "online")
        )

    def read_trades(self, body: bytes, symbol: str) -> Page:
        books = decode(_BOOKS, _result(body))
        books.pop("last", None)
        raws = [raw for book in books.values() for raw in decode(_RAWS, book)]
        return page_of(self.known, symbol, raws, _rest_row, self.id_rule)

    def read_failure(self, body: bytes) -> tuple[int, str]:
        return failure_in(_RESPONSE, body, lambda one: (0, "; ".join(one.error)))


def _canonical(name: str) -> str:
    return "/".join(CANONICAL.get(part, part) for part in name.split("/"))


def _symbol(raw: Raw) -> str:
    return decode(_SYMBOL_FIELD, raw).symbol


def _row(raw: Raw) -> Row:
    one = decode(_TRADE, raw)
    return one.trade_id, us_of(one.timestamp), text_of(one.price), text_of(one.qty), SIDES[one.side], 1


def _rest_row(raw: Raw) -> Row:
    price, size, time, side, _, _, number = decode(_ROW, raw)
    if side not in SIDES:
        raise refuse(None, f"side {clean(side, 20)!r}: expected b or s")
    return number, epoch_us(text_of(time)), price, size, SIDES[side], 1


def _result(body: bytes) -> Raw:
    """The result of a response; one of status 200 may still be a refusal."""
    response = decode(_RESPONSE, body)
    if response.error:
        raise refuse(None, clean("; ".join(response.error)))
    return response.result


def _market(venue: str, one: _Pair, symbol: str) -> Market:
    base, _, quote = symbol.partition("/")
    decimals = max(one.pair_decimals, decimals_of(one.tick_size))
    tick = to_units(one.tick_size, decimals) if one.tick_size else 1
    return Market(venue, symbol, base, quote, "spot", decimals, one.lot_decimals, max(1, tick))
