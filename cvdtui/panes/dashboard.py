"""The statistics of the last closed bar in words: with trend and phase, or how many bars they still lack."""

from msgspec import Struct

from cvdtui.model import Dashboard, MarketDetail
from cvdtui.panes import numbers
from cvdtui.panes.line import Line, Span


class Figure(Struct, frozen=True, gc=False):
    """One statistic: its name in the dashboard, and what is written after it."""

    name: str
    spans: tuple[Span, ...]

    @property
    def width(self) -> int:
        """Cells it takes."""
        return len(self.name) + 1 + sum(len(text) for text, _ in self.spans)


def figures(detail: MarketDetail) -> list[Figure]:
    """All that there is to say, most wanted first."""
    told = detail.dashboard
    out = [_z(told), _efficiency(told)]
    if told.z_raw is not None:
        out.insert(1, Figure("raw", ((f"{told.z_raw:+.2f}", "text"),)))
    out.append(_slope(told))
    if told.speed is not None:
        role = "note" if told.speed >= told.parameters.speed.ratio else "text"
        out.append(Figure("tape", ((f"{told.speed:.1f}×", role),)))
    if told.spread_z is not None:
        extreme = abs(told.spread_z) > told.parameters.spread.extreme
        role = numbers.tone(told.spread_z) if extreme else "text"
        out.append(Figure("spread z", ((f"{told.spread_z:+.2f}", role),)))
    return out + _orders(told)


def trend(told: Dashboard) -> str:
    """Where z went with the last bar."""
    if told.z is None or told.z_before is None or told.z == told.z_before:
        return " "
    return "↑" if told.z > told.z_before else "↓"


def zone(z: float, told: Dashboard) -> str:
    """`extreme`, `neutral`, or nothing between the two."""
    return (
        "extreme"
        if abs(z) > told.parameters.climax.extreme
        else "neutral"
        if abs(z) <= told.parameters.climax.neutral
        else ""
    )


def missing(told: Dashboard, due: int) -> str:
    """`7 more bars`, until `due` have closed; why there is nothing where they have."""
    left = due - told.evaluated
    return f"{left} more bar{'s' if left > 1 else ''}" if left > 0 else "-"


def wrapped(items: list[Figure], width: int, rows: int) -> list[Line]:
    """The figures side by side in at most `rows` lines; those without room are left out."""
    lines: list[list[Span]] = [[]]
    used = 0
    for item in items:
        if item.width >= width:
            continue
        if used and used + 3 + item.width > width:
            if len(lines) == rows:
                break
            lines.append([])
            used = 0
        lines[-1] += [("   " if used else " ", "text"), (f"{item.name} ", "dim"), *item.spans]
        used += item.width + (3 if used else 1)
    return [tuple(line) for line in lines]


def _z(told: Dashboard) -> Figure:
    if told.z is None:
        return Figure("z", ((missing(told, told.parameters.climax.n), "dim"),))
    role = numbers.tone(told.z) if abs(told.z) > told.parameters.climax.neutral else "text"
    word = zone(told.z, told)
    return Figure("z", ((f"{told.z:+.2f} {trend(told)}", role), (f" {word}" if word else "", "dim")))


def _efficiency(told: Dashboard) -> Figure:
    if told.efficiency is None:
        return Figure("efficiency", ((missing(told, told.parameters.efficiency.bars_needed), "dim"),))
    role = {"breakout": "note", "churn": "warn"}.get(told.phase, "text")
    return Figure("efficiency", ((f"{told.efficiency:.2f} ", "text"), (told.phase, role)))


def _slope(told: Dashboard) -> Figure:
    if told.slope_z is None:
        return Figure("slope z", ((missing(told, told.parameters.slope.bars_needed), "dim"),))
    role = numbers.tone(told.slope_z) if abs(told.slope_z) > told.parameters.slope.extreme else "text"
    return Figure("slope z", ((f"{told.slope_z:+.2f}", role),))


def _orders(told: Dashboard) -> list[Figure]:
    """Delta of the bar by what its taker orders were worth."""
    limits = [f"<{numbers.short(limit)}" for limit in told.parameters.size_buckets.limits]
    names = [*limits, f"≥{numbers.short(told.parameters.size_buckets.limits[-1])}"]
    return [
        Figure(
            f"orders {name}" if not at else name, ((numbers.number(delta, signed=True), numbers.tone(delta)),)
        )
        for at, (name, delta) in enumerate(zip(names, told.orders, strict=False))
    ]
