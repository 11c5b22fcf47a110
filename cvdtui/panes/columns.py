"""The columns of the markets table: what each reads from a row, and how it is written."""

from collections.abc import Callable
from math import floor, log10
from typing import Literal

from msgspec import Struct

from cvdtui.model import Market, MarketRow
from cvdtui.panes import numbers
from cvdtui.panes.clock import Clock, span
from cvdtui.panes.line import narrow

DAY_US = 86_400_000_000
BLOCKS = "▁▂▃▄▅▆▇"
"""Seven heights: a full block would touch the row above."""


class Cell(Struct, frozen=True, gc=False):
    """A written value in two halves that meet at the decimal point."""

    whole: str
    part: str = ""
    role: str = "text"


class Style(Struct, frozen=True, gc=False):
    """How this table writes a row: its label, whether room is scarce, and times."""

    label: str = ""
    tight: bool = False
    clock: Clock | None = None


class Column(Struct, frozen=True):
    """One column; `rank` says which are left out on a narrow screen: the highest first.

    Market, price, cover and CVD stay longest; then delta, line, change and flags; then z and all the rest.
    """

    name: str
    head: str
    rank: int
    cell: Callable[[MarketRow, Style], Cell]
    """What is written; the spark column draws itself."""
    key: Callable[[MarketRow], float | str | None]
    """What the column sorts by; None goes last."""
    whole: int = 1
    """Least cells left of the decimal point; one more where there is room."""
    part: int = 0
    """Least cells from the decimal point on."""
    align: Literal["point", "left", "right"] = "point"


def price_decimals(market: Market) -> int:
    """Decimals a price needs: those of the tick, not those of the integer (tick 0.10 needs one)."""
    decimals, tick = market.price_decimals, market.tick
    while decimals > 0 and tick and tick % 10 == 0:
        decimals, tick = decimals - 1, tick // 10
    return decimals


def steady_decimals(row: MarketRow) -> int:
    """Decimals for this market's sizes: the last digit is some hundreds of quote units."""
    if row.unit == "quote" or not row.last or row.last <= 0:
        return 0
    return min(max(floor(log10(row.last)) - 2, 0), 4, row.market.size_decimals)


def is_fresh(row: MarketRow) -> bool:
    """The last price is of now."""
    return row.quality.state in {"live", "gap", "fill", "lost"}


def is_trusted(row: MarketRow) -> bool:
    """The sums are complete."""
    return row.quality.state in {"live", "fill"} and row.quality.coverage >= 1.0


def inferred(row: MarketRow) -> str:
    """`≈` when part of the volume is estimated from candles, `~` when sides are inferred, else nothing."""
    sources = {source for source, share in row.quality.sources if share > 0}
    return "≈" if "candle" in sources else "~" if sources & {"quote", "midpoint", "tick"} else ""


def _market(row: MarketRow, style: Style) -> Cell:
    return Cell(style.label, role="text" if is_fresh(row) else "dim")


def _last(row: MarketRow, _: Style) -> Cell:
    if row.last is None:
        return Cell("-", role="dim")
    whole, point, part = numbers.price(row.last, price_decimals(row.market)).partition(".")
    return Cell(whole, point + part, "text" if is_fresh(row) else "dim")


def _signed(row: MarketRow, value: float | None, style: Style, mark: str = "") -> Cell:
    if value is None:
        return Cell("-", role="dim")
    whole, part = numbers.split(value, steady_decimals(row), signed=True, tight=style.tight)
    return Cell(mark + whole, part, numbers.tone(value) if is_trusted(row) else "dim")


def _volume(row: MarketRow, _: Style) -> Cell:
    if row.last is None:
        return Cell("-", role="dim")
    return Cell(*numbers.split(row.volume, steady_decimals(row)), "text" if is_trusted(row) else "dim")


def _interest(row: MarketRow, _: Style) -> Cell:
    if row.interest is None:
        return Cell("-", role="dim")
    return Cell(
        *numbers.split(row.interest.size, steady_decimals(row)), "dim" if row.interest.old else "text"
    )


def _percent(value: float | None, *, sound: bool) -> Cell:
    if value is None:
        return Cell("-", role="dim")
    whole, point, part = numbers.percent(value, signed=True).partition(".")
    return Cell(whole, point + part, numbers.tone(value) if sound else "dim")


def _z(row: MarketRow, style: Style) -> Cell:
    if row.z is None:
        return Cell("-", role="dim")
    whole, _, part = f"{row.z:+.{1 if style.tight else 2}f}".partition(".")
    mark = "◆" if row.climax else " "
    if not row.climax and row.z_before is not None and row.z != row.z_before:
        mark = "↑" if row.z > row.z_before else "↓"
    role = numbers.tone(row.z) if abs(row.z) > 1 else "text"
    return Cell(whole, f".{part}{mark}", role if is_trusted(row) else "dim")


def _flags(row: MarketRow, _: Style) -> Cell:
    tones = {flag.tone for flag in row.flags}
    role = "warn" if "warn" in tones else tones.pop() if len(tones) == 1 else "text"
    return Cell(" ".join(narrow(flag.glyph + flag.text) for flag in row.flags), role=role)


def _cover(row: MarketRow, style: Style) -> Cell:
    state = row.quality.state
    bad = state in {"gap", "stale", "lost", "refused", "offline"}
    role = "warn" if bad else "note" if state == "fill" else "dim" if state == "waiting" else "good"
    text = narrow(row.quality.text or "-")
    since = row.quality.from_us
    if style.clock is not None and state == "live" and since and row.last_trade_us - since < DAY_US:
        # the time from which the session is known says more than its share of the volume
        return Cell(f"≥{style.clock.hm(since)}{style.clock.z}", role="note")
    if style.tight and len(text) > 8:
        text = text.replace(" %", "%") if text.endswith(" %") else text.replace(" ", "", 1)
    return Cell(text, role=role)


def spark(row: MarketRow, width: int) -> str:
    """The last `width` steps of the CVD, scaled to themselves, newest at the right."""
    values = row.spark[-width:]
    if not values:
        return " " * width
    low, high = min(values), max(values)
    scale = 6.999 / (high - low) if high > low else 0.0
    drawn = "".join(BLOCKS[int((value - low) * scale)] for value in values) if scale else "▄" * len(values)
    return drawn.rjust(width)


def spark_head(rows: tuple[MarketRow, ...], width: int) -> str:
    """`last 40m, 1m a step`: the span drawn and the length of one step, as far as there is room."""
    step = max((row.spark_step_s for row in rows), default=60)
    total = step * min(width, max((len(row.spark) for row in rows), default=0) or width)
    text = f"{total // 3600}h{total % 3600 // 60:02d}" if total >= 3600 else f"{total // 60}m"
    unit = span(step)
    for head in (f"last {text}, {unit} a step", f"{text} by {unit}", f"{text}/{unit}", text):
        if len(head) <= width:
            return head
    return ""


def _nothing(_row: MarketRow, _style: Style) -> Cell:
    return Cell("")


COLUMNS: tuple[Column, ...] = (
    Column("market", "market", 0, _market, lambda row: f"{row.market.base} {row.market.name}", align="left"),
    Column("last", "last", 1, _last, lambda row: row.last, 6, 2),
    Column(
        "change",
        "chg %",
        6,
        lambda row, _: _percent(row.change, sound=is_fresh(row)),
        lambda row: row.change,
        3,
        3,
    ),
    Column("volume", "volume", 11, _volume, lambda row: row.volume, 6, 2),
    Column(
        "bar",
        "Δ bar",
        4,
        lambda row, style: _signed(row, row.delta_bar, style),
        lambda row: row.delta_bar,
        4,
        3,
    ),
    Column(
        "5m",
        "Δ 5m",
        9,
        lambda row, style: _signed(row, row.delta_5m, style),
        lambda row: row.delta_5m,
        4,
        3,
    ),
    Column(
        "ratio",
        "Δ %",
        10,
        lambda row, _: _percent(row.delta_ratio, sound=is_trusted(row)),
        lambda row: row.delta_ratio,
        3,
        3,
    ),
    Column(
        "cvd",
        "CVD",
        3,
        lambda row, style: _signed(row, row.cvd, style, inferred(row)),
        lambda row: row.cvd,
        6,
        2,
    ),
    Column(
        "spark",
        "",
        5,
        _nothing,
        lambda row: row.spark[-1] - row.spark[0] if row.spark else None,
        6,
        align="left",
    ),
    Column(
        "oi",
        "OI",
        12,
        _interest,
        lambda row: None if row.interest is None else row.interest.size,
        6,
        2,
    ),
    Column(
        "oi_change",
        "OI %",
        13,
        lambda row, _: (
            _percent(row.interest.change, sound=not row.interest.old)
            if row.interest
            else Cell("-", role="dim")
        ),
        lambda row: None if row.interest is None else row.interest.change,
        3,
        3,
    ),
    Column("z", "z", 8, _z, lambda row: row.z, 2, 3),
    Column("flags", "flags", 7, _flags, lambda row: len(row.flags), 8, align="left"),
    Column("cover", "cover", 2, _cover, lambda row: row.quality.coverage, 8, align="right"),
)
