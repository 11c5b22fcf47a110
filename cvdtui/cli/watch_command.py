"""`cvdtui watch`: its arguments to options."""

from msgspec import structs

from cvdtui.alerts.condition import Condition
from cvdtui.alerts.tokens import ConditionError
from cvdtui.cli import config_layers, market_names
from cvdtui.cli.parsers import parser
from cvdtui.errors import UsageError
from cvdtui.sources.options import WatchOptions


def main(words: list[str]) -> int:
    """Exit code of `cvdtui watch`."""
    made = options(words)
    from cvdtui.commands.watch import watch

    return watch(made)


def options(words: list[str]) -> WatchOptions:
    """Raises UsageError, with the column for a condition that cannot be read, or ConfigError."""
    arguments = parser("watch").parse_intermixed_args(words)
    try:
        Condition(arguments.when)
    except ConditionError as error:
        raise UsageError(f"--when: {error}") from None
    markets = tuple(arguments.market)
    if arguments.demo:
        arguments.market = []
    else:
        markets = tuple(market_names.full_names(arguments))
        arguments.market = list(markets)
    config = config_layers.checked([*config_layers.given(arguments), *config_layers.flags(arguments)])
    # No condition reads the rows of a footprint: fetching an hour of trades would only spend request weight.
    config = structs.replace(config, history=structs.replace(config.history, trades_minutes=0))
    return WatchOptions(
        config=config,
        when=arguments.when,
        once=arguments.once,
        seconds=arguments.seconds,
        demo=arguments.demo,
        markets=markets,
    )
