"""The real program in a real pseudo-terminal, and what a terminal would show of it (pyte)."""

import contextlib
import errno
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pyte

ROOT = Path(__file__).resolve().parents[2]
QUERIES = ("\x1b[?2026$p", "\x1b[?2048$p")


class Terminal:
    """A child on a pty of `columns` x `lines`; `until` reads what it writes until a condition holds."""

    def __init__(self, argv: list[str], columns: int, lines: int, **env: str) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        master, child = pty.openpty()
        self.fd = master
        self.resize(columns, lines, tell=False)
        self.saved = termios.tcgetattr(child)
        clean = {
            key: value
            for key, value in os.environ.items()
            if key not in {"TMUX", "NO_COLOR", "COLORTERM", "COLUMNS", "LINES"}
        }
        self.process = subprocess.Popen(
            [sys.executable, *argv],
            stdin=child,
            stdout=child,
            stderr=child,
            cwd=ROOT,
            start_new_session=True,
            env={**clean, "TERM": "xterm-256color", "PYTHONUTF8": "1", **env},
            preexec_fn=lambda: fcntl.ioctl(child, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here
        )
        self.child = child

    def resize(self, columns: int, lines: int, *, tell: bool = True) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        if tell:
            self.screen.resize(lines, columns)
            self.process.send_signal(signal.SIGWINCH)

    def send(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def read(self, wait: float = 0.05) -> bool:
        """Take what is there; False when the other end is closed."""
        ready, _, _ = select.select([self.fd], [], [], wait)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError as error:
            if error.errno == errno.EIO:
                return False
            raise
        self.raw += data
        self.stream.feed(data)
        return bool(data)

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, holds: Callable[[str], bool], timeout: float = 10.0) -> str:
        """Read until the text on the screen satisfies `holds`; the text."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            alive = self.read()
            if holds(self.text()):
                return self.text()
            if not alive:
                break
        raise AssertionError(f"not within {timeout} s; the screen shows:\n{self.text()}")

    def until_ended(self, timeout: float = 10.0) -> int:
        """Read to the end; the exit code."""
        end = time.monotonic() + timeout
        while self.process.poll() is None:
            self.read(0.02)
            if time.monotonic() > end:
                raise AssertionError(f"still running after {timeout} s:\n{self.text()}")
        while select.select([self.fd], [], [], 0)[0] and self.read(0):
            pass
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for fd in (self.fd, self.child):
            with contextlib.suppress(OSError):
                os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
