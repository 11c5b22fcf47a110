"""Slope acceleration: CVD turns unusually steep while price stands at a level that matters."""

from collections import deque
from collections.abc import Iterable
from fractions import Fraction
from math import floor
from operator import mul

from cvdtui.engine.closed_bar import ClosedBar, Level, MarketScale, exact, side_of
from cvdtui.model import Signal, SlopeInputs
from cvdtui.model.parameters import SlopeParameters
from cvdtui.signals.moments import Moments
from cvdtui.signals.true_range import TrueRange


class Slope:
    """Marks the z of the CVD's least-squares slope; emits the bar on which it is extreme near a level."""

    name = "slope"
    Parameters = SlopeParameters

    def __init__(self, parameters: SlopeParameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        count = parameters.bars
        self._weights = [2 * place - (count - 1) for place in range(count)]
        """The least-squares slope is the sum of weight x value, but for a constant that z does not see."""
        self._cvds: deque[int] = deque(maxlen=count)
        self._slopes = Moments(parameters.window)
        self._range = TrueRange(parameters.atr)
        self._extreme = parameters.extreme
        self._near = exact(parameters.near)
        self._was = False

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        self._range.push(closed.bar)
        self._cvds.append(closed.bar.cvd)
        value = closed.marks.slope_z = self._score()
        was, self._was = self._was, False
        if value is None or abs(value) <= self._extreme or not self._range.is_full:
            return ()
        level = self._nearest(closed)
        if level is None:
            return ()
        self._was = True
        if was:
            return ()
        tick = closed.scale.tick
        price = floor(Fraction(level.price, tick) + Fraction(1, 2)) * tick
        values: dict[str, object] = {"z": value, "level": level.name, "price": closed.scale.price(price)}
        return (closed.signal(self.name, side_of(value), values),)

    def inputs(self, scale: MarketScale) -> SlopeInputs | None:
        """What the z of the last bar is made of; None until there is one."""
        slopes, true_range = self._slopes, self._range
        if not slopes.is_full:
            return None
        slope = self._slope()
        # the weights are twice the distances from the middle: slope = sum(w x value) x 2 / sum(w^2)
        unit = 2 / sum(weight * weight for weight in self._weights) / 10**scale.size_decimals
        return SlopeInputs(
            len(self._weights),
            slopes.count,
            slope * unit,
            slopes.mean * unit,
            slopes.deviation * unit,
            slopes.z(slope),
            true_range.length,
            true_range.average / 10**scale.price_decimals if true_range.is_full else None,
            float(self._near),
        )

    def _score(self) -> float | None:
        """How unusual the slope is among the latest ones, itself included."""
        if len(self._cvds) < len(self._weights):
            return None
        slope = self._slope()
        self._slopes.push(slope)
        return self._slopes.z(slope) if self._slopes.is_full else None

    def _slope(self) -> int:
        """Of the last CVDs, times the constant that `inputs` divides by."""
        return sum(map(mul, self._weights, self._cvds))

    def _nearest(self, closed: ClosedBar) -> Level | None:
        """The nearest level within reach of the close."""
        reach = self._near * self._range.total / self._range.length
        whole = floor(reach)
        """The same limit for integer distances: they are compared without a fraction."""
        best: tuple[int | Fraction, Level] | None = None
        for level in closed.levels():
            # only VWAP is a fraction: comparing one takes 0.19 us, comparing integers 0.02
            distance = closed.bar.close - level.price
            if distance < 0:
                distance = -distance
            if best is not None and distance >= best[0]:
                continue
            if distance <= (whole if isinstance(distance, int) else reach):
                best = distance, level
        return None if best is None else best[1]
