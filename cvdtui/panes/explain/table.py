"""The columns of the markets table, explained."""

from cvdtui.panes.clock import span
from cvdtui.panes.explain.entry import (
    Book,
    Entry,
    Sight,
    Way,
    digits,
    part,
    ratio,
    sides,
    unit_ways,
)
from cvdtui.panes.explain.flags import flags
from cvdtui.panes.explain.statistics import z_score

SIDES = {1: "bought", -1: "sold", 0: "side unknown"}


def market(sight: Sight) -> Entry:
    """What instrument it is."""
    instrument = sight.row.market
    contract = ""
    if instrument.contract_size not in {"", "1"} or instrument.inverse:
        of = instrument.quote if instrument.inverse else instrument.base
        contract = f"{instrument.contract_size} {of or ''}".strip()
    return Entry(
        instrument.name,
        "venue:SYMBOL; trades, bars and sums are of this one instrument, never of a mixture (v adds them up)",
        (
            ("kind", f"{instrument.kind}{', inverse' if instrument.inverse else ''}"),
            ("of", f"{instrument.base or '?'} in {instrument.quote or '?'}"),
            (
                "smallest price step",
                digits(instrument.tick / 10**instrument.price_decimals, instrument.price_decimals),
            ),
            *((("contract", contract),) if contract else ()),
            ("trades counted", f"{sight.row.trades:,}".replace(",", " ")),
        ),
        notes=("contracts are converted: sizes are base units everywhere",),
    )


def last(sight: Sight) -> Entry:
    """The price of the last trade."""
    row, facts, detail = sight.row, sight.facts, sight.detail
    vwap = None if facts.session is None else facts.session.vwap
    when = sight.clock.hms(row.last_trade_us) + sight.clock.z if row.last_trade_us else "-"
    bar = detail.bars[-2] if detail is not None and len(detail.bars) > 1 else None
    return Entry(
        sight.price(row.last),
        "price of the last trade that counts, in the venue's order; dim when it is not of now",
        (("at", when), ("its aggressor", SIDES[row.last_side])),
        (
            Way("last trade", (sight.price(row.last),), here=True),
            Way("mean of the session by volume (VWAP)", (sight.price(vwap),)),
            Way("open of the session", (sight.price(facts.session_open),)),
            Way("close of the last closed bar", (sight.price(None if bar is None else bar.close),)),
        ),
    )


def change(sight: Sight) -> Entry:
    """Against the open of the session."""
    row, facts = sight.row, sight.facts
    ways = [Way("since the session's open", (part(row.change, signed=True),), here=True)]
    for words, before in (("24 hours", facts.day_ago), ("since the week's open", facts.week_open)):
        found = ratio(row.last, before)
        value = part(None if found is None else found - 1, signed=True)
        ways.append(Way(words, (value, f"from {sight.price(before)}" if before else "not known so far back")))
    return Entry(
        part(row.change, signed=True),
        "last / open of the session - 1",
        (("last", sight.price(row.last)), ("open", sight.price(facts.session_open))),
        tuple(ways),
    )


def volume(sight: Sight) -> Entry:
    """All that traded in the session."""
    sums, week = sight.facts.session, sight.facts.week
    ways = unit_ways(
        sight, None if sums is None else sums.volume, None if sums is None else sums.value, signed=False
    )
    if week is not None:
        ways += (Way("of the week", sight.both(week.volume, week.value)),)
    return Entry(
        sight.size(sight.row.volume),
        "bought + sold + side unknown, of the session",
        sides(sight, sums),
        ways,
        ("block trades, liquidations that the venue names and other excluded prints are in no volume",),
    )


def delta_bar(sight: Sight) -> Entry:
    """Delta of the forming bar."""
    sums, detail = sight.facts.bar, sight.detail
    seconds = sight.snapshot.view.timeframe
    base, quote = (None, None) if sums is None else (sums.delta, sums.value_delta)
    ways = unit_ways(sight, base, quote)
    if sums is not None:
        ways += (Way("in % of the bar's volume", (part(ratio(sums.delta, sums.volume), signed=True),)),)
    closed = [bar for bar in detail.bars if bar.closed] if detail is not None else []
    if closed:
        words = f"the bar before, {sight.clock.hms(closed[-1].time_us)}{sight.clock.z}"
        ways += (Way(words, (sight.size(closed[-1].delta, signed=True),)),)
    return Entry(
        sight.size(sight.row.delta_bar, signed=True),
        (
            f"bought - sold in the forming bar of {span(seconds)} ([ ] changes it); 0 until something "
            "trades in it"
        ),
        sides(sight, sums),
        ways,
    )


def delta_5m(sight: Sight) -> Entry:
    """Delta of the last five minutes."""
    found = sight.facts.delta_5m or (None, None)
    until = sight.clock.hms(sight.snapshot.time_us)
    since = sight.clock.hms(sight.snapshot.time_us - 300_000_000)
    return Entry(
        sight.size(sight.row.delta_5m, signed=True),
        (
            "bought - sold of the trades of the last 300 seconds, by the exchange's time; it slides, it "
            "has no bars"
        ),
        (("from", since + sight.clock.z), ("to", until + sight.clock.z)),
        unit_ways(sight, *found),
    )


def delta_ratio(sight: Sight) -> Entry:
    """Session delta in per cent of its volume."""
    facts = sight.facts
    sums, week = facts.session, facts.week
    ways = [Way("delta / volume", (part(sight.row.delta_ratio, signed=True),), here=True)]
    if sums is not None:
        # trades of unknown side pull delta / volume towards 0
        known = ratio(sums.delta, sums.buy + sums.sell)
        ways.append(Way("of what has a known side only", (part(known, signed=True),)))
        ways.append(
            Way(
                "by value: delta / volume in quote", (part(ratio(sums.value_delta, sums.value), signed=True),)
            )
        )
    if week is not None:
        ways.append(Way("of the week", (part(ratio(week.delta, week.volume), signed=True),)))
    return Entry(
        part(sight.row.delta_ratio, signed=True),
        (
            "(bought - sold) / volume of the session, base units; volume holds trades of unknown side, "
            "delta does not"
        ),
        sides(sight, sums),
        tuple(ways),
    )


def cvd(sight: Sight) -> Entry:
    """CVD since every anchor."""
    row, facts, view = sight.row, sight.facts, sight.snapshot.view
    ways = []
    for one in facts.anchors:
        trades = sight.detail.rolling_trades if sight.detail is not None else 0
        words = (
            f"rolling, last {trades} trades"
            if one.anchor == "rolling"
            else f"{one.anchor} {sight.since(one.since_us)}"
        )
        values = sight.both(one.base, one.quote, signed=True)
        if one.base is None:
            values = ("not dropped: m" if one.anchor == "mark" else "-", "")
        if one.anchor == "rolling" and one.base is None and view.anchor == "rolling":
            values = (sight.size(row.cvd, signed=True), "")
        ways.append(Way(words.strip(), values, here=one.anchor == view.anchor))
    anchor = {"session": facts.session, "week": facts.week}.get(view.anchor)
    quality = "" if row.quality.coverage >= 1 else f"; cover {row.quality.text}, so it is dim"
    return Entry(
        sight.size(row.cvd, signed=True),
        f"running sum of bought - sold since the anchor (A changes it){quality}",
        sides(sight, anchor),
        tuple(ways),
        ("each trade belongs to the session and week of its own exchange time, however late it comes",),
    )


def spark(sight: Sight) -> Entry:
    """The small line of the CVD."""
    row = sight.row
    values = row.spark
    if not values:
        return Entry("-", "CVD at the end of each step since the anchor, scaled to itself")
    return Entry(
        sight.size(values[-1] - values[0], signed=True),
        "CVD at the end of each step since the anchor, scaled to itself: heights of two rows do not compare",
        (
            ("a step", span(row.spark_step_s)),
            ("steps", str(len(values))),
            ("first", sight.size(values[0], signed=True)),
            ("lowest", sight.size(min(values), signed=True)),
            ("highest", sight.size(max(values), signed=True)),
            ("last", sight.size(values[-1], signed=True)),
        ),
    )


def interest(sight: Sight) -> Entry:
    """Open interest."""
    latest, row = sight.row.interest, sight.row
    formula = "contracts open, one side of them, as the venue reports it; dim when older than a minute"
    if latest is None:
        return Entry("-", formula, notes=("this venue reports none of this market, or has not yet",))
    other = None
    if row.last:
        other = latest.size / row.last if sight.is_quote else latest.size * row.last
    base, quote = (other, latest.size) if sight.is_quote else (latest.size, other)
    age = max(sight.snapshot.time_us - latest.time_us, 0) // 1_000_000
    return Entry(
        sight.size(latest.size),
        formula,
        (("reported", f"{age} s ago"),),
        unit_ways(sight, base, quote, signed=False),
    )


def interest_change(sight: Sight) -> Entry:
    """Change of the open interest."""
    latest = sight.row.interest
    formula = "open interest / that at the start of the session (or the first known since) - 1"
    if latest is None or latest.change is None:
        return Entry("-", formula)
    before = latest.size / (1 + latest.change)
    return Entry(
        part(latest.change, signed=True),
        formula,
        (
            ("now", sight.size(latest.size)),
            (f"then, {sight.clock.since(latest.from_us, sight.snapshot.time_us)}", sight.size(before)),
        ),
    )


def cover(sight: Sight) -> Entry:
    """How much of the session is known exactly."""
    quality, facts = sight.row.quality, sight.facts
    inputs = [
        ("trades known", f"{sight.row.trades:,}".replace(",", " ")),
        ("missing, being fetched", str(quality.open)),
        ("lost for good", str(quality.lost)),
        ("repeated, dropped", str(quality.duplicates)),
        ("refused frames and rows", str(quality.rejected)),
    ]
    if facts.known_from_us:
        inputs.append(("known without a break", sight.since(facts.known_from_us)))
    inputs += [(f"sides by {source}", part(share)) for source, share in quality.sources]
    if quality.audit is not None:
        inputs.append((f"audit over {quality.audited} bars", f"{quality.audit:g} off"))
    week = sight.snapshot.view.anchor == "week"
    return Entry(
        f"{quality.text} {'%' if quality.text[-1:].isdigit() and ' ' not in quality.text else ''}".strip(),
        "volume known exactly / volume due; 100 only when nothing is open or lost. A missing trade counts "
        "with the mean size, time before the first known trade with its share of the session",
        tuple(inputs),
        (
            Way("of the session", (part(facts.session_cover),), here=not week),
            Way("of the week", (part(facts.week_cover),), here=week),
        ),
        (
            (
                "gap n: n trades are being fetched; fill: history is coming; stale: the link is silent; ~ "
                "sides inferred"
            ),
        ),
    )


BOOK: Book = {
    "market": market,
    "last": last,
    "chg %": change,
    "volume": volume,
    "Δ bar": delta_bar,
    "Δ 5m": delta_5m,
    "Δ %": delta_ratio,
    "CVD": cvd,
    "CVD line": spark,
    "OI": interest,
    "OI %": interest_change,
    "z": z_score,
    "flags": flags,
    "cover": cover,
}
"""In the order of the columns."""
