"""Key levels of the selected market: `l` adds one at a price, or removes the one that is there."""

from cvdtui.model import MarketDetail
from cvdtui.panes.chart import ChartPane
from cvdtui.panes.line import Pane

NO_PRICE = "no price to add a level at"


def dropped(detail: MarketDetail | None, chart: Pane) -> tuple[str, tuple[str, ...], str] | None:
    """(market, all its levels, in words) with one added or removed at the crosshair, else at the last price.

    None where there is no price.
    """
    if detail is None or not detail.bars or not isinstance(chart, ChartPane):
        return None
    price = chart.pointed if chart.pointed is not None else detail.bars[-1].close
    return detail.market.name, *toggled(detail, price, chart.grain)


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
