"""Binance spot, USD-M and COIN-M futures: addresses, subscriptions, frames to trades, REST both ways.

One class serves all; what differs is said in a Product. Spot: https://developers.binance.com/docs/binance-spot-api-docs,
USD-M: https://developers.binance.com/docs/derivatives/usds-margined-futures.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from msgspec.json import encode

from cvdtui.model import IdRule, Market, Now, OpenInterest
from cvdtui.venues.binance import rest
from cvdtui.venues.binance import rows as grammar
from cvdtui.venues.binance.frames import SECONDS, BinanceFrames
from cvdtui.venues.grammar.events import (
    LATEST_US,
    SYMBOL,
    Candles,
    ColumnsPage,
    Event,
    Limits,
    Page,
    Request,
    clean,
    is_symbol,
    refuse,
)
from cvdtui.venues.grammar.symbols import coin_margined_market, perpetual_market, spot_market

if TYPE_CHECKING:
    from cvdtui.venues.binance.rest import Product

INTERVALS = {seconds: interval for interval, seconds in SECONDS.items()}


class Binance:
    """The grammar of one Binance product; see `cvdtui.venues.Venue` for what each method promises."""

    def __init__(  # noqa: PLR0913 - every one is an option with a default
        self,
        product: "Product",
        symbols: Iterable[str] = (),
        *,
        ws_url: str = "",
        rest_url: str = "",
        markets: Iterable[Market] = (),
        any_symbol: bool = False,
        now: Now | None = None,
    ) -> None:
        self.name = product.name
        self.id_rule: IdRule = "contiguous"
        self.limits: Limits = product.limits
        self.ws_url = (ws_url or product.ws_url).rstrip("/")
        self.rest_url = (rest_url or product.rest_url).rstrip("/")
        self.mirrors = product.mirrors
        self._product = product
        self._clock = grammar.TimeBounds(now, LATEST_US)
        self._scales: dict[str, grammar.BinanceInstrument] = {}
        unknown_symbol = self.default_market if any_symbol else None
        self.decode: Callable[[bytes | str], Event] = BinanceFrames(
            self._scales, self._clock, product.trade_id_rule, unknown_symbol
        ).decode
        """One frame as an Event; raises WireError (with `market` where known) for one that does not parse."""
        for symbol in symbols:
            self.learn(self.default_market(symbol))
        for market in markets:
            self.learn(market)

    # --- markets

    def default_market(self, symbol: str) -> Market:
        """A market from its symbol alone; raises WireError for a text that cannot be a symbol."""
        if not is_symbol(symbol):
            raise refuse(None, f"{clean(symbol, 60)!r} cannot be a symbol: expected {SYMBOL.pattern}")
        make = spot_market if self._product.kind == "spot" else perpetual_market
        if self._product.inverse:
            make = coin_margined_market
        return make(self.name, symbol.upper())

    def learn(self, market: Market) -> None:
        """Decode this market's frames from now on, in its decimals."""
        scale = self._scales.get(market.symbol)
        if scale is None:
            self._scales[market.symbol] = grammar.BinanceInstrument(market)
        else:
            scale.learn(market)

    def forget(self, symbol: str) -> None:
        """Ignore this market's frames from now on."""
        self._scales.pop(symbol, None)

    def market(self, symbol: str) -> Market:
        """The market as known by now (it grows with finer values); raises KeyError for one never learnt."""
        return self._scales[symbol].market

    def markets(self) -> tuple[Market, ...]:
        """Every market as known by now."""
        return tuple(scale.market for scale in self._scales.values())

    # --- the socket

    def socket_url(self) -> str:
        """Where to connect; what is wanted is said by `subscribe`."""
        return self.ws_url + self._product.stream_route

    def streams(self, symbol: str) -> tuple[str, ...]:
        """The streams of one market: its trades first, its closed minutes second, its liquidations last."""
        name = symbol.lower()
        plain = f"{name}@aggTrade", f"{name}@kline_1m"
        return plain if self._product.kind == "spot" else (*plain, f"{name}@forceOrder")

    def subscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that ask for these markets, as few as the limits allow, numbered from `first_id`."""
        return self._requests("SUBSCRIBE", symbols, first_id)

    def unsubscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that end these markets' streams."""
        return self._requests("UNSUBSCRIBE", symbols, first_id)

    def greeting(self) -> tuple[str, ...]:
        """Nothing is to be said before subscribing."""
        return ()

    def heartbeat(self) -> str | None:
        """Binance pings us (the WebSocket's own ping, answered by the library); it wants no frame of ours."""
        return None

    def _requests(self, method: str, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        streams = [stream for symbol in symbols for stream in self.streams(symbol)]
        size = self.limits.streams_per_message
        chunks = [streams[at : at + size] for at in range(0, len(streams), size)]
        return tuple(
            encode({"method": method, "params": chunk, "id": first_id + number}).decode()
            for number, chunk in enumerate(chunks)
        )

    # --- REST questions

    def _ask(self, path: str, weight: int, **params: object) -> Request:
        query = urlencode(
            {key: str(value) for key, value in params.items() if value is not None}, quote_via=quote
        )
        return Request(
            f"{self.rest_url}{self._product.rest_route}{path}" + (f"?{query}" if query else ""), weight
        )

    def ask_time(self) -> Request:
        """The exchange's clock; read by `read_time`."""
        return self._ask("/time", 1)

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:
        """What the exchange says of these instruments (none given: of all); read by `read_markets`."""
        if not symbols or not self._product.markets_by_symbol:
            return (self._ask("/exchangeInfo", self._product.info_weight),)
        wanted = encode(list(symbols)).decode()
        return (self._ask("/exchangeInfo", self._product.info_weight, symbols=wanted),)

    def ask_trades(  # noqa: PLR0913 - every way of asking has a name
        self,
        symbol: str,
        *,
        from_id: int | None = None,
        from_us: int | None = None,
        to_us: int | None = None,
        limit: int = 1000,
        hint_us: int | None = None,  # noqa: ARG002 - ids are enough here
    ) -> Request:
        """Aggregate trades from an id on (inclusive), or of a window of less than an hour, or the newest.

        USD-M refuses an id and a time together, so only one may be given; read by `read_trades`.
        """
        if from_id is not None and (from_us is not None or to_us is not None):
            message = "ask_trades takes an id or a window of time, not both"
            raise ValueError(message)
        start, end = (None if time is None else time // 1000 for time in (from_us, to_us))
        weight = self._product.trades_weight
        return self._ask(
            "/aggTrades", weight, symbol=symbol, fromId=from_id, startTime=start, endTime=end, limit=limit
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

    # --- REST answers

    def read_time(self, body: bytes) -> int:
        """The exchange's clock in us."""
        return rest.read_time(body)

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        """Those of `symbols` (or all) that the answer describes, with their true decimals and tick."""
        return rest.read_markets(self._product, body, frozenset(symbols))

    def read_trades(self, body: bytes, symbol: str) -> Page:
        """An answer to `ask_trades`; raises WireError when it is no list of rows."""
        return rest.read_trades(self._scales[symbol], body, self._clock)

    def read_columns(self, body: bytes, symbol: str) -> ColumnsPage:
        """`read_trades` as numpy columns: for history, where rows are many."""
        return rest.read_columns(self._scales[symbol], body, self._clock)

    def read_candles(self, body: bytes, symbol: str, seconds: int) -> Candles:
        """An answer to `ask_candles`; the last may still be open when the window reaches into the present."""
        return rest.read_candles(self._scales[symbol], body, seconds, self._clock)

    def ask_open_interest(self, symbol: str) -> Request | None:
        """A question for the open interest of now; None on spot."""
        if self._product.kind == "spot":
            return None
        return self._ask("/openInterest", 1, symbol=symbol)

    def read_open_interest(self, body: bytes, symbol: str) -> OpenInterest:
        """An answer to `ask_open_interest`; raises WireError."""
        return rest.read_open_interest(self._scales[symbol], body, self._clock)

    def read_failure(self, body: bytes) -> tuple[int, str]:
        """Code and cleaned text of an error answer; (0, "") when it is none."""
        return rest.read_failure(body)
