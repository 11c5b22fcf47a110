"""Which command is meant, and the texts of --help and --version. Imports nothing heavy."""

from cvdtui import __version__
from cvdtui.errors import UsageError

COMMANDS = {
    "run": "live order flow of the configured markets (the command meant when none is given)",
    "demo": "the same against a small exchange on this machine; needs no network",
    "replay": "recorded trades through the same path",
    "markets": "what the venues list, searched by name",
    "side-error": "how often inferred sides are wrong, on trades that carry their true side",
    "watch": "wait until a condition holds; for scripts",
    "score": "how often each signal was right, beside the base rate",
    "alert": "send one test alert through a channel",
    "config": "show, check and find the configuration",
}

_HELP = f"""\
usage: cvdtui [COMMAND] [ARGUMENTS]

Live order flow in the terminal: CVD, footprint and volume profile from the trades themselves.

commands:
{chr(10).join(f"  {name:11}{text}" for name, text in COMMANDS.items())}

  -h, --help     this text; after a command, the command's own
  -V, --version  the version

examples:
  cvdtui                                          the markets of the configuration
  cvdtui run binance-usdm:BTCUSDT binance:BTCUSDT  these two instead
  cvdtui demo                                     a first look, without a network
  cvdtui run --headless --seconds 60 --json       one report after a minute, no screen
  cvdtui replay BTCUSDT-aggTrades-2024-08-08.zip --json --row 10
  cvdtui markets btc-perp                         what that may mean on your venues
  cvdtui watch --once --when 'z > 2 and coverage > 0.99' --seconds 3600
  cvdtui config show                              every value in force, and where it came from

exit codes: 0 done, 1 never true, 64 usage, 65 no usable row, 66 unreadable, 69 unreachable, 70 a defect,
74 not written, 78 configuration
"""


def help_text() -> str:
    """The text of `cvdtui --help`."""
    return _HELP


def version_text() -> str:
    """The text of `cvdtui --version`."""
    return f"cvdtui {__version__}\n"


TEXTS = {"--help": help_text, "--version": version_text}
_SAME = {"-h": "--help", "help": "--help", "-V": "--version"}


def split(words: list[str]) -> tuple[str, list[str]]:
    """The command and its arguments; `run` where none is named. UsageError for a word that is no command."""
    first = words[0] if words else "run"
    first = _SAME.get(first, first)
    if first in TEXTS or first in COMMANDS:
        return first, words[1:]
    if first.startswith("-") or ":" in first:
        return "run", words
    from cvdtui.config.names import hint

    raise UsageError(f'"{first}" is neither a command nor a market (venue:SYMBOL){hint(first, COMMANDS)}')
