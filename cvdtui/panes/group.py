"""The group of the selected market: each market's part of the sum, and the CVD lines of spot and perp."""

from collections.abc import Sequence

from cvdtui.model import GroupPart, GroupPoint, GroupRow, GroupView
from cvdtui.panes import numbers
from cvdtui.panes.axis import time_axis
from cvdtui.panes.clock import span
from cvdtui.panes.line import Answer, Frame, Line, centred, clip, fit, title
from cvdtui.panes.plot import AxisScale, braille, decimals_of, ticks

LEAST_PLOT = 4
"""Rows of one line and its labels, below which it is left out."""
NAME = 26
FIGURES = 9


class GroupPane:
    """State: how far the list of markets is scrolled."""

    name = "group"
    hints = (("j k", "scroll"), ("A", "anchor"), ("[ ]", "timeframe"), ("n N", "market"), ("z", "zoom"))

    def __init__(self) -> None:
        self._top = 0

    def press(self, key: str) -> Answer | None:
        steps = {"up": -1, "k": -1, "down": 1, "j": 1}
        if key not in steps:
            return None
        self._top = max(self._top + steps[key], 0)
        return Answer()

    def paint(self, frame: Frame) -> list[Line]:
        group = frame.snapshot.group
        if group is None:
            return [title(frame, "group"), *centred(frame, "select a market: its group is shown here")]
        row = group.row
        head = title(
            frame,
            f"group · {row.name} · {span(group.timeframe)}",
            f"CVD in {row.money} {_since(frame, group)}",
        )
        room = frame.height - 2
        parts = min(len(row.parts), max(room // 2, 3), room)
        self._top = min(self._top, len(row.parts) - parts)
        return [
            head,
            _sums(row, frame.width),
            *_parts(row, row.parts[self._top : self._top + parts], frame.width),
            *_lines(group, frame, room - parts),
        ]


def _since(frame: Frame, group: GroupView) -> str:
    if not group.anchor_us:
        return f"since {group.anchor}"
    return f"since {frame.clock.since(group.anchor_us, frame.snapshot.time_us)}"


def _sums(row: GroupRow, width: int) -> Line:
    spans: list[tuple[str, str]] = []
    tone_ok = row.coverage >= 1.0
    for word, value in (("CVD", row.cvd), ("spot", row.spot), ("perp", row.perp), ("spot-perp", row.spread)):
        text = "-" if value is None else numbers.number(value, 0, signed=True)
        spans += [(f" {word} ", "dim"), (text, numbers.tone(value) if tone_ok else "dim")]
    # cut, not rounded: 99.96 must not read as 100
    cover = "100" if tone_ok else f"{int(row.coverage * 1000) / 10:.1f}"
    spans += [(f"  cover {cover}", "good" if tone_ok else "warn")]
    all_in = row.counted == len(row.parts)
    counted = f"  {row.counted} of {len(row.parts)} markets"
    if sum(len(text) for text, _ in spans) + len(counted) > width:
        counted = f"  {row.counted}/{len(row.parts)}"
    return clip((*spans, (counted, "dim" if all_in else "warn")), width)


def _parts(row: GroupRow, parts: Sequence[GroupPart], width: int) -> list[Line]:
    """One line a market: its CVD, a bar about a zero line, its share of the volume."""
    most = max((abs(part.cvd or 0.0) for part in row.parts if not part.why), default=0.0)
    room = max(
        width - (NAME + 2) - 5 - FIGURES - 2 - 8, 2
    )  # the name, the side, the sum, the axis, the share
    half = min(room // 2, 30)
    return [_part(part, most, half, width) for part in parts]


def _part(part: GroupPart, most: float, half: int, width: int) -> Line:
    market = part.market
    name = fit(f"{market.venue} {market.symbol}", NAME).ljust(NAME)
    figures = ("-" if part.cvd is None else numbers.number(part.cvd, 0, signed=True)).rjust(FIGURES)
    start = ((f" {name} ", "dim" if part.why else "text"), (f"{part.side:<5}", "dim"))
    if part.why:
        return clip((*start, (figures, "dim"), (f"  left out: {part.why}", "warn")), width)
    value = part.cvd or 0.0
    cells = min(round(abs(value) / most * half), half) if most else 0
    # the smallest value still shows its side
    cells = max(cells, 1) if value else 0
    left = ("▒" * cells if value < 0 else "").rjust(half)
    right = ("█" * cells if value > 0 else "").ljust(half)
    tone = numbers.tone(value) if part.quality.coverage >= 1.0 else "dim"
    bar = ((" " + left, "down"), ("│", "faint"), (right, "up"))
    return clip((*start, (figures, tone), *bar, (f"{part.share * 100:5.1f} %", "dim")), width)


def _lines(group: GroupView, frame: Frame, rows: int) -> list[Line]:
    """Spot above perp over one time axis, as far as there is room."""
    row = group.row
    wanted = [
        (side, [getattr(point, side) for point in group.points])
        for side, value in (("spot", row.spot), ("perp", row.perp))
        if value is not None
    ]
    if not group.points or not wanted or rows - 1 < LEAST_PLOT * len(wanted):
        return []
    height = (rows - 1) // len(wanted)
    out: list[Line] = []
    gutter = 0
    plots = []
    for side, values in wanted:
        scale = _scale(values, height)
        labels = _labels(side, scale)
        gutter = max(gutter, *(len(text) + 1 for text in labels))
        plots.append((labels, scale, values))
    points = _newest(group.points, frame.width - gutter - 2)
    for labels, scale, values in plots:
        levels = _levels(values[-len(points) :], scale)
        for text, glyphs in zip(labels, braille(levels, scale.rows), strict=True):
            out.append(((text.rjust(gutter) + " ", "dim"), ("┤" if text else "│", "faint"), (glyphs, "line")))
    return [*out, time_axis([point.time_us for point in points], group.timeframe, gutter, frame.clock)]


def _newest(points: tuple[GroupPoint, ...], count: int) -> tuple[GroupPoint, ...]:
    return points[-max(count, 1) :]


def _scale(values: Sequence[float], rows: int) -> AxisScale:
    return AxisScale(min(values), max(values), rows)


def _labels(side: str, scale: AxisScale) -> list[str]:
    """The words left of each row: round values, and whose line it is."""
    found, step = ticks(scale)
    out = [""] * scale.rows
    for row, value in found.items():
        out[row] = numbers.number(value, min(decimals_of(step), 4), signed=True)
    free = next((row for row in range(scale.rows) if not out[row]), 0)
    out[free] = f"{side} {out[free]}".rstrip()
    return out


def _levels(values: Sequence[float], scale: AxisScale) -> list[int | None]:
    """Two points a bar, the one between bars half way."""
    out: list[int | None] = []
    before = values[0] if values else 0.0
    for value in values:
        out += [scale.level((before + value) / 2, 4), scale.level(value, 4)]
        before = value
    return out
