"""The numbers of the dashboard, explained: statistics of the bar that closed last."""

from math import fsum, sqrt

from cvdtui.model import Dashboard, MarketDetail, SignalParameters
from cvdtui.panes import numbers
from cvdtui.panes.dashboard import missing, trend, zone
from cvdtui.panes.explain.entry import Book, Entry, Sight, Way, digits

RANDOM = "CVD wanders: even at random |z| is above 1 half of the time, with about 10 climaxes in 1 000 bars"


def z_score(sight: Sight) -> Entry:
    """The smoothed z."""
    told, rules, inputs = _told(sight), _rules(sight), sight.facts.z
    row = sight.row
    if row.z is None:
        left = missing(told, rules.z_bars)
        return Entry("-", _z_formula(rules), notes=(f"no value before {rules.z_bars} closed bars: {left}",))
    ways = [Way(f"smoothed: EMA {rules.z_smoothing}", (f"{row.z:+.4f}",), here=True)]
    if told.z_raw is not None:
        ways.append(Way("raw, before smoothing", (f"{told.z_raw:+.4f}",)))
    if inputs is not None:
        other = (
            ("flow: by what CVD moved", inputs.flow) if rules.z_method == "level" else ("level", inputs.level)
        )
        ways.append(Way(f"raw, method {other[0]}", (f"{other[1]:+.4f}",)))
    before = "-" if row.z_before is None else f"{row.z_before:+.4f}"
    return Entry(
        f"{row.z:+.2f} {trend(told)} {zone(row.z, told)}".strip(),
        _z_formula(rules),
        (*_z_inputs(sight), ("smoothed, the bar before", before)),
        tuple(ways),
        (
            RANDOM,
            (
                f"neutral within ±{rules.z_neutral:g}, extreme beyond ±{rules.z_extreme:g}; ◆ the first "
                "extreme bar"
            ),
        ),
    )


def z_raw(sight: Sight) -> Entry:
    """The z before smoothing."""
    told, rules, inputs = _told(sight), _rules(sight), sight.facts.z
    ways: list[Way] = []
    if inputs is not None:
        level = rules.z_method == "level"
        ways = [
            Way("level: (CVD - mean) / deviation", (f"{inputs.level:+.4f}",), here=level),
            Way("flow: CVD moved / (deviation of delta × sqrt n)", (f"{inputs.flow:+.4f}",), here=not level),
        ]
    if told.z is not None:
        ways.append(Way(f"smoothed: EMA {rules.z_smoothing}", (f"{told.z:+.4f}",)))
    value = missing(told, rules.z_bars) if told.z_raw is None else f"{told.z_raw:+.2f}"
    return Entry(value, _z_formula(rules, smooth=False), _z_inputs(sight), tuple(ways), (RANDOM,))


def efficiency(sight: Sight) -> Entry:
    """Effort against result."""
    told, rules = _told(sight), _rules(sight)
    formula = (
        f"|price change| / its usual size over |CVD change| / its usual size, over {rules.efficiency_bars} "
        f"closed bars; usual: deviation of the last {rules.efficiency_window} such changes"
    )
    if rules.efficiency_method == "raw":
        formula = f"|price change| / |CVD change| over {rules.efficiency_bars} closed bars"
    value = (
        missing(told, rules.efficiency_first)
        if told.efficiency is None
        else f"{told.efficiency:.2f} {told.phase}"
    )
    ways: list[Way] = []
    inputs: list[tuple[str, str]] = []
    found = measured(sight)
    if found is not None:
        price, delta, price_usual, delta_usual = found
        raw = abs(price) / abs(delta) if delta else None
        sigma = (
            abs(price) / price_usual / (abs(delta) / delta_usual)
            if delta and price_usual and delta_usual
            else None
        )
        inputs = [
            ("price change", sight.price(price)),
            ("its deviation", digits(price_usual, 6)),
            ("CVD change", sight.size(delta, signed=True)),
            ("its deviation", digits(delta_usual, 6)),
        ]
        raw_here = rules.efficiency_method == "raw"
        ways = [
            Way("in deviations (sigma)", ("-" if sigma is None else f"{sigma:.4f}",), here=not raw_here),
            Way(
                "plain (raw): not comparable between markets",
                ("-" if raw is None else f"{raw:.4g}",),
                here=raw_here,
            ),
        ]
    return Entry(
        value,
        formula,
        tuple(inputs),
        tuple(ways),
        (
            f"above {rules.efficiency_breakout:g} with a price change of a deviation: breakout (thin)",
            f"below {rules.efficiency_churn:g} with a CVD change of a deviation: churn (absorbed)",
        ),
    )


def slope(sight: Sight) -> Entry:
    """How steep the CVD is, among its own slopes."""
    told, rules, found = _told(sight), _rules(sight), sight.facts.slope
    inputs: list[tuple[str, str]] = []
    ways: tuple[Way, ...] = ()
    near = ""
    if found is not None:
        inputs = [
            ("slope", f"{_size(sight, found.slope)} a bar"),
            (f"mean of {found.window} slopes", f"{_size(sight, found.mean)} a bar"),
            ("deviation", sight.size(found.deviation, quote=False)),
            (f"ATR of {found.atr_bars} bars", sight.price(found.atr)),
        ]
        ways = (
            Way("z among its own slopes", (f"{found.z:+.4f}",), here=True),
            Way("plain: not comparable between markets", (f"{_size(sight, found.slope)} a bar",)),
        )
        near = f" ({found.near:g} ATR: {sight.price(found.near * found.atr)})"
    return Entry(
        missing(told, rules.slope_first) if told.slope_z is None else f"{told.slope_z:+.2f}",
        f"z of the least-squares slope of the last {rules.slope_bars} CVD values among the last "
        f"{rules.slope_window} slopes",
        tuple(inputs),
        ways,
        (f"beyond ±{rules.slope_extreme:g} near a key level{near} it is a signal; the level is named there",),
    )


def speed(sight: Sight) -> Entry:
    """Trades a second against their mean."""
    told, rules, found = _told(sight), _rules(sight), sight.facts.speed
    inputs: list[tuple[str, str]] = []
    ways: tuple[Way, ...] = ()
    if found is not None:
        inputs = [
            ("trades of the bar", f"{found.trades} in {found.seconds} s"),
            ("trades before", f"{found.trades_before} in {found.seconds_before} s"),
            ("volume of the bar", sight.size(found.volume, quote=False)),
            ("volume before", sight.size(found.volume_before, quote=False)),
        ]
        by_volume = found.ratio(found.volume, found.volume_before)
        ways = (
            Way("by number of trades", ("-" if told.speed is None else f"{told.speed:.4f}×",), here=True),
            Way("by volume", ("-" if told.speed is None or by_volume is None else f"{by_volume:.4f}×",)),
        )
    return Entry(
        "-" if told.speed is None else f"{told.speed:.2f}×",
        (
            f"trades a second of the bar that closed last / their mean of the {rules.speed_minutes} "
            "minutes before"
        ),
        tuple(inputs),
        ways,
        (
            (
                f"from {rules.speed_ratio:g} on it is a signal; where a bar is longer than that, the bar "
                "before counts"
            ),
        ),
    )


def spread(sight: Sight) -> Entry:
    """Our CVD against that of another market."""
    told, rules, found = _told(sight), _rules(sight), sight.facts.spread
    if told.spread_z is None:
        why = "needs the bars of both markets" if rules.partner else "there is no other market of this asset"
        return Entry("-", _spread_formula(rules), notes=(why,))
    inputs: list[tuple[str, str]] = [("window", f"{rules.spread_bars} bars")]
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
        by_cvd = rules.spread_method == "cvd"
        ways = [
            Way("cvd: of the spread", (f"{found.by_cvd:+.4f}",), here=by_cvd),
            Way("sum20: of its 20-bar sums", (sums,), here=not by_cvd),
        ]
    return Entry(
        f"{told.spread_z:+.2f}",
        _spread_formula(rules),
        tuple(inputs),
        tuple(ways),
        (
            "b = deviation of our delta / of theirs, over the window",
            (
                f"beyond ±{rules.spread_extreme:g} it is a signal; a random pair is beyond 1.5 a third of "
                "the time"
            ),
        ),
    )


def orders(sight: Sight) -> Entry:
    """Delta by the value of taker orders."""
    told, rules = _told(sight), _rules(sight)
    names = [f"below {numbers.short(limit)}" for limit in rules.order_limits]
    names.append(f"{numbers.short(rules.order_limits[-1])} and more")
    money = sight.row.market.quote or "quote"
    ways = tuple(
        Way(f"{name} {money}", (sight.size(delta, signed=True, quote=False),))
        for name, delta in zip(names, told.orders, strict=False)
    )
    total = sight.size(fsum(told.orders), signed=True, quote=False) if told.orders else "-"
    return Entry(
        total,
        "delta of the bar that closed last, by what the taker order was worth; fills of one time and side, "
        "one after the other, are one order",
        ways=ways,
        notes=("the classes add up to the bar's delta",),
    )


def measured(sight: Sight) -> tuple[float, float, float, float] | None:
    """Price change, CVD change, deviation of each, of the bars on the chart; None where they are too few."""
    detail, rules = sight.detail, _rules(sight)
    if detail is None or sight.is_quote or detail.at_us:
        return None
    closed = [bar for bar in detail.bars if bar.closed]
    width = rules.efficiency_bars
    prices, deltas = [], []
    for at in range(max(width, len(closed) - rules.efficiency_window), len(closed)):
        prices.append(closed[at].close - closed[at - width].close)
        deltas.append(fsum(bar.delta for bar in closed[at - width + 1 : at + 1]))
    wanted = min(rules.efficiency_window, detail.dashboard.evaluated - width)
    if len(prices) < max(wanted, rules.efficiency_least):
        return None
    return prices[-1], deltas[-1], _deviation(prices), _deviation(deltas)


def _deviation(values: list[float]) -> float:
    mean = fsum(values) / len(values)
    return sqrt(fsum((value - mean) ** 2 for value in values) / len(values))


def _z_formula(rules: SignalParameters, *, smooth: bool = True) -> str:
    body = f"(CVD - mean of {rules.z_bars}) / deviation of {rules.z_bars}"
    if rules.z_method == "flow":
        body = f"(CVD - CVD {rules.z_bars} bars ago) / (deviation of delta × sqrt {rules.z_bars})"
    smoothed = f", smoothed by an EMA of {rules.z_smoothing}" if smooth else ""
    return f"{body}, closed bars{smoothed}; CVD since the start, so that a new session makes no signal"


def _z_inputs(sight: Sight) -> tuple[tuple[str, str], ...]:
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


def _spread_formula(rules: SignalParameters) -> str:
    other = rules.partner or "another market of the asset"
    return f"z of our CVD - b × the CVD of {other}, both from 0 at the window's start"


def _size(sight: Sight, value: float) -> str:
    return sight.size(value, signed=True, quote=False)


def _told(sight: Sight) -> Dashboard:
    detail: MarketDetail | None = sight.detail
    return detail.dashboard if detail is not None else Dashboard()


def _rules(sight: Sight) -> SignalParameters:
    return _told(sight).rules


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
