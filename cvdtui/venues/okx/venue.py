"""OKX v5, spot, swaps and futures: addresses, subscriptions and REST; frames are read in frames.py.

https://www.okx.com/docs-v5/en/. Trade ids are without holes; a pushed trade stands for `count` of them and
carries the last. Sizes are contracts but on spot. Candles carry no taker volume, so they give no delta.
"""

from collections.abc import Iterable, Sequence
from typing import Unpack

from msgspec.json import encode

from cvdtui.model import GroupLeg, IdRule, Kind, Market
from cvdtui.venues.grammar.decimals import INVERSE_DECIMALS
from cvdtui.venues.grammar.events import Event, Limits, Page, Request
from cvdtui.venues.grammar.instruments import Instruments, checked_symbol
from cvdtui.venues.grammar.options import VenueOptions, addresses, instruments
from cvdtui.venues.grammar.requests import Window, by_id_only, get_request, in_parts
from cvdtui.venues.grammar.symbols import spelled
from cvdtui.venues.grammar.venue import Action, Decode, Venue
from cvdtui.venues.okx import rest
from cvdtui.venues.okx.frames import LIQUIDATIONS, OPEN_INTEREST, TRADES, OkxFrames

MOST_SINGLE = 10
"""More instruments than this of one type are requested by one request for all."""
CONTRACTS = {"BTC-USDT": "0.01", "BTC-USDC": "0.0001", "ETH-USDT": "0.1", "BTC-USD": "100"}
"""Contract sizes known before the description; every other coin-margined one is 10 USD."""
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
    busy_codes=frozenset({50011, 50061}),  # sent with status 200
)


class Okx(Venue):
    """The grammar of OKX; see `cvdtui.venues.Venue` for what each method promises."""

    heartbeat_frame = "ping"
    """Plain text, no JSON."""

    def __init__(self, symbols: Iterable[str] = (), **options: Unpack[VenueOptions]) -> None:
        self.name = "okx"
        self.id_rule: IdRule = "contiguous"
        self.limits = LIMITS
        self.ws_url, self.rest_url = addresses(options, "wss://ws.okx.com:8443", "https://www.okx.com")
        self.mirrors: tuple[str, ...] = (
            "wss://wsus.okx.com:8443",
            "wss://wseea.okx.com:8443",
            "https://app.okx.com",
        )
        self.known: Instruments = instruments(self.default_market, symbols, options)
        self._frames = OkxFrames(self.known)

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

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        if leg == "spot":
            return spelled("{base}-{quote}", base, quote, ("USDT", "USDC"), others=True)
        return spelled("{base}-{quote}-SWAP", base, quote, ("USDT", "USD", "USDC"))

    # --- the socket

    def socket_url(self) -> str:
        """The public address has every channel read here."""
        return f"{self.ws_url}/ws/v5/public"

    def streams(self, symbol: str) -> tuple[str, ...]:
        """The channels of one market: its trades first."""
        if rest.type_of(symbol) == "SPOT":
            return (TRADES,)
        return (TRADES, OPEN_INTEREST, LIQUIDATIONS)

    def decoder(self) -> Decode:
        return self._frames.decode

    def decode(self, frame: bytes | str) -> Event:
        return self._frames.decode(frame)

    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        derivatives = [symbol for symbol in symbols if rest.type_of(symbol) != "SPOT"]
        arguments = [{"channel": TRADES, "instId": symbol} for symbol in symbols]
        arguments += [{"channel": OPEN_INTEREST, "instId": symbol} for symbol in derivatives]
        if action == "subscribe":  # liquidations come by type: ending them would end those of other markets
            types = sorted({rest.type_of(symbol) for symbol in derivatives})
            arguments += [{"channel": LIQUIDATIONS, "instType": kind} for kind in types]
        parts = in_parts(arguments, self.limits.streams_per_message)
        return tuple(
            encode({"id": str(number), "op": action, "args": part}).decode()
            for number, part in enumerate(parts, first_id)
        )

    # --- REST

    def _ask(self, path: str, **params: object) -> Request:
        return get_request(f"{self.rest_url}/api/v5/{path}", 1, **params)

    def ask_time(self) -> Request:
        return self._ask("public/time")

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:
        """By type, each instrument alone while they are few."""
        requests: list[Request] = []
        for kind in ("SPOT", "SWAP", "FUTURES"):
            wanted = [symbol for symbol in symbols if rest.type_of(symbol) == kind]
            if not symbols or len(wanted) > MOST_SINGLE:
                requests.append(self._ask("public/instruments", instType=kind))
            else:
                requests += [self._ask("public/instruments", instType=kind, instId=one) for one in wanted]
        return tuple(requests)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        """Single fills from an id on (inclusive), or the newest; read by `read_trades`."""
        from_id, limit = by_id_only(f"{self.name}:{symbol}", window, LIMITS.trades_page)
        # `after` excludes its own id and gives older ones; a page holds `limit` ids, for they have no holes.
        before = None if from_id is None else from_id + limit
        kind = None if from_id is None else 1
        return self._ask("market/history-trades", instId=symbol, type=kind, after=before, limit=limit)

    def read_time(self, body: bytes) -> int:
        return rest.read_time(body)

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        """Those of `symbols` (or all that trade) that the response describes, with their contract sizes."""
        return rest.read_markets(body, frozenset(symbols))

    def read_trades(self, body: bytes, symbol: str) -> Page:
        return rest.read_trades(self.known, body, symbol)

    def read_failure(self, body: bytes) -> tuple[int, str]:
        return rest.read_failure(body)
