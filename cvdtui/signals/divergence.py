"""Price-CVD divergence between two consecutive pivots; confirmed when the later one's right side is complete.

A confirmed one never repaints. Regular: price makes a higher high and CVD a lower one (bearish), or price a
lower low and CVD a higher one (bullish). Hidden: the other way round.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from cvdtui.engine.closed_bar import ClosedBar, Side, exact
from cvdtui.model import Signal
from cvdtui.signals.moments import Moments

FOUR_HOURS = 14_400


class _Point(NamedTuple):
    """One closed bar, and the spread of the deltas up to it."""

    place: int
    time_us: int
    high: int
    low: int
    cvd: int
    deltas: int
    spread: int


class DivergenceParameters(Struct, frozen=True, kw_only=True):
    """What makes a pivot, and how far price and CVD must part."""

    enabled: bool = True
    left: Annotated[int, Meta(ge=0, le=500, description="bars (0: 5, from 4h on 3)")] = 0
    right: Annotated[int, Meta(ge=0, le=500, description="bars (0: 5, from 4h on 3)")] = 0
    apart: Annotated[int, Meta(ge=1, le=10_000, description="bars")] = 60
    strength: Annotated[float, Meta(ge=0, le=100, description="deviations")] = 0.5
    window: Annotated[int, Meta(ge=2, le=10_000, description="bars")] = 100
    hidden: bool = True


class Divergence:
    """Emits a divergence on the R-th bar after its later pivot."""

    name = "divergence"
    Parameters = DivergenceParameters

    def __init__(self, parameters: DivergenceParameters, seconds: int) -> None:
        usual = 3 if seconds >= FOUR_HOURS else 5
        self._left = parameters.left or usual
        self._right = parameters.right or usual
        self._apart = parameters.apart
        self._strength = exact(parameters.strength)
        self._hidden = parameters.hidden
        self._deltas = Moments(parameters.window)
        self._points: deque[_Point] = deque(maxlen=self._left + self._right + 1)
        self._count = 0
        self._high: _Point | None = None
        """The latest pivot high."""
        self._low: _Point | None = None

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        bar, deltas, points = closed.bar, self._deltas, self._points
        deltas.push(bar.delta)
        point = _Point(self._count, bar.time_us, bar.high, bar.low, bar.cvd, deltas.count, deltas.spread)
        points.append(point)
        self._count += 1
        if len(points) < self._left + self._right + 1:
            return ()
        found: list[Signal] = []
        pivot = points[self._left]
        if self._is_pivot(self._left, 1):
            found += self._compare(self._high, pivot, 1, closed)
            self._high = pivot
        if self._is_pivot(self._left, -1):
            found += self._compare(self._low, pivot, -1, closed)
            self._low = pivot
        return found

    def provisional(self, closed: ClosedBar) -> Sequence[Signal]:
        """Divergences whose later pivot still lacks bars on its right; `closed` is the bar pushed last."""
        found: list[Signal] = []
        first = max(self._left, len(self._points) - self._right)
        for place in range(first, len(self._points)):
            if self._is_pivot(place, 1):
                found += self._compare(self._high, self._points[place], 1, closed)
            if self._is_pivot(place, -1):
                found += self._compare(self._low, self._points[place], -1, closed)
        return found

    def _is_pivot(self, place: int, sign: int) -> bool:
        """Whether the point stands out over the bars before it, and none after it stands out over it."""
        points = self._points
        at = _extreme(points[place], sign)
        if _extreme(points[-1], sign) > at or (place and _extreme(points[place - 1], sign) >= at):
            return False  # two comparisons rule out most bars, before all of the window is looked at
        ends = [_extreme(point, sign) for point in points]
        return max(ends[place - self._left :]) == at and at not in ends[place - self._left : place]

    def _compare(self, first: _Point | None, second: _Point, sign: int, closed: ClosedBar) -> list[Signal]:
        """The divergence of two pivots of one kind: highs (sign 1) or lows (sign -1)."""
        if first is None or second.place - first.place > self._apart:
            return []
        price = _extreme(second, sign) - _extreme(first, sign)
        cvd = sign * (second.cvd - first.cvd)
        # pivots at one price, or at one CVD, diverge in nothing
        if abs(price) < closed.scale.tick or cvd == 0 or (price > 0) == (cvd > 0):
            return []
        needed = self._strength
        # a sum of n independent deltas deviates by sqrt(n) of theirs: distant pivots need more CVD to count
        bars = second.place - first.place
        if (cvd * second.deltas * needed.denominator) ** 2 < needed.numerator**2 * second.spread * bars:
            return []
        if price < 0 and not self._hidden:
            return []
        side: Side = "sell" if sign > 0 else "buy"
        values = _values(first, second, sign, closed)
        if second.spread:
            values["strength"] = abs(cvd) * second.deltas / sqrt(second.spread * bars)
        return [closed.signal(self.name, side, values)]


def _extreme(point: _Point, sign: int) -> int:
    """The high, or the low turned round, so that both are compared alike."""
    return point.high if sign > 0 else -point.low


def _values(first: _Point, second: _Point, sign: int, closed: ClosedBar) -> dict[str, object]:
    scale = closed.scale
    prices = [point.high if sign > 0 else point.low for point in (first, second)]
    return {
        "type": "regular" if (prices[1] - prices[0]) * sign > 0 else "hidden",
        "pivots": [first.time_us, second.time_us],
        "prices": [scale.price(price) for price in prices],
        "cvds": [scale.size(first.cvd), scale.size(second.cvd)],
    }
