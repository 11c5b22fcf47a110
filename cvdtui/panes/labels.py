"""How markets are named in a table, and which of them a pattern finds."""

import re

from cvdtui.model import MarketRow


def matches(row: MarketRow, pattern: str) -> bool:
    """The market's name, or base and venue, holds the pattern (a regular expression, else plain text)."""
    if not pattern:
        return True
    text = f"{row.market.name} {row.market.base} {row.market.venue}"
    try:
        return re.search(pattern, text, re.IGNORECASE) is not None
    except re.error:
        return pattern.lower() in text.lower()


def label(rows: tuple[MarketRow, ...], *, tight: bool = False) -> dict[str, str]:
    """`BTC binance-usdm` where that is unique, else `BTCUSDC binance`.

    Bases and venues stand in two columns.
    """
    short = [(row.market.base or row.market.symbol, row.market.venue) for row in rows]
    names = {
        row.market.name: pair if short.count(pair) == 1 else (row.market.symbol, row.market.venue)
        for row, pair in zip(rows, short, strict=True)
    }
    wide = min(max((len(first) for first, _ in names.values()), default=0), 12)
    return {
        name: f"{first:<{wide}} {_venue(venue) if tight else venue}" for name, (first, venue) in names.items()
    }


def _venue(name: str) -> str:
    """At most eight cells: `binance-usdm` is `bin-usdm`."""
    first, dash, rest = name.partition("-")
    if len(name) <= 8:
        return name
    rest = rest[:4]
    return first[: 8 - len(dash) - len(rest)] + dash + rest
