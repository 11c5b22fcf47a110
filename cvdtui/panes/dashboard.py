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
    """All that has a value, the most read first."""
    board = detail.dashboard
    out = [_z(board), _efficiency(board)]
    if board.z_raw is not None:
        out.insert(1, Figure("raw", ((f"{board.z_raw:+.2f}", "text"),)))
    out.append(_slope(board))
    if board.speed is not None:
        role = "note" if board.speed >= board.parameters.speed.ratio else "text"
        out.append(Figure("tape", ((f"{board.speed:.1f}×", role),)))
    if board.spread_z is not None:
        extreme = abs(board.spread_z) > board.parameters.spread.extreme
        role = numbers.tone(board.spread_z) if extreme else "text"
        out.append(Figure("spread z", ((f"{board.spread_z:+.2f}", role),)))
    return out + _orders(board)


def trend(board: Dashboard) -> str:
    """Where z went with the last bar."""
    # without a bar before there is no trend; a cell is kept for the arrow, so that nothing beside it moves
    if board.z is None or board.z_before is None or board.z == board.z_before:
        return " "
    return "↑" if board.z > board.z_before else "↓"


def zone(z: float, board: Dashboard) -> str:
    """`extreme`, `neutral`, or nothing between the two."""
    return (
        "extreme"
        if abs(z) > board.parameters.climax.extreme
        else "neutral"
        if abs(z) <= board.parameters.climax.neutral
        else ""
    )


def missing(board: Dashboard, due: int) -> str:
    """`7 more bars`, until `due` have closed; why there is nothing where they have."""
    left = due - board.evaluated
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


def _z(board: Dashboard) -> Figure:
    if board.z is None:
        return Figure("z", ((missing(board, board.parameters.climax.n), "dim"),))
    role = numbers.tone(board.z) if abs(board.z) > board.parameters.climax.neutral else "text"
    word = zone(board.z, board)
    return Figure("z", ((f"{board.z:+.2f} {trend(board)}", role), (f" {word}" if word else "", "dim")))


def _efficiency(board: Dashboard) -> Figure:
    if board.efficiency is None:
        return Figure("efficiency", ((missing(board, board.parameters.efficiency.bars_needed), "dim"),))
    role = {"breakout": "note", "churn": "warn"}.get(board.phase, "text")
    return Figure("efficiency", ((f"{board.efficiency:.2f} ", "text"), (board.phase, role)))


def _slope(board: Dashboard) -> Figure:
    if board.slope_z is None:
        return Figure("slope z", ((missing(board, board.parameters.slope.bars_needed), "dim"),))
    role = numbers.tone(board.slope_z) if abs(board.slope_z) > board.parameters.slope.extreme else "text"
    return Figure("slope z", ((f"{board.slope_z:+.2f}", role),))


def _orders(board: Dashboard) -> list[Figure]:
    """Delta of the bar by the notional of its taker orders."""
    limits = [f"<{numbers.short(limit)}" for limit in board.parameters.size_buckets.limits]
    names = [*limits, f"≥{numbers.short(board.parameters.size_buckets.limits[-1])}"]
    return [
        Figure(
            f"orders {name}" if not at else name, ((numbers.number(delta, signed=True), numbers.tone(delta)),)
        )
        for at, (name, delta) in enumerate(zip(names, board.orders, strict=False))
    ]
