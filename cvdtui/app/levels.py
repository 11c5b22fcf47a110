"""Key levels of the selected market: `l` adds one at a price, or removes the one that is there."""

from cvdtui.app.source import Source
from cvdtui.model import MarketDetail
from cvdtui.panes.chart import ChartPane
from cvdtui.panes.line import Pane


def drop(source: Source, detail: MarketDetail | None, chart: Pane) -> str:
    """Add or remove a level at the crosshair's price line, else at the last price; says what was done."""
    if detail is None or not detail.bars or not isinstance(chart, ChartPane):
        return "no price to add a level at"
    price = chart.pointed if chart.pointed is not None else detail.bars[-1].close
    prices, words = toggled(detail, price, chart.grain)
    warning = source.set_levels(detail.market.name, prices)
    return f"{words}; {warning}" if warning else words


def toggled(detail: MarketDetail, price: float, within: float) -> tuple[tuple[str, ...], str]:
    """All levels as decimal strings, and what was done, in words.

    `price` snaps to the market's tick; the nearest level at most `within` away is removed instead.
    """
    market = detail.market
    unit = 10**market.price_decimals
    # a crosshair rarely hits a level exactly: `l` near one removes it rather than adding its neighbour
    near = min(detail.levels, key=lambda level: abs(level - price), default=None)
    prices = list(detail.levels)
    if near is not None and abs(near - price) <= max(within, market.tick / unit / 2):
        prices.remove(near)
        words = f"level {near:.{market.price_decimals}f} removed"
    else:
        new = round(price * unit / market.tick) * market.tick / unit
        prices.append(new)
        words = f"level {new:.{market.price_decimals}f} added; l on it removes it"
    return tuple(f"{level:.{market.price_decimals}f}" for level in sorted(prices)), words
