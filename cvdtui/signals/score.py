"""The scorecard: what price did after each signal, beside what it did after any bar of the same market.

Pure arithmetic over closed bars. Interval: E. B. Wilson, Probable inference, J. Am. Stat. Assoc. 22 (1927),
with as many signals as stand at least a horizon apart: bars that two signals share are evidence only once.
"""

from collections.abc import Iterable, Sequence
from math import sqrt

from msgspec import Struct

from cvdtui.model import Bar, Signal
from cvdtui.signals.true_range import TrueRange

HORIZONS = (5, 20, 60)
"""Bars after the signal."""
NORMAL_95 = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


class Outcome(Struct, frozen=True, gc=False):
    """What price did after one signal at one horizon, and how often it does so after any bar."""

    signal: Signal
    horizon: int
    """In bars."""
    reached: bool
    """Whether price closed beyond the signal's close, in its direction."""
    atrs: float
    """Return in the signal's direction, in ATRs of its bar."""
    base: float
    """Share of all bars of the market after which price closed beyond, in the same direction."""
    base_atrs: float
    """Mean return after all bars, in that direction, in their own ATRs."""
    base_count: int
    """How many bars that is."""
    apart: bool = True
    """It begins where the horizon of the last one of its kind that was counted as apart has passed."""


class Score(Struct, frozen=True, gc=False):
    """The record of one kind of signal at one horizon."""

    signal: str
    bar_seconds: int
    horizon: int
    count: int
    """n: signals whose horizon has passed."""
    reached: int
    rate: float
    low: float
    """Lower end of the 95 % interval of the rate, as wide as `apart` signals leave it."""
    high: float
    base: float
    """The rate of the base, for the same markets and directions."""
    atrs: float
    """Mean return in ATRs."""
    base_atrs: float
    base_count: int
    """Bars behind the base, of the market that has most."""
    apart: int
    """Signals of one market that stand at least a horizon apart: their bars do not overlap."""


def outcomes(
    bars: Sequence[Bar], signals: Iterable[Signal], *, horizons: Sequence[int] = HORIZONS, atr: int = 14
) -> list[Outcome]:
    """The outcomes of one market and bar length; `bars` are its closed bars, ascending.

    A signal is left out at a horizon that lies beyond the last bar, where no ATR is known (or it is 0), and
    where its bar is not among `bars`.
    """
    ranges = _average_ranges(bars, atr)
    places = {bar.time_us: place for place, bar in enumerate(bars)}
    bases = {horizon: _Base(bars, ranges, horizon) for horizon in horizons}
    free: dict[tuple[str, int], int] = {}
    """By name and horizon: the first place that stands apart from the last one counted."""
    found: list[Outcome] = []
    for signal in sorted(signals, key=_time):
        place = places.get(signal.time_us)
        if place is None or not ranges[place]:
            continue
        sign = 1 if signal.side == "buy" else -1
        for horizon in horizons:
            if place + horizon >= len(bars):  # not passed yet: counted now, it would count as not reached
                continue
            move = sign * (bars[place + horizon].close - bars[place].close)
            base = bases[horizon]
            apart = place >= free.get((signal.signal, horizon), 0)
            if apart:
                free[signal.signal, horizon] = place + horizon
            found.append(
                Outcome(
                    signal,
                    horizon,
                    move > 0,
                    move / ranges[place],
                    base.rate(sign),
                    sign * base.atrs,
                    base.count,
                    apart,
                )
            )
    return found


def scorecard(found: Iterable[Outcome]) -> list[Score]:
    """The outcomes of one or more markets, summed by signal, bar length and horizon, in that order."""
    groups: dict[tuple[str, int, int], list[Outcome]] = {}
    for outcome in found:
        key = outcome.signal.signal, outcome.signal.bar_seconds, outcome.horizon
        groups.setdefault(key, []).append(outcome)
    return [_score(key, group) for key, group in sorted(groups.items())]


def wilson(reached: float, count: float, normal: float = NORMAL_95) -> tuple[float, float]:
    """The Wilson score interval of a share; (0, 1) where nothing was counted."""
    if not count:
        return 0.0, 1.0
    share, square = reached / count, normal * normal
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = normal / (1 + square / count) * sqrt(share * (1 - share) / count + square / (4 * count * count))
    low = max(0.0, middle - half) if reached else 0.0
    high = min(1.0, middle + half) if reached < count else 1.0
    return low, high


class _Base:
    """What happens after any bar: how often price closes above and below, and how far on average."""

    def __init__(self, bars: Sequence[Bar], ranges: Sequence[float], horizon: int) -> None:
        self.above = self.below = self.count = 0
        total = 0.0
        for place in range(len(bars) - horizon):
            if not ranges[place]:
                continue
            move = bars[place + horizon].close - bars[place].close
            self.above += move > 0
            self.below += move < 0
            self.count += 1
            total += move / ranges[place]
        self.atrs = total / self.count if self.count else 0.0

    def rate(self, sign: int) -> float:
        """Share of bars after which price closed beyond in this direction."""
        return (self.above if sign > 0 else self.below) / self.count if self.count else 0.0


def _average_ranges(bars: Sequence[Bar], length: int) -> list[float]:
    """ATR at each bar; 0 until there are enough."""
    true_range = TrueRange(length)
    found: list[float] = []
    for bar in bars:
        true_range.push(bar)
        found.append(true_range.total / length if true_range.is_full else 0.0)
    return found


def _score(key: tuple[str, int, int], group: Sequence[Outcome]) -> Score:
    count = len(group)
    reached = sum(outcome.reached for outcome in group)
    apart = sum(outcome.apart for outcome in group)
    return Score(
        *key,
        count,
        reached,
        reached / count,
        # the rate of all, with the certainty of those whose bars do not overlap
        *wilson(reached / count * apart, apart),
        sum(outcome.base for outcome in group) / count,
        sum(outcome.atrs for outcome in group) / count,
        sum(outcome.base_atrs for outcome in group) / count,
        max(outcome.base_count for outcome in group),
        apart,
    )


def _time(signal: Signal) -> int:
    return signal.time_us
