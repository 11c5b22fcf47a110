"""One explained number, its input, and how its figures are written."""

from collections.abc import Callable

from msgspec import Struct

from cvdtui.model import ChartBar, Facts, MarketDetail, MarketRow, Snapshot, VolumeSums
from cvdtui.panes.clock import Clock
from cvdtui.panes.columns import price_decimals
from cvdtui.panes.numbers import percent, price


class Way(Struct, frozen=True, gc=False):
    """The number by one convention; `values` stand in columns."""

    words: str
    values: tuple[str, ...]
    here: bool = False
    """The convention in force."""


class Entry(Struct, frozen=True, gc=False):
    """The explanation of one number."""

    value: str
    formula: str
    inputs: tuple[tuple[str, str], ...] = ()
    """(what, its value now)."""
    ways: tuple[Way, ...] = ()
    notes: tuple[str, ...] = ()


class Sight(Struct, frozen=True, gc=False):
    """The input of an explanation: a market's row and, on the chart, a bar; all of one snapshot."""

    snapshot: Snapshot
    row: MarketRow
    clock: Clock
    bar: ChartBar | None = None
    """Under the crosshair, or the newest."""

    @property
    def detail(self) -> MarketDetail | None:
        """Of the same market, or None."""
        detail = self.snapshot.detail
        return detail if detail is not None and detail.market.name == self.row.market.name else None

    @property
    def facts(self) -> Facts:
        """Of the same market; empty ones where there are none."""
        detail = self.detail
        return (detail.facts if detail is not None else None) or Facts()

    @property
    def is_quote(self) -> bool:
        """Sizes are shown as values."""
        return self.row.unit == "quote"

    # --- how figures are written

    def price(self, value: float | None) -> str:
        """With the decimals of the tick."""
        return "-" if value is None else price(value, price_decimals(self.row.market))

    def size(self, value: float | None, *, signed: bool = False, quote: bool | None = None) -> str:
        """All digits, with the unit: the one in force, or base or quote."""
        market = self.row.market
        in_quote = self.is_quote if quote is None else quote
        if value is None:
            return "-"
        unit = (market.quote or "quote") if in_quote else (market.base or "base")
        return f"{digits(value, 2 if in_quote else min(market.size_decimals, 8), signed=signed)} {unit}"

    def both(self, base: float | None, quote: float | None, *, signed: bool = False) -> tuple[str, str]:
        """In base and in quote units."""
        return self.size(base, signed=signed, quote=False), self.size(quote, signed=signed, quote=True)

    def since(self, time_us: int) -> str:
        """`since 00:00Z`; empty where the time is not known."""
        return f"since {self.clock.since(time_us, self.snapshot.time_us)}" if time_us else ""


Explainer = Callable[[Sight], Entry]
Book = dict[str, Explainer]
"""Explainers by the name of the number, in their order on the screen."""


def digits(value: float, decimals: int, *, signed: bool = False) -> str:
    """Every digit, thousands by a gap, no trailing zeros: `+1 203.4`."""
    text = f"{value:{'+' if signed else ''},.{decimals}f}".replace(",", " ")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if not text.strip("+-0") else text


def part(fraction: float | None, *, signed: bool = False) -> str:
    """A fraction as a percentage."""
    return "-" if fraction is None else f"{percent(fraction, signed=signed)} %"


def ratio(above: float | None, below: float | None) -> float | None:
    """Their quotient, None where that is nothing."""
    return above / below if above is not None and below else None


def sides(sight: Sight, sums: VolumeSums | None) -> tuple[tuple[str, str], ...]:
    """Bought, sold and unknown, base units."""
    if sums is None:
        return ()
    parts = (("bought", sums.buy), ("sold", sums.sell), ("side unknown", sums.unknown))
    return tuple((word, sight.size(value, quote=False)) for word, value in parts)


def unit_ways(
    sight: Sight, base: float | None, quote: float | None, *, signed: bool = True
) -> tuple[Way, ...]:
    """In base and in quote units, the one in force marked."""
    in_base, in_quote = sight.both(base, quote, signed=signed)
    return (
        Way("base units (u)", (in_base,), here=not sight.is_quote),
        Way("quote units (u)", (in_quote,), here=sight.is_quote),
    )
