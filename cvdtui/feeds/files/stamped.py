"""Recorded frames with their time of receipt, in the order of the file, for the comparison of side rules."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from cvdtui.errors import NoDataError
from cvdtui.feeds.files.blocks import BlockSource, Chunk, shown
from cvdtui.feeds.files.guess import venue_of

_STAMP = re.compile(rb"(\d{9,19}(?:\.\d+)?):?[ \t]+(?=[{\[])")
Stamped = tuple[int, bytes]
"""(time of receipt in us, frame)."""


class StampedFrames:
    """One file: its venue, and its frames with their time of receipt; lines without one are counted."""

    def __init__(self, path: Path, venue: str | None) -> None:
        self.bare = 0
        """Lines without a time of receipt or without a frame."""
        self._path = path
        self._chunks = self._all()
        first = next(self._chunks, None)
        if first is None:
            raise NoDataError(f"{shown(path)}: empty")
        self.venue = venue or venue_of("frames", path, first)[0]
        self._chunks = chain((first,), self._chunks)

    def __iter__(self) -> Iterator[Stamped]:
        for chunk in self._chunks:
            for line in chunk.lines():
                stamp = _STAMP.match(line)
                if stamp is None:
                    self.bare += 1
                else:
                    yield to_us(stamp[1]), line[stamp.end() :].rstrip()

    def _all(self) -> Iterator[Chunk]:
        for _, chunks in BlockSource(self._path).members():
            yield from chunks


def to_us(stamp: bytes) -> int:
    """A time of receipt in s (a fraction allowed), ms, us or ns, by its number of digits; returned in us."""
    whole, _, part = stamp.partition(b".")
    # Seconds have 10 digits until the year 2286, ms 13, us 16, ns 19.
    if part or len(whole) <= 11:
        return int(whole) * 1_000_000 + int(part.ljust(6, b"0")[:6] or b"0")
    if len(whole) <= 14:
        return int(whole) * 1_000
    return int(whole) if len(whole) <= 17 else int(whole) // 1_000
