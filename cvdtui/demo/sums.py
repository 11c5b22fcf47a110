"""What a tape's sizes add up to in base units: as they are, or dollars divided by the price of each trade."""

from typing import Protocol

import numpy as np

from cvdtui.demo.bars import DemoBars
from cvdtui.demo.history import DemoHistory
from cvdtui.demo.templates import Ints

INVERSE_DECIMALS = 10
"""Base units of an inverse market are rounded half even here, trade by trade."""
_COARSE = 6
"""Digits of the first of two divisions, so that no product leaves 63 bits."""
_CHUNK = 200_000


class LedgerSums(Protocol):
    """Exact sums of one market's trades before a position of its history."""

    decimals: int
    since: int
    """Sums before this position are not known."""

    def bought(self, index: int) -> int:
        """Size of all buys up to a position."""

    def sold(self, index: int) -> int:
        """Size of all sells up to a position."""

    def bars(self, rows: DemoBars) -> tuple[Ints, Ints]:
        """Bought and sold in each bar."""


def sums_of(history: DemoHistory, since: int) -> LedgerSums:
    """What adds up a market's sizes; of an inverse one from position `since` on."""
    return _Divided(history, since) if history.listing.market.inverse else _Plain(history)


def base_units(size: Ints, price: Ints, price_decimals: int) -> Ints:
    """Contracts of one dollar at prices (integers) as base units of INVERSE_DECIMALS, rounded half even."""
    fine = 10 ** (price_decimals + INVERSE_DECIMALS - _COARSE)
    # In one division dollars x 10^(price decimals + 10) may overflow 64 bits.
    coarse, rest = np.divmod(size * 10**_COARSE, price)
    finer, rest = np.divmod(rest * fine, price)
    units: Ints = coarse * fine + finer
    up: Ints = ((2 * rest > price) | ((2 * rest == price) & (units % 2 == 1))).astype(np.int64)
    return units + up


class _Plain:
    """Sizes are base units: the history knows its sums."""

    since = 0

    def __init__(self, history: DemoHistory) -> None:
        self._history = history
        self.decimals = history.listing.market.size_decimals

    def bought(self, index: int) -> int:
        return (self._history.volume_before(index) + self._history.delta_before(index)) // 2

    def sold(self, index: int) -> int:
        return (self._history.volume_before(index) - self._history.delta_before(index)) // 2

    def bars(self, rows: DemoBars) -> tuple[Ints, Ints]:
        return rows.buy, rows.volume - rows.buy


class _Divided:
    """Sizes are dollars: every trade is divided by its own price, once."""

    decimals = INVERSE_DECIMALS

    def __init__(self, history: DemoHistory, since: int) -> None:
        self._history = history
        self.since = since
        self._running = [np.zeros(1, np.int64), np.zeros(1, np.int64)]
        """Bought and sold of the trades from `since` on, cumulated."""

    def bought(self, index: int) -> int:
        return int(self._reached(index)[0][index - self.since])

    def sold(self, index: int) -> int:
        return int(self._reached(index)[1][index - self.since])

    def bars(self, rows: DemoBars) -> tuple[Ints, Ints]:
        if not len(rows.end):
            return rows.buy, rows.volume
        bought, sold = (
            running[rows.end - self.since] - running[rows.begin - self.since]
            for running in self._reached(int(rows.end[-1]))
        )
        return bought, sold

    def _reached(self, index: int) -> list[Ints]:
        known = self.since + len(self._running[0]) - 1
        parts: list[list[Ints]] = [[], []]
        for start in range(known, index, _CHUNK):
            ticks = self._history.ticks(start, min(index, start + _CHUNK))
            units = base_units(ticks.size, ticks.price, self._history.listing.market.price_decimals)
            for side, part in zip((1, -1), parts, strict=True):
                part.append(np.where(ticks.side == side, units, 0))
        for number, part in enumerate(parts):
            if part:
                running = self._running[number]
                more = running[-1] + np.cumsum(np.concatenate(part))
                self._running[number] = np.concatenate([running, more])
        return self._running
