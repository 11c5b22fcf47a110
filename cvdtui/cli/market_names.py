"""Markets as typed on the command line to their full names; what is not clear is asked back."""

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
    is asked over the network. UsageError for one that is none, is not clear, or is named twice.
    """
    names = list(arguments.market)
    if any(not _is_full(name) for name in names):
        config = config_layers.checked(
            [*config_layers.files(arguments.config), *config_layers.assignments(arguments.set)]
        )
        names = [name if _is_full(name) else _one(name, config) for name in names]
    config_layers.named_markets(names)
    return names


def _is_full(name: str) -> bool:
    """`venue:SYMBOL`, or so clearly meant to be one that its fault is told as such."""
    venue, colon, symbol = name.partition(":")
    if not colon:
        return False
    return (venue in VENUE_NAMES and validators.SYMBOL.match(symbol) is not None) or bool(
        hint(venue, VENUE_NAMES)
    )


def _one(name: str, config: Config) -> str:
    found = candidates(name, config)
    if len(found) == 1:
        return found[0].name
    if found:
        raise UsageError(f"{validators.show(name)} may mean {named_some(found)}; name one of them")
    raise UsageError(
        f"expected {validators.MARKET.expected}, not {validators.show(name)}; see cvdtui markets --help"
    )


def candidates(name: str, config: Config) -> tuple[Market, ...]:
    """What a typed name may mean, by what is known of the venues without asking them."""
    from cvdtui.monitor.instruments import by_venue, cached

    configured = list(dict.fromkeys(market.partition(":")[0] for market in config.markets))
    known = by_venue(cached(config, VENUES))
    scopes: tuple[Sequence[str], ...] = (configured, VENUE_NAMES)
    return next((found for scope in scopes if (found := resolve(name, known, scope))), ())
