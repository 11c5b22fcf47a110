"""Accuracy of methods that infer sides, on a market whose exchange sends the true ones."""

from msgspec import Struct, field


class SideScore(Struct, frozen=True, gc=False):
    """The accuracy of one method on trades whose true sides are known."""

    method: str
    accuracy: float | None
    """Share of the trades that got their true side; None for a method that splits whole bars."""
    volume_accuracy: float
    """The same by volume."""
    unassigned: float = field(name="untold")
    """Share of the volume it left without a side; `untold` in the JSON of `cvdtui side-error`."""
    cvd: float
    """The CVD by its sides, base units."""
    true_cvd: float
    """The CVD by the exchange's sides, of the same trades or bars."""
    volume: float
    """Of all trades measured, base units."""


class SideTrial(Struct, frozen=True, gc=False):
    """The accuracy of every method on one market."""

    market: str
    """`venue:SYMBOL`."""
    trades: int
    outside: float
    """Share of trades outside the newest quote: many mean that quotes arrive before their trade."""
    scores: tuple[SideScore, ...]
