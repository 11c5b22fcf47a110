"""Where the fields of aggTrades rows are, for a whole block at once, and the proof that they are digits.

A row is `id,price,quantity,first,last,time,maker[,best]`. Two ways lead to the same answer: `guess` reads
the widths of the first row, predicts every separator of every other row and proves the prediction by
counting; when it does not hold (a price gains a digit, a row is broken) `search` finds all separators and
sorts the rows by their pattern. Rows that fit no pattern are left to the slow reader.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from cvdtui.feeds.files.digits import I64, MAX_WIDTH, NO_POINT, U8, U64, Ends, near

Mask = npt.NDArray[np.bool_]

COMMA, POINT, RETURN, NEWLINE, ZERO, NINE = 0x2C, 0x2E, 0x0D, 0x0A, 0x30, 0x39
COLUMNS = (7, 8)
"""Columns of a row: the spot archive has `is_best_match` as an eighth."""
MAX_FRACTION = 8
"""Digits after the point that one word holds."""
_MAX_DIGITS = 18
_WORD = 8
"""Bytes read at once."""
_PART = 1 << 18
"""Bytes looked at together where every single one counts."""

_LOWER6 = np.uint64(0x202020202020)
_LOWER5 = np.uint64(0x2020202020)
_TRUE = np.uint64(int.from_bytes(b",true", "little"))
_FALSE = np.uint64(int.from_bytes(b",false", "little"))


class Rows(Struct, frozen=True, eq=False, gc=False):
    """Rows whose bytes are proven: where every field ends; each decimal has one number of places."""

    lines: I64
    """Line numbers within the block."""
    id_end: Ends
    id_width: "I64 | int"
    price_end: Ends
    price_width: "I64 | int"
    size_end: Ends
    size_width: I64
    time_end: Ends
    time_width: "I64 | int"
    price_fraction: int
    size_fraction: int
    maker: Mask
    """The buyer is the maker: the aggressor sold."""


class Block(Struct, frozen=True, eq=False, gc=False):
    """Whole lines: `data` from `first` to `last`, the byte after the final newline."""

    data: U8
    words: U64
    first: int
    last: int

    def lines(self) -> tuple[I64, I64]:
        """Start of every line, and the place of its newline."""
        found = [np.flatnonzero(part == NEWLINE) + at for at, part in self.parts()]
        ends = np.concatenate(found) if found else np.zeros(0, np.int64)
        starts = np.empty_like(ends)
        starts[:1] = self.first
        np.add(ends[:-1], 1, out=starts[1:])
        return starts, ends

    def parts(self) -> Iterator[tuple[int, U8]]:
        """The text in pieces with the place of each: what is made of one lies in the cache."""
        for at in range(self.first, self.last, _PART):
            yield at, self.data[at : min(at + _PART, self.last)]


def _flag(words: U64, ends: I64) -> tuple[Mask, Mask]:
    """Which fields ending before `ends` read `,true` and which `,false`, in any case of letters."""
    word = words[ends - 8]
    word >>= np.uint64(16)
    false = (word | _LOWER6) == _FALSE
    word >>= np.uint64(8)
    word |= _LOWER5
    return word == _TRUE, false


def _widths(row: bytes) -> tuple[int, ...] | None:
    """Widths of id, price, places of price and size, first, last, time; columns; carriage return; or None."""
    fields = row.rstrip(b"\r").split(b",")
    if len(fields) not in COLUMNS or not all(fields):
        return None
    places = [len(field) - field.find(b".") - 1 if b"." in field else NO_POINT for field in fields[1:3]]
    digits = len(fields[1]) - places[0] - 1
    if not all(1 <= place <= MAX_FRACTION or place == NO_POINT for place in places):
        return None
    if not 1 <= digits <= _MAX_DIGITS - places[0] or max(len(fields[0]), len(fields[5]), digits) > MAX_WIDTH:
        return None
    lengths = [len(field) for field in fields]
    return (*lengths[:2], *places, *lengths[3:6], len(fields), row.endswith(b"\r"))


def guess(block: Block, starts: I64, ends: I64) -> Rows | None:
    """All rows by the widths of the first one; None when the block does not prove it."""
    shape = _widths(block.data[starts[0] : ends[0]].tobytes())
    if shape is None:
        return None
    id_width, price_width, price_fraction, size_fraction, first_width, last_width, time_width, columns, cr = (
        shape
    )
    # Fields are placed from both ends of a row: only the size, in the middle, varies in width.
    data = block.data
    stop = ends - 1 if cr else ends
    letters = 0
    for _ in range(columns - 6):
        true, false = _flag(block.words, stop)
        yes = int(np.count_nonzero(true))
        if yes + int(np.count_nonzero(false)) != len(stop):
            return None
        letters += 5 * len(stop) - yes
        stop = stop - 6 + true
    id_end = starts + id_width
    price_end = id_end + (1 + price_width)
    last_end = stop - (1 + time_width)
    first_end = last_end - (1 + last_width)
    size_end = first_end - (1 + first_width)
    size_point = size_end - (1 + size_fraction)
    digits = size_point - price_end - 1
    if digits.min() < 1 or digits.max() > min(MAX_WIDTH, _MAX_DIGITS - size_fraction):
        return None
    id_field = near(data, id_end, 2 * _WORD, price_width + 2)
    price_field = id_field.before(-1 - price_width)
    size_width = size_end - price_end
    size_width -= 1
    reach = _WORD if int(size_width.max()) <= _WORD else 2 * _WORD + 1 + max(size_fraction, 0)
    rest = 3 + first_width + last_width + time_width
    size_field = near(data, size_end, reach, rest)
    time_field = size_field.before(-rest)
    last_field = time_field.before(1 + time_width)
    commas = id_field, price_field, size_field, last_field, last_field.before(1 + last_width)
    found = all((field.marks() == COMMA).all() for field in commas)
    points = [price_field.before(1 + price_fraction)] * (price_fraction > 0)
    points += [size_field.before(1 + size_fraction)] * (size_fraction > 0)
    found = found and all((field.marks() == POINT).all() for field in points)
    found = found and (not cr or bool((data.take(ends - 1, mode="clip") == RETURN).all()))
    others = (columns + len(points) + cr) * len(ends) + letters
    # Every byte that is no digit was expected somewhere and found there: all others are digits.
    if not found or sum(_count_others(part) for _, part in block.parts()) != others:
        return None
    return Rows(
        np.arange(len(ends)),
        id_field,
        id_width,
        price_field,
        price_width,
        size_field,
        size_width,
        time_field,
        time_width,
        price_fraction,
        size_fraction,
        true,
    )


def _count_others(text: U8) -> int:
    """How many bytes are no digits: when all that were expected are there, the rest is proven."""
    turned = np.bitwise_xor(text, ZERO)
    return int(np.count_nonzero(np.greater(turned, NINE - ZERO, out=turned.view(np.bool_))))


class _Pattern(Struct, frozen=True, gc=False):
    """One way to write a row; `marks` are its bytes below '0', newline included."""

    columns: int
    cr: bool
    price_point: bool
    size_point: bool

    @property
    def marks(self) -> bytes:
        decimals = b"," + b"." * self.price_point + b"," + b"." * self.size_point
        return decimals + b"," * (self.columns - 3) + b"\r" * self.cr + b"\n"


_PATTERNS = tuple(
    _Pattern(c, *flags) for c in COLUMNS for flags in product((False, True), (True, False), (True, False))
)


def search(block: Block, starts: I64) -> Iterator[Rows]:
    """Rows in groups of one pattern each; what no group holds is not a plain row."""
    text = block.data[block.first : block.last]
    places = np.flatnonzero(text < ZERO)
    marks = text.take(places, mode="clip")
    places += block.first
    newlines = np.flatnonzero(marks == NEWLINE)
    counts = np.diff(newlines, prepend=-1)
    letters = _letters(block, starts)
    for kind in _PATTERNS:
        pattern = kind.marks
        lines = np.flatnonzero(counts == len(pattern))
        last = newlines[lines]
        fits = np.ones(len(lines), np.bool_)
        for back, mark in enumerate(reversed(pattern)):
            fits &= marks.take(last - back, mode="clip") == mark
        if not fits.all():
            lines, last = lines[fits], last[fits]
        if len(lines):
            edges = [places.take(last - (len(pattern) - 1 - at)) for at in range(len(pattern))]
            yield from _group(block, kind, lines, starts[lines], edges, letters[lines])


def _letters(block: Block, starts: I64) -> I64:
    """How many bytes above '9' each line holds."""
    above = block.data[block.first : block.last] > NINE
    return np.add.reduceat(above.view(np.uint8), starts - block.first, dtype=np.int64)


def _group(  # noqa: PLR0913 - one pattern: its rows and their columns
    block: Block, kind: _Pattern, lines: I64, starts: I64, edges: list[I64], letters: I64
) -> Iterator[Rows]:
    """One pattern's rows: those proven, split by the places of their decimals."""
    stop = edges[-2 if kind.cr else -1]
    commas = [edge for edge, mark in zip(edges, kind.marks, strict=True) if mark == COMMA]
    points = [edge for edge, mark in zip(edges, kind.marks, strict=True) if mark == POINT]
    good = np.ones(len(lines), np.bool_)
    for comma in commas[:4:-1]:
        true, false = _flag(block.words, stop)
        good &= true | false
        letters = letters - 5 + true
        stop = comma
    good &= letters == 0
    id_width = commas[0] - starts
    time_width = commas[5] - commas[4] - 1
    for width in (id_width, time_width):
        good &= (width >= 1) & (width <= MAX_WIDTH)
    price_width, price_fraction = _decimal(commas, 1, points[0] if kind.price_point else None, good)
    size_width, size_fraction = _decimal(commas, 2, points[-1] if kind.size_point else None, good)
    key = price_fraction * 16 + size_fraction
    for value in np.unique(key[good]).tolist():
        at = np.flatnonzero(good & (key == value))
        yield Rows(
            lines[at],
            commas[0][at],
            id_width[at],
            commas[1][at],
            price_width[at],
            commas[2][at],
            size_width[at],
            commas[5][at],
            time_width[at],
            int(price_fraction[at[0]]),
            int(size_fraction[at[0]]),
            true[at],
        )


def _decimal(commas: list[I64], field: int, point: I64 | None, good: Mask) -> tuple[I64, I64]:
    """Width and places of a decimal field; rows it cannot be read in by words are no longer `good`."""
    end = commas[field]
    width = end - commas[field - 1] - 1
    fraction: I64 = np.full(len(end), NO_POINT) if point is None else end - point - 1
    if point is not None:
        good &= (fraction >= 1) & (fraction <= MAX_FRACTION)
    digits = width - fraction - 1
    good &= (digits >= 1) & (digits <= MAX_WIDTH) & (digits + fraction <= _MAX_DIGITS)
    return width, fraction
