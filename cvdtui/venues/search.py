"""Markets as people type them (BTC, BTCUSDT.P, btc-perp, BTC/USD) to those they may mean. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from cvdtui.errors import CvdtuiError
from cvdtui.model import DOLLAR, GroupLeg, Market, asset_of, leg_of, money_of
from cvdtui.model.assets import SAME_ASSET
from cvdtui.venues import VENUES, Venue
from cvdtui.venues.grammar.symbols import QUOTES as KNOWN_QUOTES
from cvdtui.venues.grammar.symbols import split_symbol
from cvdtui.venues.lookup import VENUE_NAMES, market_named

QUOTES = ("USDT", "USD", "USDC")
"""Which quote is meant where none is given, the first that is listed."""
_PERP = re.compile(
    r"\.P|[-_/ ]?(?:PERPETUAL|SWAP|PERP)|(?:(?<=[A-Z0-9]/[A-Z0-9]{3})|(?<=[A-Z0-9]/[A-Z0-9]{4})):[A-Z0-9]+"
)
"""TradingView's suffix, words, and the settlement currency that ccxt writes after a colon."""
_SPOT = re.compile(r"[-_/ ]SPOT")

Listings = Mapping[str, Sequence[Market]]
"""Instruments by venue, as far as they are known."""


class MarketQuery(Struct, frozen=True, gc=False):
    """A typed name taken apart; an empty field restricts nothing."""

    code: str
    """The name without its venue, in capitals."""
    venues: tuple[str, ...] = ()
    """Named by the user: one venue, or all of one exchange."""
    pairs: tuple[tuple[str, str], ...] = ()
    """(base, quote) it can be read as; the quote may be empty."""
    leg: GroupLeg | None = None


def read(text: str) -> MarketQuery:
    """A typed name taken apart; never fails."""
    venues, rest = _venues(text.strip())
    code = rest.strip().upper()
    leg: GroupLeg | None = None
    stem = code
    for pattern, meant in ((_PERP, "perp"), (_SPOT, "spot")):
        match = re.search(f"(?:{pattern.pattern})$", code)
        if match is not None and match.start() > 0:
            stem, leg = code[: match.start()], "perp" if meant == "perp" else "spot"
            break
    return MarketQuery(code, venues, _pairs(stem), leg)


def _venues(text: str) -> tuple[tuple[str, ...], str]:
    """The venues before the colon (`binance-usdm:`, `OKX:`), and the rest; none where it names none."""
    prefix, colon, rest = text.partition(":")
    word = prefix.strip().lower()
    if not colon:
        return (), text
    if word in VENUE_NAMES and prefix == word:
        return (word,), rest
    family = tuple(name for name in VENUE_NAMES if name.partition("-")[0] == word or name == word)
    return (family, rest) if family else ((), text)


def _pairs(stem: str) -> tuple[tuple[str, str], ...]:
    parts = [_modern(part) for part in re.split(r"[/_\- ]", stem) if part]
    if len(parts) >= 2:
        return ((parts[0], parts[1]),)
    if not parts:
        return ()
    base, quote = split_symbol(parts[0])
    return ((base, quote), (parts[0], "")) if quote else ((parts[0], ""),)


def _modern(code: str) -> str:
    """XBTUSD as BTCUSD: else it would be read as XB in TUSD."""
    for old, new in SAME_ASSET.items():
        if code.startswith(old):
            return new + code.removeprefix(old)
    return code


def _asset(base: str) -> str:
    return asset_of(base)[0]


def resolve(text: str, listings: Listings, scope: Sequence[str]) -> tuple[Market, ...]:
    """The markets a typed name may mean among the venues of `scope` (or those it names): none, one, several.

    A venue whose instruments are not known contributes what it calls the pair. `venue:SYMBOL` is taken
    literally where no instrument fits better.
    """
    query = read(text)
    venues = query.venues or tuple(scope)
    found = _instrument(query, [market for venue in venues for market in listings.get(venue, ())])
    literal = len(query.venues) == 1 and text.strip().startswith(f"{query.venues[0]}:")
    if literal and not found:
        return _literal(text)
    if not literal:
        found = [*found, *_spelled(query, [venue for venue in venues if not listings.get(venue)])]
    order = {venue: place for place, venue in enumerate(venues)}
    return tuple(
        sorted(found, key=lambda market: (order[market.venue], leg_of(market) == "spot", market.symbol))
    )


def _literal(text: str) -> tuple[Market, ...]:
    try:
        return (market_named(text.strip()),)
    except CvdtuiError:
        return ()


def _instrument(query: MarketQuery, markets: Sequence[Market]) -> list[Market]:
    """The instruments that fit best: the very symbol, else the pair, else the asset."""
    same = [market for market in markets if market.symbol.upper() == query.code]
    if same:
        return same
    for base, quote in query.pairs:
        asset = _asset(base)
        fits = [market for market in markets if _asset(market.base) == asset and _is_leg(market, query.leg)]
        if not quote:
            found = _usual(fits)
        else:
            found = [market for market in fits if market.quote.upper() == quote] or [
                market for market in fits if money_of(market.quote) == money_of(quote)
            ]
            found = _undated(found)
        if found:
            return found
    return []


def _is_leg(market: Market, leg: GroupLeg | None) -> bool:
    return leg is None or leg_of(market) == leg


def _undated(markets: list[Market]) -> list[Market]:
    """Without dated futures, unless there is nothing else: one of those is meant by its own symbol."""
    return [market for market in markets if market.kind != "future"] or markets


def _usual(markets: list[Market]) -> list[Market]:
    """One market a venue and kind, in the usual quote, where no quote was given."""
    dollars = [market for market in _undated(markets) if money_of(market.quote) == DOLLAR]
    best: dict[tuple[str, str], Market] = {}
    for market in dollars or _undated(markets):
        key = (market.venue, market.kind)
        if key not in best or _rank(market) < _rank(best[key]):
            best[key] = market
    return list(best.values())


def _rank(market: Market) -> tuple[int, str]:
    return (QUOTES.index(market.quote) if market.quote in QUOTES else len(QUOTES), market.symbol)


def _spelled(query: MarketQuery, venues: Iterable[str]) -> list[Market]:
    """What the venues call the pair, before their instruments are known."""
    registered = [venue for venue in venues if venue in VENUES]
    for base, quote in query.pairs:
        if not base.isalnum() or (quote and quote not in KNOWN_QUOTES):
            continue
        if not quote and money_of(split_symbol(base)[1]) == DOLLAR:
            continue  # BTCUSDT is a pair: no venue has a coin of that name
        found = [market for venue in registered for market in _spelled_by(venue, base, quote, query.leg)]
        if found:
            return found
    return []


def _spelled_by(venue: str, base: str, quote: str, wanted: GroupLeg | None) -> list[Market]:
    """One market a leg, by the first of the venue's spellings that it reads itself."""
    grammar = _grammar(venue)
    legs: tuple[GroupLeg, ...] = ("perp", "spot") if wanted is None else (wanted,)
    found: list[Market] = []
    for leg in legs:
        for symbol in grammar.spell(base, quote, leg):
            try:
                found.append(grammar.default_market(symbol))
            except CvdtuiError:
                continue  # no base that can stand in a symbol
            break
    return found


@lru_cache(64)  # a name is resolved at every key typed
def _grammar(venue: str) -> Venue:
    return VENUES[venue]()


def search(text: str, markets: Iterable[Market], limit: int) -> list[Market]:
    """Instruments whose name, asset or pair has every word typed (or its letters in order), best first."""
    query = read(text)
    words = [word for word in re.split(r"[\s:/]+", text.lower()) if word]
    scored: list[tuple[tuple[int, int, str], Market]] = []
    for market in markets:
        score = _score(market, query, words)
        if score is not None:
            scored.append(((score, len(market.symbol), market.name), market))
    scored.sort(key=lambda pair: pair[0])
    return [market for _, market in scored[:limit]]


def _score(market: Market, query: MarketQuery, words: Sequence[str]) -> int | None:
    """How well it fits, the lower the better; None when it does not."""
    symbol = market.symbol.lower()
    if market.symbol.upper() == query.code:
        return 0
    if any(_fits(market, base, quote, query) for base, quote in query.pairs):
        return 1 if market.quote in QUOTES else 2
    text = f"{market.venue} {symbol} {market.base.lower()}/{market.quote.lower()} {market.kind}"
    if all(word in text for word in words):
        return 3 if words and symbol.startswith(words[-1]) else 4
    loose = words and all(word in text or _in_order(word, symbol) for word in words)
    return 5 if loose else None


def _fits(market: Market, base: str, quote: str, query: MarketQuery) -> bool:
    if query.venues and market.venue not in query.venues:
        return False
    asset = _asset(base)
    same_quote = not quote or market.quote.upper() == quote or money_of(market.quote) == money_of(quote)
    return same_quote and _asset(market.base) == asset and _is_leg(market, query.leg)


def _in_order(letters: str, text: str) -> bool:
    at = -1
    for letter in letters:
        at = text.find(letter, at + 1)
        if at < 0:
            return False
    return True


def named_some(markets: Sequence[Market], most: int = 12) -> str:
    """`binance:BTCUSDT, okx:BTC-USDT and 3 more`."""
    names = ", ".join(market.name for market in markets[:most])
    return names + (f" and {len(markets) - most} more" if len(markets) > most else "")
