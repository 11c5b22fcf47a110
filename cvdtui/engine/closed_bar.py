"""What a signal reads: one closed bar with all that was known when it closed, and its marks."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from cvdtui.engine.decimals import to_text
from cvdtui.model import Bar, Signal

Side = Literal["buy", "sell"]
Rows = Mapping[int, Sequence[int]]
"""[buy, sell, unknown] volume by row number, read only: price = number x row size."""
Cells = Mapping[int, int]
"""Volume by price and side, read only: key = price << 2 | side & 3 (buy 1, sell 3, unknown 0)."""
Zone = tuple[int, int, Side, int]
"""Lowest row, highest row, side, how many rows."""


class Level(NamedTuple):
    """A key level, in price units."""

    name: str
    price: int | Fraction


class Order(NamedTuple):
    """Fills of one taker order (consecutive, of the same time and side), summed."""

    time_us: int
    price: int
    """Of its last fill."""
    size: int
    value: int
    """Sum of price x size, in units of both decimals."""
    side: int


class Orders(NamedTuple):
    """Taker orders of one bar: delta by class of value, smallest first, and the large ones."""

    deltas: tuple[int, ...]
    large: tuple[Order, ...]


class InterestSample(NamedTuple):
    """Open interest in base units, and the time of the sample (us)."""

    value: float
    time_us: int


class MarketScale(NamedTuple):
    """The decimals of a market: integers to exact texts and to floats."""

    price_decimals: int
    size_decimals: int
    tick: int = 1

    def price(self, value: int) -> str:
        """A price as a plain decimal without trailing zeros."""
        return to_text(value, self.price_decimals)

    def size(self, value: int) -> str:
        """A size as a plain decimal without trailing zeros."""
        return to_text(value, self.size_decimals)


class Marks:
    """Values computed on one bar besides signals; each is written by one signal and read by later ones."""

    __slots__ = (
        "climax",
        "efficiency",
        "imbalances",
        "orders",
        "phase",
        "slope_z",
        "speed",
        "stacked",
        "unfinished",
        "z",
        "z_before",
        "z_raw",
    )

    def __init__(self) -> None:
        self.z_raw: float | None = None
        self.z: float | None = None
        """Smoothed."""
        self.z_before: float | None = None
        self.climax = False
        """Whether this is the first bar whose z is beyond the extreme."""
        self.efficiency: float | None = None
        self.phase: Literal["", "breakout", "balanced", "churn"] = ""
        self.slope_z: float | None = None
        self.speed: float | None = None
        """Trades a second against their mean."""
        self.imbalances: Sequence[tuple[int, Side]] = ()
        self.stacked: Sequence[Zone] = ()
        self.unfinished: Sequence[Literal["high", "low"]] = ()
        self.orders: tuple[int, ...] = ()
        """Delta by class of the taker orders' value, smallest first, in size units."""


class ClosedBar:
    """One closed bar in integers of `scale`; `rows` and `cells` are empty where they are not known."""

    __slots__ = (
        "bar",
        "cells",
        "interest",
        "levels",
        "marks",
        "orders",
        "row",
        "rows",
        "scale",
        "seconds",
        "session_us",
        "touched",
    )

    def __init__(  # noqa: PLR0913 - all that can be known of a bar
        self,
        bar: Bar,
        seconds: int,
        scale: MarketScale,
        *,
        row: int = 1,
        rows: Rows | None = None,
        cells: Cells | None = None,
        session_us: int = 0,
        levels: Callable[[], Sequence[Level]] = tuple,
        touched: Sequence[tuple[int, int]] = (),
        interest: Callable[[int], InterestSample | None] | None = None,
        orders: Orders | None = None,
    ) -> None:
        self.bar = bar
        self.seconds = seconds
        self.scale = scale
        self.row = row
        """Row size in price units."""
        self.rows: Rows = rows if rows is not None else {}
        self.cells: Cells = cells if cells is not None else {}
        self.session_us = session_us
        """Start of the session that the bar belongs to."""
        self.levels = levels
        """Key levels as of the bar's close; computed when called."""
        self.touched = touched
        """(price, start of its session) of each naked point of control at which this bar traded."""
        self.interest = interest
        """Open interest of the paired perpetual, as known at a time; None where none is followed."""
        self.orders = orders
        """None where its trades are not known."""
        self.marks = Marks()

    @property
    def end_us(self) -> int:
        """End of the bar, exclusive, us."""
        return self.bar.time_us + self.seconds * 1_000_000

    def traded_both(self, price: int) -> bool:
        """Whether both sides traded at one price."""
        cells = self.cells
        return cells.get(price << 2 | 1, 0) != 0 != cells.get(price << 2 | 3, 0)

    def signal(self, name: str, side: Side, values: dict[str, object]) -> Signal:
        """A signal known on this bar."""
        return Signal(name, self.bar.time_us, self.seconds, side, values)


def exact(number: float) -> Fraction:
    """A parameter as it was written: 0.1 is one tenth, not the float nearest to it."""
    return Fraction(str(number))


def side_of(number: float) -> Side:
    """`buy` for what is above zero."""
    return "buy" if number > 0 else "sell"
