"""Exchanges as pure grammar: bytes in, values out; one file and one line here for each.

A venue owns no socket, file, task or clock: feeds and files do, and ask it what to send and what came.
"""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, Protocol

from cvdtui.model import IdRule, Market, Now, OpenInterest
from cvdtui.venues.grammar.events import (
    Ack,
    Candles,
    ClosedCandle,
    ColumnsPage,
    Event,
    Faulty,
    FormingCandle,
    Limits,
    Other,
    Page,
    Pong,
    Refusal,
    Reply,
    Request,
    Several,
    Shutdown,
    clean,
    is_symbol,
)


class Venue(Protocol):
    """What feeds and files ask of an exchange. All is pure; `decode` and the readers raise WireError.

    The venue knows each market's decimals and grows them when a finer value comes: what it returns always
    carries the Market its integers are in (`venues/listing.py` does that for texts).

    **Sizes** are base units always: a venue's contracts are multiplied by `Market.contract_size`, of inverse
    markets also divided by the price, rounded half even at 10 decimals (`numbers.base_size`). While the
    contract is not known, frames are refused: never a wrong number.

    **Sides** are the aggressor's: where a venue tells the maker's, `decode` and the readers turn it round.

    **Ids**, by `id_rule`: `contiguous` (1 by 1; a trade that stands for several of the venue's ids carries
    the first one and their `count`; holes are fetched by `ask_trades(from_id=)`, where `limits.pages_by` is
    `time` by its `hint_us`, a time not after that id's), `ordered` and `unique` (no hole can be seen: after
    each connection the newest page is merged by id, and what it does not reach back to is an Outage). Ids
    that are no integers become one (`wire.id_of`). Old trades that a venue sends on subscribing are trades
    like any other: they are merged by id.

    **Prints that enter nothing** (block, ADL, insurance, internal) are counted in `Trades.excluded`.

    **A socket**: `greeting` goes out once after connecting, then `subscribe`, whose frames keep
    `limits.streams_per_message` and `limits.frame_bytes`; `heartbeat` every `limits.heartbeat_s`; a `Reply`
    event is sent back at once. An Ack (or Refusal) names the request or the symbol. A frame of several
    markets is `Several`. Open interest comes as an event or, where `ask_open_interest` gives a Request, is
    polled.

    A file need not say what the venue does not: `lending` adds to a class with a `known` (its Listing) what
    that answers, and no mirrors, greeting, heartbeat, candles or open interest where there are none.
    """

    name: str
    id_rule: IdRule
    limits: Limits
    ws_url: str
    rest_url: str
    mirrors: tuple[str, ...]

    def default_market(self, symbol: str) -> Market: ...
    def learn(self, market: Market) -> None: ...
    def forget(self, symbol: str) -> None: ...
    def market(self, symbol: str) -> Market: ...
    def markets(self) -> tuple[Market, ...]: ...

    def socket_url(self) -> str: ...
    def streams(self, symbol: str) -> tuple[str, ...]: ...
    def subscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]: ...
    def unsubscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]: ...
    def greeting(self) -> tuple[str, ...]: ...
    def heartbeat(self) -> str | None: ...
    def decode(self, frame: bytes | str) -> Event: ...

    def ask_time(self) -> Request: ...
    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:
        """Questions whose answers (`read_markets`) describe these instruments; none given: all there are."""

    def ask_trades(  # noqa: PLR0913 - every way of asking has a name
        self,
        symbol: str,
        *,
        from_id: int | None = None,
        from_us: int | None = None,
        to_us: int | None = None,
        limit: int = 1000,
        hint_us: int | None = None,
    ) -> Request:
        """Trades from an id on (inclusive), or of a window of time, or the newest; answers are ascending."""

    def ask_candles(self, symbol: str, seconds: int, from_us: int, to_us: int) -> Request: ...

    def read_time(self, body: bytes) -> int: ...
    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        """Those of `symbols` (none given: all that trade) which the answer describes."""

    def read_trades(self, body: bytes, symbol: str) -> Page: ...
    def read_columns(self, body: bytes, symbol: str) -> ColumnsPage: ...
    def read_candles(self, body: bytes, symbol: str, seconds: int) -> Candles: ...
    def read_failure(self, body: bytes) -> tuple[int, str]: ...
    def ask_open_interest(self, symbol: str) -> Request | None:
        """A question for the open interest of now; None where it is pushed, or there is none."""

    def read_open_interest(self, body: bytes, symbol: str) -> OpenInterest: ...


class MakeVenue(Protocol):
    """How a venue is made: symbols to watch, base URLs (scheme://host:port, empty for the venue's own)."""

    def __call__(  # noqa: PLR0913 - every one is an option with a default
        self,
        symbols: Iterable[str] = (),
        *,
        ws_url: str = "",
        rest_url: str = "",
        markets: Iterable[Market] = (),
        any_symbol: bool = False,
        now: Now | None = None,
    ) -> Venue: ...


class _Named:
    """A venue by the names of its class and its product; their modules are loaded when it is first made."""

    def __init__(self, made: str, product: str = "") -> None:
        self._made = made
        self._product = product

    def __call__(self, *symbols: Any, **options: Any) -> Venue:  # noqa: ANN401 - as MakeVenue says
        products = (_found(self._product),) if self._product else ()
        venue: Venue = _found(self._made)(*products, *symbols, **options)
        _found("grammar.defaults:add_defaults")(venue)
        return venue


def _found(name: str) -> Any:  # noqa: ANN401 - what a name stands for
    module, _, member = name.partition(":")
    return getattr(import_module(f"cvdtui.venues.{module}"), member)


VENUES: dict[str, MakeVenue] = {
    "binance": _Named("binance.venue:Binance", "binance.products:SPOT"),
    "binance-usdm": _Named("binance.venue:Binance", "binance.products:USDM"),
    "binance-coinm": _Named("binance.venue:Binance", "binance.products:COINM"),
    "bybit": _Named("bybit.venue:Bybit", "bybit.rest:LINEAR"),
    "bybit-spot": _Named("bybit.venue:Bybit", "bybit.rest:SPOT"),
    "bybit-inverse": _Named("bybit.venue:Bybit", "bybit.rest:INVERSE"),
    "okx": _Named("okx.venue:Okx"),
    "coinbase": _Named("coinbase:Coinbase"),
    "kraken": _Named("kraken:Kraken"),
    "hyperliquid": _Named("hyperliquid:Hyperliquid"),
    "deribit": _Named("deribit.venue:Deribit"),
    "bitget": _Named("bitget:Bitget", "bitget:SPOT"),
    "bitget-futures": _Named("bitget:Bitget", "bitget:FUTURES"),
    "gate": _Named("gate.venue:Gate", "gate.products:SPOT"),
    "gate-futures": _Named("gate.venue:Gate", "gate.products:FUTURES"),
    "bitmex": _Named("bitmex:Bitmex"),
}
"""Every venue by name."""

__all__ = [
    "VENUES",
    "Ack",
    "Candles",
    "ClosedCandle",
    "ColumnsPage",
    "Event",
    "Faulty",
    "FormingCandle",
    "Limits",
    "MakeVenue",
    "Other",
    "Page",
    "Pong",
    "Refusal",
    "Reply",
    "Request",
    "Several",
    "Shutdown",
    "Venue",
    "clean",
    "is_symbol",
]
