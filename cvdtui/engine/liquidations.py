"""The latest liquidations of one market, in its scale."""

from collections import deque

from cvdtui.engine.scale import factors, scale_liquidation
from cvdtui.model import Liquidation, Liquidations, Market

MOST = 1_000
"""Liquidations kept a market, the latest."""


class LiquidationLog:
    """Positions closed by force, as far as the venue reports them."""

    __slots__ = ("complete", "events")

    def __init__(self) -> None:
        self.events: deque[Liquidation] = deque(maxlen=MOST)
        """The latest ones, oldest first."""
        self.complete = True
        """Whether the venue reports every one, not a sample."""

    def note(self, batch: Liquidations, market: Market) -> None:
        """Takes liquidations, in a scale no finer than `market`'s."""
        price, size = factors(batch.market, market)
        self.events.extend(scale_liquidation(event, price, size) for event in batch.events)
        self.complete = self.complete and batch.complete

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings every integer to finer decimals."""
        finer = [scale_liquidation(event, price_factor, size_factor) for event in self.events]
        self.events.clear()
        self.events.extend(finer)
