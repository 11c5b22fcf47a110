"""Decimal digits to integers, eight at a time over whole columns: the arithmetic under the CSV reader.

A field is named by where it ends; its last eight bytes are read as one little-endian word, bytes in front
of the field are masked away, and three multiplications fold eight digits into a number (SIMD within a
register). Nothing here checks that the bytes are digits: `layout` has proven it for the rows it hands over.
"""

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

PAD = 24
"""Bytes a block keeps free in front of its first line, so that two words before any field can be read."""

NO_POINT = -1
"""The `fraction` of a decimal written without a point."""

MAX_WIDTH = 16
"""Digits of a whole number that two words hold."""

_LOW = np.uint64(0x0F0F0F0F0F0F0F0F)
_PAIR = np.uint64(0x00FF00FF00FF00FF)
_QUAD = np.uint64(0x0000FFFF0000FFFF)
_TIMES = (np.uint64(10 * 2**8 + 1), np.uint64(100 * 2**16 + 1), np.uint64(10000 * 2**32 + 1))
_SHIFTS = (np.uint64(8), np.uint64(16), np.uint64(32))
_EIGHT = np.uint64(100_000_000)


def _last_bytes(count: int) -> int:
    """A mask of the last `count` characters of a word (its most significant bytes)."""
    return ((1 << 64) - 1) ^ ((1 << (8 * (8 - count))) - 1) if count else 0


_MASKS: U64 = np.array([_last_bytes(n) & 0x0F0F0F0F0F0F0F0F for n in range(9)], np.uint64)
"""By width: keeps the low half (the digit) of the last n characters."""


def word_view(data: U8) -> U64:
    """Every 8 bytes of `data` as a word: `view[i]` is `data[i:i + 8]`, little-endian, unaligned."""
    return np.ndarray((len(data) - 7,), "<u8", data.data, strides=(1,))


class Near(NamedTuple):
    """One field of records cut out of the data: it ends at one place in all of them."""

    records: "np.ndarray"
    """Each as many bytes, one after the other."""
    end: int

    def before(self, count: int) -> Self:
        """What ends `count` bytes earlier."""
        return self._replace(end=self.end - count)

    def word(self, back: int) -> U64:
        """The eight bytes that begin `back` bytes before the end, as words of their own."""
        return np.array(self._at(self.end - back, "<u8"))

    def marks(self) -> U8:
        """The byte behind each field."""
        return self._at(self.end, "u1")

    def _at(self, offset: int, kind: str) -> "np.ndarray":
        width = self.records.itemsize
        return np.ndarray(len(self.records), kind, self.records.data, offset, (width,))


def near(data: U8, ends: I64, before: int, behind: int) -> Near:
    """What ends before `ends`, cut out of `data` with so many bytes before and behind."""
    width = before + behind
    windows = np.ndarray((len(data) - width + 1,), f"V{width}", data.data, strides=(1,))
    return Near(windows[ends - before], before)


Ends = I64 | Near
"""Where fields end: places in the data, or one place in every record."""


def _word(words: U64, ends: Ends, back: int) -> U64:
    """The eight bytes that begin `back` bytes before each end."""
    return ends.word(back) if isinstance(ends, Near) else words[ends - back]


def _before(ends: Ends, count: int) -> Ends:
    return ends.before(count) if isinstance(ends, Near) else ends - count


def _fold(word: U64) -> U64:
    """Eight masked digits a word become one number a word, in place."""
    word *= _TIMES[0]
    word >>= _SHIFTS[0]
    word &= _PAIR
    word *= _TIMES[1]
    word >>= _SHIFTS[1]
    word &= _QUAD
    word *= _TIMES[2]
    word >>= _SHIFTS[2]
    return word


def whole(words: U64, ends: Ends, width: "I64 | int") -> U64:
    """The whole numbers of `width` (1..16) digits that end before `ends`."""
    if isinstance(width, int):
        return _whole_of_one_width(words, ends, width)
    low, high = int(width.min()), int(width.max())
    if low == high:
        return _whole_of_one_width(words, ends, low)
    word = _word(words, ends, 8)
    if high <= 8:
        word &= _MASKS.take(width, mode="clip")
        return _fold(word)
    word &= _MASKS.take(np.minimum(width, 8), mode="clip")
    front = _word(words, ends, 16)
    front &= _MASKS.take(np.maximum(width - 8, 0), mode="clip")
    result = _fold(word)
    front = _fold(front)
    front *= _EIGHT
    result += front
    return result


def _whole_of_one_width(words: U64, ends: Ends, width: int) -> U64:
    word = _word(words, ends, 8)
    if width <= 8:
        word &= _MASKS[width]
        return _fold(word)
    word &= _LOW
    result = _fold(word)
    front = _word(words, ends, 16)
    front &= _MASKS[width - 8]
    if (front == front[0]).all():  # ids and times: the leading digits rarely change within a block
        result += _fold(front[:1].copy())[0] * _EIGHT
        return result
    front = _fold(front)
    front *= _EIGHT
    result += front
    return result


def decimal(words: U64, ends: Ends, width: "I64 | int", fraction: int) -> U64:
    """The decimals of `width` characters before `ends`, all with `fraction` (1..8) digits after the point.

    Returned in units of the last digit: 61837.63 with fraction 2 is 6183763.
    """
    if fraction == NO_POINT:
        return whole(words, ends, width)
    low, high = (width, width) if isinstance(width, int) else (int(width.min()), int(width.max()))
    if high > 8:
        result = whole(words, _before(ends, fraction + 1), width - (fraction + 1))
        result *= np.uint64(10**fraction)
        result += _whole_of_one_width(words, ends, fraction)
        return result
    word = _word(words, ends, 8)
    front = word << np.uint64(8)  # closes the hole the point leaves
    front &= np.uint64(~_last_bytes(fraction) & ((1 << 64) - 1))
    word &= np.uint64(_last_bytes(fraction))
    word |= front
    word &= _MASKS[low - 1] if low == high else _MASKS.take(width - 1, mode="clip")
    return _fold(word)
