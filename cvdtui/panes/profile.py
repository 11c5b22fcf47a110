"""The session's volume profile: bought and sold at each price, what stands out, older levels; or its TPO."""

from msgspec import Struct

from cvdtui.model import MarketDetail, ProfileRow, ProfileView
from cvdtui.panes import numbers
from cvdtui.panes.columns import price_decimals
from cvdtui.panes.lasting import SHORT, beyond
from cvdtui.panes.line import Answer, Frame, Line, centred, clip, title
from cvdtui.panes.tpo import TpoLines
from cvdtui.panes.words import market_words, waiting

MERGES = (
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    10,
    12,
    15,
    20,
    25,
    30,
    40,
    50,
    60,
    80,
    100,
    150,
    200,
    300,
    500,
    1000,
    2000,
    5000,
)


MARKS = ((60, 10), (0, 9))
"""Cells for what stands at the end of a line, by the width."""


class Band(Struct):
    """Rows drawn as one line."""

    index: int
    buy: float = 0.0
    sell: float = 0.0
    unknown: float = 0.0
    marks: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    in_value: bool = False

    @property
    def volume(self) -> float:
        """Its volume: bought, sold and unknown."""
        return self.buy + self.sell + self.unknown


class ProfilePane:
    """State: how many rows stand in one line (it only grows while the market stays); TPO instead."""

    name = "profile"

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._merge = 0
        self._tpo = TpoLines()
        self.is_tpo = False
        """Letters in the place of volume."""

    @property
    def hints(self) -> tuple[tuple[str, str], ...]:
        """The keys of the footer."""
        if self.is_tpo:
            return (
                ("T", "volume"),
                ("↑↓", "scroll"),
                ("c", "last price"),
                ("+ -", "row size"),
                ("z", "zoom"),
            )
        return (("T", "TPO"), ("+ -", "row size"), ("u", "units"), ("z", "zoom"), ("n N", "market"))

    def press(self, key: str) -> Answer | None:
        if key == "T":
            self.is_tpo = not self.is_tpo
            return Answer(view={"tpo": self.is_tpo})
        return Answer() if self.is_tpo and self._tpo.press(key) else None

    def paint(self, frame: Frame) -> list[Line]:
        detail = frame.detail
        if detail is not None and detail.tpo is not None and detail.tpo.rows:
            return self._tpo.paint(frame, detail, detail.tpo)
        if detail is None or not detail.profile.rows:
            return [title(frame, "profile · session"), *centred(frame, *waiting(frame.snapshot))]
        profile = detail.profile
        words = _facts(frame, detail)
        above, below = beyond(frame, detail)
        room = max(frame.height - 1 - len(words) - len(above) - len(below), 1)
        key = (detail.market.name, profile.row, room)
        # until one of these changes merging only grows: lines must not change their size at each extreme
        if key != self._key:
            self._key, self._merge = key, 0
        bands = self._bands(detail, profile, room)
        heading = "profile · session" + (f" · {market_words(detail)}" if frame.zoomed else "")
        step = profile.row * MERGES[self._merge]
        lines = [title(frame, heading, f"{step:.{profile.row_decimals}f} a line"), *words, *above]
        return lines + _draw(bands, profile, MERGES[self._merge], frame.width) + below

    def _bands(self, detail: MarketDetail, profile: ProfileView, room: int) -> list[Band]:
        first, last = round(profile.rows[0].price / profile.row), round(profile.rows[-1].price / profile.row)
        while (
            self._merge < len(MERGES) - 1
            and last // MERGES[self._merge] - first // MERGES[self._merge] >= room
        ):
            self._merge += 1
        merge = MERGES[self._merge]
        bands = {index: Band(index) for index in range(first // merge, last // merge + 1)}
        for row in profile.rows:
            _add(bands[round(row.price / profile.row) // merge], row)
        named = [("VWAP", profile.vwap)] if profile.vwap is not None else []
        named += [(SHORT[level.name], level.price) for level in detail.lasting]
        for word, price in named:
            at = bands.get(int((price / profile.row + 0.5) // merge))
            if at is not None:
                at.marks = (*at.marks, word)
        return [bands[index] for index in sorted(bands, reverse=True)][:room]


def _add(band: Band, row: ProfileRow) -> None:
    band.buy += row.buy
    band.sell += row.sell
    band.unknown += row.unknown
    band.in_value = band.in_value or row.in_value
    band.nodes = (*band.nodes, row.node)
    if row.mark:
        band.marks = (*band.marks, row.mark.upper())


def _facts(frame: Frame, detail: MarketDetail) -> list[Line]:
    """The exact prices, and the time of the first trade counted."""
    profile, decimals = detail.profile, price_decimals(detail.market)
    named = [
        (word, value, places)
        for word, value, places in (
            ("POC", profile.poc, profile.row_decimals),
            ("VAH", profile.vah, profile.row_decimals),
            ("VAL", profile.val, profile.row_decimals),
            ("VWAP", profile.vwap, decimals),
        )
        if value is not None
    ]
    since = f"from {frame.clock.since(profile.from_us, frame.snapshot.time_us)}"
    whole = profile.share >= 0.9995
    share = "all of the session" if whole else f"{profile.share * 100:.0f} % of session volume"
    origin = ((f" {since} · {share}", "dim" if whole else "note"),)
    lines: list[Line] = []
    line: list[tuple[str, str]] = []
    used = 0
    for word, value, places in named:
        text = f" {numbers.price(value or 0.0, places)} "
        if used and used + len(word) + 1 + len(text) > frame.width:
            lines.append(tuple(line))
            line, used = [], 0
        line += [(f" {word}", "dim"), (text, "poc" if word == "POC" else "text")]
        used += len(word) + 1 + len(text)
    if used + len(origin[0][0]) + 2 <= frame.width:
        return [*lines, (*line, *origin)]
    return [*lines, tuple(line), clip(origin, frame.width)]


def _draw(bands: list[Band], profile: ProfileView, merge: int, width: int) -> list[Line]:
    most = max(band.volume for band in bands) or 1.0
    decimals = numbers.short_decimals(most)
    labels = [numbers.price(band.index * merge * profile.row, profile.row_decimals) for band in bands]
    wide = max(len(text) for text in labels)
    tail = 13 if width >= 40 else 0
    ends = next(cells for least, cells in MARKS if width >= least)
    room = max(width - wide - 2 - tail - ends, 4)
    return [
        _band(band, text.rjust(wide), round(band.volume / most * room), room, decimals if tail else None)
        + _end(band, ends)
        for band, text in zip(bands, labels, strict=True)
    ]


def _band(band: Band, label: str, filled: int, room: int, decimals: int | None) -> Line:
    """Label, buys solid, sells shaded, unknown light, the numbers."""
    volume = band.volume or 1.0
    buys = round(filled * band.buy / volume)
    sells = min(round(filled * band.sell / volume), filled - buys)
    ground = "text" if band.in_value else "dim"
    strong = "POC" in band.marks
    spans = [
        (label, "poc" if strong else ground),
        ("▐" if band.in_value else "│", "title" if band.in_value else "faint"),
        ("█" * buys, "up"),
        ("▒" * sells, "down"),
        ("░" * (filled - buys - sells), "dim"),
        (" " * (room - filled), "text"),
    ]
    if decimals is not None:
        spans.append(
            (f" {numbers.traded(band.sell, decimals):>5}×{numbers.traded(band.buy, decimals):<5}", ground)
        )
    return tuple(spans)


def _end(band: Band, room: int) -> Line:
    """The marks, else HVN or LVN."""
    if band.marks:
        return ((_fitting(band.marks, room), "poc" if "POC" in band.marks else "title"),)
    node = "HVN" if "hvn" in band.nodes else "LVN" if set(band.nodes) == {"lvn"} else ""
    return ((f"  {node}", "dim"),) if node else ()


def _fitting(marks: tuple[str, ...], room: int) -> str:
    """` ◀POC VWAP`: as many whole words as there is room for, the first ones first."""
    text = " ◀"
    for mark in dict.fromkeys(marks):
        more = mark if text.endswith("◀") else f" {mark}"
        if len(text) + len(more) > room:
            break
        text += more
    return text
