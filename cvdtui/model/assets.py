"""The asset of a market, how many of it one base unit holds, and the group it belongs to."""

import re
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from cvdtui.model.market_data import Kind, Market

GroupLeg = Literal["spot", "perp"]
"""`perp` stands for all futures: perpetuals and dated ones."""

SAME_ASSET = {"XBT": "BTC", "XDG": "DOGE"}
"""Other codes of the same coin (Kraken, BitMEX). Wrapped coins (WBTC) are coins of their own."""
DOLLARS = frozenset(
    {
        *("USD", "USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USDP", "USDE", "USD1", "DAI"),
        *("PYUSD", "USDS", "RLUSD", "GUSD", "USDD", "USDG"),
    }
)
"""Quote currencies counted as one dollar each."""
DOLLAR = "USD"

_THOUSANDS = re.compile(r"(10{3,8})([A-Z][A-Z0-9]+)")
_THOUSANDS_LAST = re.compile(r"([A-Z]{2,})(10{3,8})")
_MILLION = re.compile(r"1M([A-Z]{4,})")
# kPEPE of Hyperliquid: the lower case is the sign, KAVA is a coin
_KILO = re.compile(r"k([A-Z][A-Z0-9]{2,})")
_FAMILIES: dict[Kind, str] = {"stock": "stock", "forex": "forex"}


class GroupKey(Struct, frozen=True, gc=False):
    """Markets with equal keys can be added up: one asset, one quote money."""

    asset: str
    money: str = DOLLAR
    """`USD` for every dollar coin, else the quote currency itself."""
    family: str = ""
    """Stocks and currencies share tickers with coins and are kept apart from them."""

    @property
    def name(self) -> str:
        """`BTC`, `BTC/EUR`, `COMP stock`."""
        pair = self.asset if self.money == DOLLAR else f"{self.asset}/{self.money}"
        return f"{pair} {self.family}" if self.family else pair


def asset_of(base: str) -> tuple[str, int]:
    """The asset of a base, and how many of it one base unit is: XBT (BTC, 1), 1000PEPE (PEPE, 1000)."""
    kilo = _KILO.fullmatch(base)
    if kilo is not None:
        return _same(kilo[1]), 1000
    code = base.upper()
    for pattern, count, name in ((_THOUSANDS, 1, 2), (_THOUSANDS_LAST, 2, 1)):
        found = pattern.fullmatch(code)
        if found is not None:
            return _same(found[name]), int(found[count])
    million = _MILLION.fullmatch(code)
    if million is not None:
        return _same(million[1]), 1_000_000
    return _same(code), 1


def money_of(quote: str) -> str:
    """`USD` for every dollar coin, else the currency itself."""
    code = quote.upper()
    return DOLLAR if code in DOLLARS else SAME_ASSET.get(code, code)


@lru_cache(4096)
def group_key(market: Market) -> GroupKey:
    """The group a market belongs to; with an unknown quote its money is `?`."""
    asset, _ = asset_of(market.base or market.symbol)
    # an unknown quote joins no dollar group: its money would be added as dollars
    return GroupKey(asset, money_of(market.quote) if market.quote else "?", _FAMILIES.get(market.kind, ""))


def leg_of(market: Market) -> GroupLeg:
    """The leg of its group that a market's volume counts in."""
    return "perp" if market.kind in ("perp", "future") else "spot"


def _same(code: str) -> str:
    return SAME_ASSET.get(code, code)
