"""Key levels of the market at hand: a price where there is none gets one, one that is near goes. Pure."""

from cvdtui.model import MarketDetail


def toggled(detail: MarketDetail, price: float, within: float) -> tuple[tuple[str, ...], str]:
    """All levels as decimal strings, and what became of this one.

    `price` snaps to the market's tick; the nearest level at most `within` away is removed instead.
    """
    market = detail.market
    unit = 10**market.price_decimals
    near = min(detail.levels, key=lambda level: abs(level - price), default=None)
    kept = list(detail.levels)
    if near is not None and abs(near - price) <= max(within, market.tick / unit / 2):
        kept.remove(near)
        words = f"level {near:.{market.price_decimals}f} removed"
    else:
        new = round(price * unit / market.tick) * market.tick / unit
        kept.append(new)
        words = f"level {new:.{market.price_decimals}f} dropped; l on it removes it"
    return tuple(f"{level:.{market.price_decimals}f}" for level in sorted(kept)), words
