"""Trades and bars as columns, and how trades become one bar."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cvdtui.demo.templates import Ints


class DemoTicks(NamedTuple):
    """Consecutive trades as columns; integers in the market's own decimals."""

    first: int
    """Position of the first one in the history; id = DemoMarket.first_id + position."""
    time_us: Ints
    price: Ints
    size: Ints
    side: Ints
    fill: Ints
    """First single-trade id."""
    fills: Ints


class DemoBars(NamedTuple):
    """Bars as columns; a bar without trades has the close before it and no volume."""

    time_us: Ints
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    volume: Ints
    buy: Ints
    value: Ints
    """Price x size summed."""
    buy_value: Ints
    fills: Ints
    """Single trades (an aggregate trade is one or more)."""
    begin: Ints
    """Position of the first trade."""
    end: Ints
    """Position after the last trade."""


def no_bars() -> DemoBars:
    """Bars of length zero."""
    return DemoBars(*(np.empty(0, np.int64) for _ in DemoBars._fields))


def concatenated(parts: list[DemoBars]) -> DemoBars:
    """Bars end to end."""
    if not parts:
        return no_bars()
    return (
        parts[0]
        if len(parts) == 1
        else DemoBars(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    )


def of_ticks(time_us: int, ticks: DemoTicks, close_before: Callable[[int], int]) -> DemoBars:
    """One bar that begins at `time_us` and holds exactly `ticks`; without any, the close stands still."""
    price, size = ticks.price, ticks.size
    end = ticks.first + len(price)
    if not len(price):
        still = close_before(ticks.first)
        row = (time_us, still, still, still, still, 0, 0, 0, 0, 0, end, end)
    else:
        buys = ticks.side > 0
        row = (
            time_us,
            int(price[0]),
            int(price.max()),
            int(price.min()),
            int(price[-1]),
            int(size.sum()),
            int(size[buys].sum()),
            int((price * size).sum()),
            int((price * size)[buys].sum()),
            int(ticks.fills.sum()),
            ticks.first,
            end,
        )
    return DemoBars(*(np.array([value], np.int64) for value in row))


def joined(first: DemoBars, second: DemoBars) -> DemoBars:
    """One bar out of two single bars that follow each other and both hold trades."""
    return DemoBars(
        first.time_us,
        first.open,
        np.maximum(first.high, second.high),
        np.minimum(first.low, second.low),
        second.close,
        first.volume + second.volume,
        first.buy + second.buy,
        first.value + second.value,
        first.buy_value + second.buy_value,
        first.fills + second.fills,
        first.begin,
        second.end,
    )
