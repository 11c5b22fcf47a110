"""Where signals stand on the chart.

Climaxes on the CVD, divergences as lines between their two pivots on price and on CVD, and a ground under the
bars whose z is extreme.
"""

from collections.abc import Iterable, Iterator, Sequence

from cvdtui.model import ChartBar, SignalView
from cvdtui.panes.marks import arrow_of, glyph_of, role_of
from cvdtui.panes.plot import AxisScale, Cells, straight

Mark = tuple[int, int, str, str]
"""(row, column, glyph, role)."""
Spanned = tuple[SignalView, tuple[int, float], tuple[int, float]]
"""A divergence and its two pivots as (column, value)."""
HOLLOW = {"▲": "△", "▼": "▽"}
BLANK = frozenset(" ╌")
"""What a line may be drawn over."""


def on_price(signals: tuple[SignalView, ...], bars: tuple[ChartBar, ...], scale: AxisScale) -> Iterator[Mark]:
    """Divergences: above the highs or below the lows of both pivots, the later one filled.

    `?` while it may be taken back.
    """
    places = columns(bars)
    for one in signals:
        if one.signal != "divergence" or not one.pivots:
            continue
        for (time_us, _, _), arrow in zip(
            (one.pivots[0], one.pivots[-1]), (HOLLOW[arrow_of(one)], arrow_of(one)), strict=True
        ):
            x = places.get(time_us)
            if x is not None:
                # below a low and above a high, where no candle is drawn over
                row = scale.row(bars[x].low) + 1 if one.side == "buy" else scale.row(bars[x].high) - 1
                yield min(max(row, 0), scale.rows - 1), x, arrow, role_of(one)
                if one.provisional and arrow in HOLLOW and x + 1 < len(bars):
                    yield min(max(row, 0), scale.rows - 1), x + 1, "?", "dim"


def on_cvd(signals: tuple[SignalView, ...], bars: tuple[ChartBar, ...], scale: AxisScale) -> Iterator[Mark]:
    """Climaxes, on the line."""
    places = columns(bars)
    for one in signals:
        x = places.get(one.time_us) if one.signal == "climax" else None
        if x is None:
            continue
        cvd = bars[x].cvd
        if cvd is not None:
            yield scale.row(cvd), x, glyph_of(one), role_of(one)


def between_pivots(
    signals: tuple[SignalView, ...], bars: tuple[ChartBar, ...], first: int, *, on_cvd: bool
) -> Iterator[Spanned]:
    """The lines of divergences, on price or on CVD; column 0 is that of bar number `first`."""
    known: dict[int, int] = {}
    for one in signals:
        if one.signal != "divergence" or len(one.pivots) < 2:
            continue
        known = known or columns(bars)
        ends = []
        for time_us, price, _ in (one.pivots[0], one.pivots[-1]):
            at = known.get(time_us)
            value = None if at is None else bars[at].cvd if on_cvd else price
            if at is not None and value is not None:
                ends.append((at - first, value))
        if len(ends) == 2 and ends[1][0] >= 0:
            yield one, ends[0], ends[1]


def draw_divergences(
    grid: Sequence[list[tuple[str, str]]],
    lines: Iterable[Spanned],
    scale: AxisScale,
    *,
    outside: bool = False,
) -> None:
    """A straight line between the pivots, behind what stands there: solid if regular, dashed if hidden.

    A pivot left of the chart lets the line come in from the edge. `outside` keeps it a row away from the
    values, where the marks of the pivots are.
    """
    for one, start, end in lines:
        lift = 0 if not outside else -1 if one.side == "buy" else 1
        dashed = one.values.get("type") == "hidden"
        for row, x, glyph in straight(start, end, scale, dashed=dashed, lift=lift):
            # the line is a hint: prices, the CVD and the marks of signals are not covered by it
            if x < len(grid[row]) and grid[row][x][0] in BLANK:
                grid[row][x] = (glyph, role_of(one))


def shade(grid: Cells, bars: tuple[ChartBar, ...], extreme: float) -> None:
    """A ground under every cell of the bars whose smoothed z is extreme."""
    for x in beyond(bars, extreme):
        for cells in grid:
            glyph, role = cells[x]
            cells[x] = (glyph, f"{role} extreme")


def beyond(bars: tuple[ChartBar, ...], extreme: float) -> frozenset[int]:
    """Columns of the bars whose smoothed z is extreme."""
    return frozenset(x for x, bar in enumerate(bars) if bar.z is not None and abs(bar.z) >= extreme)


def draw_levels(grid: list[list[tuple[str, str]]], levels: tuple[float, ...], scale: AxisScale) -> None:
    """Key levels as a faint line behind the candles; those beyond the chart are left out."""
    for level in levels:
        if scale.low <= level <= scale.high:
            row = scale.row(level)
            grid[row] = [("╌", "faint") if glyph == " " else (glyph, role) for glyph, role in grid[row]]


def columns(bars: tuple[ChartBar, ...]) -> dict[int, int]:
    """Which column each bar stands in, by its start."""
    return {bar.time_us: x for x, bar in enumerate(bars)}
