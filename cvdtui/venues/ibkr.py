"""Interactive Brokers by name: which contract `ibkr:AAPL`, `ibkr:ES@CME` or `ibkr:EUR.USD` means."""

import re

from msgspec import Struct

from cvdtui.errors import WireError
from cvdtui.model import Kind, Market
from cvdtui.venues.grammar.events import clean

NAME = "ibkr"
STOCK_EXCHANGES = frozenset(
    "SMART NYSE NASDAQ ISLAND ARCA AMEX BATS IEX EDGX BYX PSX MEMX LSE IBIS IBIS2 SBF AEB EBS BVME BM "  # noqa: SIM905 - words
    "TSEJ SEHK ASX TSE VENTURE SGX VSE SFB OMXNO CPH HEX WSE".split()
)
"""With one of these after the @ a name means a stock; with any other a future."""
CRYPTO_EXCHANGES = frozenset({"PAXOS", "ZEROHASH"})
COINS = frozenset({"BTC", "ETH", "LTC", "BCH", "SOL", "XRP", "ADA", "DOGE", "AVAX", "LINK", "SUI"})
_SYMBOL = re.compile(r"[A-Za-z0-9._:/@-]{1,40}\Z")
_EXPIRY = re.compile(r"([A-Z0-9]{1,6}?)[FGHJKMNQUVXZ][0-9]{1,2}\Z")
"""A future's local symbol: root, month letter, one or two digits of the year."""
_PAIR = re.compile(r"([A-Z0-9]{2,6})\.([A-Z]{3,4})\Z")
_CLASS = re.compile(r"([A-Z]{1,6})\.([A-Z])\Z")
"""A share class: BRK.B, which IB writes with a space."""

_KINDS: dict[str, Kind] = {"STK": "stock", "CASH": "forex", "CRYPTO": "crypto", "CMDTY": "spot"}
_SCALES: dict[str, tuple[int, int]] = {"forex": (5, 0), "crypto": (2, 8), "stock": (2, 0)}
"""(price, size) decimals before the contract is described; both grow when a finer value comes."""


class Fields(Struct, frozen=True, kw_only=True):
    """What picks one contract of Interactive Brokers; empty fields are left to it."""

    sec_type: str = "STK"
    symbol: str = ""
    exchange: str = ""
    currency: str = ""
    expiry: str = ""
    """Last trade day or contract month, YYYYMMDD or YYYYMM."""
    local_symbol: str = ""
    trading_class: str = ""
    primary_exchange: str = ""
    multiplier: str = ""
    right: str = ""
    strike: float = 0.0
    con_id: int = 0

    @property
    def kind(self) -> Kind:
        """The kind of market."""
        return _KINDS.get(self.sec_type, "future")


def fields_of(symbol: str) -> Fields:
    """The contract that a market's symbol names; raises WireError for a text that names none."""
    if _SYMBOL.match(symbol) is None:
        raise WireError(f"{clean(symbol, 40)!r} names no contract; expected such as AAPL, ES@CME or EUR.USD")
    name, at, exchange = symbol.partition("@")
    if not name or (at and not exchange) or "@" in exchange:
        raise WireError(f"{symbol!r} names no contract; expected SYMBOL or SYMBOL@EXCHANGE")
    pair = _PAIR.match(name)
    if pair is not None:
        return _pair(pair[1], pair[2], exchange)
    share = _CLASS.match(name)
    if share is not None:
        name = f"{share[1]} {share[2]}"
    if not exchange or exchange in STOCK_EXCHANGES:
        return Fields(sec_type="STK", symbol=name, exchange=exchange or "SMART", currency="USD")
    if _EXPIRY.match(name):
        return Fields(sec_type="FUT", local_symbol=name, exchange=exchange)
    return Fields(sec_type="CONTFUT", symbol=name, exchange=exchange)


def _pair(base: str, quote: str, exchange: str) -> Fields:
    if exchange in CRYPTO_EXCHANGES or (base in COINS and not exchange):
        return Fields(sec_type="CRYPTO", symbol=base, exchange=exchange or "PAXOS", currency=quote)
    return Fields(sec_type="CASH", symbol=base, exchange=exchange or "IDEALPRO", currency=quote)


def default_market(symbol: str, fields: Fields | None = None) -> Market:
    """The market before it was described; raises WireError for a symbol that names none."""
    found = fields or fields_of(symbol)
    base = found.symbol or (match[1] if (match := _EXPIRY.match(found.local_symbol)) else found.local_symbol)
    prices, sizes = _SCALES.get(found.kind, (2, 0))
    return Market(NAME, symbol, base, found.currency or "USD", found.kind, prices, sizes)
