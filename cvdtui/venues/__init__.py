"""Exchanges as pure grammar: bytes in, values out; one file and one line here for each.

A venue owns no socket, file, task or clock: feeds do. It says what to send, and what a received frame means.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import Any, Protocol

from cvdtui.model import Market, Now
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
from cvdtui.venues.grammar.venue import Decode, Venue


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
        latest_us: Now | None = None,
    ) -> Venue: ...


class _Named:
    """A venue by the names of its class and its product.

    Their modules are loaded when it is first made: a start-up with two venues does not read the others.
    """

    def __init__(self, class_name: str, product: str = "") -> None:
        self._class = class_name
        self._product = product

    def __call__(self, *symbols: Any, **options: Any) -> Venue:  # noqa: ANN401 - as MakeVenue says
        products = (_load(self._product),) if self._product else ()
        venue: Venue = _load(self._class)(*products, *symbols, **options)
        return venue


def _load(name: str) -> Any:  # noqa: ANN401 - a class or a product
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
    "Decode",
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
