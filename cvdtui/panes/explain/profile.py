"""The levels of the profile and the sums of a group, explained."""

from cvdtui.model import GroupRow, ProfileView
from cvdtui.panes.explain.entry import Book, Entry, Explainer, Sight, Way, digits, part, ratio
from cvdtui.panes.numbers import price as written


def _view(sight: Sight) -> ProfileView | None:
    detail = sight.detail
    return detail.profile if detail is not None and detail.profile.rows else None


def _row(value: float | None, profile: ProfileView) -> str:
    return "-" if value is None else written(value, profile.row_decimals)


def _origin(sight: Sight, profile: ProfileView) -> tuple[tuple[str, str], ...]:
    whole = profile.share >= 0.9995
    return (
        ("built from trades", sight.since(profile.from_us)),
        ("of the session's volume", "all" if whole else part(profile.share)),
        ("row size", f"{profile.row:g} (+ and - change it)"),
    )


def poc(sight: Sight) -> Entry:
    """The point of control."""
    profile = _view(sight)
    formula = "the row of most volume of the session; of equals the lowest"
    if profile is None:
        return Entry("-", formula)
    top = max(profile.rows, key=lambda row: row.buy + row.sell + row.unknown)
    bought = max(profile.rows, key=lambda row: row.buy)
    sold = max(profile.rows, key=lambda row: row.sell)
    volume = top.buy + top.sell + top.unknown
    total = sum(row.buy + row.sell + row.unknown for row in profile.rows)
    return Entry(
        _row(profile.poc, profile),
        formula,
        (
            ("volume in it", sight.size(volume)),
            ("of all", part(ratio(volume, total))),
            *_origin(sight, profile),
        ),
        (
            Way("by volume", (_row(profile.poc, profile),), here=True),
            Way("by what was bought alone", (_row(bought.price, profile),)),
            Way("by what was sold alone", (_row(sold.price, profile),)),
            Way("mean instead of most (VWAP)", (sight.price(profile.vwap),)),
        ),
    )


def _area(sight: Sight, *, high: bool) -> Entry:
    profile = _view(sight)
    formula = (
        f"the {'highest' if high else 'lowest'} row of the value area: from the POC the larger neighbour "
        "joins (ties up) until 70 % of the volume is inside"
    )
    if profile is None:
        return Entry("-", formula)
    ways = [
        Way(
            f"{one.share} %, {one.rule}{' (CBOT: two rows a step)' if one.rule == 'two-row' else ''}",
            (f"VAL {_row(one.low, profile)}", f"VAH {_row(one.high, profile)}"),
            here=not at,
        )
        for at, one in enumerate(sight.facts.areas)
    ]
    inside = sum(row.buy + row.sell + row.unknown for row in profile.rows if row.in_value)
    total = sum(row.buy + row.sell + row.unknown for row in profile.rows)
    notes = () if ways else ("other rules are computed while the screen is not frozen (space)",)
    return Entry(
        _row(profile.vah if high else profile.val, profile),
        formula,
        (("inside", f"{part(ratio(inside, total))} of {sight.size(total)}"), *_origin(sight, profile)),
        tuple(ways),
        notes,
    )


def vah(sight: Sight) -> Entry:
    """Value area high."""
    return _area(sight, high=True)


def val(sight: Sight) -> Entry:
    """Value area low."""
    return _area(sight, high=False)


def vwap(sight: Sight) -> Entry:
    """Mean price by volume."""
    profile, session, week = _view(sight), sight.facts.session, sight.facts.week
    inputs: tuple[tuple[str, str], ...] = ()
    if session is not None:
        inputs = (
            ("price × size, summed", sight.size(session.value, quote=True)),
            ("size", sight.size(session.volume, quote=False)),
        )
    return Entry(
        sight.price(None if profile is None else profile.vwap),
        "sum of price × size / sum of size, of the session; every trade counts, rows do not matter",
        inputs,
        (
            Way("of the session", (sight.price(None if session is None else session.vwap),), here=True),
            Way("of the week", (sight.price(None if week is None else week.vwap),)),
            Way("last price", (sight.price(sight.row.last),)),
        ),
    )


PROFILE: Book = {"POC": poc, "VAH": vah, "VAL": val, "VWAP": vwap}

SUMS = {
    "CVD": ("cvd", "price × signed size, summed over the markets that are counted, since the anchor"),
    "spot": ("spot", "the same, of spot markets alone"),
    "perp": ("perp", "the same, of perpetuals and dated futures"),
    "spot-perp": ("spread", "CVD of spot minus CVD of perp: who leads"),
    "Δ bar": ("delta_bar", "bought - sold of the forming bar, summed"),
    "Δ 5m": ("delta_5m", "bought - sold of the last 300 seconds, summed"),
    "volume": ("volume", "of the session, summed"),
}


def _group(field: str, formula: str) -> Explainer:
    def explain(sight: Sight) -> Entry:
        group = _group_of(sight)
        if group is None:
            return Entry("-", formula)
        value = getattr(group, field)
        money = group.money
        ways = tuple(
            Way(
                part_.market.name,
                (
                    f"left out: {part_.why}"
                    if part_.why
                    else "-"
                    if (mine := getattr(part_, field, None)) is None
                    else f"{digits(mine, 2, signed=field != 'volume')} {money}",
                ),
            )
            for part_ in group.parts
            if field not in {"spot", "perp"} or part_.side == field
        )
        return Entry(
            "-" if value is None else f"{digits(value, 2, signed=field != 'volume')} {money}",
            f"{formula}, in {money}",
            (("markets counted", f"{group.counted} of {len(group.parts)}"), ("cover", part(group.coverage))),
            ways if field in {"cvd", "delta_5m", "volume"} else (),
            ("every dollar coin is taken for one dollar; markets without data are left out and named",),
        )

    return explain


def _group_of(sight: Sight) -> GroupRow | None:
    snapshot = sight.snapshot
    if snapshot.group is not None:
        return snapshot.group.row
    name = sight.row.market.name
    return next((row for row in snapshot.groups if any(one.market.name == name for one in row.parts)), None)


GROUP: Book = {name: _group(field, formula) for name, (field, formula) in SUMS.items()}
