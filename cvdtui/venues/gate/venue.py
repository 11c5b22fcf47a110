"""Gate, spot and USDT futures: WebSocket v4 `spot.trades` and `futures.trades`, trades by id over REST.

https://www.gate.com/docs/developers/apiv4/ws/en/, https://www.gate.com/docs/developers/futures/ws/en/.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Unpack

from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder, encode

from cvdtui.model import BUY, SELL, GroupLeg, IdRule, Market
from cvdtui.venues.gate.products import LIMITS, GateProduct, read_markets
from cvdtui.venues.grammar.events import (
    Ack,
    Event,
    Other,
    Page,
    Pong,
    Refusal,
    Request,
    clean,
    refuse,
)
from cvdtui.venues.grammar.instruments import Instruments, Row, checked_symbol, decode
from cvdtui.venues.grammar.options import VenueOptions, addresses, instruments
from cvdtui.venues.grammar.parsing import (
    epoch_us,
    events_by_symbol,
    failure_in,
    page_of,
    text_of,
)
from cvdtui.venues.grammar.requests import Window, get_request, newest_only
from cvdtui.venues.grammar.symbols import spelled
from cvdtui.venues.grammar.venue import Action, Venue

SIDES = {"buy": BUY, "sell": SELL}
"""Spot's side is the taker's."""


class _Trade(Struct, gc=False):
    id: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    """Grows; the same fill may be sent again (https://github.com/ccxt/ccxt/issues/23210)."""
    create_time_ms: Raw
    """Milliseconds or seconds, a number or a text, with or without a fraction."""
    price: str
    currency_pair: str = ""
    contract: str = ""
    side: str = ""
    amount: str = ""
    """Spot, base units."""
    size: Raw = field(default_factory=Raw)
    """Futures, contracts: BELOW 0 THE TAKER SOLD."""
    is_internal: bool = False
    """A trade with the venue's own accounts (insurance, deleveraging): no order of a trader."""


class _SymbolField(Struct, gc=False):
    currency_pair: str = ""
    contract: str = ""


class _Failure(Struct, gc=False):
    code: int = 0
    message: str = ""


class _Frame(Struct, gc=False):
    channel: str = ""
    event: str = ""
    id: int | None = None
    error: _Failure | None = None
    result: Raw = field(default_factory=Raw)


class _Label(Struct, gc=False):
    label: str = ""
    message: str = ""


class _Time(Struct, gc=False):
    server_time: int


_FRAME = Decoder(_Frame)
_TRADE = Decoder(_Trade, strict=False)
_SYMBOL_FIELD = Decoder(_SymbolField)
_RAWS = Decoder(list[Raw])
_LABEL = Decoder(_Label)
_TIME = Decoder(_Time)


class Gate(Venue):
    """The grammar of one Gate product; see `cvdtui.venues.Venue` for what each method promises."""

    def __init__(
        self, product: GateProduct, symbols: Iterable[str] = (), **options: Unpack[VenueOptions]
    ) -> None:
        self.name = product.name
        self.id_rule: IdRule = "ordered"
        self.limits = LIMITS
        self.ws_url, self.rest_url = addresses(options, product.ws_url, "https://api.gateio.ws")
        self._product = product
        self._now = options.get("now")
        self.known: Instruments = instruments(self.default_market, symbols, options)

    def default_market(self, symbol: str) -> Market:
        """A market from its symbol (BTC_USDT) alone (WireError); a future's contract is not known yet."""
        symbol = checked_symbol(symbol).upper()
        base, _, money = symbol.partition("_")
        contract = "1" if self._product.kind == "spot" else ""
        return Market(self.name, symbol, base, money, self._product.kind, 2, 6, contract_size=contract)

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        if leg != self._product.kind:
            return ()
        if leg == "spot":
            return spelled("{base}_{quote}", base, quote, ("USDT", "USDC"), others=True)
        return spelled("{base}_{quote}", base, quote, ("USDT",))

    # --- the socket

    def socket_url(self) -> str:
        return self.ws_url + self._product.ws_route

    def streams(self, symbol: str) -> tuple[str, ...]:
        return (f"{self._product.channel}.trades:{symbol}",)

    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        channel = f"{self._product.channel}.trades"
        request = {"time": self._seconds(), "channel": channel, "event": action}
        return tuple(
            encode({**request, "id": number, "payload": [symbol]}).decode()
            for number, symbol in enumerate(symbols, first_id)
        )

    def _seconds(self) -> int:
        # Every request carries its time in seconds; 0 where no clock was given (tests, files).
        return self._now() // 1_000_000 if self._now else 0

    def heartbeat(self) -> str | None:
        return encode({"time": self._seconds(), "channel": f"{self._product.channel}.ping"}).decode()

    def decode(self, frame: bytes | str) -> Event:
        head = decode(_FRAME, frame)
        if head.channel.endswith(".pong"):
            return Pong()
        if head.error is not None:
            return Refusal(head.id, head.error.code, clean(head.error.message) or "no reason given")
        if head.channel != f"{self._product.channel}.trades":
            return Other()
        if head.event == "subscribe":
            return Ack(head.id)
        if head.event != "update":
            return Other()
        raws = decode(_RAWS, head.result) if bytes(head.result).startswith(b"[") else [head.result]
        return events_by_symbol(self.known, raws, _symbol, _row, self.id_rule, by_id=True)

    # --- REST

    def _ask(self, path: str, **params: object) -> Request:
        return get_request(f"{self.rest_url}{self._product.rest_route}/{path}", 1, **params)

    def ask_time(self) -> Request:
        return get_request(f"{self.rest_url}/api/v4/spot/time", 1)

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:  # noqa: ARG002 - all at once
        """Every instrument of the product in one response."""
        return (self._ask(self._product.market_list),)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        """The newest trades; ids have holes of their own, so no hole can be requested by id."""
        limit = newest_only(f"{self.name}:{symbol}", window, LIMITS.trades_page)
        return self._ask("trades", **{self._product.symbol_key: symbol}, limit=limit)

    def read_time(self, body: bytes) -> int:
        return decode(_TIME, body).server_time * 1000

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        return read_markets(self._product, body, frozenset(symbols))

    def read_trades(self, body: bytes, symbol: str) -> Page:
        """In order of the ids, which neither direction of the response promises."""
        raws = decode(_RAWS, body)
        return page_of(self.known, symbol, raws, _row, self.id_rule, by_id=True)

    def read_failure(self, body: bytes) -> tuple[int, str]:
        return failure_in(
            _LABEL, body, lambda one: (0, ": ".join(part for part in (one.label, one.message) if part))
        )


def _symbol(raw: Raw) -> str:
    one = decode(_SYMBOL_FIELD, raw)
    return one.currency_pair or one.contract


def _row(raw: Raw) -> Row | None:
    one = decode(_TRADE, raw)
    if one.is_internal:
        return None
    time_us = epoch_us(text_of(one.create_time_ms))
    if one.contract:
        size = text_of(one.size)
        return one.id, time_us, one.price, size.removeprefix("-"), SELL if size.startswith("-") else BUY, 1
    if one.side not in SIDES:
        raise refuse(None, f"side {clean(one.side, 20)!r}: expected buy or sell")
    return one.id, time_us, one.price, one.amount, SIDES[one.side], 1
