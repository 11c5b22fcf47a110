"""Symbols to markets before the venue has described them, and pairs to symbols."""

from collections.abc import Sequence

from cvdtui.model import DOLLAR, Kind, Market
from cvdtui.venues.grammar.decimals import INVERSE_DECIMALS

QUOTES = (
    *(
        "FDUSD",
        "USDT",
        "USDC",
        "BUSD",
        "TUSD",
        "USDP",
        "USDE",
        "USD1",
        "BTC",
        "ETH",
        "BNB",
        "EUR",
        "TRY",
        "BRL",
    ),
    *(
        "GBP",
        "AUD",
        "JPY",
        "ARS",
        "MXN",
        "PLN",
        "RON",
        "UAH",
        "ZAR",
        "IDR",
        "COP",
        "CZK",
        "VAI",
        "DAI",
        "XRP",
    ),
    *("TRX", "DOGE", "DOT", "SOL", "USD", "U"),
)
"""Quote assets by which concatenated symbols end, longer names before the ones they end with."""


def split_symbol(symbol: str, quotes: Sequence[str] = QUOTES) -> tuple[str, str]:
    """Base and quote of a concatenated symbol (BTCUSDT -> BTC, USDT); the quote is empty when unknown."""
    pair = symbol.partition("_")[0]
    for quote in quotes:
        if pair.endswith(quote) and len(pair) > len(quote):
            return pair[: -len(quote)], quote
    return pair, ""


def spelled(
    form: str, base: str, quote: str, quotes: Sequence[str], *, others: bool = False
) -> tuple[str, ...]:
    """A pair in a venue's form ("{base}-{quote}"), in the quote given or, where none is, in each of `quotes`.

    A quote not among `quotes` gives nothing, unless the venue lists `others` too; USD is never among those,
    for most exchanges have dollar coins alone.
    """
    if quote:
        quotes = (quote,) if quote in quotes or (others and quote != DOLLAR) else ()
    return tuple(form.format(base=base, quote=money) for money in quotes)


def spot_market(venue: str, symbol: str) -> Market:
    """A spot market before its description: few decimals, which grow with the first finer value."""
    base, quote = split_symbol(symbol)
    return Market(venue, symbol, base, quote, "spot", price_decimals=2, size_decimals=5)


def coin_margined_market(venue: str, symbol: str) -> Market:
    """A coin-margined market before its description: contracts of 100 USD for BTC, of 10 USD else."""
    base, quote = split_symbol(symbol)
    kind: Kind = "perp" if symbol.endswith("_PERP") else "future"
    contract = "100" if base == "BTC" else "10"
    return Market(
        venue,
        symbol,
        base,
        quote,
        kind,
        price_decimals=2,
        size_decimals=INVERSE_DECIMALS,
        contract_size=contract,
        inverse=True,
    )


def perpetual_market(venue: str, symbol: str) -> Market:
    """A perpetual (or dated future) before its description: it grows with the first finer value."""
    base, quote = split_symbol(symbol)
    kind: Kind = "future" if "_" in symbol and not symbol.endswith("_PERP") else "perp"
    return Market(venue, symbol, base, quote, kind, price_decimals=2, size_decimals=3)
