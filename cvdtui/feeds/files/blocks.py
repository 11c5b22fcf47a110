"""Files as blocks of whole lines: plain, gzip and zip, recognised by their first bytes, read as a stream.

Every fault of a file becomes one UnreadableError that names it, after everything before it was handed out.
"""

import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from msgspec import Struct

from cvdtui.errors import UnreadableError
from cvdtui.venues.grammar.events import clean

FRONT = 24
"""Bytes kept free before the first line of a chunk."""
BACK = 8
"""Bytes kept free behind the last one."""
LINE_LIMIT = 1 << 20
"""No line of market data is longer; one that is becomes OVERLONG, which no format accepts."""
OVERLONG = b"(a line of more than 1 MiB)\n"

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
ZIP_EMPTY = b"PK\x05\x06"


class Chunk(Struct, frozen=True, gc=False):
    """Whole lines, each ending in a newline: `data[first:last]`."""

    data: bytearray
    first: int
    last: int

    def lines(self) -> list[bytes]:
        """The lines without their newlines."""
        return bytes(self.data[self.first : self.last - 1]).split(b"\n")


def shown(path: str | Path) -> str:
    """A file's name as it may be shown."""
    return clean(os.fspath(path), 120)


@contextmanager
def _faults_of(path: Path) -> Iterator[None]:
    """Foreign errors about `path` become UnreadableError."""
    try:
        yield
    except (EOFError, zlib.error) as error:
        raise UnreadableError(
            f"{shown(path)}: the compressed data is cut off or damaged ({clean(error)})"
        ) from error
    except gzip.BadGzipFile as error:
        raise UnreadableError(f"{shown(path)}: not gzip, or damaged ({clean(error)})") from error
    except zipfile.BadZipFile as error:
        raise UnreadableError(
            f"{shown(path)}: not a zip archive, cut off or damaged ({clean(error)})"
        ) from error
    except (RuntimeError, NotImplementedError) as error:  # zipfile: a password, an unknown method
        raise UnreadableError(f"{shown(path)}: {clean(error)}") from error
    except OSError as error:
        raise UnreadableError(f"{shown(path)}: {clean(error.strerror or error)}") from error


class BlockSource:
    """One file, opened once and read from front to back."""

    def __init__(self, path: str | Path, *, block: int = 1 << 20) -> None:
        self.path = Path(path)
        self.name = shown(self.path.name)
        self._block = block
        self._raw: BinaryIO | None = None
        self._size = 0

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        if self._raw is None or not self._size:
            return 0.0
        return min(1.0, self._raw.tell() / self._size) if not self._raw.closed else 1.0

    def members(self) -> Iterator[tuple[str, Iterator[Chunk]]]:
        """The texts in the file, named, each as its chunks (to be used up before the next member)."""
        with _faults_of(self.path), self.path.open("rb") as raw:
            self._raw, self._size = raw, os.fstat(raw.fileno()).st_size
            magic = raw.peek(4)[:4]
            suffix = self.path.suffix.lower()
            # By name as well: a damaged .gz is an error, not a text without rows.
            if magic[:2] == GZIP or suffix == ".gz":
                with gzip.GzipFile(fileobj=raw) as stream:
                    yield self.path.stem, self._chunks(stream)
            elif magic in (ZIP, ZIP_EMPTY) or suffix == ".zip":
                yield from self._zipped(raw)
            else:
                yield self.path.name, self._chunks(raw)

    def _zipped(self, raw: BinaryIO) -> Iterator[tuple[str, Iterator[Chunk]]]:
        with zipfile.ZipFile(raw) as archive:
            for info in archive.infolist():
                name = Path(info.filename).name
                # macOS puts a resource fork beside each file that it packs.
                if info.is_dir() or info.filename.startswith("__MACOSX/") or name.startswith("."):
                    continue
                with archive.open(info) as stream:
                    yield name, self._chunks(cast("io.BufferedIOBase", stream))

    def _chunks(self, stream: io.BufferedIOBase) -> Iterator[Chunk]:
        """Chunks of about the block size; a fault is raised after everything before it was handed out."""
        carry, skipping = b"", False
        while True:
            data = bytearray(FRONT + len(carry) + self._block + BACK)
            data[FRONT : FRONT + len(carry)] = carry
            view = memoryview(data)
            start = FRONT + len(carry)
            filled, fault = self._fill(stream, view, start)
            view.release()
            ended = filled < start + self._block
            if ended and fault is None and filled > FRONT and data[filled - 1] != ord("\n"):
                data[filled] = ord("\n")
                filled += 1
            first = FRONT
            if skipping:
                first = data.find(b"\n", first, filled) + 1 or filled
                skipping = first == filled and not ended
            cut = data.rfind(b"\n", first, filled) + 1
            if cut > first:
                yield Chunk(data, first, cut)
            carry = bytes(data[max(cut, first) : filled])
            if fault is not None:
                raise fault
            if ended:
                return
            if len(carry) > LINE_LIMIT:
                yield Chunk(bytearray(bytes(FRONT) + OVERLONG + bytes(BACK)), FRONT, FRONT + len(OVERLONG))
                carry, skipping = b"", True

    def _fill(
        self, stream: io.BufferedIOBase, view: memoryview, at: int
    ) -> tuple[int, UnreadableError | None]:
        """Reads until one block more is there or the stream ends."""
        end = at + self._block
        try:
            with _faults_of(self.path):
                while at < end and (got := stream.readinto1(view[at:end])):
                    at += got
        except UnreadableError as error:
            return at, error
        return at, None
