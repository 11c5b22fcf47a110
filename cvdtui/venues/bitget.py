"""Bitget, spot and USDT futures: `publicTrade` of its third API; history comes with the subscription alone.

https://www.bitget.com/docs/uta/websocket/public/Trade-Channel, .../uta/public/Instruments.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, Unpack

from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder, encode

from cvdtui.model import BUY, SELL, GroupLeg, IdRule, Kind, Market
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
from cvdtui.venues.grammar.parsing import epoch_us, event_of, failure_in, is_wanted, page_of
from cvdtui.venues.grammar.requests import Window, get_request, in_parts
from cvdtui.venues.grammar.symbols import spelled, split_symbol
from cvdtui.venues.grammar.venue import Action, Venue

LIMITS = Limits(
    weight_per_minute=600,  # ten to twenty requests a second from one address
    weight_header="",
    connects=300,
    streams_per_socket=200,
    messages_per_second=8.0,  # ten are allowed
    streams_per_message=40,
    frame_bytes=4096,
    socket_seconds=86_400,
    trades_page=0,  # it is not known whether REST numbers a trade as the stream does: never merged
    candles_page=0,
    trades_back_us=0,
    heartbeat_s=25.0,  # a text is due every 30 s
)
SIDES = {"buy": BUY, "sell": SELL}
"""The taker's side."""


class BitgetProduct(Struct, frozen=True):
    """What differs between Bitget's products."""

    name: str
    instruments: str
    """`instType` of the stream; `category` of REST in capitals."""
    kind: Kind


SPOT = BitgetProduct("bitget", "spot", "spot")
FUTURES = BitgetProduct("bitget-futures", "usdt-futures", "perp")


class _Trade(Struct, gc=False):
    i: str
    """Unique; a message has the newest first."""
    v: str
    """Base units, of futures too."""
    S: Literal["buy", "sell"]
    T: str
    p: str = ""
    P: str = ""
    """The documents' name of the price; the stream has been seen with `p`."""


class _Arg(Struct, gc=False):
    instType: str = ""
    topic: str = ""
    symbol: str = ""


class _Frame(Struct, gc=False):
    event: str = ""
    arg: _Arg = field(default_factory=_Arg)
    data: Raw = field(default_factory=Raw)
    code: str | int = ""
    msg: str = ""


class _Instrument(Struct, gc=False):
    symbol: str
    baseCoin: str = ""
    quoteCoin: str = ""
    pricePrecision: Annotated[int, Meta(ge=0, le=18)] = 8
    quantityPrecision: Annotated[int, Meta(ge=0, le=18)] = 8
    status: str = ""


class _Response(Struct, gc=False):
    code: str = ""
    msg: str = ""
    data: Raw = field(default_factory=Raw)


class _Time(Struct, gc=False):
    serverTime: str


_FRAME = Decoder(_Frame)
_TRADE = Decoder(_Trade)
_RAWS = Decoder(list[Raw])
_RESPONSE = Decoder(_Response)
_INSTRUMENTS = Decoder(list[_Instrument], strict=False)
_TIME = Decoder(_Time, strict=False)


class Bitget(Venue):
    """The grammar of one Bitget product; see `cvdtui.venues.Venue` for what each method promises."""

    heartbeat_frame = "ping"
    """Plain text, no JSON."""

    def __init__(
        self, product: BitgetProduct, symbols: Iterable[str] = (), **options: Unpack[VenueOptions]
    ) -> None:
        self.name = product.name
        self.id_rule: IdRule = "unique"
        self.limits = LIMITS
        self.ws_url, self.rest_url = addresses(options, "wss://ws.bitget.com", "https://api.bitget.com")
        self._product = product
        self.known: Instruments = instruments(self.default_market, symbols, options)

    def default_market(self, symbol: str) -> Market:
        symbol = checked_symbol(symbol).upper()
        base, money = split_symbol(symbol)
        return Market(self.name, symbol, base, money, self._product.kind, 2, 6)

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        if leg != self._product.kind:
            return ()
        if leg == "spot":
            return spelled("{base}{quote}", base, quote, ("USDT", "USDC"), others=True)
        return spelled("{base}{quote}", base, quote, ("USDT",))

    # --- the socket

    def socket_url(self) -> str:
        return f"{self.ws_url}/v3/ws/public"

    def streams(self, symbol: str) -> tuple[str, ...]:
        return (f"publicTrade:{symbol}",)

    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:  # noqa: ARG002 - unnumbered
        topic = {"instType": self._product.instruments, "topic": "publicTrade"}
        arguments = [{**topic, "symbol": symbol} for symbol in symbols]
        parts = in_parts(arguments, LIMITS.streams_per_message)
        return tuple(encode({"op": action, "args": part}).decode() for part in parts)

    def decode(self, frame: bytes | str) -> Event:
        if frame in (b"pong", "pong"):
            return Pong()
        head = decode(_FRAME, frame)
        symbol = head.arg.symbol if is_symbol(head.arg.symbol) else ""
        if head.event == "error":
            code = int(head.code) if str(head.code).isdecimal() else 0
            return Refusal(None, code, clean(head.msg) or "no reason given", symbol)
        if head.event == "subscribe":
            return Ack(None, symbol)
        if head.arg.topic != "publicTrade" or head.arg.instType != self._product.instruments:
            return Other()
        instrument = self.known.find(symbol)
        if instrument is None or not bytes(head.data):
            return Other()
        # Old trades (action "snapshot") and repeated ones are merged by their ids like any other:
        # https://github.com/ccxt/ccxt/issues/25639
        raws = decode(_RAWS, head.data, instrument.market.name)[::-1]
        return event_of(page_of(self.known, symbol, raws, _row, self.id_rule))

    # --- REST

    def ask_time(self) -> Request:
        return get_request(f"{self.rest_url}/api/v2/public/time", 1)

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:  # noqa: ARG002 - all at once
        """Every instrument of the product in one response."""
        category = self._product.instruments.upper()
        return (get_request(f"{self.rest_url}/api/v3/market/instruments", 1, category=category),)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:  # noqa: ARG002 - never sent
        """None (`limits.trades_page` is 0); raises WireError."""
        raise refuse(f"{self.name}:{symbol}", "the stream alone sends trades")

    def read_time(self, body: bytes) -> int:
        return epoch_us(decode(_TIME, _data(body)).serverTime)

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        wanted = frozenset(symbols)
        return tuple(
            Market(
                self.name,
                one.symbol,
                clean(one.baseCoin, 20),
                clean(one.quoteCoin, 20),
                self._product.kind,
                one.pricePrecision,
                one.quantityPrecision,
            )
            for one in decode(_INSTRUMENTS, _data(body))
            if is_wanted(one.symbol, wanted, trades=one.status == "online")
        )

    def read_trades(self, body: bytes, symbol: str) -> Page:
        raise refuse(f"{self.name}:{symbol}", f"{len(body)} bytes of trades that were not requested")

    def read_failure(self, body: bytes) -> tuple[int, str]:
        return failure_in(
            _RESPONSE, body, lambda one: (int(one.code) if one.code.isdecimal() else 0, one.msg)
        )


def _row(raw: Raw) -> Row:
    one = decode(_TRADE, raw)
    if not (one.i.isascii() and one.i.isdecimal()):
        raise refuse(None, f"id {clean(one.i, 40)!r}: expected digits")
    if not (one.p or one.P):
        raise refuse(None, "no price")
    return id_of(one.i), epoch_us(one.T), one.p or one.P, one.v, SIDES[one.S], 1


def _data(body: bytes) -> Raw:
    response = decode(_RESPONSE, body)
    if response.code != "00000":
        raise refuse(None, f"{clean(response.code, 20)}: {clean(response.msg)}")
    return response.data
