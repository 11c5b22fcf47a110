"""Effort against result: how far price went for the delta that was spent, each in its own deviations."""

from collections import deque
from collections.abc import Iterable
from math import sqrt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cvdtui.engine.closed_bar import ClosedBar, exact, side_of
from cvdtui.model import Signal
from cvdtui.signals.moments import Moments

Phase = Literal["", "breakout", "balanced", "churn"]
Found = tuple[float | None, Phase]


class Efficiency:
    """Writes e and the phase on every bar; tells the bar on which a breakout or a churn begins.

    A breakout (much price for little delta) speaks for the price's direction, a churn (much delta for little
    price: absorbed) against the delta's.
    """

    name = "efficiency"

    class Parameters(Struct, frozen=True, kw_only=True):
        """Over which changes, and where the phases begin; `raw` is |price| / |delta| in plain units."""

        enabled: bool = True
        bars: Annotated[int, Meta(ge=1, le=1_000, description="bars")] = 5
        window: Annotated[int, Meta(ge=2, le=10_000, description="bars")] = 100
        least: Annotated[int, Meta(ge=2, le=10_000, description="bars")] = 20
        breakout: Annotated[float, Meta(ge=0, le=1e9, description="times the usual (0: 2, raw 5)")] = 0.0
        churn: Annotated[float, Meta(ge=0, le=1e9, description="times the usual")] = 0.5
        method: Literal["sigma", "raw"] = "sigma"

    def __init__(self, parameters: Parameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        self._raw = parameters.method == "raw"
        self._least = min(parameters.least, parameters.window)
        self._breakout = exact(parameters.breakout or (5 if self._raw else 2))
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
        value, phase = self._judged(closed)
        before, self._phase = self._phase, phase
        marks = closed.marks
        marks.efficiency, marks.phase = value, phase
        if value is None or phase in (before, "balanced"):
            return ()
        side = side_of(self._price if phase == "breakout" else -self._delta)
        return (closed.signal(self.name, side, {"phase": phase, "efficiency": value}),)

    def _judged(self, closed: ClosedBar) -> Found:
        bars = self._bars
        bars.append((closed.bar.close, closed.bar.cvd))
        if len(bars) < (bars.maxlen or 0):
            return None, ""
        self._price, self._delta = bars[-1][0] - bars[0][0], bars[-1][1] - bars[0][1]
        self._prices.push(self._price)
        self._deltas.push(self._delta)
        if not self._delta:
            return None, ""
        return self._plain(closed) if self._raw else self._measured()

    def _measured(self) -> Found:
        """(|price| / its deviation) / (|delta| / its deviation); the limits are compared exactly."""
        prices, deltas = self._prices, self._deltas
        of_price, of_delta, square = prices.spread, deltas.spread, prices.count**2
        if prices.count < self._least or not (of_price and of_delta):
            return None, ""
        price, delta = self._price**2, self._delta**2
        result, effort = price * of_delta, delta * of_price
        (over, of_over), (under, of_under) = self._squares
        phase: Phase = "balanced"
        if result * of_over > effort * over and price * square >= of_price:
            phase = "breakout"
        elif result * of_under < effort * under and delta * square >= of_delta:
            phase = "churn"
        return sqrt(result / effort), phase

    def _plain(self, closed: ClosedBar) -> Found:
        scale = closed.scale
        value = abs(self._price) * 10**scale.size_decimals / (abs(self._delta) * 10**scale.price_decimals)
        return value, "breakout" if value > self._breakout else "churn" if value < self._churn else "balanced"
