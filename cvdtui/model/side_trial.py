"""How ways of inferring sides did on a market whose exchange sends the true ones."""

from msgspec import Struct


class SideScore(Struct, frozen=True, gc=False):
    """What one way of inferring sides made of a tape whose true sides are known."""

    method: str
    accuracy: float | None
    """Share of the trades that got their true side; None for a method that splits whole bars."""
    volume_accuracy: float
    """The same by volume."""
    untold: float
    """Share of the volume it left without a side."""
    cvd: float
    """The CVD it found, base units."""
    true_cvd: float
    volume: float
    """Of all trades judged."""


class SideTrial(Struct, frozen=True, gc=False):
    """How ways of inferring sides did on one market whose exchange tells them."""

    market: str
    trades: int
    outside: float
    """Share of trades outside the newest quote: many mean that quotes arrive before their trade."""
    scores: tuple[SideScore, ...]
