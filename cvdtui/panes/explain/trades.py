"""Time and sales explained by the newest trade shown: time, price, side, size, and what is left out."""

from math import floor, fsum
from statistics import median

from cvdtui.model import BUY, SELL, UNKNOWN, Print, SideScore
from cvdtui.panes.clock import Clock, span
from cvdtui.panes.explain.bars import SOURCES
from cvdtui.panes.explain.entry import Book, Entry, Sight, Way, digits, part, unit_ways
from cvdtui.panes.explain.links import ahead_us
from cvdtui.panes.explain.table import interest
from cvdtui.panes.line import narrow
from cvdtui.panes.numbers import price as written

AT_LAST = "the other unit is that at the last price"
OF_BARS = frozenset({"taker/bar", "candle"})
"""Sources of sides that are known of whole bars only."""
WORDS = {BUY: "▲ buy", SELL: "▼ sell", UNKNOWN: "? unknown"}


def time(sight: Sight) -> Entry:
    """When it was done."""
    formula = (
        "the exchange's own time of the trade, not that of its arrival; it decides the bar and the session"
    )
    one, detail = _newest(sight), sight.detail
    if one is None or detail is None:
        return _none(sight, formula)
    now, clock = sight.snapshot.time_us, sight.clock
    length = detail.timeframe * 1_000_000
    bars = [bar.time_us for bar in reversed(detail.bars) if bar.time_us <= one.time_us < bar.time_us + length]
    inputs = [*_this(sight, one), ("age", f"{max(now - one.time_us, 0) / 1e6:.1f} s")]
    inputs += [(f"its bar of {span(detail.timeframe)}", clock.hms(at) + clock.z) for at in bars[:1]]
    zone = clock.zone_name(one.time_us) or "UTC"
    ways = [Way(f"the exchange's clock, {zone}", (clock.ms(one.time_us) + clock.z,), here=True)]
    if clock.local:
        ways.append(Way("the exchange's clock, UTC", (f"{Clock().ms(one.time_us)}Z",)))
    if (ahead := ahead_us(sight)) is not None:
        at_us = one.time_us - ahead
        ways.append(Way("this machine's clock at that moment", (clock.ms(at_us) + clock.z,)))
    return Entry(clock.ms(one.time_us) + clock.z, formula, tuple(inputs), tuple(ways))


def price(sight: Sight) -> Entry:
    """What it was done at."""
    formula = "as the exchange sent it, nothing is rounded: with the decimals of the tick"
    one, detail = _newest(sight), sight.detail
    if one is None or detail is None:
        return _none(sight, formula)
    market = detail.market
    tick = market.tick / 10**market.price_decimals
    inputs = [*_this(sight, one), ("tick", sight.price(tick))]
    if not sight.snapshot.view.min_size and len(detail.prints) > 1:
        before = detail.prints[1].price
        steps = f"{round((one.price - before) / tick):+d} ticks"
        inputs += [("the trade before", sight.price(before)), ("from it", steps)]
    ladder, session = detail.ladder, sight.facts.session
    ways = [Way("of this trade alone", (sight.price(one.price),), here=True)]
    if ladder.row > 0:
        row = floor(one.price / ladder.row + 0.5) * ladder.row
        ways.append(Way("the row of the ladder it counts in", (written(row, ladder.row_decimals),)))
    base = fsum(_base(sight, each) for each in detail.prints)
    mean = fsum(_base(sight, each) * each.price for each in detail.prints) / base if base else None
    ways.append(Way(f"mean of the {len(detail.prints)} shown, by size", (sight.price(mean),)))
    ways.append(Way("mean of the session, by size (VWAP)", (sight.price(session.vwap if session else None),)))
    return Entry(sight.price(one.price), formula, tuple(inputs), tuple(ways))


def side(sight: Sight) -> Entry:
    """Who crossed the spread, and how that is known."""
    formula = (
        "the side of the aggressor, who took what was offered: ▲ bought at the ask, ▼ sold at the bid; "
        "? unknown: in volume, in no delta"
    )
    one = _newest(sight)
    if one is None:
        return _none(sight, formula)
    sources = sight.row.quality.sources
    inputs = [*_this(sight, one), *((f"sides by {source}", part(share)) for source, share in sources)]
    ways, notes = [], []
    likely = _sources(sight, one)
    if len(likely) == 1:
        source = likely[0]
        ways.append(Way(SOURCES.get(source, f"sides by {source}"), (WORDS[one.side],), here=True))
    else:
        ways.append(Way("as sent or inferred here", (WORDS[one.side],), here=True))
    if len(likely) > 1:
        notes.append("sides of this market's trades come from several sources, in the shares above")
    if sight.snapshot.view.min_size:
        notes.append("the tick rule needs every trade: with a least size it is not shown")
    else:
        ways.append(Way("by the tick rule, from the prices shown", (WORDS[_by_tick(sight)],)))
    trials = [trial for trial in sight.snapshot.trials if trial.market == sight.row.market.name]
    ways += [_way(score) for trial in trials for score in trial.scores]
    return Entry(WORDS[one.side], formula, tuple(inputs), tuple(ways), tuple(notes))


def size(sight: Sight) -> Entry:
    """How much, in base and in quote."""
    formula = (
        "as the exchange sent it, contracts turned into base units; its value is price × size; the fills of "
        "an order are those of one time and side in a row"
    )
    one, detail = _newest(sight), sight.detail
    if one is None or detail is None:
        return _none(sight, formula)
    base, shown = _base(sight, one), [each.size for each in detail.prints]
    inputs = [
        *_this(sight, one),
        (f"median of the {len(shown)} shown", sight.size(median(shown))),
        ("largest shown", sight.size(max(shown))),
    ]
    ways = [*unit_ways(sight, base, base * one.price, signed=False), *_contracts(sight, one)]
    if not sight.snapshot.view.min_size:
        fills = _order(detail.prints)
        words = f"with the fills of its order ({len(fills)} in a row)"
        ways.append(Way(words, (sight.size(fsum(each.size for each in fills)),)))
    return Entry(sight.size(one.size), formula, tuple(inputs), tuple(ways))


def least(sight: Sight) -> Entry:
    """The size filter in force."""
    formula = (
        "trades smaller than this are not shown here (/ changes it); they count in every sum all the same"
    )
    least_size, prints = sight.snapshot.view.min_size, sight.detail.prints if sight.detail else ()
    inputs = [("shown", f"{len(prints)} (at most 200, of the last 1 000 trades)")]
    if prints:
        clock = sight.clock
        inputs += [
            ("from", clock.hms(prints[-1].time_us) + clock.z),
            ("to", clock.hms(prints[0].time_us) + clock.z),
            ("smallest shown", sight.size(min(each.size for each in prints))),
        ]
    notes = ("u changes the unit and drops the filter",) if least_size else ()
    if not least_size:
        return Entry("none, every trade is shown", formula, tuple(inputs), notes=notes)
    last = sight.row.last
    other = None
    if last:
        other = least_size / last if sight.is_quote else least_size * last
    base, quote = (other, least_size) if sight.is_quote else (least_size, other)
    ways = unit_ways(sight, base, quote, signed=False)
    return Entry(f"≥ {sight.size(least_size)}", formula, tuple(inputs), ways, (*notes, AT_LAST))


def liquidated(sight: Sight) -> Entry:
    """Positions closed by force."""
    liquidated, last = sight.row.liquidated, sight.row.last
    formula = "positions closed by force in the session: longs by a sell, shorts by a buy"
    if liquidated is None:
        return Entry("-", formula, notes=("this venue reports none of this market, or has not yet",))
    inputs = (
        (f"{liquidated.longs} longs", sight.size(liquidated.long_size)),
        (f"{liquidated.shorts} shorts", sight.size(liquidated.short_size)),
    )

    def turned(value: float, *, quote: bool) -> str:
        if quote == sight.is_quote:
            return sight.size(value, quote=quote)
        found = None if not last else value * last if quote else value / last
        return sight.size(found, quote=quote)

    ways = tuple(
        Way(
            f"{'quote' if quote else 'base'} units (u), longs and shorts",
            (turned(liquidated.long_size, quote=quote), turned(liquidated.short_size, quote=quote)),
            here=quote == sight.is_quote,
        )
        for quote in (False, True)
    )
    some = "" if liquidated.complete else "this venue reports only some of them: the sums are too low"
    return Entry(
        f"{liquidated.longs} longs, {liquidated.shorts} shorts{'' if liquidated.complete else ' at least'}",
        formula,
        inputs,
        ways,
        (AT_LAST, *((some,) if some else ())),
    )


BOOK: Book = {
    "time": time,
    "price": price,
    "side": side,
    "size": size,
    "least size": least,
    "OI": interest,
    "liquidated": liquidated,
}
"""In the order of a line, then what stands above the trades."""


def _newest(sight: Sight) -> Print | None:
    detail = sight.detail
    return detail.prints[0] if detail is not None and detail.prints else None


def _none(sight: Sight, formula: str) -> Entry:
    words = "no trade of the least size or more yet" if sight.snapshot.view.min_size else "no trade yet"
    return Entry("-", formula, notes=(words,))


def _this(sight: Sight, one: Print) -> list[tuple[str, str]]:
    """Which trade is meant."""
    when = f"{sight.clock.ms(one.time_us)}{sight.clock.z}"
    return [
        ("the newest shown:", f"{when} {sight.price(one.price)} {WORDS[one.side]} {sight.size(one.size)}")
    ]


def _base(sight: Sight, one: Print) -> float:
    return one.size / one.price if sight.is_quote and one.price else one.size


def _sources(sight: Sight, one: Print) -> list[str]:
    """Where its side may come from: the session's sources except those that know whole bars only."""
    unknown = one.side == UNKNOWN
    found = [source for source, _ in sight.row.quality.sources if source not in OF_BARS]
    return [source for source in found if (source == "unknown") == unknown]


def _by_tick(sight: Sight) -> int:
    """Up from the last other price is a buy, down a sell; as far as prices are shown."""
    prints = sight.detail.prints if sight.detail is not None else ()
    newest = prints[0].price if prints else 0.0
    before = next((each.price for each in prints if each.price != newest), newest)
    return BUY if newest > before else SELL if newest < before else UNKNOWN


def _way(score: SideScore) -> Way:
    right = "-" if score.accuracy is None else part(score.accuracy)
    return Way(
        f"tested here: {narrow(score.method)}", (f"right {right}, by volume {part(score.volume_accuracy)}",)
    )


def _contracts(sight: Sight, one: Print) -> tuple[Way, ...]:
    """In the venue's own contracts, where it counts in such."""
    market = sight.row.market
    unit = float(market.contract_size or 0)
    if not unit or (unit == 1 and not market.inverse):
        return ()
    base = _base(sight, one)
    count = base * one.price / unit if market.inverse else base / unit
    notional = f"{market.contract_size} {(market.quote if market.inverse else market.base) or 'units'}"
    return (Way(f"contracts of {notional}", (digits(count, 4),)),)


def _order(prints: tuple[Print, ...]) -> list[Print]:
    """The newest trade and those right before it of its time and side."""
    fills: list[Print] = []
    for each in prints:
        if (each.time_us, each.side) != (prints[0].time_us, prints[0].side):
            break
        fills.append(each)
    return fills
