"""Markets as typed on the command line to full names; an ambiguous one is refused with its candidates."""

from argparse import Namespace
from collections.abc import Sequence

from cvdtui.cli import config_layers
from cvdtui.config import Config, validators
from cvdtui.config.names import hint
from cvdtui.errors import UsageError
from cvdtui.model import Market
from cvdtui.venues import VENUES
from cvdtui.venues.lookup import VENUE_NAMES
from cvdtui.venues.search import named_some, resolve


def full_names(arguments: Namespace) -> list[str]:
    """The named markets as `venue:SYMBOL`.

    A name without a venue is looked for among the venues of the configured markets, then among all; nothing
    is requested over the network, so that a start needs none. UsageError for a name that means no market,
    several, or one that is named twice.
    """
    names = list(arguments.market)
    if any(not _is_full(name) for name in names):
        config = config_layers.checked(config_layers.given(arguments))
        names = [name if _is_full(name) else _resolved(name, config) for name in names]
    config_layers.named_markets(names)
    return names


def _is_full(name: str) -> bool:
    """`venue:SYMBOL`, or so near to one that its error should name the venue or the symbol."""
    venue, colon, symbol = name.partition(":")
    if not colon:
        return False
    return (venue in VENUE_NAMES and validators.SYMBOL.match(symbol) is not None) or bool(
        hint(venue, VENUE_NAMES)
    )


def _resolved(name: str, config: Config) -> str:
    found = candidates(name, config)
    if len(found) == 1:
        return found[0].name
    if found:
        raise UsageError(f"{validators.show(name)} may mean {named_some(found)}; name one of them")
    raise UsageError(
        f"expected {validators.MARKET.expected}, not {validators.show(name)}; see cvdtui markets --help"
    )


def candidates(name: str, config: Config) -> tuple[Market, ...]:
    """Markets that a typed name may mean, by the instrument lists kept on disk and the default symbols."""
    from cvdtui.monitor.instruments import by_venue, cached

    configured = list(dict.fromkeys(market.partition(":")[0] for market in config.markets))
    known = by_venue(cached(config, VENUES))
    scopes: tuple[Sequence[str], ...] = (configured, VENUE_NAMES)
    return next((found for scope in scopes if (found := resolve(name, known, scope))), ())
