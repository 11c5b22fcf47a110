"""What the chart reads at its crosshair, and the totals of the footprint, explained."""

from cvdtui.model import ChartBar, LadderBar, LadderCell
from cvdtui.panes.clock import span
from cvdtui.panes.explain.entry import Book, Entry, Sight, Way, part, ratio
from cvdtui.panes.explain.statistics import z_score

SOURCES = {
    "taker": "sides by the exchange's own flag",
    "taker/bar": "from the venue's candle: 2 × taker buy - volume, exact; no rows, no extremes",
    "quote": "sides by the quote rule",
    "midpoint": "sides by the midpoint",
    "tick": "sides by the tick rule",
    "candle": "estimated from a candle (≈): all of its volume to the side of its close",
    "unknown": "no side is known",
}


def price(sight: Sight) -> Entry:
    """Of the bar under the crosshair."""
    bar = sight.bar
    if bar is None:
        return Entry("-", "close of the bar under the crosshair")
    return Entry(
        sight.price(bar.close),
        f"close of the bar {_when(sight, bar)}; the candle is thick from open to close, thin to high and low",
        (
            ("open", sight.price(bar.open)),
            ("high", sight.price(bar.high)),
            ("low", sight.price(bar.low)),
            ("close", sight.price(bar.close)),
            ("change", part(bar.close / bar.open - 1 if bar.open else None, signed=True)),
        ),
    )


def delta(sight: Sight) -> Entry:
    """Of the bar under the crosshair."""
    bar = sight.bar
    if bar is None:
        return Entry("-", "bought - sold of the bar under the crosshair")
    candle = bar.volume if bar.close > bar.open else -bar.volume if bar.close < bar.open else 0.0
    extremes = "-" if bar.delta_high is None else sight.size(bar.delta_high, signed=True)
    lowest = "-" if bar.delta_low is None else sight.size(bar.delta_low, signed=True)
    return Entry(
        sight.size(bar.delta, signed=True),
        f"bought - sold of the bar {_when(sight, bar)}",
        (("volume", sight.size(bar.volume)), ("highest inside", extremes), ("lowest inside", lowest)),
        (
            Way(
                "by the sides of its trades",
                (sight.size(bar.delta, signed=True),),
                here=bar.source != "candle",
            ),
            Way("in % of its volume", (part(ratio(bar.delta, bar.volume), signed=True),)),
            Way(
                "as a candle alone would give (≈): all volume to the side of the close",
                (sight.size(candle, signed=True),),
                here=bar.source == "candle",
            ),
        ),
        (SOURCES[bar.source],),
    )


def cvd(sight: Sight) -> Entry:
    """At the end of the bar under the crosshair, since every anchor that reaches it."""
    bar, row, detail = sight.bar, sight.row, sight.detail
    formula = "running sum of bought - sold since the anchor, at the end of the bar"
    if bar is None or detail is None:
        return Entry("-", formula)
    if bar.cvd is None or row.cvd is None:
        return Entry("-", formula, notes=("the bar ends before the anchor was set: A changes the anchor",))
    after = row.cvd - bar.cvd
    ways = []
    for one in sight.facts.anchors:
        now = one.quote if sight.is_quote else one.base
        ends = bar.time_us + detail.timeframe * 1_000_000
        here = one.anchor == detail.anchor
        is_known = one.anchor != "rolling" or bar is detail.bars[-1]
        reaches = now is not None and one.since_us < ends and is_known
        value = (
            sight.size(bar.cvd if here else (now or 0.0) - after, signed=True)
            if reaches or here
            else "begins later"
        )
        if one.anchor == "rolling" and not here:
            value = "only known for now"
        if one.anchor == "mark" and now is None:
            value = "not dropped: m"
        ways.append(Way(f"{one.anchor} {sight.since(one.since_us)}".strip(), (value,), here=here))
    return Entry(
        sight.size(bar.cvd, signed=True),
        f"{formula} {_when(sight, bar)}",
        (("now", sight.size(row.cvd, signed=True)), ("since this bar", sight.size(after, signed=True))),
        tuple(ways),
        ("it counts back from the CVD of now, so every anchor is exact at the right edge",),
    )


def volume(sight: Sight) -> Entry:
    """Of the bar under the crosshair."""
    bar = sight.bar
    if bar is None:
        return Entry("-", "all that traded in the bar under the crosshair")
    # volume = bought + sold + unknown and delta = bought - sold: two equations, exact without unknown sides
    known = (bar.volume + bar.delta) / 2, (bar.volume - bar.delta) / 2
    return Entry(
        sight.size(bar.volume),
        f"bought + sold + side unknown of the bar {_when(sight, bar)}",
        (
            ("bought, if every side is known", sight.size(known[0])),
            ("sold", sight.size(known[1])),
        ),
        notes=(SOURCES[bar.source],),
    )


def z_at(sight: Sight) -> Entry:
    """The z of the bar under the crosshair."""
    bar, detail = sight.bar, sight.detail
    newest = None if detail is None else next((one for one in reversed(detail.bars) if one.closed), None)
    if bar is None or bar is newest or not bar.closed:
        return z_score(sight)
    formula = z_score(sight).formula
    if bar.z is None:
        return Entry("-", formula)
    raw = "-" if bar.z_raw is None else f"{bar.z_raw:+.4f}"
    return Entry(
        f"{bar.z:+.2f}",
        f"{formula}; here at the bar {_when(sight, bar)}",
        ways=(Way("smoothed", (f"{bar.z:+.4f}",), here=True), Way("raw", (raw,))),
    )


def cells(sight: Sight) -> Entry:
    """The row of the last price, and the imbalances of the newest bar."""
    detail, bar = sight.detail, _newest(sight)
    formula = "sold at the bid × bought at the ask, in the row of the last price"
    at_row = detail.ladder.last_row if detail is not None else None
    if detail is None or bar is None or at_row is None:
        return Entry("-", formula)
    ladder, parameters = detail.ladder, detail.dashboard.parameters
    used = parameters.imbalance
    cell = bar.cells.get(at_row, LadderCell(0.0, 0.0))
    ways = tuple(
        Way(
            f"imbalances of the bar at {found.ratio * 100:g} %",
            (f"▲ {found.buys}  ▼ {found.sells}",),
            here=found.ratio == used.ratio,
        )
        for found in sight.facts.imbalances
    )
    least = f", at least {used.min_volume:g} in its row" if used.min_volume else ""
    zero = "an empty opposite side gives none" if used.ignore_zero else "an empty opposite side counts"
    return Entry(
        f"{sight.size(cell.sell)} × {sight.size(cell.buy)}",
        formula,
        (
            (
                "row",
                (f"{sight.price(at_row * ladder.row)} ± {ladder.row / 2:g}: nearest multiple, ties up"),
            ),
            ("row size", f"{ladder.row:g} (+ and - change it)"),
        ),
        ways,
        (
            f"▲ buy of a row ≥ {used.ratio:g} × the sell one row below{least}; {zero}",
            f"▼ sell ≥ {used.ratio:g} × the buy one row above",
            f"┃ {parameters.stacked.rows} or more imbalances of one side in rows that touch: stacked",
            *(() if sight.snapshot.view.explain else ("ratios are counted while the screen moves (space)",)),
        ),
    )


def total_delta(sight: Sight) -> Entry:
    """Δ of the newest bar of the ladder."""
    bar = _newest(sight)
    if bar is None:
        return Entry("-", "bought - sold of the bar")
    bought = sum(cell.buy for cell in bar.cells.values())
    sold = sum(cell.sell for cell in bar.cells.values())
    rows = (
        (("bought in its rows", sight.size(bought)), ("sold in its rows", sight.size(sold)))
        if bar.cells
        else ()
    )
    return Entry(
        sight.size(bar.delta, signed=True),
        f"bought - sold of the bar {_span(sight, bar.time_us)}",
        rows,
        (
            Way("size", (sight.size(bar.delta, signed=True),), here=True),
            Way("in % of its volume", (part(ratio(bar.delta, bar.volume), signed=True),)),
        ),
        (SOURCES[bar.source],),
    )


def _extreme(sight: Sight, *, high: bool) -> Entry:
    bar, word = _newest(sight), "highest" if high else "lowest"
    value = None if bar is None else bar.delta_high if high else bar.delta_low
    formula = f"the {word} running delta within the bar, trade by trade; it begins at 0, which counts"
    if bar is None or value is None:
        return Entry("-", formula, notes=("a bar known from a candle has none",))
    back = value - bar.delta if high else bar.delta - value
    given = (
        ("delta at the close", sight.size(bar.delta, signed=True)),
        ("given back since", sight.size(back)),
    )
    return Entry(sight.size(value, signed=True), formula, given)


def total_max(sight: Sight) -> Entry:
    """Highest running delta of the newest bar."""
    return _extreme(sight, high=True)


def total_min(sight: Sight) -> Entry:
    """Lowest running delta of the newest bar."""
    return _extreme(sight, high=False)


def total_volume(sight: Sight) -> Entry:
    """Volume of the newest bar."""
    bar = _newest(sight)
    if bar is None:
        return Entry("-", "all that traded in the bar")
    return Entry(
        sight.size(bar.volume),
        f"bought + sold + side unknown of the bar {_span(sight, bar.time_us)}",
        (("trades", f"{bar.trades:,}".replace(",", " ")), ("rows", str(len(bar.cells)))),
        notes=(SOURCES[bar.source],),
    )


def _newest(sight: Sight) -> LadderBar | None:
    detail = sight.detail
    return detail.ladder.bars[-1] if detail is not None and detail.ladder.bars else None


def _when(sight: Sight, bar: ChartBar) -> str:
    return _span(sight, bar.time_us) + ("" if bar.closed else ", still forming")


def _span(sight: Sight, time_us: int) -> str:
    detail = sight.detail
    length = span(detail.timeframe) if detail is not None else ""
    return f"of {length} from {sight.clock.hms(time_us)}{sight.clock.z}"


CHART: Book = {"price": price, "Δ": delta, "CVD": cvd, "vol": volume, "z": z_at}
"""In the order of the crosshair's reading."""
LADDER: Book = {
    "sell × buy": cells,
    "Δ": total_delta,
    "max": total_max,
    "min": total_min,
    "vol": total_volume,
}
