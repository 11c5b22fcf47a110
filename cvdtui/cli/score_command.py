"""`cvdtui score`: its arguments to options."""

from cvdtui.cli import config_layers
from cvdtui.cli.parsers import parser
from cvdtui.cli.run_arguments import check_readable, check_venue
from cvdtui.errors import UnreadableError
from cvdtui.sources.options import ReplayOptions, ScoreOptions
from cvdtui.store import user_state


def main(words: list[str]) -> int:
    """Exit code of `cvdtui score`."""
    made = options(words)
    from cvdtui.commands.score import score

    return score(made)


def options(words: list[str]) -> ScoreOptions:
    """Raises UsageError, ConfigError or UnreadableError."""
    arguments = parser("score").parse_intermixed_args(words)
    config = config_layers.checked([*config_layers.given(arguments), *config_layers.flags(arguments)])
    check_venue(arguments.venue)
    for file in arguments.file:
        check_readable(file)
    journal = arguments.journal or user_state.journal_path()
    replay = None
    if arguments.file:
        replay = ReplayOptions(
            config=config,
            files=tuple(arguments.file),
            headless=True,
            format=arguments.format,
            venue=arguments.venue,
            symbol=arguments.symbol,
        )
    elif journal is None:
        raise UnreadableError("there is no home directory with a journal; name FILE or --journal FILE")
    return ScoreOptions(replay=replay, journal=journal, json=arguments.json)
