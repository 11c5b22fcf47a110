"""`cvdtui score`: its words to options."""

from cvdtui import settings
from cvdtui.cli import sources
from cvdtui.cli.parsers import parser
from cvdtui.cli.reading import check_readable, check_venue
from cvdtui.errors import UnreadableError
from cvdtui.options import ReplayOptions, ScoreOptions


def main(words: list[str]) -> int:
    """Scores as asked; its exit code."""
    made = options(words)
    from cvdtui.scoring import score

    return score(made)


def options(words: list[str]) -> ScoreOptions:
    """Raises UsageError, ConfigError or UnreadableError."""
    arguments = parser("score").parse_intermixed_args(words)
    layers = [*sources.files(arguments.config), *sources.assignments(arguments.set)]
    config = sources.checked([*layers, *sources.flags(arguments)])
    check_venue(arguments.venue)
    for file in arguments.file:
        check_readable(file)
    journal = arguments.journal or settings.journal_path()
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
