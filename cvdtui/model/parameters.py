"""Parameters of the signals whose numbers panes show or explain; each default is written only here.

Parameters of the other signals stand in the signals' own files.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

ORDER_CLASSES = (10_000.0, 100_000.0, 1_000_000.0)
"""Upper ends of the classes of taker orders by value, in quote units; the last class has none."""


class ClimaxParameters(Struct, frozen=True, kw_only=True):
    """How z is computed, and where it is extreme."""

    enabled: bool = True
    n: Annotated[int, Meta(ge=2, le=10_000, description="bars")] = 20
    smoothing: Annotated[int, Meta(ge=1, le=1_000, description="bars")] = 5
    neutral: Annotated[float, Meta(ge=0, le=100, description="deviations")] = 1.0
    extreme: Annotated[float, Meta(ge=0, le=100, description="deviations")] = 2.0
    method: Literal["level", "flow"] = "level"


class EfficiencyParameters(Struct, frozen=True, kw_only=True):
    """Over how many bars changes are measured, and where the phases begin.

    Method `raw` is |price| / |delta| in plain units.
    """

    enabled: bool = True
    bars: Annotated[int, Meta(ge=1, le=1_000, description="bars")] = 5
    window: Annotated[int, Meta(ge=2, le=10_000, description="bars")] = 100
    least: Annotated[int, Meta(ge=2, le=10_000, description="bars")] = 20
    breakout: Annotated[float, Meta(ge=0, le=1e9, description="times the usual (0: 2, raw 5)")] = 0.0
    churn: Annotated[float, Meta(ge=0, le=1e9, description="times the usual")] = 0.5
    method: Literal["sigma", "raw"] = "sigma"

    @property
    def changes_needed(self) -> int:
        """Changes until their deviation is used; a window cannot hold more than its length."""
        return min(self.least, self.window)

    @property
    def breakout_limit(self) -> float:
        """The limit in force: a breakout of 0 stands for the method's own."""
        return self.breakout or (5.0 if self.method == "raw" else 2.0)

    @property
    def bars_needed(self) -> int:
        """Closed bars until there is a value."""
        return self.bars + (1 if self.method == "raw" else self.changes_needed)


class SlopeParameters(Struct, frozen=True, kw_only=True):
    """The length of the line, what is extreme, and what is near."""

    enabled: bool = True
    bars: Annotated[int, Meta(ge=2, le=1_000, description="bars")] = 20
    window: Annotated[int, Meta(ge=2, le=10_000, description="slopes")] = 100
    extreme: Annotated[float, Meta(ge=0, le=100, description="deviations")] = 2.0
    near: Annotated[float, Meta(ge=0, le=100, description="ATRs")] = 0.25
    atr: Annotated[int, Meta(ge=1, le=1_000, description="bars")] = 14

    @property
    def bars_needed(self) -> int:
        """Closed bars until there is a value."""
        return self.bars + self.window - 1


class SpeedParameters(Struct, frozen=True, kw_only=True):
    """The time of the mean, and what is fast."""

    enabled: bool = True
    minutes: Annotated[int, Meta(ge=1, le=1_440, description="minutes")] = 15
    ratio: Annotated[float, Meta(ge=1, le=1_000, description="times the mean")] = 3.0


class SpreadParameters(Struct, frozen=True, kw_only=True):
    """The window and what is extreme; `sum20` takes z of the 20-bar sums of delta_a - b x delta_b."""

    enabled: bool = True
    n: Annotated[int, Meta(ge=2, le=10_000, description="bars")] = 100
    extreme: Annotated[float, Meta(ge=0, le=100, description="deviations")] = 1.5
    method: Literal["cvd", "sum20"] = "cvd"
    partner: str = ""
    """The other market; empty is the first other one of the same asset."""


class ImbalanceParameters(Struct, frozen=True, kw_only=True):
    """How one-sided a row must be."""

    enabled: bool = True
    ratio: Annotated[float, Meta(ge=1, le=1_000, description="times the other side")] = 3.0
    min_volume: Annotated[float, Meta(ge=0, le=1e15, description="base units")] = 0.0
    ignore_zero: bool = True


class StackedParameters(Struct, frozen=True, kw_only=True):
    """How many rows are a zone."""

    enabled: bool = True
    rows: Annotated[int, Meta(ge=2, le=100, description="rows")] = 3


class SizeBucketsParameters(Struct, frozen=True, kw_only=True):
    """Where the classes end, in quote units (USD); the same for every bar length of a market."""

    enabled: bool = True
    small: Annotated[float, Meta(ge=1, le=1e15, description="quote units")] = ORDER_CLASSES[0]
    medium: Annotated[float, Meta(ge=1, le=1e15, description="quote units")] = ORDER_CLASSES[1]
    big: Annotated[float, Meta(ge=1, le=1e15, description="quote units")] = ORDER_CLASSES[2]

    @property
    def limits(self) -> tuple[float, float, float]:
        """Upper ends of all classes but the last, ascending."""
        return self.small, self.medium, self.big


class SignalParameters(Struct, frozen=True):
    """Parameters in force for one market and bar length, by the signal's name."""

    climax: ClimaxParameters = ClimaxParameters()
    efficiency: EfficiencyParameters = EfficiencyParameters()
    slope: SlopeParameters = SlopeParameters()
    speed: SpeedParameters = SpeedParameters()
    spread: SpreadParameters = SpreadParameters()
    imbalance: ImbalanceParameters = ImbalanceParameters()
    stacked: StackedParameters = StackedParameters()
    size_buckets: SizeBucketsParameters = SizeBucketsParameters()
