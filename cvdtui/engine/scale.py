"""From one scale of integers to a finer one; decimals only grow, so no sum is ever rounded."""

from collections.abc import Iterable

from msgspec.structs import replace

from cvdtui.model import Candle, Liquidation, Market, Trade, Trades

WORD = 1 << 62
"""Sums below it fit a signed machine word of 64 bits, with room for one more of their size."""
EXACT_FLOAT = 1 << 53
"""Integers below it are exact as floats, so numpy may sum them as such."""
Factors = tuple[int, int]
"""Powers of ten that prices and sizes are multiplied by."""


def factors(coarse: Market, fine: Market) -> Factors:
    """The factors from the decimals of `coarse` to those of `fine`, which has at least as many."""
    return (
        10 ** (fine.price_decimals - coarse.price_decimals),
        10 ** (fine.size_decimals - coarse.size_decimals),
    )


def finer(known: Market, update: Market) -> Market:
    """`update` with at least the decimals of `known`, and its tick in them."""
    price = max(known.price_decimals, update.price_decimals)
    size = max(known.size_decimals, update.size_decimals)
    tick = update.tick * 10 ** (price - update.price_decimals)
    return replace(update, price_decimals=price, size_decimals=size, tick=tick)


def scale_trade(trade: Trade, price_factor: int, size_factor: int) -> Trade:
    """The same trade in finer integers."""
    price, size = trade.price * price_factor, trade.size * size_factor
    return Trade(trade.id, trade.time_us, price, size, trade.side, trade.count)


def scale_liquidation(event: Liquidation, price_factor: int, size_factor: int) -> Liquidation:
    """The same liquidation in finer integers."""
    return Liquidation(event.time_us, event.price * price_factor, event.size * size_factor, event.side)


def scale_candle(candle: Candle, price_factor: int, size_factor: int) -> Candle:
    """The same candle in finer integers."""
    if price_factor == size_factor == 1:
        return candle
    notional = price_factor * size_factor
    return Candle(
        candle.time_us,
        candle.seconds,
        candle.open * price_factor,
        candle.high * price_factor,
        candle.low * price_factor,
        candle.close * price_factor,
        candle.volume * size_factor,
        candle.taker_buy * size_factor,
        candle.quote_volume * notional,
        candle.trades,
        candle.closed,
        candle.taker_buy_value * notional,
    )


def at_scale(batch: Trades, market: Market) -> Iterable[Trade]:
    """Trades of a batch in the integers of `market` (which is at least as fine)."""
    price_factor, size_factor = factors(batch.market, market)
    if price_factor == 1 and size_factor == 1:
        return batch.trades
    return tuple(scale_trade(trade, price_factor, size_factor) for trade in batch.trades)
