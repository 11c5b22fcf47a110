"""Saltmarsh, a made-up venue: channels get a number on each connection, and trades name it alone."""

from collections.abc import Iterable, Sequence
from typing import Unpack

from msgspec import Raw, Struct
from msgspec.json import Decoder, encode

from cvdtui.model import BUY, SELL, GroupLeg, IdRule, Market
from cvdtui.venues.grammar.events import Ack, Event, Limits, Other, Page, Pong, Request, refuse
from cvdtui.venues.grammar.instruments import Instruments, Row, checked_symbol, decode
from cvdtui.venues.grammar.options import VenueOptions, addresses, instruments
from cvdtui.venues.grammar.parsing import event_of, page_of
from cvdtui.venues.grammar.requests import Window, get_request
from cvdtui.venues.grammar.symbols import spelled
from cvdtui.venues.grammar.venue import Action, Decode, Venue

LIMITS = Limits(
    weight_per_minute=60,
    weight_header="",
    connects=100,
    streams_per_socket=2,
    messages_per_second=50.0,
    streams_per_message=1,
    socket_seconds=86_400,
    trades_page=0,
    candles_page=0,
    trades_back_us=0,
)


class _Subscribed(Struct, gc=False):
    event: str = ""
    channel: int = -1
    symbol: str = ""


_HEAD = Decoder(_Subscribed)
_CHANNEL_FRAME = Decoder(list[Raw])
_NUMBER = Decoder(int)
_KIND = Decoder(str)
_TRADE = Decoder(tuple[int, int, float, float])


class Channels:
    """The channels of one connection: `{"event":"subscribed","channel":17,...}`, then `[17,"te",[...]]`."""

    def __init__(self, known: Instruments) -> None:
        self._known = known
        self._symbols: dict[int, str] = {}

    def decode(self, frame: bytes | str) -> Event:
        """One frame of this connection; raises WireError."""
        if frame[:1] in (b"{", "{"):
            head = decode(_HEAD, frame)
            if head.event != "subscribed":
                return Other()
            self._symbols[head.channel] = head.symbol
            return Ack(None, head.symbol)
        number, kind, *rows = decode(_CHANNEL_FRAME, frame)
        if decode(_KIND, kind) == "hb":
            return Pong()
        symbol = self._symbols.get(decode(_NUMBER, number))
        if symbol is None:
            raise refuse(None, f"channel {bytes(number).decode()}: not subscribed on this connection")
        return event_of(page_of(self._known, symbol, rows, _row, "contiguous"))


class Saltmarsh(Venue):
    """The grammar of Saltmarsh; see `cvdtui.venues.Venue` for what each method promises."""

    def __init__(self, symbols: Iterable[str] = (), **options: Unpack[VenueOptions]) -> None:
        self.name = "saltmarsh"
        self.id_rule: IdRule = "contiguous"
        self.limits = LIMITS
        self.ws_url, self.rest_url = addresses(options, "wss://ws.example.org", "https://api.example.org")
        self.known: Instruments = instruments(self.default_market, symbols, options)
        self._alone = Channels(self.known)

    def default_market(self, symbol: str) -> Market:
        base, _, quote = checked_symbol(symbol).partition("-")
        return Market(self.name, symbol, base, quote, price_decimals=2, size_decimals=8)

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        return spelled("{base}-{quote}", base, quote, ("USD",)) if leg == "spot" else ()

    def socket_url(self) -> str:
        return f"{self.ws_url}/stream"

    def streams(self, symbol: str) -> tuple[str, ...]:
        return (f"trades:{symbol}",)

    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        return tuple(encode({"event": action, "symbol": symbol}).decode() for symbol in symbols)

    def decoder(self) -> Decode:
        return Channels(self.known).decode

    def decode(self, frame: bytes | str) -> Event:
        return self._alone.decode(frame)

    def ask_time(self) -> Request:
        return get_request(f"{self.rest_url}/time", 1)

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:
        return (get_request(f"{self.rest_url}/markets", 1),)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        raise refuse(f"{self.name}:{symbol}", "the stream alone sends trades")

    def read_time(self, body: bytes) -> int:
        return decode(_NUMBER, body) * 1000

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        return tuple(self.default_market(symbol) for symbol in symbols)

    def read_trades(self, body: bytes, symbol: str) -> Page:
        raise refuse(f"{self.name}:{symbol}", "the stream alone sends trades")


def _row(raw: Raw) -> Row:
    number, ms, amount, price = decode(_TRADE, raw)
    return number, ms * 1000, str(price), str(abs(amount)), BUY if amount > 0 else SELL, 1
