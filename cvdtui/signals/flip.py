"""CVD flip: the running delta changes its sign by more than noise. Strength: deviations of a bar's delta."""

from collections.abc import Iterable
from math import sqrt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cvdtui.engine.closed_bar import ClosedBar, exact, side_of
from cvdtui.model import Signal
from cvdtui.signals.moments import Moments


class FlipParameters(Struct, frozen=True, kw_only=True):
    """The noise, in population deviations of a bar's delta over the window; CVD counts from the anchor."""

    enabled: bool = True
    noise: Annotated[float, Meta(ge=0, le=1_000, description="deviations")] = 1.0
    window: Annotated[int, Meta(ge=2, le=10_000, description="bars")] = 100
    anchor: Literal["session", "start"] = "session"


class Flip:
    """Emits the bar on which CVD stands beyond the noise on the other side of zero than it did before.

    CVD since the session's start; a new session begins without a side, so a reset never is a flip.
    """

    name = "flip"
    Parameters = FlipParameters

    def __init__(self, parameters: FlipParameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        self._noise = exact(parameters.noise).as_integer_ratio()
        self._deltas = Moments(parameters.window)
        self._of_session = parameters.anchor == "session"
        self._session_us: int | None = None
        self._base = 0
        """CVD at the anchor."""
        self._sign = 0

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        bar, deltas = closed.bar, self._deltas
        deltas.push(bar.delta)
        if self._of_session and closed.session_us != self._session_us:
            self._session_us = closed.session_us
            # the reset itself changes the sign of CVD: without a side before, it is no flip
            self._base, self._sign = bar.cvd - bar.delta, 0
        cvd = bar.cvd - self._base
        noise, of = self._noise
        # |cvd| < noise x deviation, squared and without a root: exact in integers, so that ties do not depend
        # on how a float was rounded
        if not cvd or (cvd * deltas.count * of) ** 2 < noise**2 * deltas.spread:
            return ()
        before, self._sign = self._sign, 1 if cvd > 0 else -1
        if before in (0, self._sign):
            return ()
        values: dict[str, object] = {"cvd": closed.scale.size(cvd)}
        if deltas.spread:
            values["strength"] = abs(cvd) * deltas.count / sqrt(deltas.spread)
        return (closed.signal(self.name, side_of(cvd), values),)
