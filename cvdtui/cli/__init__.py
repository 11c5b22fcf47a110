"""The command line: words in, one exit code out. Help and version import nothing that is heavy."""

import errno
import os
import sys
from collections.abc import Sequence

from cvdtui.errors import CvdtuiError

OWN = {
    "config": "config_command",
    "markets": "markets_command",
    "watch": "watch_command",
    "score": "score_command",
    "alert": "alert_command",
    "side-error": "side_error_command",
}
"""Commands with a module of their own, loaded when they are meant."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Where stdout goes takes no more; whatever else is written to has an error of its own."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; expected errors are one line on stderr, never a traceback."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _command(words)
        sys.stdout.flush()
    except CvdtuiError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _forget_stdout()
        return 141
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _forget_stdout()
        _complain(f"the output cannot be written: {error.strerror}")
        return 74
    return code


def _command(words: list[str]) -> int:
    from cvdtui.cli import words as spoken

    command, rest = spoken.split(words)
    if command in spoken.TEXTS:
        sys.stdout.write(spoken.TEXTS[command]())
        return 0
    if command in OWN:
        from importlib import import_module

        return int(import_module(f"cvdtui.cli.{OWN[command]}").main(rest))
    from cvdtui.cli import run_arguments

    return run_arguments.perform(command, rest)


def _complain(text: str) -> None:
    """One line, even if a path or a message of the system brought more."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    sys.stderr.write(f"cvdtui: {line}\n")


def _forget_stdout() -> None:
    """Whoever read our output went away: nothing more is to be written, not even at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
