"""How complete the data of one market are, and how its sides were obtained."""

from typing import Literal

from msgspec import Struct


class Quality(Struct, frozen=True, gc=False):
    """Completeness and origin of the numbers of one market."""

    coverage: float = 1.0
    """Share of the session's volume known exactly; 1.0 exactly when nothing is open or lost."""
    state: Literal["waiting", "live", "gap", "fill", "stale", "lost", "refused", "offline"] = "waiting"
    text: str = ""
    """`100`, `99.2`, `gap 12`, `fill 40 %`, `stale 14s`, `-`: at most 9 characters, ready to show."""
    sources: tuple[tuple[str, float], ...] = ()
    """(side source, share of volume), largest first; sums to 1."""
    lost: int = 0
    """Ids that were given up."""
    open: int = 0
    """Ids missing and being fetched."""
    duplicates: int = 0
    rejected: int = 0
    audit: float | None = None
    """Largest residual against the venue's own candles (base units); None when nothing was compared."""
    audited: int = 0
    """Bars compared."""
    outside: float | None = None
    """Share of trades outside the touch, where sides are inferred from quotes; None elsewhere."""
    from_us: int = 0
    """Since when all is known, us, where that is after the session or week began; 0 elsewhere."""
