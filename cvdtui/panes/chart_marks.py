"""Where signals stand on the chart: climaxes on the CVD, divergences at the later pivot of the price."""

from collections.abc import Iterator

from cvdtui.model import ChartBar, SignalView
from cvdtui.panes.marks import arrow_of, glyph_of, role_of
from cvdtui.panes.plot import Scale

Mark = tuple[int, int, str, str]
"""(row, column, glyph, role)."""


def on_price(signals: tuple[SignalView, ...], bars: tuple[ChartBar, ...], scale: Scale) -> Iterator[Mark]:
    """Divergences: above the later high or below the later low, `?` while it may be taken back."""
    columns = _columns(bars)
    for one in signals:
        x = columns.get(one.pivots[-1][0]) if one.signal == "divergence" and one.pivots else None
        if x is None:
            continue
        row = scale.row(bars[x].low) + 1 if one.side == "buy" else scale.row(bars[x].high) - 1
        row = min(max(row, 0), scale.rows - 1)
        yield row, x, arrow_of(one), role_of(one)
        if one.provisional and x + 1 < len(bars):
            yield row, x + 1, "?", "dim"


def on_cvd(signals: tuple[SignalView, ...], bars: tuple[ChartBar, ...], scale: Scale) -> Iterator[Mark]:
    """Climaxes, on the line."""
    columns = _columns(bars)
    for one in signals:
        x = columns.get(one.time_us) if one.signal == "climax" else None
        if x is None:
            continue
        cvd = bars[x].cvd
        if cvd is not None:
            yield scale.row(cvd), x, glyph_of(one), role_of(one)


def draw_levels(grid: list[list[tuple[str, str]]], levels: tuple[float, ...], scale: Scale) -> None:
    """Key levels as a faint line behind the candles; those beyond the chart are left out."""
    for level in levels:
        if scale.low <= level <= scale.high:
            row = scale.row(level)
            grid[row] = [("╌", "faint") if glyph == " " else (glyph, role) for glyph, role in grid[row]]


def _columns(bars: tuple[ChartBar, ...]) -> dict[int, int]:
    return {bar.time_us: x for x, bar in enumerate(bars)}
