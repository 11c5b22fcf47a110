"""Stacked imbalance: several imbalances of one side in rows that touch."""

from collections.abc import Iterable, Sequence

from cvdtui.engine.closed_bar import ClosedBar, Side, Zone
from cvdtui.model import Signal
from cvdtui.model.parameters import StackedParameters

DEFAULTS = StackedParameters()


def stacked(found: Sequence[tuple[int, Side]], *, least: int = DEFAULTS.rows) -> list[Zone]:
    """Zones (low row, high row, side, rows) of at least `least` imbalances of one side in rows that touch."""
    if len(found) < least:
        return []
    runs: list[tuple[list[int], Side]] = []
    latest: dict[Side, list[int]] = {}
    for number, side in found:
        run = latest.get(side)
        if run is not None and number == run[1] + 1:
            run[1] = number
        else:
            run = latest[side] = [number, number]
            runs.append((run, side))
    return sorted((low, high, side, high - low + 1) for (low, high), side in runs if high - low + 1 >= least)


class Stacked:
    """Emits every zone of a bar, for the aggressor. Reads the imbalances that were marked before it."""

    name = "stacked"
    Parameters = StackedParameters

    def __init__(self, parameters: StackedParameters, seconds: int = 0) -> None:  # noqa: ARG002 - one shape for all
        self._least = parameters.rows

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        zones = self.of(closed.marks.imbalances)
        closed.marks.stacked = zones
        price, row = closed.scale.price, closed.row
        return [
            closed.signal(self.name, side, {"low": price(low * row), "high": price(high * row), "rows": rows})
            for low, high, side, rows in zones
        ]

    def of(self, found: Sequence[tuple[int, Side]]) -> list[Zone]:
        """The zones of these imbalances."""
        return stacked(found, least=self._least)
