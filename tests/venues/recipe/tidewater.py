"""Tidewater, a made-up venue: `fills` by WebSocket, trades by id over REST.

https://docs.example.org. It follows the recipe in cvdtui/venues/README.md.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, Unpack

from msgspec import Raw, Struct
from msgspec.json import Decoder, encode

from cvdtui.model import BUY, SELL, GroupLeg, IdRule, Market
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
    is_symbol,
)
from cvdtui.venues.grammar.instruments import Instruments, Row, checked_symbol, decode
from cvdtui.venues.grammar.options import VenueOptions, addresses, instruments
from cvdtui.venues.grammar.parsing import event_of, is_wanted, page_of
from cvdtui.venues.grammar.requests import Window, by_id_only, get_request
from cvdtui.venues.grammar.symbols import spelled
from cvdtui.venues.grammar.venue import Action, Venue

LIMITS = Limits(
    weight_per_minute=600,
    weight_header="",
    connects=100,
    streams_per_socket=100,
    messages_per_second=5.0,
    streams_per_message=1,
    socket_seconds=86_400,
    trades_page=500,
    candles_page=0,
    trades_back_us=0,
    heartbeat_s=20.0,
)


class _Fill(Struct, gc=False):
    id: int
    ms: int
    price: str
    size: str
    taker: Literal["bid", "ask"]


class _Frame(Struct, gc=False):
    kind: str = ""
    book: str = ""
    fills: list[Raw] = []
    why: str = ""


class _Book(Struct, gc=False):
    name: str
    price_places: int = 2
    size_places: int = 8


class _Books(Struct, gc=False):
    books: list[_Book]


class _Time(Struct, gc=False):
    ms: int


_FRAME = Decoder(_Frame)
_FILL = Decoder(_Fill)
_RAWS = Decoder(list[Raw])
_BOOKS = Decoder(_Books)
_TIME = Decoder(_Time)


class Tidewater(Venue):
    """The grammar of Tidewater; see `cvdtui.venues.Venue` for what each method promises."""

    heartbeat_frame = '{"ask":"ping"}'

    def __init__(self, symbols: Iterable[str] = (), **options: Unpack[VenueOptions]) -> None:
        self.name = "tidewater"
        self.id_rule: IdRule = "contiguous"
        self.limits = LIMITS
        self.ws_url, self.rest_url = addresses(options, "wss://ws.example.org", "https://api.example.org")
        self.known: Instruments = instruments(self.default_market, symbols, options)

    def default_market(self, symbol: str) -> Market:
        """A market from its symbol (BTC-USD) alone; raises WireError."""
        symbol = checked_symbol(symbol).upper()
        base, _, quote = symbol.partition("-")
        return Market(self.name, symbol, base, quote, price_decimals=2, size_decimals=8)

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        return spelled("{base}-{quote}", base, quote, ("USD",)) if leg == "spot" else ()

    # --- the socket

    def socket_url(self) -> str:
        return f"{self.ws_url}/stream"

    def streams(self, symbol: str) -> tuple[str, ...]:
        return (f"fills:{symbol}",)

    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        verb = "ask" if action == "subscribe" else "end"
        return tuple(
            encode({verb: "fills", "book": symbol, "id": number}).decode()
            for number, symbol in enumerate(symbols, first_id)
        )

    def decode(self, frame: bytes | str) -> Event:
        head = decode(_FRAME, frame)
        match head.kind:
            case "fills" if self.known.find(head.book) is not None:
                return event_of(page_of(self.known, head.book, head.fills, _row, self.id_rule))
            case "accepted":
                return Ack(None, head.book if is_symbol(head.book) else "")
            case "refused":
                return Refusal(None, 0, clean(head.why), head.book if is_symbol(head.book) else "")
            case "pong":
                return Pong()
        return Other()

    # --- REST

    def ask_time(self) -> Request:
        return get_request(f"{self.rest_url}/time", 1)

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:
        """These books, or every one, in one response."""
        return (get_request(f"{self.rest_url}/books", 1, names=",".join(symbols) or None),)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        """Trades from an id on, or the newest."""
        first, limit = by_id_only(f"{self.name}:{symbol}", window, LIMITS.trades_page)
        return get_request(f"{self.rest_url}/fills", 1, book=symbol, first=first, limit=limit)

    def read_time(self, body: bytes) -> int:
        return decode(_TIME, body).ms * 1000

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        wanted = frozenset(symbols)
        return tuple(
            Market(self.name, one.name, base, quote, "spot", one.price_places, one.size_places)
            for one in decode(_BOOKS, body).books
            for base, _, quote in [one.name.partition("-")]
            if is_wanted(one.name, wanted, trades=True)
        )

    def read_trades(self, body: bytes, symbol: str) -> Page:
        raws = decode(_RAWS, body)
        return page_of(self.known, symbol, raws, _row, self.id_rule)


def _row(raw: Raw) -> Row:
    one = decode(_FILL, raw)
    return one.id, one.ms * 1000, one.price, one.size, BUY if one.taker == "bid" else SELL, 1
