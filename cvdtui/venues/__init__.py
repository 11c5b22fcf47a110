"""Exchanges as pure grammar: bytes in, values out; one file and one line here for each.

A venue owns no socket, file, task or clock: feeds and files do, and ask it what to send and what came.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Protocol

from cvdtui.model import IdRule, Market, Now
from cvdtui.venues.binance import Binance
from cvdtui.venues.binance_products import SPOT, USDM
from cvdtui.venues.wire import (
    Ack,
    Candles,
    Closed,
    ColumnsPage,
    Event,
    Forming,
    Limits,
    Other,
    Page,
    Refusal,
    Request,
    Shutdown,
    clean,
    is_symbol,
)


class Venue(Protocol):
    """What feeds and files ask of an exchange. All is pure; `decode` and the readers raise WireError.

    The venue knows each market's decimals and grows them when a finer value comes: what it returns always
    carries the Market its integers are in.
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
    def heartbeat(self) -> str | None: ...
    def decode(self, frame: bytes | str) -> Event: ...

    def ask_time(self) -> Request: ...
    def ask_markets(self, symbols: Sequence[str]) -> Request: ...
    def ask_trades(
        self,
        symbol: str,
        *,
        from_id: int | None = None,
        from_us: int | None = None,
        to_us: int | None = None,
        limit: int = 1000,
    ) -> Request: ...
    def ask_candles(self, symbol: str, seconds: int, from_us: int, to_us: int) -> Request: ...

    def read_time(self, body: bytes) -> int: ...
    def read_markets(self, body: bytes, symbols: Iterable[str]) -> tuple[Market, ...]: ...
    def read_trades(self, body: bytes, symbol: str) -> Page: ...
    def read_columns(self, body: bytes, symbol: str) -> ColumnsPage: ...
    def read_candles(self, body: bytes, symbol: str, seconds: int) -> Candles: ...
    def read_failure(self, body: bytes) -> tuple[int, str]: ...


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


VENUES: dict[str, MakeVenue] = {
    "binance": partial(Binance, SPOT),
    "binance-usdm": partial(Binance, USDM),
}
"""Every venue by name."""

__all__ = [
    "VENUES",
    "Ack",
    "Candles",
    "Closed",
    "ColumnsPage",
    "Event",
    "Forming",
    "Limits",
    "MakeVenue",
    "Other",
    "Page",
    "Refusal",
    "Request",
    "Shutdown",
    "Venue",
    "clean",
    "is_symbol",
]
