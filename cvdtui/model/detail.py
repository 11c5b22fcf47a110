"""Bars, cells, rows and prints of one market for display, all in floats; sizes in the View's unit."""

from typing import Literal

from msgspec import Struct

from cvdtui.model.market_data import SideSource


class ChartBar(Struct, frozen=True, gc=False):
    """One bar of the chart in floats; `cvd` runs since the View's anchor (None before it)."""

    time_us: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    delta: float
    delta_high: float | None
    delta_low: float | None
    cvd: float | None
    z: float | None = None
    """The smoothed z-score as of its close; None for the open bar."""
    source: SideSource = "taker"
    closed: bool = True
    z_raw: float | None = None
    """The z-score before smoothing."""


class LadderCell(Struct, frozen=True, gc=False):
    """Volume of one row of one bar: sell (hit the bid) x buy (lifted the ask)."""

    sell: float
    buy: float
    imbalance: Literal["", "buy", "sell"] = ""
    stacked: bool = False
    poc: bool = False


class LadderBar(Struct, frozen=True, gc=False):
    """One bar of the footprint: cells by row number (price = row number x row size)."""

    time_us: int
    cells: dict[int, LadderCell]
    volume: float
    delta: float
    delta_high: float | None
    delta_low: float | None
    trades: int
    closed: bool
    source: SideSource = "taker"
    """`taker/bar`: the bar's totals are exact, its rows are not known."""


class LadderZone(Struct, frozen=True, gc=False):
    """A stacked imbalance, from its bar on until price trades through it."""

    low: int
    """Its lowest row."""
    high: int
    side: Literal["buy", "sell"]
    from_us: int
    to_us: int
    """Start of the bar that traded through it, us; 0: none has."""


class LadderMark(Struct, frozen=True, gc=False):
    """A mark at the high or low of a closed bar."""

    time_us: int
    row: int
    kind: Literal["absorption", "unfinished"]
    side: Literal["buy", "sell"]
    """The direction it favours: at a high, sell."""


class Ladder(Struct, frozen=True, gc=False):
    """Footprints of the last bars, oldest first, all in one row size."""

    row: float
    row_decimals: int
    bars: tuple[LadderBar, ...]
    last_row: int | None
    """Row number of the last price."""
    zones: tuple[LadderZone, ...] = ()
    """Oldest first."""
    marks: tuple[LadderMark, ...] = ()


class ProfileRow(Struct, frozen=True, gc=False):
    """One price row of the session's profile."""

    price: float
    buy: float
    sell: float
    unknown: float = 0.0
    mark: Literal["", "poc", "vah", "val"] = ""
    node: Literal["", "hvn", "lvn"] = ""
    in_value: bool = False


class ProfileView(Struct, frozen=True, gc=False):
    """The volume profile: rows ascend in price."""

    row: float
    row_decimals: int
    rows: tuple[ProfileRow, ...]
    poc: float | None
    vah: float | None
    val: float | None
    vwap: float | None
    from_us: int
    """Where its trades begin, us; later than the session where not all were fetched."""
    share: float
    """Share of the session's volume it is built from, 0 to 1."""


class KeyLevel(Struct, frozen=True, gc=False):
    """A key level from before this session, or one the user dropped."""

    name: Literal["naked poc", "previous high", "previous low", "level"]
    price: float
    session_us: int = 0
    """Of a naked point of control: start of its session, us."""


class TpoRow(Struct, frozen=True, gc=False):
    """One price row of the TPO."""

    price: float
    letters: str
    """One a half hour of the session in which the row traded: A is the first."""
    poc: bool = False
    in_value: bool = False


class TpoView(Struct, frozen=True, gc=False):
    """Time price opportunities of the session: rows ascend in price."""

    row: float
    row_decimals: int
    rows: tuple[TpoRow, ...]
    poc: float | None
    vah: float | None
    val: float | None
    initial: tuple[float, float] | None
    """Lowest and highest price of the first hour."""
    singles: int
    """Number of rows with one letter."""
    start_us: int
    exact: bool
    """Whether all rows are known from trades; else of some bars only the range is."""
    last: float | None
    """The row of the last price."""


class Print(Struct, frozen=True, gc=False):
    """One line of time and sales."""

    time_us: int
    price: float
    size: float
    side: int
    """BUY, SELL or UNKNOWN."""
