"""In which order several files are read: by the time of their first row.

A shell sorts names: a day comes before its month, hours may come backwards. Ids alone would not do: after a
relisting they begin anew, and the older file has the higher ones.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from cvdtui.errors import UnreadableError
from cvdtui.feeds.files.blocks import BlockSource, Chunk
from cvdtui.feeds.files.guess import Format, format_of

PEEK = 1 << 16
"""Bytes read of each file."""
_LINES = 400
_TIME_COLUMN = 5
_STAMP = re.compile(rb"(\d+)(\.\d+)?:?[ \t]")
_JSON_TIME = re.compile(rb'"time_us"\s*:\s*(\d{1,17})\b')
_FRAME_TIME = re.compile(rb'"(?:T|E|ts|time|timestamp)"\s*:\s*"?(\d{10,19})\b')
_DIGITS_US = 16
"""A time of our age has so many digits in microseconds, three fewer or more in milli- and nanoseconds."""


def by_time(paths: Sequence[Path], form: Format | None) -> list[Path]:
    """The paths by the time of their first rows; as they are where one of them tells none."""
    if len(paths) < 2:
        return [*paths]
    times = [_first_time(path, form) for path in paths]
    known = [time_us for time_us in times if time_us is not None]
    if len(known) < len(times):
        return [*paths]
    order = sorted(range(len(paths)), key=lambda place: known[place])
    return [paths[place] for place in order]


def _first_time(path: Path, form: Format | None) -> int | None:
    """When a file begins, us; None where no line says, or it cannot be read (which is said when it is)."""
    if not path.is_file():
        return None  # a pipe: what is peeked at would be gone
    try:
        for _, chunks in BlockSource(path, block=PEEK).members():
            for chunk in chunks:
                return _time_of(chunk, form or format_of(chunk))
    except UnreadableError:
        return None
    return None


def _time_of(chunk: Chunk, form: Format | None) -> int | None:
    for line in chunk.lines()[:_LINES]:
        if form == "binance-aggtrades":
            fields = line.split(b",")
            text = fields[_TIME_COLUMN].strip(b' "\r') if len(fields) > _TIME_COLUMN else b""
            if text.isdigit():
                return _in_us(text)
            continue
        stamp = _STAMP.match(line) if form == "frames" else None
        found = stamp or (_JSON_TIME if form == "jsonl" else _FRAME_TIME).search(line)
        if found:
            return _in_us(found[1])
    return None


def _in_us(digits: bytes) -> int:
    """A time in s, ms, us or ns, told apart by its digits, in us."""
    time = int(digits)
    for _ in range(len(digits), _DIGITS_US):
        time *= 10
    for _ in range(_DIGITS_US, len(digits)):
        time //= 10
    return time
