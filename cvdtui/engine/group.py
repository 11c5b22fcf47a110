"""Sums over the markets of one asset in its quote money: exact, whatever decimals each market has."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from cvdtui.engine.coverage import NEARLY
from cvdtui.model.assets import GroupLeg


class Exact(Struct, frozen=True, gc=False):
    """units / 10**decimals, exactly."""

    units: int = 0
    decimals: int = 0

    def __add__(self, other: "Exact") -> "Exact":
        decimals = max(self.decimals, other.decimals)
        return Exact(self.at(decimals) + other.at(decimals), decimals)

    def __neg__(self) -> "Exact":
        return Exact(-self.units, self.decimals)

    def at(self, decimals: int) -> int:
        """The units in `decimals`, which are at least its own."""
        return int(self.units * 10 ** (decimals - self.decimals))

    def __float__(self) -> float:
        return float(self.units / 10**self.decimals)


def total(parts: Iterable[Exact]) -> Exact:
    """The sum, in the finest decimals among the parts."""
    known = list(parts)
    decimals = max((part.decimals for part in known), default=0)
    return Exact(sum(part.at(decimals) for part in known), decimals)


class Sides(Struct, frozen=True, gc=False):
    """A sum with its spot and its futures part."""

    spot: Exact = Exact()
    perp: Exact = Exact()

    @property
    def all(self) -> Exact:
        """Spot and perp together."""
        return self.spot + self.perp

    @property
    def spread(self) -> Exact:
        """Spot minus perp."""
        return self.spot + -self.perp


def by_side(parts: Iterable[tuple[GroupLeg, Exact]]) -> Sides:
    """Parts summed by leg."""
    known = list(parts)
    return Sides(
        total(part for side, part in known if side == "spot"),
        total(part for side, part in known if side == "perp"),
    )


def weighted_coverage(parts: Sequence[tuple[float, float]]) -> float:
    """Coverage of a whole from (coverage, known volume) of its parts; 1.0 exactly only if every part's is.

    The volume due of a part is volume / coverage; a part of which nothing is known has no size to count.
    """
    # not by division: rounding may turn a whole into 0.999...
    if not parts or all(coverage >= 1.0 for coverage, _ in parts):
        return 1.0
    due = sum(volume / coverage for coverage, volume in parts if coverage > 0)
    known = sum(volume for coverage, volume in parts if coverage > 0)
    share = known / due if due else min(coverage for coverage, _ in parts)
    return min(share, NEARLY)
