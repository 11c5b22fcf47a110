"""The tape of one market: the venue's order, no duplicate, every hole known by its ids."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Literal

from cvdtui.config import DEFAULTS
from cvdtui.engine.recent_ids import RecentIds
from cvdtui.engine.scale import scale_trade
from cvdtui.model import Gap, IdRule, Missing, Trade

ABSURD_JUMP = 1_000_000
"""Ids a healthy stream does not skip at once: such a trade waits until a second one confirms it."""
_NOTHING: tuple[Trade, ...] = ()


class _Hole:
    """Ids after < x < before, of which `remaining` have not come."""

    __slots__ = ("after", "before", "from_us", "remaining", "to_us")

    def __init__(self, after: int, before: int, from_us: int, to_us: int) -> None:
        self.after = after
        self.before = before
        self.from_us = from_us
        self.to_us = to_us
        self.remaining = before - after - 1

    def gap(self, state: Literal["filled", "open"]) -> Gap:
        missing = self.remaining if state == "open" else self.before - self.after - 1
        return Gap(self.after, self.before, missing, self.from_us, self.to_us, state)


class Tape:
    """Releases trades in order of id; the rest waits until the hole before it is filled or given up.

    Contiguous ids: `accept` returns what can be applied now and sets `missing` when a new hole opened.
    Ordered and unique ids: everything not seen lately is released at once.
    """

    __slots__ = (
        "_held",
        "_hold_limit",
        "_holding",
        "_holes",
        "_lost",
        "_recent",
        "_suspect",
        "_top",
        "_top_time_us",
        "closed",
        "duplicates",
        "flowing",
        "last_time_us",
        "lost",
        "market",
        "missing",
        "next",
        "refused",
        "rule",
    )

    def __init__(
        self, market: str, rule: IdRule = "contiguous", *, hold_limit: int = DEFAULTS.tape.hold
    ) -> None:
        self.market = market
        self.rule = rule
        self.next: int | None = None
        """The id that may be applied next; None before the first trade."""
        self.missing: Missing | None = None
        """The hole that the last call opened, to be fetched."""
        self.flowing = False
        """Whether a trade of id `next`, coming alone, may be applied at once: ids are contiguous, none waits.

        Whoever applies it then moves `next` and `last_time_us` on; everything else goes through `accept`.
        """
        self.last_time_us = 0
        """Time of the trade released last."""
        self.duplicates = 0
        self.lost = 0
        self.refused = 0
        """Trades with an id no neighbour confirmed."""
        self.closed: list[Gap] = []
        """Holes that were filled or given up."""
        self._holes: list[_Hole] = []
        self._lost: list[Gap] = []
        self._held: dict[int, Trade] = {}
        self._hold_limit = hold_limit
        self._holding = False
        self._top = 0
        self._top_time_us = 0
        self._suspect: Trade | None = None
        self._recent = RecentIds()

    @property
    def gaps(self) -> list[Gap]:
        """Every hole there was: those that ended, then those still open."""
        return self.closed + [hole.gap("open") for hole in self._holes]

    @property
    def lost_gaps(self) -> Sequence[Gap]:
        """Holes that were given up, ascending."""
        return self._lost

    @property
    def open_ids(self) -> int:
        """How many ids are missing now."""
        return sum(hole.remaining for hole in self._holes)

    @property
    def held(self) -> int:
        """How many trades wait."""
        return len(self._held)

    @property
    def is_holding(self) -> bool:
        """Whether everything waits for `expect`."""
        return self._holding

    @property
    def first_held(self) -> int:
        """The lowest id that waits (at least one does)."""
        return min(self._held)

    def has(self, trade_id: int) -> bool:
        """Whether this trade was released (of ids that tell no order: lately)."""
        return trade_id < (self.next or 0) if self.rule == "contiguous" else trade_id in self._recent

    def hold(self) -> None:
        """Until `expect` is called nothing is released."""
        if self.next is None:
            self._holding = True

    def expect(self, next_id: int, from_us: int = 0) -> Sequence[Trade]:
        """The tape begins at `next_id`; returns what waited and can be applied, older ids are forgotten.

        `from_us` is the time from which on trades are due. A tape that has begun goes on as it is: whatever
        it lacks shows as a hole.
        """
        if self.next is not None:
            return _NOTHING
        self._holding = False
        self.missing = None
        self.next, self.last_time_us = next_id, from_us
        waiting = sorted(self._held.values(), key=_by_id)
        self._held = {}
        due: list[Trade] = []
        for trade in waiting:
            if trade.id >= next_id:
                due.append(trade)
                next_id = trade.id + trade.count
        return self._place(due)

    def resume(self, next_id: int, last_time_us: int, lost: Sequence[Gap]) -> None:
        """Goes on where another tape ended."""
        self.next, self.last_time_us = next_id, last_time_us
        self.closed += lost
        self._lost += lost
        self.lost += sum(gap.missing for gap in lost)

    def accept(self, trades: Sequence[Trade]) -> Sequence[Trade]:
        """Takes trades as they arrive, returns those that may be applied now, in order."""
        self.missing = None
        if self.rule != "contiguous":
            released = self._recent.fresh(trades, ids_grow=self.rule == "ordered")
            self.duplicates += len(trades) - len(released)
            return released
        if self._holding:
            self._wait(trades)
            while len(self._held) > self._hold_limit:
                del self._held[next(iter(self._held))]
            return _NOTHING
        if self.next is None and trades:
            self.next = min(trade.id for trade in trades)
        return self._place(trades)

    def give_up(self, last_id: int) -> Sequence[Trade]:
        """What is missing up to `last_id` will not come: it is lost, what waited behind it is returned."""
        released: list[Trade] = []
        self.missing = None
        while self._holes and self._holes[0].after < last_id:
            self._lose(self._holes.pop(0), released)
        self.flowing = not self._held and self.next is not None
        return released

    def finish(self) -> Sequence[Trade]:
        """Nothing more will come: every open hole is lost."""
        begun = self.expect(self.first_held) if self._holding and self._held else _NOTHING
        return [*begun, *self.give_up(self._top + 1)]

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Trades that wait are brought to finer integers."""
        for trade_id, trade in self._held.items():
            self._held[trade_id] = scale_trade(trade, price_factor, size_factor)
        self._suspect = None

    # --- contiguous ids

    def _wait(self, trades: Iterable[Trade]) -> None:
        """Keeps trades until the tape begins; history and stream meet here, so coming twice is no fault."""
        for trade in trades:
            self._held.setdefault(trade.id, trade)

    def _place(self, trades: Iterable[Trade]) -> Sequence[Trade]:
        released: list[Trade] = []
        fresh: list[_Hole] = []
        for trade in trades:
            if trade.count > 1 and self._overlaps(trade):
                self.duplicates += 1
            elif trade.id == self.next:
                if self._holes:
                    self._fill(trade)
                released.append(trade)
                self.next = trade.id + trade.count
                self.last_time_us = trade.time_us
                if self._held:
                    self._release(released)
            elif trade.id > (self.next or 0):
                self._keep_later(trade, fresh)
            elif not self._was_lost(trade.id):
                self.duplicates += 1
        while len(self._held) > self._hold_limit and self._holes:
            self._lose_first_run(released)
        fresh = [hole for hole in fresh if hole in self._holes]
        if fresh:
            first, last = fresh[0], fresh[-1]
            self.missing = Missing(self.market, first.after + 1, last.before - 1, first.from_us, last.to_us)
        self.flowing = not self._held
        return released

    def _keep_later(self, trade: Trade, fresh: list[_Hole]) -> None:
        top = self._top if self._held else (self.next or 0) - 1
        if trade.id in self._held:
            self.duplicates += 1
        elif trade.id <= top:
            if self._fill(trade):
                self._held[trade.id] = trade
            else:
                self.duplicates += 1
        elif trade.id - top <= ABSURD_JUMP:
            self._extend(trade, top, fresh)
        elif self._suspect is not None and 0 < trade.id - self._suspect.id <= ABSURD_JUMP:
            suspect, self._suspect = self._suspect, None
            self.refused -= 1
            self._extend(suspect, top, fresh)
            self._extend(trade, self._top, fresh)
        else:
            self._suspect = trade
            self.refused += 1

    def _extend(self, trade: Trade, top: int, fresh: list[_Hole]) -> None:
        """Holds a trade beyond the highest known id; what lies between is a new hole."""
        if trade.id > top + 1:
            before_us = self._top_time_us if self._held else self.last_time_us
            hole = _Hole(top, trade.id, before_us, trade.time_us)
            self._holes.append(hole)
            fresh.append(hole)
        self._held[trade.id] = trade
        self._top = trade.id + trade.count - 1
        self._top_time_us = trade.time_us

    def _fill(self, trade: Trade) -> bool:
        """Takes a trade's ids from the hole they lie in; False when they lie in none, or reach beyond it."""
        for index, hole in enumerate(self._holes):
            if hole.after < trade.id < hole.before:
                if trade.id + trade.count > hole.before:
                    return False
                hole.remaining -= trade.count
                if hole.remaining <= 0:
                    self.closed.append(hole.gap("filled"))
                    del self._holes[index]
                return True
        return False

    def _overlaps(self, trade: Trade) -> bool:
        """Whether a later one of a trade's ids has come by itself: then the others will too."""
        held = self._held
        return bool(held) and any(number in held for number in range(trade.id + 1, trade.id + trade.count))

    def _release(self, out: list[Trade]) -> None:
        """What now follows the last applied id without a hole."""
        held = self._held
        expected = self.next or 0
        while (trade := held.pop(expected, None)) is not None:
            out.append(trade)
            expected += trade.count
            self.last_time_us = trade.time_us
        self.next = expected

    def _lose(self, hole: _Hole, released: list[Trade]) -> None:
        """Closes a hole: ids in it that came are released, each run that did not is a lost gap."""
        came = sorted(trade_id for trade_id in self._held if hole.after < trade_id < hole.before)
        for trade_id in [*came, hole.before]:
            self._lose_run(trade_id)
            self._release(released)

    def _lose_first_run(self, released: list[Trade]) -> None:
        """Makes room: what is missing before the lowest id that waits is lost."""
        hole, lowest = self._holes[0], self.first_held
        if lowest == hole.before:
            del self._holes[0]
        else:
            hole.remaining -= lowest - (self.next or 0)
            hole.after = lowest
        self._lose_run(lowest)
        self._release(released)

    def _lose_run(self, before: int) -> None:
        """The ids from the next one up to `before`, which waits, are lost."""
        after = (self.next or 0) - 1
        if before > after + 1:
            gap = Gap(
                after, before, before - after - 1, self.last_time_us, self._held[before].time_us, "lost"
            )
            self.closed.append(gap)
            self._lost.append(gap)
            self.lost += gap.missing
            self.next = before

    def _was_lost(self, trade_id: int) -> bool:
        place = bisect_right(self._lost, trade_id, key=_before)
        return place < len(self._lost) and self._lost[place].after < trade_id


def _by_id(trade: Trade) -> int:
    return trade.id


def _before(gap: Gap) -> int:
    return gap.before
