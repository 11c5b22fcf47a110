"""From the arguments of `run`, `demo` and `replay` to their options, and on to the command itself."""

import os
import sys
from argparse import Namespace
from pathlib import Path

from msgspec import structs

from cvdtui.cli import config_layers
from cvdtui.cli.parsers import parser
from cvdtui.config import Config
from cvdtui.config.names import hint
from cvdtui.errors import UnreadableError, UsageError
from cvdtui.sources.options import DemoOptions, Options, ReplayOptions, RunOptions
from cvdtui.store import user_state
from cvdtui.venues import VENUES


def perform(command: str, words: list[str]) -> int:
    """Exit code of a command with these words."""
    made = options(command, words)
    if not made.headless:
        check_terminal(command)
    from cvdtui.commands import dispatch

    if isinstance(made, RunOptions):
        return dispatch.run(made)
    if isinstance(made, DemoOptions):
        return dispatch.demo(made)
    return dispatch.replay(made)


def options(command: str, words: list[str]) -> Options:
    """The options of `run`, `demo` or `replay`. Raises UsageError, ConfigError or UnreadableError."""
    arguments = parser(command).parse_intermixed_args(words)
    headless = arguments.headless or arguments.json
    # A report must mean the same on every machine: choices made on the screen do not reach it.
    state = user_state.State() if headless else user_state.load_state()
    notices = (state.problem,) if state.problem else ()
    if command == "run" and arguments.market:
        from cvdtui.cli import market_names

        arguments.market = market_names.full_names(arguments)
    config = _config(arguments, state, remember_markets=command == "run" and not headless)
    common = {
        "config": config,
        "headless": headless,
        "json": arguments.json,
        "seconds": arguments.seconds,
        "notices": notices,
    }
    if command == "run":
        return RunOptions(**common)
    if command == "demo":
        _check_folder(arguments.ledger)
        return DemoOptions(
            **common,
            seed=arguments.seed,
            markets=arguments.markets,
            rate=arguments.rate,
            faults=tuple(dict.fromkeys(arguments.fault)),
            ledger=arguments.ledger,
        )
    check_venue(arguments.venue)
    for file in arguments.file:
        check_readable(file)
    speed = arguments.speed
    return ReplayOptions(
        **common,
        files=tuple(arguments.file),
        format=arguments.format,
        venue=arguments.venue,
        symbol=arguments.symbol,
        speed=speed if speed is not None else 0.0 if headless else 1.0,
    )


def check_terminal(command: str) -> None:
    """UsageError where the screen could not be drawn."""
    for stream, name in ((sys.stdin, "standard input"), (sys.stdout, "standard output")):
        if stream is None or not stream.isatty():
            raise UsageError(
                f"{name} is not a terminal, and the screen needs one; without a screen: "
                f"cvdtui {command} --headless --json"
            )
    # Textual 8.2.8 writes colours and cursor movements to a dumb terminal all the same.
    if os.environ.get("TERM") == "dumb":
        raise UsageError(
            "TERM=dumb cannot draw the screen; set TERM to what the terminal is (such as xterm-256color), "
            f"or go without a screen: cvdtui {command} --headless --json"
        )


def _config(arguments: Namespace, state: user_state.State, *, remember_markets: bool) -> Config:
    files = config_layers.files(arguments.config)
    # Added and removed markets are kept as differences, so they need the configured list to apply to.
    chosen = config_layers.remembered(config_layers.checked(files), state, markets=remember_markets)
    config = config_layers.checked(
        [*files, chosen, *config_layers.assignments(arguments.set), *config_layers.flags(arguments)]
    )
    if "row" not in arguments:
        return config
    # Layers merge tables: one more could not remove the sizes that the file gives to single markets.
    return structs.replace(config, row=structs.replace(config.row, default=arguments.row, markets={}))


def check_venue(name: str | None) -> None:
    """UsageError for a venue that does not exist."""
    if name is not None and name not in VENUES:
        raise UsageError(f'--venue: no venue is named "{name}"{hint(name, VENUES)}')


def _check_folder(file: Path | None) -> None:
    if file is not None and not file.absolute().parent.is_dir():
        raise UsageError(f"--ledger: there is no folder {file.absolute().parent}")


def check_readable(file: Path) -> None:
    """UnreadableError for a file that cannot be opened, before the screen opens and would hide the text."""
    try:
        if file.is_dir():
            raise UnreadableError(f"{file}: cannot be read: it is a folder")
        file.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(f"{file}: cannot be read: {reason}") from None
    if not os.access(file, os.R_OK):
        raise UnreadableError(f"{file}: cannot be read: Permission denied")
