"""Binance spot, USD-M and COIN-M futures: addresses, subscriptions, frames to trades, REST both ways.

One class serves all; what differs stands in a Product. Spot: https://developers.binance.com/docs/binance-spot-api-docs,
USD-M: https://developers.binance.com/docs/derivatives/usds-margined-futures.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Unpack

from msgspec.json import encode

from cvdtui.model import GroupLeg, IdRule, Market, OpenInterest
from cvdtui.venues.binance import rest
from cvdtui.venues.binance.frames import SECONDS, BinanceFrames
from cvdtui.venues.binance.instruments import BinanceInstruments, TimeBounds
from cvdtui.venues.binance.quotes import read_quote
from cvdtui.venues.grammar.events import (
    LATEST_US,
    Candles,
    ColumnsPage,
    Event,
    Limits,
    Page,
    QuoteTexts,
    Request,
)
from cvdtui.venues.grammar.instruments import checked_symbol
from cvdtui.venues.grammar.options import VenueOptions, addresses, bound
from cvdtui.venues.grammar.requests import Window, get_request, in_parts
from cvdtui.venues.grammar.symbols import coin_margined_market, perpetual_market, spelled, spot_market
from cvdtui.venues.grammar.venue import Action, Decode, Venue

if TYPE_CHECKING:
    from cvdtui.venues.binance.rest import Product

INTERVALS = {seconds: interval for interval, seconds in SECONDS.items()}


class Binance(Venue):
    """The grammar of one Binance product; see `cvdtui.venues.Venue` for what each method promises."""

    def __init__(
        self, product: "Product", symbols: Iterable[str] = (), **options: Unpack[VenueOptions]
    ) -> None:
        self.name = product.name
        self.id_rule: IdRule = "contiguous"
        self.limits: Limits = product.limits
        self.ws_url, self.rest_url = addresses(options, product.ws_url, product.rest_url)
        self.mirrors = product.mirrors
        self._product = product
        self._clock = TimeBounds(bound(options), LATEST_US)
        self.known: BinanceInstruments = BinanceInstruments()
        for symbol in symbols:
            self.learn(self.default_market(symbol))
        for market in options.get("markets", ()):
            self.learn(market)
        unknown_symbol = self.default_market if options.get("any_symbol") else None
        self._frames = BinanceFrames(self.known.by_symbol, self._clock, product.trade_id_rule, unknown_symbol)

    # --- markets

    def default_market(self, symbol: str) -> Market:
        symbol = checked_symbol(symbol)
        make = spot_market if self._product.kind == "spot" else perpetual_market
        if self._product.inverse:
            make = coin_margined_market
        return make(self.name, symbol.upper())

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        product = self._product
        if leg != ("spot" if product.kind == "spot" else "perp"):
            return ()
        if f"{base}{quote}" in product.cross_pairs:
            return (f"{base}{quote}",)
        return spelled(product.form, base, quote, product.quotes, others=product.kind == "spot")

    # --- the socket

    def socket_url(self) -> str:
        """The combined stream: `subscribe` names the streams."""
        return self.ws_url + self._product.stream_route

    def streams(self, symbol: str) -> tuple[str, ...]:
        """The streams of one market: its trades first, its closed minutes second, its liquidations last."""
        name = symbol.lower()
        # aggTrade, not trade: one message for all fills of an order at a price, and its ids have no holes.
        plain = f"{name}@aggTrade", f"{name}@kline_1m"
        return plain if self._product.kind == "spot" else (*plain, f"{name}@forceOrder")

    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        streams = [stream for symbol in symbols for stream in self.streams(symbol)]
        parts = in_parts(streams, self.limits.streams_per_message)
        return tuple(
            encode({"method": action.upper(), "params": part, "id": number}).decode()
            for number, part in enumerate(parts, first_id)
        )

    def decoder(self) -> Decode:
        return self._frames.decode

    def decode(self, frame: bytes | str) -> Event:
        return self._frames.decode(frame)

    def quotes_url(self, symbols: Sequence[str]) -> str:
        if not self._product.quotes_route:
            return ""
        kinds = ("trade", "bookTicker")
        streams = "/".join(f"{symbol.lower()}@{kind}" for symbol in symbols for kind in kinds)
        return f"{self.ws_url}{self._product.quotes_route}?streams={streams}"

    def read_quote(self, frame: bytes) -> QuoteTexts | None:
        return read_quote(frame)

    # --- REST requests

    def _ask(self, path: str, weight: int, **params: object) -> Request:
        return get_request(f"{self.rest_url}{self._product.rest_route}{path}", weight, **params)

    def ask_time(self) -> Request:
        return self._ask("/time", 1)

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:
        """ExchangeInfo of these instruments where the product takes symbols, else of all."""
        if not symbols or not self._product.markets_by_symbol:
            return (self._ask("/exchangeInfo", self._product.info_weight),)
        wanted = encode(list(symbols)).decode()
        return (self._ask("/exchangeInfo", self._product.info_weight, symbols=wanted),)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        """Aggregate trades from an id on (inclusive), or of a window of less than an hour, or the newest.

        USD-M refuses an id and a time together, so only one may be given.
        """
        from_id, from_us, to_us = window.get("from_id"), window.get("from_us"), window.get("to_us")
        if from_id is not None and (from_us is not None or to_us is not None):
            message = "ask_trades takes an id or a window of time, not both"
            raise ValueError(message)
        return self._ask(
            "/aggTrades",
            self._product.trades_weight,
            symbol=symbol,
            fromId=from_id,
            startTime=None if from_us is None else from_us // 1000,
            endTime=None if to_us is None else to_us // 1000,
            limit=window.get("limit", self.limits.trades_page),
        )

    def ask_candles(self, symbol: str, seconds: int, from_us: int, to_us: int) -> Request:
        """Candles with from_us <= open time < to_us, at most `limits.candles_page`; see `read_candles`."""
        wanted = -(-(to_us - from_us) // (seconds * 1_000_000))
        limit = max(1, min(wanted, self.limits.candles_page))
        return self._ask(
            "/klines",
            self._product.candles_weight(limit),
            symbol=symbol,
            interval=INTERVALS[seconds],
            startTime=from_us // 1000,
            endTime=to_us // 1000 - 1,
            limit=limit,
        )

    # --- REST responses

    def read_time(self, body: bytes) -> int:
        return rest.read_time(body)

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        return rest.read_markets(self._product, body, frozenset(symbols))

    def read_trades(self, body: bytes, symbol: str) -> Page:
        return rest.read_trades(self.known.by_symbol[symbol], body, self._clock)

    def read_columns(self, body: bytes, symbol: str) -> ColumnsPage:
        """Without a trade object a row: history is many rows."""
        return rest.read_columns(self.known.by_symbol[symbol], body, self._clock)

    def read_candles(self, body: bytes, symbol: str, seconds: int) -> Candles:
        """The last may still be open when the window reaches into the present."""
        return rest.read_candles(self.known.by_symbol[symbol], body, seconds, self._clock)

    def ask_open_interest(self, symbol: str) -> Request | None:
        """None on spot, which has none."""
        if self._product.kind == "spot":
            return None
        return self._ask("/openInterest", 1, symbol=symbol)

    def read_open_interest(self, body: bytes, symbol: str) -> OpenInterest:
        return rest.read_open_interest(self.known.by_symbol[symbol], body, self._clock)

    def read_failure(self, body: bytes) -> tuple[int, str]:
        return rest.read_failure(body)
