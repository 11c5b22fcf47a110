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
"""One a bracket, in order: 52, where a session of 25 hours (the clocks go back) has 50."""


class TpoProfile(NamedTuple):
    """A TPO profile: rows by number, prices in price units; None while nothing traded."""

    letters: dict[int, str]
    """Letters of each row, in the order of time."""
    poc: int | None
    """The row of most letters; of equal ones that of the lowest price."""
    vah: int | None
    val: int | None
    """Ends of the value area: 70 % of the letters, row by row from the POC (ties up)."""
    singles: tuple[int, ...]
    """Rows with one letter, ascending."""
    initial: tuple[int, int] | None
    """Lowest and highest price of the first hour; None when nothing traded in it."""


class Tpo:
    """The TPO of one session, from its bars in any order; a bar must lie within one half hour."""

    def __init__(self, start_us: int, row: int) -> None:
        self.start_us = start_us
        self.row = row
        self.is_exact = True
        """Whether every row is known from trades; of a candle all rows within its range count."""
        self._bits: dict[int, int] = {}
        """By row: bit n is set when it traded in bracket n."""
        self._low: int | None = None
        self._high = 0

    def add(self, bar: Bar, cells: Cells | None) -> None:
        """Adds one bar with its cells, or with its range where they are not known."""
        bracket = self.bracket(bar.time_us)
        if not 0 <= bracket < len(LETTERS):
            return  # outside the session, which has a TPO of its own
        bit, bits = 1 << bracket, self._bits
        self.is_exact = self.is_exact and bool(cells)
        for number in self._rows(bar, cells):
            bits[number] = (
                bits.get(number, 0) | bit
            )  # a set: a letter counts once, however often a row trades
        if bracket < INITIAL:
            first = self._low is None
            self._low = bar.low if self._low is None else min(self._low, bar.low)
            self._high = bar.high if first else max(self._high, bar.high)

    def bracket(self, time_us: int) -> int:
        """The number of the half hour that contains `time_us`, from 0."""
        return (time_us - self.start_us) // BRACKET_US

    def with_open(self, bar: Bar | None, cells: Cells | None) -> "Tpo":
        """A copy with one bar more, which may still change."""
        if bar is None:
            return self
        copy = Tpo(self.start_us, self.row)
        copy.is_exact, copy._bits = self.is_exact, dict(self._bits)
        copy._low, copy._high = self._low, self._high
        copy.add(bar, cells)
        return copy

    def profile(self) -> TpoProfile:
        """Letters, point of control, value area, single prints and initial balance."""
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
