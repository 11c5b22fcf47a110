"""Every market's trades up to the exchange's clock."""

from collections.abc import Sequence
from typing import NamedTuple

from cvdtui.demo.assets import DemoMarket
from cvdtui.demo.bars import DemoTicks
from cvdtui.demo.history import DemoHistory


class News(NamedTuple):
    """Trades that have just happened on one market."""

    tape: "DemoTape"
    ticks: DemoTicks


class DemoTape:
    """One market at a moment: the trades before `position` have happened."""

    def __init__(self, history: DemoHistory, now_us: int) -> None:
        self.history = history
        self.listing: DemoMarket = history.listing
        self.name = history.listing.market.name
        self.position = history.index_at(now_us)
        self.begun = self.position
        """Position at which the exchange went live."""
        self.next_us = history.time_of(self.position)

    @property
    def last_id(self) -> int:
        """Id of the newest trade."""
        return self.listing.first_id + self.position - 1

    @property
    def open_interest(self) -> int:
        """Grows with volume and with buying: no model of positions, but it moves and stays above a floor."""
        volume = self.history.volume_before(self.position)
        return max(volume // 6 + self.history.delta_before(self.position) // 3, volume // 20)

    def move(self, now_us: int) -> DemoTicks | None:
        """Move on to `now_us`; the trades since, None when there were none."""
        if now_us < self.next_us:
            return None
        self.history.reach(now_us + 3_600_000_000)
        end = self.history.index_at(now_us)
        ticks = self.history.ticks(self.position, end)
        self.position = end
        self.next_us = self.history.time_of(end)
        return ticks


class Tapes:
    """All markets at one moment, `now_us`, the same for REST answers and streams."""

    def __init__(self, histories: Sequence[DemoHistory], now_us: int) -> None:
        for history in histories:
            history.reach(now_us + 3_600_000_000)
        self.now_us = now_us
        self.tapes = tuple(DemoTape(history, now_us) for history in histories)
        self.by_name = {tape.name: tape for tape in self.tapes}

    def of_venue(self, venue: str) -> dict[str, DemoTape]:
        """The tapes of a venue by symbol."""
        return {tape.listing.market.symbol: tape for tape in self.tapes if tape.listing.market.venue == venue}

    @property
    def next_us(self) -> int:
        """When the next trade happens anywhere."""
        return min(tape.next_us for tape in self.tapes)

    def move(self, now_us: int) -> list[News]:
        """Move on to `now_us`; a clock that steps back is ignored until it has caught up."""
        if now_us < self.now_us:
            return []
        self.now_us = now_us
        moved = [(tape, tape.move(now_us)) for tape in self.tapes]
        return [News(tape, ticks) for tape, ticks in moved if ticks is not None]
