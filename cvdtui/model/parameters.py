"""The parameters in force for one market and bar length: what the screen must know to explain a number."""

from typing import Literal

from msgspec import Struct


class SignalParameters(Struct, frozen=True, gc=False):
    """Parameters of signals that make the numbers of the dashboard, the ladder and the z-score pane."""

    z_bars: int = 20
    z_smoothing: int = 5
    z_neutral: float = 1.0
    z_extreme: float = 2.0
    z_method: Literal["level", "flow"] = "level"
    efficiency_bars: int = 5
    efficiency_window: int = 100
    efficiency_least: int = 20
    efficiency_breakout: float = 2.0
    efficiency_churn: float = 0.5
    efficiency_method: Literal["sigma", "raw"] = "sigma"
    slope_bars: int = 20
    slope_window: int = 100
    slope_extreme: float = 2.0
    speed_minutes: int = 15
    speed_ratio: float = 3.0
    spread_bars: int = 100
    spread_extreme: float = 1.5
    spread_method: Literal["cvd", "sum20"] = "cvd"
    partner: str = ""
    """The market that the spread is measured against; empty: none."""
    imbalance_ratio: float = 3.0
    imbalance_least: float = 0.0
    """Least volume of the aggressor in its row, base units."""
    ignore_zero: bool = True
    stacked_rows: int = 3
    order_limits: tuple[float, ...] = (10_000.0, 100_000.0, 1_000_000.0)
    """Upper ends of the classes of taker orders, quote units."""

    @property
    def efficiency_first(self) -> int:
        """Closed bars until the efficiency has a value."""
        return self.efficiency_bars + (1 if self.efficiency_method == "raw" else self.efficiency_least)

    @property
    def slope_first(self) -> int:
        """Closed bars until the slope's z has a value."""
        return self.slope_bars + self.slope_window - 1
