"""Diagonal imbalance: one side lifts (hits) a multiple of what the other did one row below (above)."""

from collections.abc import Iterable
from fractions import Fraction
from math import ceil

from cvdtui.engine.closed_bar import ClosedBar, Rows, Side, exact
from cvdtui.model import ImbalanceCount, Signal
from cvdtui.model.parameters import ImbalanceParameters

DEFAULTS = ImbalanceParameters()
OTHER_RATIOS = (2.0, 3.0, 4.0, 5.0)
"""Counted beside the ratio in force."""


def imbalances(
    rows: Rows,
    *,
    ratio: float | Fraction = DEFAULTS.ratio,
    min_volume: int = 0,
    ignore_zero: bool = DEFAULTS.ignore_zero,
) -> list[tuple[int, Side]]:
    """Diagonal imbalances, ascending: buy[r] >= ratio x sell[r - 1], sell[r] >= ratio x buy[r + 1].

    The compared row is one row size away, traded or not; an empty opposite side gives none while
    `ignore_zero`. The aggressor's own volume is at least `min_volume`. Compared in integers: a product of
    floats would round sums of more than 2^53.
    """
    over, under = (ratio if isinstance(ratio, Fraction) else exact(ratio)).as_integer_ratio()
    least = max(min_volume, 1)
    found: list[tuple[int, Side]] = []
    for number in sorted(rows):
        mine = rows[number]
        buy, sell = mine[0], mine[1]
        if buy >= least:
            below = rows.get(number - 1)
            against = below[1] if below else 0
            if (against or not ignore_zero) and buy * under >= over * against:
                found.append((number, "buy"))
        if sell >= least:
            above = rows.get(number + 1)
            against = above[0] if above else 0
            if (against or not ignore_zero) and sell * under >= over * against:
                found.append((number, "sell"))
    return found


class Imbalance:
    """Marks the imbalances of every bar that has rows; emits nothing."""

    name = "imbalance"
    Parameters = ImbalanceParameters

    def __init__(self, parameters: ImbalanceParameters, seconds: int = 0) -> None:  # noqa: ARG002 - one shape for all
        self._ratio = exact(parameters.ratio)
        self._min_volume = exact(parameters.min_volume)
        self._ignore_zero = parameters.ignore_zero
        self._enabled = parameters.enabled
        self._least = (-1, 0)
        """Decimals of a size, and the least volume in them."""

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        if closed.rows:
            closed.marks.imbalances = self.of(closed.rows, closed.scale.size_decimals)
        return ()

    def of(self, rows: Rows, size_decimals: int) -> list[tuple[int, Side]]:
        """Imbalances of rows whose volumes have so many decimals."""
        return self._find(rows, size_decimals, self._ratio) if self._enabled else []

    def inputs(self, rows: Rows, size_decimals: int) -> tuple[ImbalanceCount, ...]:
        """How many there are at the ratio in force and at others, ascending; nothing while disabled."""
        if not self._enabled:
            return ()
        counts = []
        for ratio in sorted({*OTHER_RATIOS, float(self._ratio)}):
            sides = [side for _, side in self._find(rows, size_decimals, exact(ratio))]
            counts.append(ImbalanceCount(ratio, sides.count("buy"), sides.count("sell")))
        return tuple(counts)

    def _find(self, rows: Rows, size_decimals: int, ratio: Fraction) -> list[tuple[int, Side]]:
        # a venue may turn out to have finer decimals: the least volume is converted once for each
        if self._least[0] != size_decimals:
            self._least = size_decimals, ceil(self._min_volume * 10**size_decimals)
        least = self._least[1]
        return imbalances(rows, ratio=ratio, min_volume=least, ignore_zero=self._ignore_zero)
