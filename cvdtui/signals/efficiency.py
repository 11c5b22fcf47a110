"""Effort against result: how far price went for the delta that was spent, each in its own deviations."""

from collections import deque
from collections.abc import Iterable
from math import sqrt
from typing import Literal

from cvdtui.engine.closed_bar import ClosedBar, MarketScale, exact, side_of
from cvdtui.model import EfficiencyInputs, Signal
from cvdtui.model.parameters import EfficiencyParameters
from cvdtui.signals.moments import Moments

Phase = Literal["", "breakout", "balanced", "churn"]
Found = tuple[float | None, Phase]


class Efficiency:
    """Marks e and the phase on every bar; emits the bar on which a breakout or a churn begins.

    A breakout (much price for little delta) is for the price's direction, a churn (much delta for little
    price: absorbed) against the delta's.
    """

    name = "efficiency"
    Parameters = EfficiencyParameters

    def __init__(self, parameters: EfficiencyParameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        self._raw = parameters.method == "raw"
        self._least = parameters.changes_needed
        self._breakout = exact(parameters.breakout_limit)
        self._churn = exact(parameters.churn)
        self._squares = [(limit**2).as_integer_ratio() for limit in (self._breakout, self._churn)]
        self._bars: deque[tuple[int, int]] = deque(maxlen=parameters.bars + 1)
        self._prices = Moments(parameters.window)
        self._deltas = Moments(parameters.window)
        self._price = self._delta = 0
        """Change over the last `bars` bars."""
        self._phase: Phase = ""

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        value, phase = self._measure(closed)
        before, self._phase = self._phase, phase
        marks = closed.marks
        marks.efficiency, marks.phase = value, phase
        if value is None or phase in (before, "balanced"):
            return ()
        side = side_of(self._price if phase == "breakout" else -self._delta)
        return (closed.signal(self.name, side, {"phase": phase, "efficiency": value}),)

    def inputs(self, scale: MarketScale) -> EfficiencyInputs | None:
        """What the value of the last bar is made of, by both methods; None until there are enough changes."""
        prices, deltas = self._prices, self._deltas
        if prices.count < self._least:
            return None
        of_price, of_delta = prices.spread, deltas.spread
        price, size = 10**scale.price_decimals, 10**scale.size_decimals
        return EfficiencyInputs(
            self._price / price,
            prices.deviation / price,
            self._delta / size,
            deltas.deviation / size,
            self._sigma(of_price, of_delta) if self._delta and of_price and of_delta else None,
            self._plain(scale) if self._delta else None,
        )

    def _measure(self, closed: ClosedBar) -> Found:
        """Value and phase of the bar; the bar is part of its own window."""
        bars = self._bars
        bars.append((closed.bar.close, closed.bar.cvd))
        if len(bars) < (bars.maxlen or 0):
            return None, ""
        self._price, self._delta = bars[-1][0] - bars[0][0], bars[-1][1] - bars[0][1]
        self._prices.push(self._price)
        self._deltas.push(self._delta)
        if not self._delta:
            return None, ""
        if self._raw:
            value = self._plain(closed.scale)
            return value, (
                "breakout" if value > self._breakout else "churn" if value < self._churn else "balanced"
            )
        of_price, of_delta = self._prices.spread, self._deltas.spread
        if self._prices.count < self._least or not (of_price and of_delta):
            return None, ""
        return self._sigma(of_price, of_delta), self._phase_by(of_price, of_delta)

    def _sigma(self, of_price: int, of_delta: int) -> float:
        """(|price| / its deviation) / (|delta| / its deviation), of the spreads of both."""
        return sqrt(self._price**2 * of_delta / (self._delta**2 * of_price))

    def _phase_by(self, of_price: int, of_delta: int) -> Phase:
        """The limits are compared exactly, in integers: a value that reads 2.00 is not always above 2."""
        price, delta, square = self._price**2, self._delta**2, self._prices.count**2
        result, effort = price * of_delta, delta * of_price
        (over, of_over), (under, of_under) = self._squares
        if result * of_over > effort * over and price * square >= of_price:
            return "breakout"
        if result * of_under < effort * under and delta * square >= of_delta:
            return "churn"
        return "balanced"

    def _plain(self, scale: MarketScale) -> float:
        """|price| / |delta| in plain units."""
        price, size = 10**scale.price_decimals, 10**scale.size_decimals
        return float(abs(self._price) * size / (abs(self._delta) * price))
