"""A market from its name alone, as far as it is known before any venue has responded."""

from cvdtui.errors import ConfigError, CvdtuiError
from cvdtui.model import Market
from cvdtui.venues import VENUES, ibkr

VENUE_NAMES = (*VENUES, ibkr.NAME)
"""Every venue that a market can be of: those of the registry, and the one with a feed of its own."""


def market_named(name: str) -> Market:
    """The market called `venue:SYMBOL`; ConfigError for a name that cannot be one."""
    venue, _, symbol = name.partition(":")
    if venue not in VENUE_NAMES:
        raise ConfigError(f"{name}: no venue {venue!r}; known: {', '.join(VENUE_NAMES)}")
    try:
        if venue == ibkr.NAME:
            return ibkr.default_market(symbol)
        return VENUES[venue]().default_market(symbol)
    except CvdtuiError as error:
        raise ConfigError(f"{name}: {error}") from None
