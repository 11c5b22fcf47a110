"""OKX v5, spot, swaps and futures: addresses, subscriptions and REST; frames are read in `okx_wire`.

https://www.okx.com/docs-v5/en/. Trade ids are without holes; a pushed trade stands for `count` of them and
carries the last. Sizes are contracts but on spot. Candles carry no taker volume, so they give no delta.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from msgspec.json import encode

from cvdtui.model import IdRule, Kind, Market, Now, OpenInterest
from cvdtui.venues import okx_rest as rest
from cvdtui.venues.binance_rest import to_columns
from cvdtui.venues.listing import Listing, checked_symbol
from cvdtui.venues.numbers import INVERSE_DECIMALS
from cvdtui.venues.okx_wire import LIQUIDATIONS, OPEN_INTEREST, TRADES, Frames
from cvdtui.venues.wire import Candles, ColumnsPage, Event, Limits, Page, Request, refuse

MOST_SINGLE = 10
"""More instruments than this of one type are asked for in one answer of all."""
CONTRACTS = {"BTC-USDT": "0.01", "BTC-USDC": "0.0001", "ETH-USDT": "0.1", "BTC-USD": "100"}
"""Contract sizes known without asking; every other coin-margined one is 10 USD."""
LIMITS = Limits(
    weight_per_minute=600,  # trades and instruments: 20 in 2 s
    weight_window_s=2.0,
    weight_header="",
    connects=300,  # 3 a second
    streams_per_socket=480,  # subscriptions in an hour
    messages_per_second=3.0,
    streams_per_message=100,
    frame_bytes=65_536,
    socket_seconds=7 * 86_400,
    trades_page=100,
    candles_page=0,
    trades_back_us=0,
    heartbeat_s=20.0,  # a connection silent for 30 s is cut
    busy_codes=frozenset({50011, 50061}),
)


class Okx:
    """The grammar of OKX; see `cvdtui.venues.Venue` for what each method promises."""

    def __init__(  # noqa: PLR0913 - every one is an option with a default
        self,
        symbols: Iterable[str] = (),
        *,
        ws_url: str = "",
        rest_url: str = "",
        markets: Iterable[Market] = (),
        any_symbol: bool = False,
        now: Now | None = None,
    ) -> None:
        self.name = "okx"
        self.id_rule: IdRule = "contiguous"
        self.limits = LIMITS
        self.ws_url = (ws_url or "wss://ws.okx.com:8443").rstrip("/")
        self.rest_url = (rest_url or "https://www.okx.com").rstrip("/")
        self.mirrors: tuple[str, ...] = (
            "wss://wsus.okx.com:8443",
            "wss://wseea.okx.com:8443",
            "https://app.okx.com",
        )
        self._listing = Listing(
            self.default_market, symbols=symbols, markets=markets, any_symbol=any_symbol, now=now
        )
        self._frames = Frames(self._listing)

    def default_market(self, symbol: str) -> Market:
        """A market from its symbol alone (of most contracts the size is not known then); raises WireError."""
        symbol = checked_symbol(symbol).upper()
        base, _, rest_of = symbol.partition("-")
        money, _, delivery = rest_of.partition("-")
        if not delivery:
            return Market(self.name, symbol, base, money, "spot", 2, 5)
        kind: Kind = "perp" if delivery == "SWAP" else "future"
        inverse = money == "USD"
        contract = CONTRACTS.get(f"{base}-{money}", "10" if inverse else "")
        places = INVERSE_DECIMALS if inverse else 4
        return Market(
            self.name, symbol, base, money, kind, 2, places, contract_size=contract, inverse=inverse
        )

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
        """Where to connect: all we want is on the public address."""
        return f"{self.ws_url}/ws/v5/public"

    def streams(self, symbol: str) -> tuple[str, ...]:
        """The channels of one market: its trades first."""
        if rest.type_of(symbol) == "SPOT":
            return (TRADES,)
        return (TRADES, OPEN_INTEREST, LIQUIDATIONS)

    def subscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that ask for these markets, as few as the limits allow, numbered from `first_id`."""
        derivatives = [symbol for symbol in symbols if rest.type_of(symbol) != "SPOT"]
        arguments = [{"channel": TRADES, "instId": symbol} for symbol in symbols]
        arguments += [{"channel": OPEN_INTEREST, "instId": symbol} for symbol in derivatives]
        types = sorted({rest.type_of(symbol) for symbol in derivatives})
        arguments += [{"channel": LIQUIDATIONS, "instType": kind} for kind in types]
        return self._requests("subscribe", arguments, first_id)

    def unsubscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that end these markets' own channels (liquidations come by type: they go on)."""
        arguments = [{"channel": TRADES, "instId": symbol} for symbol in symbols]
        arguments += [
            {"channel": OPEN_INTEREST, "instId": symbol}
            for symbol in symbols
            if rest.type_of(symbol) != "SPOT"
        ]
        return self._requests("unsubscribe", arguments, first_id)

    def greeting(self) -> tuple[str, ...]:
        """Nothing is to be said before subscribing."""
        return ()

    def heartbeat(self) -> str | None:
        """A bare text, answered by `pong`."""
        return "ping"

    def decode(self, frame: bytes | str) -> Event:
        """One frame as an Event; raises WireError (with `market` where known) for one that does not parse."""
        return self._frames.decode(frame)

    def _requests(self, operation: str, arguments: list[dict[str, str]], first_id: int) -> tuple[str, ...]:
        size = self.limits.streams_per_message
        chunks = [arguments[at : at + size] for at in range(0, len(arguments), size)]
        return tuple(
            encode({"id": str(first_id + number), "op": operation, "args": chunk}).decode()
            for number, chunk in enumerate(chunks)
        )

    # --- REST

    def _ask(self, path: str, **params: object) -> Request:
        query = urlencode({key: str(value) for key, value in params.items() if value is not None})
        return Request(f"{self.rest_url}/api/v5/{path}" + (f"?{query}" if query else ""), 1)

    def ask_time(self) -> Request:
        """The exchange's clock; read by `read_time`."""
        return self._ask("public/time")

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:
        """What the exchange says of these instruments, by type; read by `read_markets`."""
        requests: list[Request] = []
        for kind in ("SPOT", "SWAP", "FUTURES"):
            wanted = [symbol for symbol in symbols if rest.type_of(symbol) == kind]
            if not symbols or len(wanted) > MOST_SINGLE:
                requests.append(self._ask("public/instruments", instType=kind))
            else:
                requests += [self._ask("public/instruments", instType=kind, instId=one) for one in wanted]
        return tuple(requests)

    def ask_trades(  # noqa: PLR0913 - every way of asking has a name
        self,
        symbol: str,
        *,
        from_id: int | None = None,
        from_us: int | None = None,
        to_us: int | None = None,
        limit: int = 100,
        hint_us: int | None = None,  # noqa: ARG002 - ids are enough here
    ) -> Request:
        """Single fills from an id on (inclusive), or the newest; read by `read_trades`."""
        if from_us is not None or to_us is not None:
            raise refuse(f"{self.name}:{symbol}", "trades are asked for by id")
        limit = min(limit, self.limits.trades_page)
        before = None if from_id is None else from_id + limit
        kind = None if from_id is None else 1
        return self._ask("market/history-trades", instId=symbol, type=kind, after=before, limit=limit)

    def ask_candles(self, symbol: str, seconds: int, from_us: int, to_us: int) -> Request:
        """Candles lack the taker's volume here, so none can be asked for (`limits.candles_page` is 0)."""
        raise refuse(
            f"{self.name}:{symbol}", f"no taker volume in candles of {seconds} s ({from_us}, {to_us})"
        )

    def ask_open_interest(self, symbol: str) -> Request | None:  # noqa: ARG002 - a channel pushes it
        """None: a channel pushes it."""
        return None

    def read_time(self, body: bytes) -> int:
        """The exchange's clock in us."""
        return rest.read_time(body)

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        """Those of `symbols` (or all that trade) that the answer describes, with their contract sizes."""
        return rest.read_markets(body, frozenset(symbols))

    def read_trades(self, body: bytes, symbol: str) -> Page:
        """An answer to `ask_trades`, oldest first; raises WireError."""
        return rest.read_trades(self._listing, body, symbol)

    def read_columns(self, body: bytes, symbol: str) -> ColumnsPage:
        """`read_trades` as columns."""
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
