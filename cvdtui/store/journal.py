"""The journal on disk: JSON lines, only ever appended, so that a kill costs at most the line being written.

Bounded: a full file is set aside, the oldest one dropped. A full disk is reported once and waited out.
"""

import fcntl
import os
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cvdtui.store.entries import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "signals.jsonl"
FILES = 4
"""The one being written, and those set aside: NAME.1 is the latest of them."""
_ENCODER = msgspec.json.Encoder()


class Journal:
    """Appends entries; several programs may write one journal. Every call may wait for the disk."""

    def __init__(self, path: Path, *, megabytes: float, note: Callable[[str], None]) -> None:
        self.path = path
        self.lost = 0
        """Entries that could not be written."""
        self._file_bytes = max(4_096, int(megabytes * 1_000_000) // FILES)
        self._note = note
        self._file = -1
        self._ends_clean = True
        self._failing = False

    def write(self, entries: Sequence[Entry]) -> int:
        """Appends them; how many were written. Never raises OSError: a loss is reported once, and counted."""
        lines = [_ENCODER.encode(entry) + b"\n" for entry in entries]
        written = 0
        try:
            for batch in _batches(lines, self._file_bytes // 2):
                self._ready(sum(map(len, batch)))
                self._append(b"".join(batch))
                written += len(batch)
        except OSError as error:
            self._fail(error, len(lines) - written)
        else:
            self._recover()
        return written

    def close(self) -> None:
        """Closes the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append(self, data: bytes) -> None:
        if not self._ends_clean:
            data = b"\n" + data  # the torn line ends here, else it would take this one with it
        self._ends_clean = False
        # os.write may take less than it is given, near a full disk above all.
        while data:
            data = data[os.write(self._file, data) :]
        self._ends_clean = True

    def _ready(self, size: int) -> None:
        """The file is open, still the one of this name, and has room."""
        # Another program may have set the file aside: our descriptor would follow it to its new name.
        if self._file >= 0 and not _is_same(self._file, self.path):
            self.close()
        if self._file < 0:
            self._open()
        if os.fstat(self._file).st_size + size > self._file_bytes:
            self._set_aside(size)

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._file = os.open(self.path, flags, 0o600)
        size = os.fstat(self._file).st_size
        self._ends_clean = size == 0 or os.pread(self._file, 1, size - 1) == b"\n"

    def _set_aside(self, size: int) -> None:
        with _locked(self.path):
            self.close()
            self._open()  # another program may just have done it
            if os.fstat(self._file).st_size + size <= self._file_bytes:
                return
            self.close()
            for number in range(FILES - 1, 0, -1):
                older = self.path if number == 1 else aside(self.path, number - 1)
                with suppress(FileNotFoundError):
                    older.replace(aside(self.path, number))
            self._open()

    def _fail(self, error: OSError, count: int) -> None:
        self.lost += count
        if not self._failing:
            self._failing = True
            self._note(f"{self.path}: cannot be written: {error.strerror or error}; signals are not kept")

    def _recover(self) -> None:
        if self._failing:
            self._failing = False
            self._note(f"{self.path}: is written again; {self.lost} entries were not kept")


def aside(path: Path, number: int) -> Path:
    """A file set aside; 1 is the latest."""
    return path.with_name(f"{path.name}.{number}")


def files_of(path: Path) -> list[Path]:
    """The files of a journal that are there, oldest first."""
    every = [*(aside(path, number) for number in range(FILES - 1, 0, -1)), path]
    return [file for file in every if file.exists()]


def _batches(lines: list[bytes], most: int) -> "Iterator[list[bytes]]":
    """Lines in bunches of about `most` bytes, each written at once."""
    bunch: list[bytes] = []
    size = 0
    for line in lines:
        if bunch and size + len(line) > most:
            yield bunch
            bunch, size = [], 0
        bunch.append(line)
        size += len(line)
    if bunch:
        yield bunch


def _is_same(file: int, path: Path) -> bool:
    try:
        there = path.stat()
    except OSError:
        return False
    mine = os.fstat(file)
    return (mine.st_ino, mine.st_dev) == (there.st_ino, there.st_dev)


@contextmanager
def _locked(path: Path) -> "Iterator[None]":
    """One program at a time sets files aside."""
    # A file of its own: the journal itself changes its name under the lock.
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
