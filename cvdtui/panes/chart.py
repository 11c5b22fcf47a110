"""The chart: price above, delta of each bar, CVD below, one time axis; a crosshair when zoomed."""

from cvdtui.model import ChartBar, MarketDetail
from cvdtui.panes import numbers
from cvdtui.panes.axis import time_axis
from cvdtui.panes.chart_marks import (
    between_pivots,
    beyond,
    draw_divergences,
    draw_levels,
    on_cvd,
    on_price,
    shade,
)
from cvdtui.panes.clock import Clock
from cvdtui.panes.columns import price_decimals
from cvdtui.panes.line import Answer, Frame, Line, centred, title
from cvdtui.panes.plot import AxisScale, Cells, braille, candle, column, decimals_of, joined, reach, ticks
from cvdtui.panes.words import heading, waiting


class ChartPane:
    """State.

    The bar the crosshair stands on (by its time, so that new bars do not move it), and the labels' width.
    """

    name = "chart"

    def __init__(self) -> None:
        self.at_us: int | None = None
        self.lift = 0
        """Rows the price line of the crosshair stands above the close."""
        self._asked_us = 0
        """The past bar that the crosshair was put on."""
        self._gutter = 0
        self._key: tuple[object, ...] = ()
        self._bars: tuple[ChartBar, ...] = ()
        self._prices = AxisScale(0.0, 0.0, 1)

    @property
    def hints(self) -> tuple[tuple[str, str], ...]:
        """The keys of the footer."""
        if self.at_us is None:
            return (("←→", "crosshair"), ("[ ]", "timeframe"), ("A", "anchor"), ("m", "mark"), ("z", "zoom"))
        return (("←→", "bar"), ("↑↓", "price line"), ("esc", "no crosshair"), ("[ ]", "timeframe"))

    def press(self, key: str) -> Answer | None:
        steps = {"left": -1, "right": 1, "pageup": -10, "pagedown": 10, "home": -9999, "end": 9999}
        if key in steps and self._bars and (self.at_us is not None or key in {"left", "right"}):
            last = len(self._bars) - 1
            at = self._at() + steps[key] if self.at_us is not None else last
            self.at_us = self._bars[min(max(at, 0), last)].time_us
            return Answer()
        if self.at_us is not None and key in {"up", "down"}:
            self.lift += 1 if key == "up" else -1
            return Answer()
        if self.at_us is not None and key == "escape":
            self.at_us, self.lift = None, 0
            return Answer()
        return None

    @property
    def pointed(self) -> float | None:
        """The price under the crosshair, None without one."""
        if self.at_us is None or not self._bars:
            return None
        close = self._bars[self._at()].close
        return self._prices.value(self._prices.row(close) - self.lift) if self.lift else close

    @property
    def grain(self) -> float:
        """Half of what one row of the chart spans, in price."""
        return (self._prices.high - self._prices.low) / self._prices.rows / 2

    def _at(self) -> int:
        """The index of the crosshair's bar among those shown."""
        wanted = self.at_us or 0
        return max(sum(bar.time_us <= wanted for bar in self._bars) - 1, 0)

    def paint(self, frame: Frame) -> list[Line]:
        detail = frame.detail
        if detail is None or not detail.bars:
            return [title(frame, heading("chart", detail)), *centred(frame, *waiting(frame.snapshot))]
        key = (detail.market.name, detail.timeframe, detail.unit)
        # the labels of another market may be narrower, and its bars are not those of the crosshair
        if key != self._key:
            self._key, self._gutter, self.at_us, self.lift = key, 0, None, 0
            self._asked_us = 0
        if detail.at_us != self._asked_us:
            self._asked_us, self.at_us, self.lift = detail.at_us, detail.at_us or None, 0
        plotted = self._plot(frame, detail)
        return [self._title(frame, detail), *plotted]

    def _plot(self, frame: Frame, detail: MarketDetail) -> list[Line]:
        rows = max(frame.height - 2, 6)
        hist = 2 if rows < 16 else 4
        cvd_rows = max((rows - hist) * 2 // 5, 2)
        price_rows = rows - hist - cvd_rows
        bars = detail.bars[-max(frame.width - self._gutter - 2, 1) :]
        prices = _price_scale(bars, price_rows)
        sums = _cvd_scale(bars, cvd_rows)
        labels = self._labels(detail, prices, bars, hist, sums)
        # the labels may have grown, which leaves room for fewer bars than were scaled
        bars = detail.bars[-max(frame.width - self._gutter - 2, 1) :]
        self._bars, self._prices = bars, prices
        grid = _candles(bars, prices) + _deltas(bars, hist, ascii_only=frame.ascii) + _line(bars, sums)
        draw_levels(grid, detail.levels, prices)
        first, below = len(detail.bars) - len(bars), prices.rows + hist
        marks = detail.signals, detail.bars, first
        draw_divergences(grid, between_pivots(*marks, on_cvd=False), prices, outside=True)
        draw_divergences(grid[below:], between_pivots(*marks, on_cvd=True), sums)
        for row, x, glyph, role in on_price(detail.signals, bars, prices):
            grid[row][x] = (glyph, role)
        for row, x, glyph, role in on_cvd(detail.signals, bars, sums):
            grid[below + row][x] = (glyph, role)
        extreme = detail.dashboard.parameters.climax.extreme
        # last of the marks: it colours the ground of whatever is drawn there
        shade(grid, bars, extreme)
        if self.at_us is not None:
            self._cross(grid, bars, prices)
        lines = [joined(text, tick, cells) for (text, tick), cells in zip(labels, grid, strict=True)]
        times, marked = [bar.time_us for bar in bars], beyond(bars, extreme)
        return [*lines, time_axis(times, detail.timeframe, self._gutter, frame.clock, marked)]

    def _labels(
        self, detail: MarketDetail, prices: AxisScale, bars: tuple[ChartBar, ...], hist: int, sums: AxisScale
    ) -> list[tuple[str, str]]:
        """The words left of each row, and the glyph of the axis."""
        out = [("", "│")] * (prices.rows + hist + sums.rows)
        found, step = ticks(prices)
        decimals = min(decimals_of(step), price_decimals(detail.market))
        for row, value in found.items():
            out[row] = (numbers.price(value, decimals), "┤")
        most = reach([bar.delta for bar in bars])
        out[prices.rows] = ("Δ " + numbers.number(most, 2, signed=True), "┤")
        out[prices.rows + hist - 1] = (numbers.number(-most, 2, signed=True), "┤")
        found, step = ticks(sums)
        for row, value in found.items():
            text = numbers.number(value, min(decimals_of(step), 4), signed=True)
            out[prices.rows + hist + row] = (text, "┤")
        _tag(out, range(prices.rows), "price")
        _tag(out, range(prices.rows + hist, len(out)), "CVD")
        # only grows: the chart must not move sideways with each new label
        self._gutter = max(self._gutter, *(len(text) + 1 for text, _ in out))
        return [(text.rjust(self._gutter), tick) for text, tick in out]

    def _cross(self, grid: Cells, bars: tuple[ChartBar, ...], prices: AxisScale) -> None:
        at = self._at()
        for cells in grid:
            glyph, role = cells[at]
            cells[at] = (glyph, f"{role} cross")
        row = min(max(prices.row(bars[at].close) - self.lift, 0), prices.rows - 1)
        # at the edge the line stops with the chart, and so does what it reads
        self.lift = prices.row(bars[at].close) - row
        grid[row] = [
            (
                glyph if glyph != " " else "╌",
                f"{role} cross" if x == at else role if glyph != " " else "faint",
            )
            for x, (glyph, role) in enumerate(grid[row])
        ]

    def _title(self, frame: Frame, detail: MarketDetail) -> Line:
        name = heading("chart", detail)
        if self.at_us is None:
            last = detail.bars[-1]
            note = "" if last.source != "candle" else " · ≈ from candles"
            return title(frame, name, f"{len(detail.bars)} bars{note}")
        bar = self._bars[self._at()]
        words = reading(bar, detail, frame.clock)
        if self.lift:
            line = self._prices.value(self._prices.row(bar.close) - self.lift)
            words = f"line {numbers.price(line, price_decimals(detail.market))}  {words}"
        return title(frame, name if len(name + words) + 10 < frame.width else "chart", words, "poc")


def reading(bar: ChartBar, detail: MarketDetail, clock: Clock) -> str:
    """What the crosshair reads: time, price, delta, CVD, volume."""
    decimals = price_decimals(detail.market)
    when = clock.hms(bar.time_us) if detail.timeframe < 60 else clock.hm(bar.time_us)
    if detail.timeframe >= 3600:
        when = f"{clock.day(bar.time_us)} {when}"
    words = [
        when + clock.z,
        f"price {numbers.price(bar.close, decimals)}",
        f"Δ {numbers.number(bar.delta, signed=True)}",
        f"CVD {numbers.number(bar.cvd, signed=True)}" if bar.cvd is not None else "CVD -",
        f"vol {numbers.number(bar.volume)}",
    ]
    return "  ".join(words)


def _price_scale(bars: tuple[ChartBar, ...], rows: int) -> AxisScale:
    return AxisScale(min(bar.low for bar in bars), max(bar.high for bar in bars), rows)


def _cvd_scale(bars: tuple[ChartBar, ...], rows: int) -> AxisScale:
    known = [bar.cvd for bar in bars if bar.cvd is not None] or [0.0]
    return AxisScale(min(known), max(known), rows)


def _tag(labels: list[tuple[str, str]], rows: range, word: str) -> None:
    """Name a part of the chart on its first row without a number."""
    for row in rows:
        if not labels[row][0]:
            labels[row] = (word, labels[row][1])
            return
    labels[rows[0]] = (f"{word} {labels[rows[0]][0]}", labels[rows[0]][1])


def _candles(bars: tuple[ChartBar, ...], scale: AxisScale) -> Cells:
    columns = [candle(scale, bar.open, bar.high, bar.low, bar.close) for bar in bars]
    roles = ["up" if bar.close >= bar.open else "down" for bar in bars]
    return [
        [(cells[row], role) for cells, role in zip(columns, roles, strict=True)] for row in range(scale.rows)
    ]


def _deltas(bars: tuple[ChartBar, ...], rows: int, *, ascii_only: bool) -> Cells:
    most = reach([bar.delta for bar in bars])
    columns = []
    for bar in bars:
        role = "up" if bar.delta >= 0 else "down"
        cells = column(bar.delta, most, rows)
        if ascii_only:
            columns.append(
                [(" " if glyph == " " else "#" if bar.delta >= 0 else "=", role) for glyph, _ in cells]
            )
        else:
            columns.append([(glyph, f"{role} reverse" if hang else role) for glyph, hang in cells])
    return [[cells[row] for cells in columns] for row in range(rows)]


def _line(bars: tuple[ChartBar, ...], scale: AxisScale) -> Cells:
    """The CVD: two points a bar, the one between bars half way."""
    levels: list[int | None] = []
    before: float | None = None
    for bar in bars:
        if bar.cvd is None:
            levels += [None, None]
        else:
            # braille has two columns of dots a cell, and a bar has one value: the other dot lies half way
            middle = bar.cvd if before is None else (before + bar.cvd) / 2
            levels += [scale.level(middle, 4), scale.level(bar.cvd, 4)]
        before = bar.cvd
    return [[(glyph, "line") for glyph in text] for text in braille(levels, scale.rows)]
