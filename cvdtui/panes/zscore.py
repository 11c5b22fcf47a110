"""The z-score of the CVD bar by bar, with the dashboard of the bar that closed last."""

from msgspec import Struct

from cvdtui.model import ChartBar, MarketDetail
from cvdtui.panes.axis import time_axis
from cvdtui.panes.chart_marks import beyond, columns, shade
from cvdtui.panes.clock import span
from cvdtui.panes.dashboard import figures, wrapped
from cvdtui.panes.line import Answer, Frame, Line, centred, title
from cvdtui.panes.marks import role_of
from cvdtui.panes.plot import Cells, column, joined
from cvdtui.panes.words import heading, waiting

GUTTER = 6
LEAST_ROWS = 5
"""A plot of fewer rows shows no shape."""


class Scope(Struct, frozen=True, gc=False):
    """Rows above and below zero, how far they reach, and whether zero has a row of its own."""

    half: int
    most: float
    middle: bool

    @property
    def rows(self) -> int:
        """All of them."""
        return 2 * self.half + self.middle

    def row(self, value: float) -> int:
        """The row of cells a column of this value ends in, 0 at the top."""
        eighths = max(round(abs(value) / self.most * self.half * 8), 1)
        step = min((eighths - 1) // 8, self.half - 1)
        return self.half - 1 - step if value >= 0 else self.half + self.middle + step


class ZScorePane:
    """State: what was drawn last, which holds until a bar closes."""

    name = "zscore"
    hints = (("[ ]", "timeframe"), ("z", "zoom"), ("n N", "market"))

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._lines: list[Line] = []

    def press(self, key: str) -> Answer | None:  # noqa: ARG002 - nothing in it moves
        return None

    def paint(self, frame: Frame) -> list[Line]:
        detail = frame.detail
        if detail is None or not detail.bars:
            return [title(frame, heading("z-score", detail)), *centred(frame, *waiting(frame.snapshot))]
        key = (*_state(detail), frame.width, frame.height, frame.focused, frame.ascii, frame.clock)
        if key != self._key:
            self._key, self._lines = key, self._drawn(frame, detail)
        return self._lines

    def _drawn(self, frame: Frame, detail: MarketDetail) -> list[Line]:
        head = title(frame, heading("z-score", detail), _conventions(detail))
        words = wrapped(figures(detail), frame.width, 3 if frame.height >= LEAST_ROWS + 7 else 1)
        rows = frame.height - len(words) - 2
        if rows < LEAST_ROWS:
            return [head, *wrapped(figures(detail), frame.width, max(frame.height - 1, 1))]
        return [head, *words, *_plot(frame, detail, rows)]


def _state(detail: MarketDetail) -> tuple[object, ...]:
    """What is drawn is made of closed bars: the same objects until one closes or is corrected."""
    bars = detail.bars
    closed = bars[-2] if len(bars) > 1 and not bars[-1].closed else bars[-1]
    climaxes = sum(signal.signal == "climax" for signal in detail.signals)
    return (_Same(bars[0]), _Same(closed), bars[-1].time_us, len(bars), detail.dashboard, climaxes)


class _Same:
    """Equal to nothing but itself."""

    def __init__(self, bar: ChartBar) -> None:
        self._bar = bar

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other._bar is self._bar

    __hash__ = object.__hash__


def _conventions(detail: MarketDetail) -> str:
    climax = detail.dashboard.parameters.climax
    return f"{climax.n} bars, EMA {climax.smoothing}{', flow' if climax.method == 'flow' else ''}"


def _plot(frame: Frame, detail: MarketDetail, rows: int) -> list[Line]:
    bars = detail.bars[-max(frame.width - GUTTER - 2, 1) :]
    board = detail.dashboard
    times = [bar.time_us for bar in bars]
    if not any(bar.z is not None for bar in bars):
        left = max(board.parameters.climax.n - board.evaluated, 1)
        length = span(detail.timeframe)
        note = f"z needs {board.parameters.climax.n} closed bars of {length}: {left} more"
        blank = centred(Frame(frame.snapshot, frame.width, rows + 1, frame.clock), note)
        return [
            *blank,
            *([()] * (rows - len(blank))),
            time_axis(times, detail.timeframe, GUTTER, frame.clock),
        ]
    known = [abs(value) for bar in bars for value in (bar.z, bar.z_raw) if value is not None]
    # the lines of the extreme are always in sight, however quiet the bars
    scope = Scope(rows // 2, max(*known, board.parameters.climax.extreme * 1.25), middle=bool(rows % 2))
    grid, labels = _ground(scope, detail, len(bars))
    for x, bar in enumerate(bars):
        _bar(grid, x, bar, scope, detail, ascii_only=frame.ascii)
    _climaxes(grid, detail, bars, scope)
    shade(grid, bars, board.parameters.climax.extreme)
    marked = beyond(bars, board.parameters.climax.extreme)
    axis = time_axis(times, detail.timeframe, GUTTER, frame.clock, marked)
    return [*(joined(text, tick, cells) for (text, tick), cells in zip(labels, grid, strict=True)), axis]


def _ground(scope: Scope, detail: MarketDetail, width: int) -> tuple[Cells, list[tuple[str, str]]]:
    """The lines at zero, at the end of neutral, and where extreme begins; their labels."""
    grid = [[(" ", "text")] * width for _ in range(scope.rows)]
    labels = [("", "│")] * scope.rows
    climax = detail.dashboard.parameters.climax
    if scope.middle:
        grid[scope.half] = [("─", "faint")] * width
        labels[scope.half] = ("0", "┤")
    for level, glyph, role in ((climax.neutral, "┈", "faint"), (climax.extreme, "╌", "dim")):
        for value in (level, -level):
            row = scope.row(value)
            grid[row] = [(glyph, role)] * width
            labels[row] = (f"{value:+g}", "┤")
    return grid, [(text.rjust(GUTTER), tick) for text, tick in labels]


def _bar(  # noqa: PLR0913 - one bar of many, and where it goes
    grid: Cells, x: int, bar: ChartBar, scope: Scope, detail: MarketDetail, *, ascii_only: bool
) -> None:
    """The smoothed z as a column, the raw one as a dot unless they end in one cell."""
    if bar.z is None:
        return
    tone = "up" if bar.z > 0 else "down"
    role = tone if abs(bar.z) > detail.dashboard.parameters.climax.neutral else "dim"
    for at, (glyph, hang) in enumerate(column(bar.z, scope.most, 2 * scope.half)):
        row = at if at < scope.half else at + scope.middle
        if glyph != " " or hang:
            plain = "#" if bar.z > 0 else "="
            grid[row][x] = (plain, role) if ascii_only else (glyph, f"{role} reverse" if hang else role)
    if bar.z_raw is not None:
        row = scope.row(bar.z_raw)
        glyph, under = grid[row][x]
        hanging = "reverse" in under
        if glyph in "█#=" or (glyph == " " and hanging):
            grid[row][x] = ("•", f"{role} reverse")
        elif glyph in " ─┈╌" and not hanging:
            grid[row][x] = ("•", "line")


def _climaxes(grid: Cells, detail: MarketDetail, bars: tuple[ChartBar, ...], scope: Scope) -> None:
    """A diamond beyond the end of the bar that was first beyond the extreme."""
    places = columns(bars)
    for one in detail.signals:
        x = places.get(one.time_us) if one.signal == "climax" else None
        z = None if x is None else bars[x].z
        if x is None or z is None:
            continue
        row = scope.row(z) + (-1 if z > 0 else 1)
        grid[min(max(row, 0), scope.rows - 1)][x] = ("◆", role_of(one))
