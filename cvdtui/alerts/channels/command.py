"""A program of the user's own: no shell, the alert as JSON on stdin, a deadline, its exit code reported."""

import asyncio
import contextlib
import os
import signal
import tempfile
from pathlib import Path
from typing import IO

from cvdtui.alerts.alert import Alert
from cvdtui.alerts.secrets import scrub
from cvdtui.errors import AlertError

COMPLAINT = 400
"""Bytes of the end of its stderr that are reported."""


class CommandChannel:
    """Starts the program for each alert. Ends it, and what it started, when it takes too long."""

    def __init__(self, command: tuple[str, ...], timeout_s: float) -> None:
        program = command[0]
        self._program = str(Path(program).expanduser()) if program.startswith("~") else program
        self._arguments = command[1:]
        self._timeout_s = timeout_s

    async def send(self, alert: Alert) -> None:
        """One run. AlertError for any other exit code than 0."""
        # A file, not a pipe: a pipe would stay open as long as anything the program left running
        with tempfile.TemporaryFile() as errors:
            try:
                child = await asyncio.create_subprocess_exec(
                    self._program,
                    *self._arguments,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=errors,
                    # A session of its own, so that `_end` reaches everything the program started.
                    start_new_session=True,
                )
            except OSError as error:
                raise AlertError(f"{self._program}: cannot be started: {error.strerror or error}") from None
            try:
                async with asyncio.timeout(self._timeout_s):
                    await _feed(child, alert.json + b"\n")
            except TimeoutError:
                raise AlertError(
                    f"{self._program}: took longer than {self._timeout_s:g} s and was ended"
                ) from None
            finally:
                await _end(child)
            if child.returncode:
                raise AlertError(f"{self._program}: {_ended(child.returncode)}{_complaint(errors)}")

    async def close(self) -> None:
        """Nothing stays open."""


async def _feed(child: asyncio.subprocess.Process, line: bytes) -> None:
    """Writes the alert and waits for the end; a program need not read its stdin."""
    assert child.stdin is not None  # noqa: S101 - PIPE above
    with contextlib.suppress(OSError):
        child.stdin.write(line)
        await child.stdin.drain()
    child.stdin.close()
    await child.wait()


async def _end(child: asyncio.subprocess.Process) -> None:
    """Kill a program that was given up with its whole session: what it started would go on without it."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()


def _ended(code: int) -> str:
    return f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"


def _complaint(errors: IO[bytes]) -> str:
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - COMPLAINT))
    text = scrub(errors.read().decode(errors="replace"), ())
    return f": {text}" if text else ""
