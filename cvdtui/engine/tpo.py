"""Time price opportunities: a letter for every half hour of the session in which a row traded.

Source: J. P. Steidlmayer, CBOT Market Profile (1984); a row is the nearest multiple of the row size, ties up.
"""

from collections.abc import Iterable
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

from cvdtui.engine.footprint import row_number
from cvdtui.engine.profile import point_of_control, value_area
from cvdtui.engine.segment import Cells
from cvdtui.model import Bar

BRACKET_US = 1_800_000_000
"""Half an hour."""
INITIAL = 2
"""Brackets of the initial balance: the first hour."""
LETTERS = ascii_uppercase + ascii_lowercase
"""Of the brackets in their order; a session of 24 hours has 48."""


class TpoProfile(NamedTuple):
    """What the letters come to; row numbers, and prices in price units. None while nothing traded."""

    letters: dict[int, str]
    """By row, in the order of time."""
    poc: int | None
    """The row of most letters, of equals the lowest price."""
    vah: int | None
    val: int | None
    """Ends of the value area: 70 % of the letters, row by row from the POC (ties up)."""
    singles: tuple[int, ...]
    """Rows with one letter, ascending."""
    initial: tuple[int, int] | None
    """Lowest and highest price of the first hour; None when nothing traded in it."""


class Tpo:
    """Takes the bars of one session in any order; a bar must not reach over the end of its half hour."""

    def __init__(self, start_us: int, row: int) -> None:
        self.start_us = start_us
        self.row = row
        self.is_exact = True
        """Every row is known from trades; of other bars only the range is, and all rows within it count."""
        self._bits: dict[int, int] = {}
        """By row: bit n is set when it traded in bracket n."""
        self._low: int | None = None
        self._high = 0

    def add(self, bar: Bar, cells: Cells | None) -> None:
        """One bar with its cells, or with its range alone."""
        bracket = self.bracket(bar.time_us)
        if not 0 <= bracket < len(LETTERS):
            return
        bit, bits = 1 << bracket, self._bits
        self.is_exact = self.is_exact and bool(cells)
        for number in self._rows(bar, cells):
            bits[number] = bits.get(number, 0) | bit
        if bracket < INITIAL:
            first = self._low is None
            self._low = bar.low if self._low is None else min(self._low, bar.low)
            self._high = bar.high if first else max(self._high, bar.high)

    def bracket(self, time_us: int) -> int:
        """The number of the half hour that holds `time_us`, from 0."""
        return (time_us - self.start_us) // BRACKET_US

    def with_open(self, bar: Bar | None, cells: Cells | None) -> "Tpo":
        """A copy that holds one bar more, which may still change."""
        if bar is None:
            return self
        copy = Tpo(self.start_us, self.row)
        copy.is_exact, copy._bits = self.is_exact, dict(self._bits)
        copy._low, copy._high = self._low, self._high
        copy.add(bar, cells)
        return copy

    def profile(self) -> TpoProfile:
        """The letters and what stands out."""
        counts = {number: bits.bit_count() for number, bits in sorted(self._bits.items())}
        if not counts:
            return TpoProfile({}, None, None, None, (), None)
        poc = point_of_control(counts)
        val, vah = value_area(counts, poc)
        letters = {number: _letters(self._bits[number]) for number in counts}
        singles = tuple(number for number, count in counts.items() if count == 1)
        initial = None if self._low is None else (self._low, self._high)
        return TpoProfile(letters, poc, vah, val, singles, initial)

    def _rows(self, bar: Bar, cells: Cells | None) -> Iterable[int]:
        if cells:
            return {row_number(key >> 2, self.row) for key in cells}
        return range(row_number(bar.low, self.row), row_number(bar.high, self.row) + 1)


def _letters(bits: int) -> str:
    return "".join(letter for place, letter in enumerate(LETTERS) if bits >> place & 1)
