"""Gate, spot and USDT futures: WebSocket v4 `spot.trades` and `futures.trades`, trades by id over REST.

https://www.gate.com/docs/developers/apiv4/ws/en/, https://www.gate.com/docs/developers/futures/ws/en/.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Unpack

from msgspec import DecodeError, Meta, Raw, Struct, field
from msgspec.json import Decoder, encode

from cvdtui.model import BUY, SELL, IdRule, Market
from cvdtui.venues.gate.products import LIMITS, GateProduct, read_markets
from cvdtui.venues.grammar.events import (
    Ack,
    ColumnsPage,
    Event,
    Other,
    Page,
    Pong,
    Refusal,
    Request,
    clean,
    refuse,
)
from cvdtui.venues.grammar.instruments import Row, checked_symbol, decode
from cvdtui.venues.grammar.options import VenueOptions, addresses, instruments
from cvdtui.venues.grammar.parsing import by_symbol, epoch_us, event_of, page_of, text_of, to_columns
from cvdtui.venues.grammar.requests import Window, newest_only, question

SIDES = {"buy": BUY, "sell": SELL}
"""Spot's side is the taker's."""


class _Trade(Struct, gc=False):
    id: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    """Grows; the same fill may be sent again."""
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
    """A trade with the venue's own accounts (insurance, deleveraging): nobody's order."""


class _Whose(Struct, gc=False):
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
_WHOSE = Decoder(_Whose)
_RAWS = Decoder(list[Raw])
_LABEL = Decoder(_Label)
_TIME = Decoder(_Time)


class Gate:
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
        self.known = instruments(self.default_market, symbols, options)

    def default_market(self, symbol: str) -> Market:
        """A market from its symbol (BTC_USDT) alone (WireError); a future's contract is not known yet."""
        symbol = checked_symbol(symbol).upper()
        base, _, money = symbol.partition("_")
        contract = "1" if self._product.kind == "spot" else ""
        return Market(self.name, symbol, base, money, self._product.kind, 2, 6, contract_size=contract)

    # --- the socket

    def socket_url(self) -> str:
        """Where to connect."""
        return self.ws_url + self._product.ws_route

    def streams(self, symbol: str) -> tuple[str, ...]:
        """Trades alone."""
        return (f"{self._product.channel}.trades:{symbol}",)

    def subscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that ask for these markets."""
        return self._requests("subscribe", symbols, first_id)

    def unsubscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that end these markets' streams."""
        return self._requests("unsubscribe", symbols, first_id)

    def _requests(self, event: str, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        channel = f"{self._product.channel}.trades"
        asked = {"time": self._seconds(), "channel": channel, "event": event}
        return tuple(
            encode({**asked, "id": first_id + number, "payload": [symbol]}).decode()
            for number, symbol in enumerate(symbols)
        )

    def _seconds(self) -> int:
        return self._now() // 1_000_000 if self._now else 0

    def heartbeat(self) -> str | None:
        """Our ping."""
        return encode({"time": self._seconds(), "channel": f"{self._product.channel}.ping"}).decode()

    def decode(self, frame: bytes | str) -> Event:
        """One frame as an Event; raises WireError."""
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
        return by_symbol(raws, _symbol, self._trades)

    def _trades(self, symbol: str, raws: Sequence[Raw]) -> Event:
        if self.known.find(symbol) is None:
            return Other()
        return event_of(page_of(self.known, symbol, raws, _row, self.id_rule, by_id=True))

    # --- REST

    def _ask(self, path: str, **params: object) -> Request:
        return question(f"{self.rest_url}{self._product.rest_route}/{path}", 1, **params)

    def ask_time(self) -> Request:
        """The exchange's clock."""
        return question(f"{self.rest_url}/api/v4/spot/time", 1)

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:  # noqa: ARG002 - all at once
        """Every instrument of the product in one answer."""
        return (self._ask(self._product.market_list),)

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        """The newest trades; ids have holes of their own, so nothing is asked for by id."""
        limit = newest_only(f"{self.name}:{symbol}", window, LIMITS.trades_page)
        return self._ask("trades", **{self._product.symbol_key: symbol}, limit=limit)

    def read_time(self, body: bytes) -> int:
        """The exchange's clock in us."""
        return decode(_TIME, body).server_time * 1000

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        """Those of `symbols` that the answer describes; none given: all that trade."""
        return read_markets(self._product, body, frozenset(symbols))

    def read_trades(self, body: bytes, symbol: str) -> Page:
        """An answer to `ask_trades`, in order of the ids."""
        raws = decode(_RAWS, body)
        return page_of(self.known, symbol, raws, _row, self.id_rule, by_id=True)

    def read_columns(self, body: bytes, symbol: str) -> ColumnsPage:
        """`read_trades` as numpy columns."""
        return to_columns(self.read_trades(body, symbol))

    def read_failure(self, body: bytes) -> tuple[int, str]:
        """Code (there is none: 0) and cleaned text of an error answer."""
        try:
            answer = _LABEL.decode(body)
        except (DecodeError, UnicodeDecodeError):
            return 0, ""
        return 0, clean(": ".join(part for part in (answer.label, answer.message) if part))


def _symbol(raw: Raw) -> str:
    one = decode(_WHOSE, raw)
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
