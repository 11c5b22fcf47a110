"""The numbers of the dashboard, explained: statistics of the bar that closed last.

Values and inputs both come from the signals themselves; nothing is computed again here.
"""

from math import fsum

from cvdtui.model import Dashboard
from cvdtui.model.parameters import ClimaxParameters
from cvdtui.panes import numbers
from cvdtui.panes.dashboard import missing, trend, zone
from cvdtui.panes.explain.entry import Book, Entry, Sight, Way, digits

RANDOM = "CVD wanders: even at random |z| is above 1 half of the time, with about 10 climaxes in 1 000 bars"
Inputs = tuple[tuple[str, str], ...]


def z_score(sight: Sight) -> Entry:
    """The smoothed z."""
    board, inputs, row = _dashboard(sight), sight.facts.z, sight.row
    climax = board.parameters.climax
    if row.z is None:
        left = missing(board, climax.n)
        return Entry("-", _z_formula(climax), notes=(f"no value before {climax.n} closed bars: {left}",))
    ways = [Way(f"smoothed: EMA {climax.smoothing}", (f"{row.z:+.4f}",), here=True)]
    if board.z_raw is not None:
        ways.append(Way("raw, before smoothing", (f"{board.z_raw:+.4f}",)))
    if inputs is not None:
        other = (
            ("flow: by what CVD moved", inputs.flow) if climax.method == "level" else ("level", inputs.level)
        )
        ways.append(Way(f"raw, method {other[0]}", (f"{other[1]:+.4f}",)))
    before = "-" if row.z_before is None else f"{row.z_before:+.4f}"
    return Entry(
        f"{row.z:+.2f} {trend(board)} {zone(row.z, board)}".strip(),
        _z_formula(climax),
        (*_z_inputs(sight), ("smoothed, the bar before", before)),
        tuple(ways),
        (
            RANDOM,
            (
                f"neutral within ±{climax.neutral:g}, extreme beyond ±{climax.extreme:g}; ◆ the first "
                "extreme bar"
            ),
        ),
    )


def z_raw(sight: Sight) -> Entry:
    """The z before smoothing."""
    board, inputs = _dashboard(sight), sight.facts.z
    climax = board.parameters.climax
    ways: list[Way] = []
    if inputs is not None:
        level = climax.method == "level"
        ways = [
            Way("level: (CVD - mean) / deviation", (f"{inputs.level:+.4f}",), here=level),
            Way("flow: CVD moved / (deviation of delta × sqrt n)", (f"{inputs.flow:+.4f}",), here=not level),
        ]
    if board.z is not None:
        ways.append(Way(f"smoothed: EMA {climax.smoothing}", (f"{board.z:+.4f}",)))
    value = missing(board, climax.n) if board.z_raw is None else f"{board.z_raw:+.2f}"
    return Entry(value, _z_formula(climax, smooth=False), _z_inputs(sight), tuple(ways), (RANDOM,))


def efficiency(sight: Sight) -> Entry:
    """Effort against result."""
    board, found = _dashboard(sight), sight.facts.efficiency
    used = board.parameters.efficiency
    formula = (
        f"|price change| / its usual size over |CVD change| / its usual size, over {used.bars} "
        f"closed bars; usual: deviation of the last {used.window} such changes"
    )
    if used.method == "raw":
        formula = f"|price change| / |CVD change| over {used.bars} closed bars"
    inputs: Inputs = ()
    ways: tuple[Way, ...] = ()
    if found is not None:
        inputs = (
            ("price change", sight.price(found.price)),
            ("its deviation", digits(found.price_deviation, 6)),
            ("CVD change", _size(sight, found.delta)),
            ("its deviation", digits(found.delta_deviation, 6)),
        )
        sigma, raw = found.sigma, found.raw
        ways = (
            Way(
                "in deviations (sigma)",
                ("-" if sigma is None else f"{sigma:.4f}",),
                here=used.method == "sigma",
            ),
            Way(
                "plain (raw): not comparable between markets",
                ("-" if raw is None else f"{raw:.4g}",),
                here=used.method == "raw",
            ),
        )
    return Entry(
        missing(board, used.bars_needed)
        if board.efficiency is None
        else f"{board.efficiency:.2f} {board.phase}",
        formula,
        inputs,
        ways,
        (
            f"above {used.breakout_limit:g} with a price change of a deviation: breakout (thin)",
            f"below {used.churn:g} with a CVD change of a deviation: churn (absorbed)",
        ),
    )


def slope(sight: Sight) -> Entry:
    """How steep the CVD is, among its own slopes."""
    board, found = _dashboard(sight), sight.facts.slope
    used = board.parameters.slope
    inputs: Inputs = ()
    ways: tuple[Way, ...] = ()
    near = ""
    if found is not None:
        inputs = (
            ("slope", f"{_size(sight, found.slope)} a bar"),
            (f"mean of {found.window} slopes", f"{_size(sight, found.mean)} a bar"),
            ("deviation", sight.size(found.deviation, quote=False)),
            (f"ATR of {found.atr_bars} bars", sight.price(found.atr)),
        )
        ways = (
            Way("z among its own slopes", (f"{found.z:+.4f}",), here=True),
            Way("plain: not comparable between markets", (f"{_size(sight, found.slope)} a bar",)),
        )
        if found.atr is not None:
            near = f" ({found.near:g} ATR: {sight.price(found.near * found.atr)})"
    return Entry(
        missing(board, used.bars_needed) if board.slope_z is None else f"{board.slope_z:+.2f}",
        f"z of the least-squares slope of the last {used.bars} CVD values among the last "
        f"{used.window} slopes",
        inputs,
        ways,
        (f"beyond ±{used.extreme:g} near a key level{near} it is a signal, which names the level",),
    )


def speed(sight: Sight) -> Entry:
    """Trades a second against their mean."""
    board, found = _dashboard(sight), sight.facts.speed
    used = board.parameters.speed
    inputs: Inputs = ()
    ways: tuple[Way, ...] = ()
    if found is not None:
        inputs = (
            ("trades of the bar", f"{found.trades} in {found.seconds} s"),
            ("trades before", f"{found.trades_before} in {found.seconds_before} s"),
            ("volume of the bar", sight.size(found.volume, quote=False)),
            ("volume before", sight.size(found.volume_before, quote=False)),
        )
        ways = (
            Way("by number of trades", (_times(found.ratio),), here=True),
            Way("by volume", (_times(found.volume_ratio),)),
        )
    return Entry(
        "-" if board.speed is None else f"{board.speed:.2f}×",
        f"trades a second of the bar that closed last / their mean of the {used.minutes} minutes before",
        inputs,
        ways,
        ((f"from {used.ratio:g} on it is a signal; where a bar is longer than that, the bar before counts"),),
    )


def spread(sight: Sight) -> Entry:
    """Our CVD against that of another market."""
    board, found = _dashboard(sight), sight.facts.spread
    used = board.parameters.spread
    other = board.partner or "another market of the asset"
    formula = f"z of our CVD - b × the CVD of {other}, both from 0 at the window's start"
    if board.spread_z is None:
        why = "needs the bars of both markets" if board.partner else "there is no other market of this asset"
        return Entry("-", formula, notes=(why,))
    inputs: list[tuple[str, str]] = [("window", f"{used.n} bars")]
    ways: list[Way] = []
    if found is not None:
        inputs += [
            ("b", f"{found.beta:.4g}"),
            ("deviation of our delta", sight.size(found.mine_deviation, quote=False)),
            ("of theirs", sight.size(found.other_deviation, quote=False)),
            ("our CVD", _size(sight, found.mine)),
            ("theirs", _size(sight, found.other)),
            ("spread", _size(sight, found.spread)),
            ("its mean", _size(sight, found.mean)),
            ("its deviation", sight.size(found.deviation, quote=False)),
        ]
        sums = "-" if found.by_sums is None else f"{found.by_sums:+.4f}"
        by_cvd = used.method == "cvd"
        ways = [
            Way("cvd: of the spread", (f"{found.by_cvd:+.4f}",), here=by_cvd),
            Way("sum20: of its 20-bar sums", (sums,), here=not by_cvd),
        ]
    return Entry(
        f"{board.spread_z:+.2f}",
        formula,
        tuple(inputs),
        tuple(ways),
        (
            "b = deviation of our delta / of theirs, over the window",
            f"beyond ±{used.extreme:g} it is a signal; a random pair is beyond 1.5 a third of the time",
        ),
    )


def orders(sight: Sight) -> Entry:
    """Delta by the notional of taker orders."""
    board = _dashboard(sight)
    limits = board.parameters.size_buckets.limits
    names = [f"below {numbers.short(limit)}" for limit in limits]
    names.append(f"{numbers.short(limits[-1])} and more")
    money = sight.row.market.quote or "quote"
    ways = tuple(
        Way(f"{name} {money}", (sight.size(delta, signed=True, quote=False),))
        for name, delta in zip(names, board.orders, strict=False)
    )
    total = sight.size(fsum(board.orders), signed=True, quote=False) if board.orders else "-"
    return Entry(
        total,
        "delta of the bar that closed last, by the notional of the taker order; fills of one time and side, "
        "one after the other, are one order",
        ways=ways,
        notes=("the classes add up to the bar's delta",),
    )


def _z_formula(climax: ClimaxParameters, *, smooth: bool = True) -> str:
    count = climax.n
    body = f"(CVD - mean of {count}) / deviation of {count}"
    if climax.method == "flow":
        body = f"(CVD - CVD {count} bars ago) / (deviation of delta × sqrt {count})"
    smoothed = f", smoothed by an EMA of {climax.smoothing}" if smooth else ""
    return f"{body}, closed bars{smoothed}; CVD since the start, so that a new session makes no signal"


def _z_inputs(sight: Sight) -> Inputs:
    found = sight.facts.z
    if found is None:
        return ()
    return (
        ("CVD since the start", _size(sight, found.cvd)),
        (f"mean of {found.bars}", _size(sight, found.mean)),
        ("deviation", sight.size(found.deviation, quote=False)),
        ("CVD moved", _size(sight, found.moved)),
        ("deviation of delta", sight.size(found.delta_deviation, quote=False)),
    )


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.4f}×"


def _size(sight: Sight, value: float) -> str:
    return sight.size(value, signed=True, quote=False)


def _dashboard(sight: Sight) -> Dashboard:
    return Dashboard() if sight.detail is None else sight.detail.dashboard


BOOK: Book = {
    "z": z_score,
    "raw z": z_raw,
    "efficiency": efficiency,
    "slope z": slope,
    "tape": speed,
    "spread z": spread,
    "orders": orders,
}
"""In the order of the dashboard."""
