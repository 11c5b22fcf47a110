"""The first line: which market, timeframe and anchor, how many markets are live, and the time."""

from cvdtui.model import MarketDetail, MarketRow, Snapshot, View
from cvdtui.panes import numbers
from cvdtui.panes.clock import Clock, span
from cvdtui.panes.columns import price_decimals
from cvdtui.panes.line import Answer, Frame, Line, clip, length, narrow

CLOCK_US = 2_000_000
"""From this difference on the local clock is said to be off, us."""
CONNECTED = ("live", "gap", "fill", "lost")


class Header:
    """State: whether the screen is frozen, set by the screen."""

    name = "header"
    hints = ()

    def __init__(self) -> None:
        self.frozen = False

    def press(self, key: str) -> Answer | None:  # noqa: ARG002 - it takes no keys
        return None

    def paint(self, frame: Frame) -> list[Line]:
        snapshot = frame.snapshot
        right = [*_links(snapshot), *_clock_off(snapshot), *self._time(snapshot, frame.clock)]
        left = _left(frame)
        room = frame.width - length(tuple(right)) - 1
        # price and market are never left out; of the rest the highest rank goes first
        while len(left) > 1 and sum(length(piece) for _, piece in left) > room:
            left.remove(max(left, key=lambda ranked: ranked[0]))
        line: Line = clip(tuple(part for _, piece in left for part in piece), max(room, 0))
        return [(*line, (" " * (frame.width - length(line) - length(tuple(right))), "text"), *right)]

    def _time(self, snapshot: Snapshot, clock: Clock) -> list[tuple[str, str]]:
        frozen = [("  FROZEN ", "warn")] if self.frozen else []
        if snapshot.clock:
            return [*frozen, (f"  {narrow(snapshot.clock)} ", "note")]
        local = f" {clock.hms(snapshot.time_us)} {clock.zone_name(snapshot.time_us)}" if clock.local else ""
        seconds = snapshot.time_us // 1_000_000 % 86_400
        utc = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z"
        return [*frozen, (f"  {utc}", "text"), (f"{local} ", "dim")]


def _left(frame: Frame) -> list[tuple[int, Line]]:
    """(rank, piece): market and price, change, timeframe, anchor, CVD, quality.

    The highest rank is left out first.
    """
    snapshot = frame.snapshot
    view, detail = snapshot.view, snapshot.detail
    row = next((row for row in snapshot.rows if row.market.name == view.market), None)
    if row is None:
        return [(0, ((" cvdtui ", "focus"), ("  no market selected", "dim")))]
    name = f" {row.market.base or row.market.symbol} {row.market.venue} "
    price = numbers.price(row.last, price_decimals(row.market)) if row.last is not None else "waiting"
    tone = numbers.tone(row.change)
    change: Line = () if row.change is None else ((f" {numbers.percent(row.change, signed=True)} %", tone),)
    return [
        (0, ((name, "focus"), (f" {price}", "text"))),
        (3, change),
        (1, ((f"   {span(view.timeframe)}", "title"),)),
        (2, ((f"   {anchor_words(view, detail, frame.clock, snapshot.time_us)}", "title"),)),
        (4, _cvd(row)),
        (5, _quality(row, frame)),
    ]


def _cvd(row: MarketRow) -> Line:
    if row.cvd is None:
        return ()
    return ((f" {numbers.number(row.cvd, signed=True)}", numbers.tone(row.cvd)),)


def _quality(row: MarketRow, frame: Frame) -> Line:
    quality = row.quality
    if quality.coverage >= 1.0 or row.last is None:
        return ()
    since = f" from {frame.clock.since(quality.from_us, frame.snapshot.time_us)}" if quality.from_us else ""
    return ((f"   ⚠ cover {narrow(quality.text)}{since}", "warn"),)


def anchor_words(view: View, detail: MarketDetail | None, clock: Clock, now_us: int) -> str:
    """Where the CVD begins: `CVD since 00:00Z`, `CVD of 1000 trades`, `CVD since mark 14:02Z`."""
    if view.anchor == "rolling":
        return f"CVD of {detail.rolling_trades if detail else ''} trades".replace("  ", " ")
    word = "" if view.anchor == "session" else f"{view.anchor} "
    if detail is None or detail.anchor != view.anchor or not detail.anchor_us:
        return f"CVD since {view.anchor}"
    return f"CVD since {word}{clock.since(detail.anchor_us, now_us)}"


def _links(snapshot: Snapshot) -> list[tuple[str, str]]:
    """How many markets are live: `● 12/12 live`."""
    total = len(snapshot.rows)
    live = sum(row.quality.state in CONNECTED for row in snapshot.rows)
    if not total:
        return []
    if live == total:
        return [(f"  ● {live}/{total} live", "good")]
    if not live:
        bad = [link for link in snapshot.links if link.state in {"refused", "waiting", "closed", "stale"}]
        return [(f"  ○ 0/{total} {bad[0].state if bad else 'connecting'}", "warn" if bad else "dim")]
    return [(f"  ○ {live}/{total} live", "warn")]


def _clock_off(snapshot: Snapshot) -> list[tuple[str, str]]:
    """How far the local clock is off, as most exchanges see it: `clock 90s slow`."""
    ahead = sorted(link.ahead_us for link in snapshot.links if link.ahead_us is not None)
    off = ahead[len(ahead) // 2] if ahead else 0
    if abs(off) < CLOCK_US:
        return []
    seconds = abs(off) // 1_000_000
    size, unit = next(pair for pair in ((3600, "h"), (60, "m"), (1, "s")) if seconds >= 2 * pair[0])
    return [(f"  clock {seconds // size}{unit} {'slow' if off > 0 else 'fast'}", "warn")]
