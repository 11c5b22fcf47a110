"""Levels that the session's prices have not reached: naked points of control, extremes, your own."""

from cvdtui.model import KeyLevel, MarketDetail
from cvdtui.panes import numbers
from cvdtui.panes.columns import price_decimals
from cvdtui.panes.line import Frame, Line, fit

SHORT = {"naked poc": "nPOC", "previous high": "PDH", "previous low": "PDL", "level": "lvl"}
"""As a mark beside a row."""
MOST = ((30, 5), (16, 3), (9, 1))
"""From this height on so many lines above, and as many below."""


def beyond(frame: Frame, detail: MarketDetail) -> tuple[list[Line], list[Line]]:
    """The nearest levels above and below what traded in the session, a line each, in the order of price."""
    rows, half = detail.profile.rows, detail.profile.row / 2
    most = next((lines for height, lines in MOST if frame.height >= height), 0)
    if not rows or not most:
        return [], []
    above = [level for level in detail.lasting if level.price >= rows[-1].price + half]
    below = [level for level in detail.lasting if level.price < rows[0].price - half]
    price = detail.bars[-1].close if detail.bars else rows[-1].price
    return (
        [_line(frame, detail, level, price) for level in above[:most][::-1]],
        [_line(frame, detail, level, price) for level in below[-most:][::-1]],
    )


def _line(frame: Frame, detail: MarketDetail, level: KeyLevel, price: float) -> Line:
    """`64 310.5 ┄ naked POC of Wed 00:00Z  +0.29 %`: how far the last price is from it."""
    since = f" of {frame.clock.since(level.session_us, frame.snapshot.time_us)}" if level.session_us else ""
    name = "naked POC" if level.name == "naked poc" else level.name
    words = f"{name}{since}  {numbers.percent(level.price / price - 1, signed=True)} %" if price else name
    label = numbers.price(level.price, price_decimals(detail.market))
    return ((label, "note"), (" ╌ ", "faint"), (fit(words, max(frame.width - len(label) - 3, 0)), "dim"))
