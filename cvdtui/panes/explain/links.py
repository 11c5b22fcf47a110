"""The numbers of the connections explained: that of the selected market, beside all the others."""

from collections.abc import Callable

from cvdtui.panes.explain.entry import Book, Entry, Explainer, Sight, Way, part
from cvdtui.panes.line import narrow
from cvdtui.panes.links import BUSY, COLUMNS, SKEW_US, Seen, duration, next_step, see

Inputs = tuple[tuple[str, str], ...]
"""(what, its value now)."""
STATES = {
    "idle": "no market and no request",
    "connecting": "connecting, or connected and no trade yet",
    "live": "trades come",
    "quiet": "no trades lately, and the connection answers: the market is quiet",
    "stale": "lost, or without data although the exchange has newer trades: its markets are marked",
    "waiting": "lost or refused for a while: tried again by itself, each time after a longer wait",
    "refused": "refused for good: see what to do beside it",
    "closed": "ended",
}
"""What each state means."""


def _state(one: Seen, sight: Sight) -> Inputs:
    link, now = one.link, sight.snapshot.time_us
    inputs = [(f"{link.state}:", STATES[link.state])]
    if link.since_us:
        inputs.append(("for", duration(max(now - link.since_us, 0) // 1_000_000)))
    if link.text:
        inputs.append(("because", narrow(link.text)))
    if link.retry_at_us > now:
        inputs.append(("again in", duration((link.retry_at_us - now) // 1_000_000)))
    if way := next_step(link):
        inputs.append(("what to do:", way))
    return tuple(inputs)


def _age(one: Seen, sight: Sight) -> Inputs:
    link, clock, row = one.link, sight.clock, sight.row
    if not link.last_data_us:
        return ()
    inputs = [
        ("last data", clock.ms(link.last_data_us) + clock.z),
        ("now", clock.ms(sight.snapshot.time_us) + clock.z),
    ]
    if row.last_trade_us and row.market.name in link.markets:
        old = max(sight.snapshot.time_us - row.last_trade_us, 0) // 1_000_000
        inputs.append(
            (f"newest trade of {row.market.symbol}, by the exchange's time", f"{duration(old)} ago")
        )
    return tuple(inputs)


def _pace(one: Seen, sight: Sight) -> Inputs:
    del sight
    link = one.link
    inputs = [("messages in all", _count(link.messages))]
    if link.rate and one.markets:
        inputs.append(("a market", f"{link.rate / one.markets:.2f} of {one.markets}"))
    return tuple(inputs)


def _holes(field: str) -> Callable[[Seen, Sight], Inputs]:
    def inputs(one: Seen, sight: Sight) -> Inputs:
        names = set(one.link.markets)
        return tuple(
            (row.market.name, f"{_count(count)}, cover {row.quality.text}")
            for row in sight.snapshot.rows
            if row.market.name in names and (count := getattr(row.quality, field))
        )

    return inputs


def _weight(one: Seen, sight: Sight) -> Inputs:
    del sight
    used, limit = one.link.weight_used, one.link.weight_limit
    if not limit:
        return ()
    return (
        ("used", _count(used)),
        ("allowed", _count(limit)),
        ("used of it", part(used / limit)),
        ("we spend at most", f"{_count(one.link.weight_cap)}, {part(one.link.weight_cap / limit)}"),
        ("left of that", _count(max(one.link.weight_cap - used, 0))),
    )


def _skew(one: Seen, sight: Sight) -> Inputs:
    ahead, clock, now = one.link.ahead_us, sight.clock, sight.snapshot.time_us
    if ahead is None:
        return ()
    return (("our clock", clock.ms(now) + clock.z), ("the host's", clock.ms(now + ahead) + clock.z))


def _nothing(one: Seen, sight: Sight) -> Inputs:
    del one, sight
    return ()


def _markets(one: Seen, sight: Sight) -> Inputs:
    del sight
    names = [name.partition(":")[2] or name for name in one.link.markets]
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return (("of them", narrow(", ".join(names[:8]) + more)),) if names else ()


NUMBERS: dict[str, tuple[str, Callable[[Seen, Sight], Inputs], tuple[str, ...]]] = {
    "state": ("what the connection is doing", _state, ()),
    "last data": (
        "now - when trades last came (of REST: the last answer), both by our clock, looked at each second",
        _age,
        ("a market may be quiet on a live connection: the stall check looks for newer trades",),
    ),
    "msg/s": (
        "messages of the last 10 seconds / 10; one message may hold many trades, or none",
        _pace,
        (),
    ),
    "messages": ("messages since the program began, over all reconnects", _pace, ()),
    "markets": ("followed markets whose trades come by this connection", _markets, ()),
    "reconn": (
        "how often it was lost and made again since the program began",
        _nothing,
        ("trades of the time between are requested: a reconnect alone makes no number wrong",),
    ),
    "fetching": (
        "ids that a hole in the tape says are missing, requested right now; later trades wait for them",
        _holes("open"),
        ("cover shows gap n meanwhile",),
    ),
    "lost": (
        "trades missed that the exchange does not serve any more: they are in no number",
        _holes("lost"),
        ("the session's cover stays below 100; where ids have gaps of their own, lost is a span of time",),
    ),
    "weight": (
        "weight of the requests in the host's window (the host's own count where higher) / what it allows",
        _weight,
        (
            (
                "the share is weight_share in the configuration of the venue; background history takes less; "
                f"from {BUSY:.0%} on it is marked"
            ),
        ),
    ),
    "clock": (
        "host's clock - ours, read once at the start: its answer + half the way there and back - our time",
        _skew,
        (
            "bars and sessions go by the exchange's time: a wrong clock here moves no trade to another bar",
            f"ages on the screen are wrong by it: from {SKEW_US / 1e6:g} s on it is marked",
        ),
    ),
}
"""By head of the column: formula, inputs, notes."""
OF_HOST = frozenset({"weight", "clock"})
"""Numbers that a venue's other connection may have when the market's own has none."""


def ahead_us(sight: Sight) -> int | None:
    """How far the clock of the market's venue is ahead of ours; None while it is not known."""
    venue = sight.row.market.venue
    inputs = (link.ahead_us for link in sight.snapshot.links if _venue(link.name) == venue)
    return next((ahead for ahead in inputs if ahead is not None), None)


def _explainer(head: str) -> Explainer:
    column = next(column for column in COLUMNS if column.head == head)
    formula, inputs, notes = NUMBERS[head]

    def explain(sight: Sight) -> Entry:
        links = [see(link, sight.snapshot) for link in sight.snapshot.links]
        if not links:
            return Entry("-", formula, notes=("a replay has no connections, and there may be none yet",))
        market = sight.row.market

        def far(one: Seen) -> tuple[bool, bool, bool]:
            silent = head in OF_HOST and column.write(one)[0] == "-"
            return _venue(one.link.name) != market.venue, silent, market.name not in one.link.markets

        mine = min(links, key=far)
        ways = tuple(Way(narrow(one.link.name), (column.write(one)[0],), here=one is mine) for one in links)
        return Entry(column.write(mine)[0], formula, inputs(mine, sight), ways, notes)

    return explain


BOOK: Book = {column.head: _explainer(column.head) for column in COLUMNS if column.head in NUMBERS}
"""In the order of the columns."""


def _venue(name: str) -> str:
    return name.partition("/")[0].partition(":")[0]


def _count(count: int) -> str:
    return f"{count:,}".replace(",", " ")
