"""Bybit v5, spot, linear and inverse: addresses, subscriptions and REST; frames are read in `bybit_wire`.

https://bybit-exchange.github.io/docs/v5/ws/connect. Trade ids are texts in no order, so nothing tells a
hole: the newest trades are merged by id after each connection. Candles carry no taker volume, so they give no
delta.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlencode

from msgspec.json import encode

from cvdtui.model import IdRule, Kind, Market, Now, OpenInterest
from cvdtui.venues import bybit_rest as rest
from cvdtui.venues.binance_rest import to_columns
from cvdtui.venues.bybit_rest import Product
from cvdtui.venues.bybit_wire import Frames
from cvdtui.venues.listing import Listing, checked_symbol
from cvdtui.venues.numbers import INVERSE_DECIMALS
from cvdtui.venues.symbols import split_symbol
from cvdtui.venues.wire import Candles, ColumnsPage, Event, Limits, Page, Request, refuse

MOST_SINGLE = 20
"""More instruments than this are asked for in one answer of all."""


class Bybit:
    """The grammar of one Bybit product; see `cvdtui.venues.Venue` for what each method promises."""

    def __init__(  # noqa: PLR0913 - every one is an option with a default
        self,
        product: Product,
        symbols: Iterable[str] = (),
        *,
        ws_url: str = "",
        rest_url: str = "",
        markets: Iterable[Market] = (),
        any_symbol: bool = False,
        now: Now | None = None,
    ) -> None:
        self.name = product.name
        self.id_rule: IdRule = "unique"
        self.limits: Limits = product.limits
        self.ws_url = (ws_url or "wss://stream.bybit.com").rstrip("/")
        self.rest_url = (rest_url or "https://api.bybit.com").rstrip("/")
        self.mirrors: tuple[str, ...] = (
            "wss://stream.bybit.kz",
            "wss://stream.bybit-tr.com",
            "wss://stream.bybitgeorgia.ge",
            "https://api.bytick.com",
        )
        self._product = product
        self._listing = Listing(
            self.default_market, symbols=symbols, markets=markets, any_symbol=any_symbol, now=now
        )
        self._frames = Frames(self._listing)

    def default_market(self, symbol: str) -> Market:
        """A market from its symbol alone; raises WireError for a text that cannot be a symbol."""
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

    def learn(self, market: Market) -> None:
        """Read this market's frames from now on, in its decimals."""
        self._listing.learn(market)

    def forget(self, symbol: str) -> None:
        """Ignore this market's frames from now on."""
        self._listing.forget(symbol)

    def market(self, symbol: str) -> Market:
        """The market as known by now; raises KeyError for one never learnt."""
        return self._listing.market(symbol)

    def markets(self) -> tuple[Market, ...]:
        """Every market as known by now."""
        return self._listing.markets()

    # --- the socket

    def socket_url(self) -> str:
        """Where to connect; one address a product."""
        return f"{self.ws_url}/v5/public/{self._product.category}"

    def streams(self, symbol: str) -> tuple[str, ...]:
        """The streams of one market: its trades first."""
        return tuple(f"{topic}.{symbol}" for topic in self._product.topics)

    def subscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that ask for these markets, as few as the limits allow, numbered from `first_id`."""
        return self._requests("subscribe", symbols, first_id)

    def unsubscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that end these markets' streams."""
        return self._requests("unsubscribe", symbols, first_id)

    def greeting(self) -> tuple[str, ...]:
        """Nothing is to be said before subscribing."""
        return ()

    def heartbeat(self) -> str | None:
        """Asked for every 20 s; ten silent minutes end the connection."""
        return '{"op":"ping"}'

    def decode(self, frame: bytes | str) -> Event:
        """One frame as an Event; raises WireError (with `market` where known) for one that does not parse."""
        return self._frames.decode(frame)

    def _requests(self, operation: str, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        topics = [stream for symbol in symbols for stream in self.streams(symbol)]
        size = self.limits.streams_per_message
        chunks = [topics[at : at + size] for at in range(0, len(topics), size)]
        return tuple(
            encode({"req_id": str(first_id + number), "op": operation, "args": chunk}).decode()
            for number, chunk in enumerate(chunks)
        )

    # --- REST

    def _ask(self, path: str, **params: object) -> Request:
        query = urlencode({key: str(value) for key, value in params.items() if value}, quote_via=quote)
        return Request(f"{self.rest_url}/v5/market/{path}" + (f"?{query}" if query else ""), 1)

    def ask_time(self) -> Request:
        """The exchange's clock; read by `read_time`."""
        return self._ask("time")

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:
        """What the exchange says of these instruments; read by `read_markets`."""
        category = self._product.category
        if symbols and len(symbols) <= MOST_SINGLE:
            return tuple(self._ask("instruments-info", category=category, symbol=one) for one in symbols)
        limit = 0 if category == "spot" else 1000
        return (self._ask("instruments-info", category=category, limit=limit),)

    def ask_trades(  # noqa: PLR0913 - every way of asking has a name
        self,
        symbol: str,
        *,
        from_id: int | None = None,
        from_us: int | None = None,
        to_us: int | None = None,
        limit: int = 1000,
        hint_us: int | None = None,  # noqa: ARG002 - the newest are all there is
    ) -> Request:
        """The newest trades; older ones cannot be asked for. Read by `read_trades`."""
        if from_id is not None or from_us is not None or to_us is not None:
            raise refuse(f"{self.name}:{symbol}", "only the newest trades can be asked for")
        limit = min(limit, self.limits.trades_page)
        return self._ask("recent-trade", category=self._product.category, symbol=symbol, limit=limit)

    def ask_candles(self, symbol: str, seconds: int, from_us: int, to_us: int) -> Request:
        """Candles lack the taker's volume here, so none can be asked for (`limits.candles_page` is 0)."""
        raise refuse(
            f"{self.name}:{symbol}", f"no taker volume in candles of {seconds} s ({from_us}, {to_us})"
        )

    def ask_open_interest(self, symbol: str) -> Request | None:  # noqa: ARG002 - the tickers push it
        """None: the tickers push it."""
        return None

    def read_time(self, body: bytes) -> int:
        """The exchange's clock in us."""
        return rest.read_time(body)

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        """Those of `symbols` (or all that trade) that the answer describes."""
        return rest.read_markets(self._product, body, frozenset(symbols))

    def read_trades(self, body: bytes, symbol: str) -> Page:
        """An answer to `ask_trades`, oldest first; raises WireError."""
        return rest.read_trades(self._listing, body, symbol)

    def read_columns(self, body: bytes, symbol: str) -> ColumnsPage:
        """`read_trades` as columns; ids of 128 bits do not fit, so this raises WireError."""
        return to_columns(self.read_trades(body, symbol))

    def read_candles(self, body: bytes, symbol: str, seconds: int) -> Candles:
        """Never asked for."""
        raise refuse(f"{self.name}:{symbol}", f"candles of {seconds} s: {len(body)} bytes nobody asked for")

    def read_open_interest(self, body: bytes, symbol: str) -> OpenInterest:
        """Never asked for."""
        raise refuse(f"{self.name}:{symbol}", f"open interest: {len(body)} bytes nobody asked for")

    def read_failure(self, body: bytes) -> tuple[int, str]:
        """Code and cleaned text of an error answer; (0, "") when it is none."""
        return rest.read_failure(body)
