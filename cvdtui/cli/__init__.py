"""The command line: the words of `sys.argv` in, one exit code out.

How `cvdtui replay FILE --bar 5m` becomes a call:

1. `usage.split` finds the command (`run` where none is named); --help and --version end here.
2. The command's module, in COMMAND_MODULES below, takes the other words to `parsers.parser(command)`.
3. `config_layers` lays the user's file, the choices made on the screen, --set and the flags over the defaults
   of the schema, and checks them: one Config.
4. The module makes the options of the command of both (cvdtui/sources/options.py).
5. cvdtui/commands does what the options say and returns the exit code.
"""

import errno
import os
import sys
from collections.abc import Sequence

from cvdtui.errors import CvdtuiError

COMMAND_MODULES = {
    "config": "config_command",
    "markets": "markets_command",
    "watch": "watch_command",
    "score": "score_command",
    "alert": "alert_command",
    "side-error": "side_error_command",
}
"""Commands with a module of their own, loaded when named; run, demo and replay share run_arguments."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors of a stdout that takes no more; every other file that is written has an error text of its own."""


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code of one command; an expected error is one line on stderr, never a traceback."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _command(words)
        # Buffered output meets a full disk or a closed pipe here, not at exit, where no code could follow it.
        sys.stdout.flush()
    except CvdtuiError as error:
        _report(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return 130  # 128 + SIGINT, as shells report it
    except BrokenPipeError:
        _discard_stdout()
        return 141  # 128 + SIGPIPE
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _discard_stdout()
        _report(f"the output cannot be written: {error.strerror}")
        return 74  # EX_IOERR of sysexits.h, as are the codes of errors.py
    return code


def _command(words: list[str]) -> int:
    # argparse (7 ms to import) and msgspec come with a command: --help and --version need neither.
    from cvdtui.cli import usage

    command, rest = usage.split(words)
    if command in usage.TEXTS:
        sys.stdout.write(usage.TEXTS[command]())
        return 0
    if command in COMMAND_MODULES:
        from importlib import import_module

        return int(import_module(f"cvdtui.cli.{COMMAND_MODULES[command]}").main(rest))
    from cvdtui.cli import run_arguments

    return run_arguments.perform(command, rest)


def _report(text: str) -> None:
    """One line, even where a path or a message of the system has line breaks or escape sequences."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    sys.stderr.write(f"cvdtui: {line}\n")


def _discard_stdout() -> None:
    """Sends the rest to /dev/null: Python flushes stdout at exit, and would fail and say so there again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
