"""Hyperliquid, perpetuals: WebSocket `trades`; past trades cannot be requested, only the newest few.

https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions, .../info-endpoint.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, Unpack

from msgspec import DecodeError, Meta, Raw, Struct, field
from msgspec.json import Decoder, encode

from cvdtui.model import BUY, SELL, GroupLeg, IdRule, Market, asset_of
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
from cvdtui.venues.grammar.parsing import (
    events_by_symbol,
    is_wanted,
    page_of,
)
from cvdtui.venues.grammar.requests import Window
from cvdtui.venues.grammar.venue import Action, Venue

LIMITS = Limits(
    weight_per_minute=1200,
    weight_header="",
    connects=100,
    streams_per_socket=200,  # 1,000 subscriptions an address
    messages_per_second=15.0,  # 2,000 a minute
    streams_per_message=1,
    socket_seconds=86_400,
    trades_page=1,  # as many come as the venue likes; few of them do not mean that there are no more
    candles_page=0,
    trades_back_us=0,
    heartbeat_s=30.0,  # silence of ours for 60 s ends the connection
)
FINEST_PRICE = 6
"""Prices have at most 6 - szDecimals decimals (and five significant digits)."""
QUOTES = frozenset({"", "USD", "USDC"})
"""A perpetual has no quote in its name: it is priced in dollars and settled in USDC."""
THOUSANDS = frozenset({"PEPE", "SHIB", "BONK", "FLOKI", "LUNC", "NEIRO", "DOGS"})
"""Coins listed by the thousand, as kPEPE."""
SIDES = {"B": BUY, "A": SELL}
"""The taker's: B bought, A sold."""


class _Trade(Struct, gc=False):
    side: Literal["A", "B"]
    px: str
    sz: str
    time: int
    tid: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    """Unique, and in no order: 63 of 63 recorded ones jumped."""


class _SymbolField(Struct, gc=False):
    coin: str = ""


class _Frame(Struct, gc=False):
    channel: str
    data: Raw = field(default_factory=Raw)


class _Response(Struct, gc=False):
    method: str = ""
    subscription: _SymbolField = field(default_factory=_SymbolField)


class _Coin(Struct, gc=False):
    name: str
    szDecimals: Annotated[int, Meta(ge=0, le=18)]
    isDelisted: bool | None = None


class _Meta(Struct, gc=False):
    universe: list[_Coin]


class _Time(Struct, gc=False):
    time: Annotated[int, Meta(ge=0)]


_FRAME = Decoder(_Frame)
_TRADE = Decoder(_Trade)
_SYMBOL_FIELD = Decoder(_SymbolField)
_RESPONSE = Decoder(_Response)
_TEXT = Decoder(str)
_RAWS = Decoder(list[Raw])
_META = Decoder(_Meta)
_TIME = Decoder(_Time)


class Hyperliquid(Venue):
    """The grammar of Hyperliquid's perpetuals; see `cvdtui.venues.Venue` for what each method promises."""

    heartbeat_frame = '{"method":"ping"}'

    def __init__(self, symbols: Iterable[str] = (), **options: Unpack[VenueOptions]) -> None:
        self.name = "hyperliquid"
        self.id_rule: IdRule = "unique"
        self.limits = LIMITS
        self.ws_url, self.rest_url = addresses(
            options, "wss://api.hyperliquid.xyz", "https://api.hyperliquid.xyz"
        )
        self.known: Instruments = instruments(self.default_market, symbols, options)

    def default_market(self, symbol: str) -> Market:
        """A perpetual from its coin (BTC, kPEPE) alone: case matters; raises WireError."""
        return self._market(checked_symbol(symbol), 3)

    def _market(self, coin: str, size_decimals: int) -> Market:
        base = coin.rpartition(":")[2]
        return Market(
            self.name, coin, base, "USD", "perp", max(0, FINEST_PRICE - size_decimals), size_decimals
        )

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        if leg == "spot" or quote not in QUOTES:
            return ()
        asset = asset_of(base)[0].removeprefix("K")
        return (f"k{asset}" if asset in THOUSANDS else base,)

    # --- the socket

    def socket_url(self) -> str:
        return f"{self.ws_url}/ws"

    def streams(self, symbol: str) -> tuple[str, ...]:
        return (f"trades:{symbol}",)

    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:  # noqa: ARG002 - unnumbered
        return tuple(
            encode({"method": action, "subscription": {"type": "trades", "coin": coin}}).decode()
            for coin in symbols
        )

    def decode(self, frame: bytes | str) -> Event:
        head = decode(_FRAME, frame)
        match head.channel:
            case "trades":
                # The first message after subscribing has old trades, unmarked: they are merged by id.
                raws = decode(_RAWS, head.data)
                return events_by_symbol(self.known, raws, _coin, _row, self.id_rule)
            case "pong":
                return Pong()
            case "subscriptionResponse":
                response = decode(_RESPONSE, head.data)
                return Ack(None, response.subscription.coin) if response.method == "subscribe" else Other()
            case "error":
                return self._refusal(decode(_TEXT, head.data))
        return Other()

    def _refusal(self, text: str) -> Refusal:
        """The text ends with the request that was refused."""
        try:
            coin = _SYMBOL_FIELD.decode(text[text.find("{") :] if "{" in text else "{}").coin
        except DecodeError:
            coin = ""
        return Refusal(None, 0, clean(text), coin if is_symbol(coin) else "")

    # --- REST

    def _ask(self, weight: int, **body: str) -> Request:
        return Request(f"{self.rest_url}/info", weight, "POST", encode(body))

    def ask_time(self) -> Request:
        """The time of a book: there is no request for the clock alone."""
        return self._ask(2, type="l2Book", coin="BTC")

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:  # noqa: ARG002 - all at once
        """Every perpetual in one response."""
        return (self._ask(20, type="meta"),)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:  # noqa: ARG002 - only the newest
        """The newest few trades, whatever the window."""
        return self._ask(20, type="recentTrades", coin=symbol)

    def read_time(self, body: bytes) -> int:
        return decode(_TIME, body).time * 1000

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        wanted = frozenset(symbols)
        return tuple(
            self._market(one.name, one.szDecimals)
            for one in decode(_META, body).universe
            if is_wanted(one.name, wanted, trades=not one.isDelisted)
        )

    def read_trades(self, body: bytes, symbol: str) -> Page:
        return page_of(self.known, symbol, decode(_RAWS, body)[::-1], _row, self.id_rule)


def _coin(raw: Raw) -> str:
    return decode(_SYMBOL_FIELD, raw).coin


def _row(raw: Raw) -> Row:
    one = decode(_TRADE, raw)
    return one.tid, one.time * 1000, one.px, one.sz, SIDES[one.side], 1
