"""Spot accumulation: spot buyers lift CVD while price stands still and the perpetual's open interest falls.

Source: SolQuant's divergence of spot CVD, range and open interest.
"""

from collections import deque
from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from cvdtui.engine.closed_bar import ClosedBar, exact
from cvdtui.model import Signal
from cvdtui.signals.true_range import TrueRange


class AccumulationParameters(Struct, frozen=True, kw_only=True):
    """How still price stands, and since when open interest falls."""

    enabled: bool = True
    bars: Annotated[int, Meta(ge=1, le=1_000, description="bars")] = 5
    range: Annotated[float, Meta(ge=0, le=100, description="ATRs")] = 1.5
    atr: Annotated[int, Meta(ge=1, le=1_000, description="bars")] = 14
    interest: Annotated[int, Meta(ge=1, le=1_000, description="bars")] = 14
    perpetual: str = ""
    """Whose open interest; empty is the first perpetual of the same asset."""


class Accumulation:
    """Emits the bar on which all conditions begin to hold. Reads z; nothing without open interest."""

    name = "accumulation"
    Parameters = AccumulationParameters

    def __init__(self, parameters: AccumulationParameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        self._highs: deque[int] = deque(maxlen=parameters.bars)
        self._lows: deque[int] = deque(maxlen=parameters.bars)
        self._ends: deque[int] = deque(maxlen=parameters.interest + 1)
        self._range = TrueRange(parameters.atr)
        self._limit = exact(parameters.range)
        self._was = False

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        bar = closed.bar
        self._range.push(bar)
        self._highs.append(bar.high)
        self._lows.append(bar.low)
        self._ends.append(closed.end_us)
        values = self._conditions(closed)
        was, self._was = self._was, values is not None
        return () if values is None or was else (closed.signal(self.name, "buy", values),)

    def _conditions(self, closed: ClosedBar) -> dict[str, object] | None:
        """Every condition with its value; None as soon as one does not hold."""
        marks, true_range = closed.marks, self._range
        if marks.z is None or marks.z_before is None or marks.z <= 0 or marks.z <= marks.z_before:
            return None
        if not true_range.is_full or len(self._highs) < (self._highs.maxlen or 0):
            return None
        # over 5 bars: the range of 14 bars is never within 1.5 ATRs of 14 bars, so that nothing would hold
        height = max(self._highs) - min(self._lows)
        if height * true_range.length > self._limit * true_range.total:
            return None
        if closed.interest is None or len(self._ends) < (self._ends.maxlen or 0):
            return None
        now, before = closed.interest(closed.end_us), closed.interest(self._ends[0])
        if now is None or before is None or now.value >= before.value:
            return None
        return {
            "z": marks.z,
            "z_before": marks.z_before,
            "range_atr": height * true_range.length / true_range.total if true_range.total else 0.0,
            "interest": now.value,
            "interest_before": before.value,
            "interest_age_s": (closed.end_us - now.time_us) / 1_000_000,
        }
