"""Absorption: aggression into a bar's extreme that did not move price, seen when the bar has closed."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from cvdtui.engine.closed_bar import ClosedBar, Side, exact
from cvdtui.model import Signal


class AbsorptionParameters(Struct, frozen=True, kw_only=True):
    """Rows at the extreme, their volume in mean rows of the bar, their delta, how far back the close is."""

    enabled: bool = True
    rows: Annotated[int, Meta(ge=1, le=100, description="rows")] = 2
    volume: Annotated[float, Meta(ge=0, le=1_000, description="times the mean row")] = 2.0
    delta: Annotated[float, Meta(ge=0, le=1, description="shares of volume")] = 0.4
    back: Annotated[int, Meta(ge=0, le=1_000, description="rows")] = 2


class Absorption:
    """Emits buyers absorbed at a high (sell) and sellers absorbed at a low (buy)."""

    name = "absorption"
    Parameters = AbsorptionParameters

    def __init__(self, parameters: AbsorptionParameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        self._rows = parameters.rows
        self._volume = exact(parameters.volume).as_integer_ratio()
        self._delta = exact(parameters.delta).as_integer_ratio()
        self._back = parameters.back

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        if not closed.rows:
            return ()
        row = closed.row
        close = _row(closed.bar.close, row)
        found: list[Signal] = []
        extremes: tuple[tuple[int, int, Side], ...] = (
            (_row(closed.bar.high, row), 1, "sell"),
            (_row(closed.bar.low, row), -1, "buy"),
        )
        for extreme, sign, side in extremes:
            if (extreme - close) * sign < self._back:
                continue
            strength = self._absorbs(closed, extreme, sign)
            if strength:
                values = {"price": closed.scale.price(extreme * row), "strength": strength}
                found.append(closed.signal(self.name, side, values))
        return found

    def _absorbs(self, closed: ClosedBar, extreme: int, sign: int) -> float:
        """Mean volume at the extreme in mean traded rows; 0 unless enough, and its delta leans into it."""
        buy = sell = unknown = 0
        for number in range(self._rows):
            sums = closed.rows.get(extreme - sign * number)
            if sums is not None:
                buy, sell, unknown = buy + sums[0], sell + sums[1], unknown + sums[2]
        volume = buy + sell + unknown
        (times, of), (share, whole) = self._volume, self._delta
        if volume <= 0 or sign * (buy - sell) * whole < share * volume:
            return 0.0
        volumes = [traded for row in closed.rows.values() if (traded := sum(row))]
        mine, mean = volume * len(volumes), sum(volumes) * self._rows
        return mine / mean if mine * of >= times * mean else 0.0


def _row(price: int, row: int) -> int:
    """Number of the nearest multiple of `row`, ties up."""
    # in integers: round() would take ties to the even row
    return (2 * price + row) // (2 * row)
