"""The place of each pane: three breakpoints, and shares of the body among the panes that are visible.

Pure arithmetic.
"""

from msgspec import Struct

LEAST = (80, 24)
"""Columns and lines of a terminal that nobody has resized; below it one line names the size needed."""
MEDIUM = (110, 34)
WIDE = (180, 44)
WEIGHTS = {"chart": 40, "footprint": 36, "profile": 26, "tape": 21}
"""Shares of width (wide) among the panes below the table."""


class Place(Struct, frozen=True, gc=False):
    """A rectangle in cells; `edge`: with a rule at its left."""

    x: int
    y: int
    width: int
    height: int
    edge: bool = False


PRESETS: dict[str, tuple[str, ...]] = {
    "trader": ("markets", "chart", "footprint", "profile", "tape", "signals"),
    "screener": ("markets",),
    "chart": ("markets", "chart", "zscore"),
    "ladder": ("footprint", "profile", "tape"),
}


ROOMY = frozenset({"signals"})
"""Panes of a preset that are left out where the screen is not wide, unless their key was pressed."""


def is_wide(width: int, height: int) -> bool:
    """Everything side by side."""
    return width >= WIDE[0] and height >= WIDE[1]


def is_compact(width: int, height: int) -> bool:
    """One pane at a time."""
    return width < MEDIUM[0] or height < MEDIUM[1]


def arrange(
    width: int, height: int, visible: tuple[str, ...], alone: str | None, rows: int
) -> dict[str, Place]:
    """Places of header, status, footer and panes.

    `alone` fills the body, `rows` is how many rows the table has.
    """
    places = {
        "header": Place(0, 0, width, 1),
        "status": Place(0, height - 2, width, 1),
        "footer": Place(0, height - 1, width, 1),
    }
    body = Place(0, 1, width, height - 3)
    if alone is not None or not visible:
        return {**places, (alone or "markets"): body}
    if is_compact(width, height):
        return {**places, visible[0]: body}
    rest = [name for name in visible if name != "markets"]
    if "markets" in visible:
        if not rest:
            return {**places, "markets": body}
        table = min(rows + 2, max(body.height * 2 // 5, 6))
        places["markets"] = Place(0, body.y, width, table)
        body = Place(0, body.y + table, width, body.height - table)
    if is_wide(width, height):
        return {**places, **_across(body, rest)}
    return {**places, **_two_stacks(body, rest)}


def beside(focused: Place, width: int, height: int, wanted: int) -> Place:
    """The place of the explanation: over other panes, below the focused one or, if that is low, above it."""
    body = Place(0, 1, width, height - 3)
    rows = min(wanted, body.height // 2)
    low = focused.y > body.y + body.height // 3
    return Place(0, body.y if low else body.y + body.height - rows, width, rows)


def _across(body: Place, names: list[str]) -> dict[str, Place]:
    """Side by side, by weight; the signal log under profile and trades, whose lines are short."""
    above = [name for name in names if name in {"profile", "tape"}]
    if "signals" in names and above:
        names = [name for name in names if name != "signals"]
        out = _across(body, names)
        return {**out, **_under([out[name] for name in above], above, body)}
    if "zscore" in names and "chart" in names:
        return _with_zscore(_across(body, [name for name in names if name != "zscore"]))
    total = sum(WEIGHTS.get(name, 25) for name in names)
    out = {}
    x, weight = 0, 0
    for name in names:
        weight += WEIGHTS.get(name, 25)
        end = body.width * weight // total
        out[name] = Place(x, body.y, end - x, body.height, edge=x > 0)
        x = end
    return out


def _with_zscore(places: dict[str, Place]) -> dict[str, Place]:
    """The z-score under the chart, so that their bars share columns."""
    chart = places["chart"]
    above = chart.height * 3 // 5
    upper = Place(chart.x, chart.y, chart.width, above, chart.edge)
    lower = Place(chart.x, chart.y + above, chart.width, chart.height - above, chart.edge)
    return {**places, "chart": upper, "zscore": lower}


def _under(places: list[Place], names: list[str], body: Place) -> dict[str, Place]:
    """Two thirds of their height to neighbours, the rest to the signal log below all of them."""
    height = body.height * 2 // 3
    out = {
        name: Place(place.x, place.y, place.width, height, place.edge)
        for name, place in zip(names, places, strict=True)
    }
    first, last = places[0], places[-1]
    out["signals"] = Place(
        first.x, body.y + height, last.x + last.width - first.x, body.height - height, first.edge
    )
    return out


def _two_stacks(body: Place, names: list[str]) -> dict[str, Place]:
    """Chart over profile at the left, footprint over the rest at the right."""
    left: list[str] = [name for name in ("chart", "zscore", "profile") if name in names]
    right = [name for name in names if name not in left]
    if not left or not right:
        return _stack(body, left or right, edge=False)
    split = body.width * 11 // 20
    return {
        **_stack(Place(0, body.y, split, body.height), left, edge=False),
        **_stack(Place(split, body.y, body.width - split, body.height), right, edge=True),
    }


def _stack(body: Place, names: list[str], *, edge: bool) -> dict[str, Place]:
    """One above the other, the first with the larger share."""
    out = {}
    y, left = body.y, body.height
    first = left * 9 // 20 if "zscore" in names and len(names) > 2 else left * 3 // 5
    for at, name in enumerate(names):
        remaining = len(names) - at
        height = left if remaining == 1 else first if at == 0 else -(-left // remaining)
        out[name] = Place(body.x, y, body.width, height, edge)
        y, left = y + height, left - height
    return out
