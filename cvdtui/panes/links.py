"""The connections: what each is doing, how fast and how well, and the next step where one is refused."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from cvdtui.model import Link, Snapshot
from cvdtui.panes.line import Answer, Frame, Line, centred, clip, fit, narrow, title, wrap

ROLES = {
    "live": "good",
    "quiet": "text",
    "idle": "dim",
    "connecting": "note",
    "closed": "dim",
    "stale": "warn",
    "waiting": "warn",
    "refused": "warn",
}
NEXT_STEPS = {
    451: "this host does not serve your region: use a host that does "
    "(--set venues.{venue}.ws_url=... and rest_url=...) or watch another venue",
    403: "this host refuses your address or region: use another host "
    "(--set venues.{venue}.ws_url=... and rest_url=...), another network or another venue",
    418: "banned for too many requests: none is sent until it ends; "
    "lower venues.{venue}.weight_share where others share this address",
    429: "too many requests from this address: none is sent for a while; "
    "lower venues.{venue}.weight_share where others share this address",
}
"""What the user can do, by HTTP status."""
SKEW_US = 1_000_000
"""A clock this far off is marked: ages on the screen are wrong by as much."""
BUSY = 0.8
"""Share of the weight allowed above which it is marked."""


class Seen(Struct, frozen=True):
    """A link, and the sums over its markets."""

    link: Link
    age_s: int | None
    markets: int
    open: int
    lost: int


Written = tuple[str, str]
"""(text, role)."""


class _Column(Struct, frozen=True):
    """One column; `rank` says which are left out on a narrow screen (the highest first)."""

    head: str
    rank: int
    width: int
    write: Callable[[Seen], Written]


def _age(one: Seen) -> Written:
    if one.age_s is None:
        return "-", "dim"
    return duration(one.age_s), "text"


def _rate(one: Seen) -> Written:
    rate = one.link.rate
    return (f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}", "text") if rate else ("-", "dim")


def _count(count: int, role: str = "text") -> Written:
    return (f"{count:,}".replace(",", " "), role) if count else ("-", "dim")


def _weight(one: Seen) -> Written:
    used, limit = one.link.weight_used, one.link.weight_limit
    if not limit:
        return "-", "dim"
    return f"{used}/{limit}", "warn" if used >= BUSY * limit else "text"


def _skew(one: Seen) -> Written:
    ahead = one.link.ahead_us
    if ahead is None:
        return "-", "dim"
    return f"{ahead / 1e6:+.2f} s", "warn" if abs(ahead) >= SKEW_US else "text"


COLUMNS = (
    _Column("state", 0, 10, lambda one: (one.link.state, ROLES[one.link.state])),
    _Column("last data", 1, 9, _age),
    _Column("msg/s", 2, 7, _rate),
    _Column("messages", 8, 11, lambda one: _count(one.link.messages)),
    _Column("markets", 7, 7, lambda one: _count(one.markets)),
    _Column("reconn", 3, 6, lambda one: _count(one.link.reconnects, "note")),
    _Column("fetching", 4, 8, lambda one: _count(one.open, "warn")),
    _Column("lost", 4, 6, lambda one: _count(one.lost, "warn")),
    _Column("weight", 5, 10, _weight),
    _Column("clock", 6, 9, _skew),
    _Column("host", 9, 30, lambda one: (fit(narrow(one.link.host), 30), "dim")),
)
NAME = 18


class LinksPane:
    """State: how far it is scrolled."""

    name = "links"
    hints = (("j k", "scroll"), ("z", "zoom"))

    def __init__(self) -> None:
        self._top = 0
        self._most = 0

    def press(self, key: str) -> Answer | None:
        steps = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -10, "pagedown": 10}
        if key not in steps:
            return None
        self._top = min(max(self._top + steps[key], 0), self._most)
        return Answer()

    def paint(self, frame: Frame) -> list[Line]:
        seen = [see(link, frame.snapshot) for link in frame.snapshot.links]
        well = sum(one.link.state in {"live", "quiet"} for one in seen)
        head = title(frame, "links", f"{well} of {len(seen)} connected")
        if not seen:
            words = "a replay has no connections" if frame.snapshot.clock else "no connection yet"
            return [head, *centred(frame, words)]
        columns = _fitting(frame.width)
        lines: list[Line] = []
        for one in seen:
            lines.append(_line(one, columns, frame.width))
            lines += _words(one, frame)
        page = max(frame.height - 2, 1)
        self._most = max(len(lines) - page, 0)
        self._top = min(self._top, self._most)
        return [head, _head(columns, frame.width), *lines[self._top : self._top + page]]


def duration(seconds: int) -> str:
    """`0s`, `90s`, `25m`, `3h`, `4d`."""
    for length, unit in ((1, "s"), (60, "m"), (3600, "h")):
        # two digits and a unit: `99s` is followed by `1m`
        if seconds // length < 100:
            return f"{seconds // length}{unit}"
    return f"{seconds // 86_400}d"


def next_step(link: Link) -> str:
    """The next step about a link that was refused; empty when there is nothing to do."""
    words = NEXT_STEPS.get(link.status, "")
    venue = link.name.partition("/")[0].partition(":")[0]
    return words.format(venue=narrow(venue))


def see(link: Link, snapshot: Snapshot) -> Seen:
    """A link of a snapshot, with the age of its data in whole seconds and the sums over its markets."""
    names = set(link.markets)
    rows = [row.quality for row in snapshot.rows if row.market.name in names]
    # a clock that was set back must not give a negative age
    age = max(snapshot.time_us - link.last_data_us, 0) // 1_000_000 if link.last_data_us else None
    return Seen(link, age, len(rows), sum(row.open for row in rows), sum(row.lost for row in rows))


def _fitting(width: int) -> tuple[_Column, ...]:
    room = width - NAME - 1
    chosen = set()
    for column in sorted(COLUMNS, key=lambda column: column.rank):
        if column.width + 1 <= room:
            chosen.add(column.head)
            room -= column.width + 1
    return tuple(column for column in COLUMNS if column.head in chosen)


def _head(columns: Sequence[_Column], width: int) -> Line:
    words = " " + "connection".ljust(NAME) + "".join(" " + _placed(one, one.head) for one in columns)
    return ((fit(words.ljust(width), width), "head"),)


def _placed(column: _Column, text: str) -> str:
    aligned = text.ljust(column.width) if column.head in {"state", "host"} else text.rjust(column.width)
    return aligned[: column.width]


def _line(one: Seen, columns: Sequence[_Column], width: int) -> Line:
    spans: list[Written] = [(" " + fit(narrow(one.link.name), NAME).ljust(NAME), "text")]
    for column in columns:
        text, role = column.write(one)
        spans.append((" " + _placed(column, text), role))
    return clip(tuple(spans), width)


def _words(one: Seen, frame: Frame) -> list[Line]:
    """Why it is not live, what happens next, and what the user can do."""
    link = one.link
    text = narrow(link.text)
    if link.retry_at_us > frame.snapshot.time_us and link.state != "live":
        left = (link.retry_at_us - frame.snapshot.time_us) // 1_000_000
        text += f" · again in {duration(left)}" if "trying again" not in text else ""
    role = "warn" if ROLES[link.state] == "warn" else "dim"
    lines = [(text, role)] if text else []
    if way := next_step(link):
        lines.append((f"→ {way}", "note"))
    return [((f"   {row}", role),) for words, role in lines for row in wrap(words, frame.width - 4)]
