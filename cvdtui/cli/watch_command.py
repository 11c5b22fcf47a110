"""`cvdtui watch`: its words to options."""

from msgspec import structs

from cvdtui.alerts.condition import Condition
from cvdtui.alerts.tokens import ConditionError
from cvdtui.cli import config_layers, market_names
from cvdtui.cli.parsers import parser
from cvdtui.errors import UsageError
from cvdtui.sources.options import WatchOptions


def main(words: list[str]) -> int:
    """Watches as asked; its exit code."""
    made = options(words)
    from cvdtui.commands.watch import watch

    return watch(made)


def options(words: list[str]) -> WatchOptions:
    """Raises UsageError, which names the column of a condition that makes no sense, or ConfigError."""
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
    layers = [*config_layers.files(arguments.config), *config_layers.assignments(arguments.set)]
    config = config_layers.checked([*layers, *config_layers.flags(arguments)])
    config = structs.replace(config, history=structs.replace(config.history, trades_minutes=0))
    return WatchOptions(
        config=config,
        when=arguments.when,
        once=arguments.once,
        seconds=arguments.seconds,
        demo=arguments.demo,
        markets=markets,
    )
