"""What numbers of the selected market are made of: their sums, and what other conventions would give."""

from msgspec import Struct


class VolumeSums(Struct, frozen=True, gc=False):
    """All that traded in one stretch of time: sizes in base units, values in quote units."""

    buy: float
    sell: float
    unknown: float
    value: float
    """Sum of price x size."""
    value_delta: float
    """The same, bought minus sold."""

    @property
    def delta(self) -> float:
        """Bought minus sold."""
        return self.buy - self.sell

    @property
    def volume(self) -> float:
        """Of all sides."""
        return self.buy + self.sell + self.unknown

    @property
    def vwap(self) -> float | None:
        """Mean price by volume; None where nothing traded."""
        return self.value / self.volume if self.volume else None


class Anchored(Struct, frozen=True, gc=False):
    """CVD since one anchor; None while the anchor is not set."""

    anchor: str
    since_us: int
    """0 when it is not known, and for the last N trades."""
    base: float | None = None
    quote: float | None = None


class ZInputs(Struct, frozen=True, gc=False):
    """What the z of the last evaluated bar is made of, in base units; z by both methods, before smoothing."""

    bars: int
    cvd: float
    mean: float
    deviation: float
    """Population standard deviation of the last CVDs."""
    moved: float
    """CVD now minus CVD `bars` before: the sum of their deltas."""
    delta_deviation: float
    """Population standard deviation of the last deltas."""
    level: float
    """(CVD - mean) / deviation; 0 where nothing moves."""
    flow: float
    """What CVD moved / (deviation of delta x sqrt(bars)); 0 where nothing moves."""


class EfficiencyInputs(Struct, frozen=True, gc=False):
    """Changes over the signal's bars up to the last evaluated one: of price, and of CVD in base units."""

    price: float
    price_deviation: float
    """Population standard deviation of the last such changes."""
    delta: float
    delta_deviation: float
    sigma: float | None
    """(|price| / its deviation) / (|delta| / its deviation); None where either cannot be divided by."""
    raw: float | None
    """|price| / |delta|; None where CVD did not change."""


class SlopeInputs(Struct, frozen=True, gc=False):
    """What the slope's z of the last evaluated bar is made of."""

    bars: int
    window: int
    slope: float
    """Of the least-squares line through the last `bars` CVDs: base units a bar."""
    mean: float
    """Of the last `window` slopes, this one included."""
    deviation: float
    z: float
    """(slope - mean) / deviation; 0 where the slope does not change."""
    atr_bars: int
    atr: float | None
    """None until `atr_bars` have closed."""
    near: float
    """A level is near within so many ATRs."""


class SpeedInputs(Struct, frozen=True, gc=False):
    """Trades and volume (base units) of the last evaluated bar, and of the time before it."""

    trades: int
    seconds: int
    trades_before: int
    seconds_before: int
    volume: float
    volume_before: float
    ratio: float | None
    """Trades a second against their mean before; None until that time is known whole."""
    volume_ratio: float | None
    """The same of volume."""


class SpreadInputs(Struct, frozen=True, gc=False):
    """Two markets' deltas over the same bars, base units; `other` is the one compared with."""

    bars: int
    mine_deviation: float
    """Population standard deviation of the deltas."""
    other_deviation: float
    mine: float
    """CVD over the window."""
    other: float
    spread: float
    """mine - b x other."""
    mean: float
    deviation: float
    by_cvd: float
    """z by the method `cvd`."""
    by_sums: float | None
    """z by the method `sum20`; None where the window is shorter."""

    @property
    def beta(self) -> float:
        """b: our deviation / theirs."""
        return self.mine_deviation / self.other_deviation


class ImbalanceCount(Struct, frozen=True, gc=False):
    """Diagonal imbalances of the ladder's newest bar at one ratio."""

    ratio: float
    buys: int
    sells: int


class ValueArea(Struct, frozen=True, gc=False):
    """The value area by one rule."""

    share: int
    """Percent of the volume that is to be inside."""
    rule: str
    """`one-row` or `two-row`."""
    low: float
    high: float


class Facts(Struct, frozen=True, gc=False):
    """Of one market, for the explanation of its numbers."""

    anchors: tuple[Anchored, ...] = ()
    session: VolumeSums | None = None
    week: VolumeSums | None = None
    bar: VolumeSums | None = None
    """The forming bar."""
    session_open: float | None = None
    week_open: float | None = None
    day_ago: float | None = None
    """The price 24 hours ago; None where bars do not reach back so far."""
    delta_5m: tuple[float, float] | None = None
    """(base, quote)."""
    session_cover: float = 1.0
    week_cover: float = 1.0
    known_from_us: int = 0
    """Since when trades or candles are known without a break; 0 when that is not known."""
    z: ZInputs | None = None
    """Inputs of statistics are None where the signal has no value yet."""
    efficiency: EfficiencyInputs | None = None
    slope: SlopeInputs | None = None
    """Only when the View asks, as speed and spread."""
    speed: SpeedInputs | None = None
    spread: SpreadInputs | None = None
    imbalances: tuple[ImbalanceCount, ...] = ()
    """Ascending in ratio, the one in force among them; only when the View asks."""
    areas: tuple[ValueArea, ...] = ()
    """Only when the View asks, as the rolling CVD among the anchors."""
