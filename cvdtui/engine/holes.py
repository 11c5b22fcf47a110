"""Holes in a tape of contiguous ids: which are open, which were filled, which were given up."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal

from cvdtui.model import Gap, Trade


class Hole:
    """Ids after < x < before, of which `remaining` have not come."""

    __slots__ = ("after", "before", "from_us", "remaining", "to_us")

    def __init__(self, after: int, before: int, from_us: int, to_us: int) -> None:
        self.after = after
        self.before = before
        self.from_us = from_us
        """Time of the trade before the hole."""
        self.to_us = to_us
        """Time of the trade behind it."""
        self.remaining = before - after - 1

    def gap(self, state: Literal["filled", "open"]) -> Gap:
        """The hole as a value: an open one counts what has not come yet, a filled one all its ids."""
        missing = self.remaining if state == "open" else self.before - self.after - 1
        return Gap(self.after, self.before, missing, self.from_us, self.to_us, state)


class Holes:
    """The open holes of one tape in order of id, and what became of the others."""

    __slots__ = ("_epoch", "closed", "lost", "lost_ids", "open", "restarts")

    def __init__(self) -> None:
        self.open: list[Hole] = []
        """Ascending, none overlaps another."""
        self.closed: list[Gap] = []
        """Holes that were filled or given up, in the order in which that happened."""
        self.lost: list[Gap] = []
        """Those of them that were given up, ascending within an epoch."""
        self.lost_ids = 0
        self.restarts: list[Gap] = []
        """Where ids began anew."""
        self._epoch = 0
        """The first of `lost` that is of this epoch: before it the same ids mean other trades."""

    @property
    def gaps(self) -> list[Gap]:
        """Every hole there was: those that ended, then those still open."""
        return self.closed + [hole.gap("open") for hole in self.open]

    @property
    def open_ids(self) -> int:
        """How many ids are missing now."""
        return sum(hole.remaining for hole in self.open)

    def add(self, after: int, before: int, from_us: int, to_us: int) -> Hole:
        """Opens a hole beyond every other."""
        hole = Hole(after, before, from_us, to_us)
        self.open.append(hole)
        return hole

    def fill(self, trade: Trade) -> bool:
        """Takes a trade's ids from the hole they lie in; False when they lie in none, or reach beyond it."""
        for index, hole in enumerate(self.open):
            if hole.after < trade.id < hole.before:
                if trade.id + trade.count > hole.before:
                    return False  # its last ids have come by themselves, so its first ones will too
                hole.remaining -= trade.count
                if hole.remaining <= 0:
                    self.closed.append(hole.gap("filled"))
                    del self.open[index]
                return True
        return False

    def cut_first(self, applied: int, lowest: int) -> None:
        """The first hole ends where `lowest` has come: the ids from `applied` up to it are given up."""
        hole = self.open[0]
        if lowest == hole.before:
            del self.open[0]
        else:
            hole.remaining -= lowest - applied
            hole.after = lowest

    def give_up(self, gap: Gap) -> None:
        """Records ids that will not come."""
        self.closed.append(gap)
        self.lost.append(gap)
        self.lost_ids += gap.missing

    def begin_anew(self, gap: Gap) -> None:
        """Records that ids began anew; no hole may be open."""
        self.closed.append(gap)
        self.restarts.append(gap)
        self._epoch = len(self.lost)

    def take_over(self, lost: Sequence[Gap]) -> None:
        """Records the lost gaps of the tape that came before."""
        for gap in lost:
            self.give_up(gap)

    def was_lost(self, trade_id: int) -> bool:
        """Whether this id was given up: its trade is late, not a duplicate."""
        place = bisect_right(self.lost, trade_id, lo=self._epoch, key=_before)
        return place < len(self.lost) and self.lost[place].after < trade_id


def _before(gap: Gap) -> int:
    return gap.before
