"""Unfinished auction: both sides traded at a bar's extreme price, so the auction there did not end."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from cvdtui.engine.closed_bar import ClosedBar
from cvdtui.model import Signal


class UnfinishedParameters(Struct, frozen=True, kw_only=True):
    """Only the switch."""

    enabled: bool = True


class Unfinished:
    """Marks `high` and `low` on every bar where they were left unfinished; emits nothing."""

    name = "unfinished"
    Parameters = UnfinishedParameters

    def __init__(self, parameters: UnfinishedParameters, seconds: int = 0) -> None:  # noqa: ARG002 - one shape for all
        self._enabled = parameters.enabled

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        if closed.cells and self._enabled:
            closed.marks.unfinished = self.of(closed)
        return ()

    def of(self, closed: ClosedBar) -> list[Literal["high", "low"]]:
        """Which ends of the bar both sides traded at: the price itself, not its row."""
        if not self._enabled:
            return []
        found: list[Literal["high", "low"]] = []
        # the price itself: a row of many ticks may have both sides while its extreme price has one
        if closed.traded_both(closed.bar.high):
            found.append("high")
        if closed.traded_both(closed.bar.low):
            found.append("low")
        return found
