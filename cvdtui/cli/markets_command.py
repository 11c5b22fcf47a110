"""`cvdtui markets [PATTERN]`: instruments of the venues, searched by name."""

import asyncio
import sys
from collections.abc import Sequence

from cvdtui.cli import config_layers
from cvdtui.cli.parsers import parser
from cvdtui.cli.venue_table import venue_table
from cvdtui.config import Config
from cvdtui.config.names import hint
from cvdtui.engine.decimals import to_text
from cvdtui.errors import UnreachableError, UsageError, VenueError
from cvdtui.model import Market
from cvdtui.monitor.clock import wall_us
from cvdtui.venues import VENUES
from cvdtui.venues.search import search

ALL = 1_000_000


def main(words: list[str]) -> int:
    """Exit code of `cvdtui markets`."""
    from cvdtui.monitor.instruments import FRESH_S, listings

    arguments = parser("markets").parse_intermixed_args(words)
    if arguments.venues:
        sys.stdout.write("".join(f"{line}\n" for line in venue_table()))
        return 0
    config = config_layers.checked(config_layers.given(arguments))
    if arguments.pattern.startswith("ibkr:"):
        return _contracts(arguments.pattern, config)
    venues = _venues(arguments.venue, config)
    fresh_s = 0.0 if arguments.refresh else FRESH_S
    found = asyncio.run(listings(config, venues, now=wall_us, fresh_s=fresh_s))
    for instruments in found.values():
        sys.stderr.write(f"cvdtui: {instruments.words(wall_us())}\n")
    markets = [market for instruments in found.values() for market in instruments.markets]
    if not markets:
        raise UnreachableError(f"no instruments are known of {', '.join(venues)}")
    shown = (
        search(arguments.pattern, markets, ALL)
        if arguments.pattern
        else sorted(markets, key=lambda m: m.name)
    )
    sys.stdout.write("".join(f"{line}\n" for line in _table(shown)))
    if not shown:
        sys.stderr.write(f'cvdtui: nothing matches "{arguments.pattern}"\n')
    return 0


def _contracts(pattern: str, config: Config) -> int:
    """Prints contracts of Interactive Brokers, requested from TWS."""
    from cvdtui.monitor.ibkr import find_contracts

    try:
        lines = asyncio.run(find_contracts(pattern, config))
    except VenueError as error:
        raise UnreachableError(str(error)) from None
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    if not lines:
        sys.stderr.write(f'cvdtui: no contract matches "{pattern}"\n')
    return 0


def _venues(named: Sequence[str], config: Config) -> list[str]:
    """The venues of `--venue`, or those of the configured markets."""
    unknown = next((name for name in named if name not in VENUES), None)
    if unknown is not None:
        raise UsageError(f'--venue: no venue with instruments is named "{unknown}"{hint(unknown, VENUES)}')
    configured = (market.partition(":")[0] for market in config.markets)
    return list(dict.fromkeys(named or (name for name in configured if name in VENUES)))


def _table(markets: Sequence[Market]) -> list[str]:
    width = max((len(market.name) for market in markets), default=0)
    return [
        f"{market.name:<{width}}  {f'{market.base}/{market.quote}':<18} {market.kind:<7}"
        f"tick {to_text(market.tick, market.price_decimals)}"
        for market in markets
    ]
