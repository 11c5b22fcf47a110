"""Coinbase Exchange, spot: `matches` by WebSocket, trades by id over REST.

https://docs.cdp.coinbase.com/exchange/websocket-feed/channels,
https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-trades.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, Unpack

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder, encode

from cvdtui.model import BUY, SELL, GroupLeg, IdRule, Market
from cvdtui.venues.grammar.decimals import decimals_of, to_units
from cvdtui.venues.grammar.events import (
    Ack,
    Event,
    FormingCandle,
    Limits,
    Other,
    Page,
    Refusal,
    Request,
    Several,
    clean,
    is_symbol,
)
from cvdtui.venues.grammar.instruments import Instruments, Row, checked_symbol, decode
from cvdtui.venues.grammar.options import VenueOptions, addresses, instruments
from cvdtui.venues.grammar.parsing import Moment, failure_in, is_wanted, page_of, us_of
from cvdtui.venues.grammar.requests import Window, by_id_only, get_request
from cvdtui.venues.grammar.symbols import spelled
from cvdtui.venues.grammar.venue import Action, Venue

LIMITS = Limits(
    weight_per_minute=600,  # ten requests a second from one address
    weight_header="",
    connects=300,
    streams_per_socket=200,
    messages_per_second=8.0,
    streams_per_message=2,  # one product: an unknown one fails the request for all in it
    socket_seconds=86_400,
    trades_page=1000,
    candles_page=0,
    trades_back_us=0,
)


class _Channel(Struct, gc=False):
    name: str = ""
    product_ids: list[str] = []


class _Head(Struct, gc=False):
    type: str = ""
    product_id: str = ""
    message: str = ""
    reason: str = ""
    channels: list[_Channel] = []


class _Match(Struct, gc=False):
    trade_id: Annotated[int, Meta(ge=0)]
    side: Literal["buy", "sell"]
    """The MAKER's: a "sell" order rested in the book, so the taker bought.

    The documentation is quoted in https://github.com/c9s/bbgo/issues/2148; taken for the taker's, it gives a
    CVD of the wrong sign.
    """
    price: str
    size: str
    time: Moment


class _Product(Struct, gc=False):
    id: str
    base_currency: str = ""
    quote_currency: str = ""
    quote_increment: str = ""
    base_increment: str = ""
    status: str = ""


class _Time(Struct, gc=False):
    iso: Moment


_HEAD = Decoder(_Head)
_MATCH = Decoder(_Match)
_RAWS = Decoder(list[Raw])
_PRODUCTS = Decoder(list[_Product])
_TIME = Decoder(_Time)


class Coinbase(Venue):
    """The grammar of Coinbase Exchange; see `cvdtui.venues.Venue` for what each method promises."""

    def __init__(self, symbols: Iterable[str] = (), **options: Unpack[VenueOptions]) -> None:
        self.name = "coinbase"
        self.id_rule: IdRule = "contiguous"
        self.limits = LIMITS
        self.ws_url, self.rest_url = addresses(
            options, "wss://ws-feed.exchange.coinbase.com", "https://api.exchange.coinbase.com"
        )
        self.known: Instruments = instruments(self.default_market, symbols, options)

    def default_market(self, symbol: str) -> Market:
        """A market from its symbol (BTC-USD) alone; raises WireError."""
        base, _, quote = checked_symbol(symbol).upper().partition("-")
        return Market(self.name, symbol.upper(), base, quote, price_decimals=2, size_decimals=8)

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        if leg == "perp":
            return ()
        return spelled("{base}-{quote}", base, quote, ("USD", "USDT", "USDC"), others=True)

    # --- the socket

    def socket_url(self) -> str:
        return self.ws_url

    def streams(self, symbol: str) -> tuple[str, ...]:
        """Trades, and the heartbeat that proves the subscription in a quiet market."""
        return f"matches:{symbol}", f"heartbeat:{symbol}"

    # A connection that subscribes to nothing for 5 s is closed, so nothing may come before these.
    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:  # noqa: ARG002 - unnumbered
        channels = ["matches", "heartbeat"]  # `ticker` skips trades
        return tuple(
            encode({"type": action, "product_ids": [symbol], "channels": channels}).decode()
            for symbol in symbols
        )

    def decode(self, frame: bytes | str) -> Event:
        head = decode(_HEAD, frame)
        if head.type in ("match", "last_match"):  # the last one, sent on subscribing, is merged by its id
            return self._match(frame, head.product_id)
        if head.type == "heartbeat":
            return FormingCandle(self.known.name(head.product_id))
        if head.type == "subscriptions":
            return _accepted(head.channels)
        if head.type == "error":
            return _refusal(head)
        return Other(self.known.name(head.product_id))

    def _match(self, frame: bytes | str, symbol: str) -> Event:
        instrument = self.known.find(symbol)
        if instrument is None:
            return Other()
        row = _row(decode(_MATCH, frame, instrument.market.name))
        return self.known.event(instrument, (row,), self.id_rule)

    # --- REST

    def ask_time(self) -> Request:
        return get_request(f"{self.rest_url}/time", 1)

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:  # noqa: ARG002 - all at once
        """Every product in one response."""
        return (get_request(f"{self.rest_url}/products", 1),)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        """Trades from an id on, or the newest; the endpoint takes no times."""
        from_id, limit = by_id_only(f"{self.name}:{symbol}", window, LIMITS.trades_page)
        # `after` gives what is older than an id: the page ends just below the first id not wanted.
        after = None if from_id is None else from_id + limit
        return get_request(f"{self.rest_url}/products/{symbol}/trades", 1, limit=limit, after=after)

    def read_time(self, body: bytes) -> int:
        return us_of(decode(_TIME, body).iso)

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        wanted = frozenset(symbols)
        found = decode(_PRODUCTS, body)
        return tuple(
            _market(self.name, one)
            for one in found
            if is_wanted(one.id, wanted, trades=one.status == "online")
        )

    def read_trades(self, body: bytes, symbol: str) -> Page:
        raws = decode(_RAWS, body)[::-1]
        return page_of(self.known, symbol, raws, lambda raw: _row(decode(_MATCH, raw)), self.id_rule)

    def read_failure(self, body: bytes) -> tuple[int, str]:
        return failure_in(_HEAD, body, lambda one: (0, one.message))


def _row(match: _Match) -> Row:
    side = BUY if match.side == "sell" else SELL  # the maker's side, inverted
    return match.trade_id, us_of(match.time), match.price, match.size, side, 1


def _accepted(channels: list[_Channel]) -> Event:
    """The response lists every subscription there is."""
    products = [one for channel in channels if channel.name == "matches" for one in channel.product_ids]
    acks = tuple(Ack(None, symbol) for symbol in products if is_symbol(symbol))
    return acks[0] if len(acks) == 1 else Several(acks) if acks else Other()


def _refusal(head: _Head) -> Refusal:
    """The symbol stands in the text only: "FOO-USD is not a valid product"."""
    first = head.reason.partition(" ")[0]
    symbol = first if "-" in first and is_symbol(first) else ""
    text = ": ".join(part for part in (head.message, head.reason) if part)
    return Refusal(None, 0, clean(text) or "no reason given", symbol)


def _market(venue: str, one: _Product) -> Market:
    price, size = decimals_of(one.quote_increment), decimals_of(one.base_increment)
    tick = to_units(one.quote_increment, price) if one.quote_increment else 1
    base, quote = clean(one.base_currency, 20), clean(one.quote_currency, 20)
    return Market(venue, one.id, base, quote, "spot", price, size, max(1, tick))
