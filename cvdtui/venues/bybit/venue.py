"""Bybit v5, spot, linear and inverse: addresses, subscriptions and REST; frames are read in frames.py.

https://bybit-exchange.github.io/docs/v5/ws/connect. Trade ids are texts in no order, so no hole
can be seen: the newest trades are merged by id after each connection. Candles carry no taker volume, so they
give no delta.
"""

from collections.abc import Iterable, Sequence
from typing import Unpack

from msgspec.json import encode

from cvdtui.model import GroupLeg, IdRule, Kind, Market
from cvdtui.venues.bybit import rest
from cvdtui.venues.bybit.frames import BybitFrames
from cvdtui.venues.bybit.rest import BybitProduct
from cvdtui.venues.grammar.decimals import INVERSE_DECIMALS
from cvdtui.venues.grammar.events import Event, Limits, Page, Request
from cvdtui.venues.grammar.instruments import Instruments, checked_symbol
from cvdtui.venues.grammar.options import VenueOptions, addresses, instruments
from cvdtui.venues.grammar.requests import Window, get_request, in_parts, newest_only
from cvdtui.venues.grammar.symbols import spelled, split_symbol
from cvdtui.venues.grammar.venue import Action, Decode, Venue

MOST_SINGLE = 20
"""More instruments than this are requested by one request for all."""


class Bybit(Venue):
    """The grammar of one Bybit product; see `cvdtui.venues.Venue` for what each method promises."""

    heartbeat_frame = '{"op":"ping"}'

    def __init__(
        self, product: BybitProduct, symbols: Iterable[str] = (), **options: Unpack[VenueOptions]
    ) -> None:
        self.name = product.name
        self.id_rule: IdRule = "unique"
        self.limits: Limits = product.limits
        self.ws_url, self.rest_url = addresses(options, "wss://stream.bybit.com", "https://api.bybit.com")
        self.mirrors: tuple[str, ...] = (
            "wss://stream.bybit.kz",
            "wss://stream.bybit-tr.com",
            "wss://stream.bybitgeorgia.ge",
            "https://api.bytick.com",
        )
        self._product = product
        self.known: Instruments = instruments(self.default_market, symbols, options)
        self._frames = BybitFrames(self.known)

    def default_market(self, symbol: str) -> Market:
        symbol = checked_symbol(symbol).upper()
        base, money = split_symbol(symbol.partition("-")[0])
        if not money and base.endswith("PERP"):
            base, money = base.removesuffix("PERP"), "USDC"
        if self._product.category == "spot":
            return Market(self.name, symbol, base, money, "spot", 2, 5)
        is_dated = "-" in symbol or (self._product.is_inverse and symbol[-2:].isdigit())
        if self._product.is_inverse:
            base, money = symbol.partition("USD")[0], "USD"
        places = INVERSE_DECIMALS if self._product.is_inverse else 3
        kind: Kind = "future" if is_dated else "perp"
        return Market(self.name, symbol, base, money, kind, 2, places, inverse=self._product.is_inverse)

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        category = self._product.category
        if leg != ("spot" if category == "spot" else "perp"):
            return ()
        if category == "inverse":
            return spelled("{base}{quote}", base, quote, ("USD",))
        pairs = spelled("{base}{quote}", base, quote, ("USDT", "USDC"), others=category == "spot")
        if category == "spot":
            return pairs
        # A perpetual in USDC says PERP in the quote's place: https://bybit-exchange.github.io/docs/v5/enum#symbol
        return tuple(f"{base}PERP" if pair == f"{base}USDC" else pair for pair in pairs)

    # --- the socket

    def socket_url(self) -> str:
        """Where to connect; one address a product."""
        return f"{self.ws_url}/v5/public/{self._product.category}"

    def streams(self, symbol: str) -> tuple[str, ...]:
        """The streams of one market: its trades first."""
        return tuple(f"{topic}.{symbol}" for topic in self._product.topics)

    def decoder(self) -> Decode:
        return self._frames.decode

    def decode(self, frame: bytes | str) -> Event:
        return self._frames.decode(frame)

    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        topics = [stream for symbol in symbols for stream in self.streams(symbol)]
        parts = in_parts(topics, self.limits.streams_per_message)
        return tuple(
            encode({"req_id": str(number), "op": action, "args": part}).decode()
            for number, part in enumerate(parts, first_id)
        )

    # --- REST

    def _ask(self, path: str, **params: object) -> Request:
        return get_request(f"{self.rest_url}/v5/market/{path}", 1, **params)

    def ask_time(self) -> Request:
        return self._ask("time")

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:
        """Each instrument alone while they are few, else all in one response."""
        category = self._product.category
        if symbols and len(symbols) <= MOST_SINGLE:
            return tuple(self._ask("instruments-info", category=category, symbol=one) for one in symbols)
        limit = None if category == "spot" else 1000
        return (self._ask("instruments-info", category=category, limit=limit),)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        """The newest trades; older ones cannot be requested."""
        limit = newest_only(f"{self.name}:{symbol}", window, self.limits.trades_page)
        return self._ask("recent-trade", category=self._product.category, symbol=symbol, limit=limit)

    def read_time(self, body: bytes) -> int:
        return rest.read_time(body)

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        return rest.read_markets(self._product, body, frozenset(symbols))

    def read_trades(self, body: bytes, symbol: str) -> Page:
        return rest.read_trades(self.known, body, symbol)

    def read_failure(self, body: bytes) -> tuple[int, str]:
        return rest.read_failure(body)
