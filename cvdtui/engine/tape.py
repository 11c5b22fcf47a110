"""The tape of one market: trades in the venue's order, each once, every hole known by its ids."""

from collections.abc import Iterable, Sequence

from cvdtui.config import DEFAULTS
from cvdtui.engine.holes import Hole, Holes
from cvdtui.engine.recent_ids import RecentIds
from cvdtui.engine.scale import scale_trade
from cvdtui.model import Gap, IdRule, Missing, Trade

ABSURD_JUMP = 1_000_000
"""Ids a healthy stream does not skip at once: such a trade waits until a second one confirms it.

One corrupt id would otherwise open a hole that holds back everything behind it."""
_NOTHING: tuple[Trade, ...] = ()


class Tape:
    """Releases trades in order of id; later ones wait until the hole before them is filled or given up.

    Contiguous ids: `accept` returns what may be applied now and sets `missing` when a new hole opened.
    Ordered and unique ids: every trade not seen among the latest 20,000 is released at once.
    """

    __slots__ = (
        "_held",
        "_hold_limit",
        "_holding",
        "_holes",
        "_recent",
        "_suspect",
        "_top",
        "_top_time_us",
        "duplicates",
        "flowing",
        "last_time_us",
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
        """Whether a single trade with the id `next` may be applied at once: ids are contiguous, none waits.

        The caller that does so sets `next` and `last_time_us` itself; everything else goes through `accept`.
        """
        self.last_time_us = 0
        """Exchange time of the trade released last, us."""
        self.duplicates = 0
        """Trades dropped because their id had come."""
        self.refused = 0
        """Trades with an id no neighbour confirmed."""
        self._holes = Holes()
        self._held: dict[int, Trade] = {}
        """Trades that wait, by id."""
        self._hold_limit = hold_limit
        self._holding = False
        self._top = 0
        """The highest id that waits, and its time."""
        self._top_time_us = 0
        self._suspect: Trade | None = None
        """The last trade after an absurd jump."""
        self._recent = RecentIds()

    @property
    def gaps(self) -> list[Gap]:
        """Every hole there was: those that ended, then those still open."""
        return self._holes.gaps

    @property
    def lost_gaps(self) -> Sequence[Gap]:
        """Holes that were given up, ascending."""
        return self._holes.lost

    @property
    def lost(self) -> int:
        """How many ids were given up."""
        return self._holes.lost_ids

    @property
    def open_ids(self) -> int:
        """How many ids are missing now."""
        return self._holes.open_ids

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
        """Whether this id was released; where ids are not contiguous, among the latest 20,000."""
        return trade_id < (self.next or 0) if self.rule == "contiguous" else trade_id in self._recent

    def hold(self) -> None:
        """Until `expect` is called nothing is released."""
        if self.next is None:
            self._holding = True

    def expect(self, next_id: int, from_us: int = 0) -> Sequence[Trade]:
        """The tape begins at `next_id`; returns what waited and may be applied, older ids are dropped.

        `from_us` is the time from which trades are due. A tape that has begun is left as it is: what it
        lacks becomes a hole.
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
            if trade.id >= next_id:  # one that starts within another is part of that sum
                due.append(trade)
                next_id = trade.id + trade.count
        return self._place(due)

    def resume(self, next_id: int, last_time_us: int, lost: Sequence[Gap]) -> None:
        """Continues where another tape ended: its next id, the time of its last trade, its lost gaps."""
        self.next, self.last_time_us = next_id, last_time_us
        self._holes.take_over(lost)

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
                # the first to come: it becomes a hole after `expect` and is fetched again
                del self._held[next(iter(self._held))]
            return _NOTHING
        if self.next is None and trades:
            # the lowest, not the first: a batch need not be sorted
            self.next = min(trade.id for trade in trades)
        return self._place(trades)

    def give_up(self, last_id: int) -> Sequence[Trade]:
        """Ids missing up to `last_id` will not come: they are lost, what waited behind them is returned."""
        released: list[Trade] = []
        self.missing = None
        holes = self._holes.open
        while holes and holes[0].after < last_id:
            self._lose(holes.pop(0), released)
        self.flowing = not self._held and self.next is not None
        return released

    def finish(self) -> Sequence[Trade]:
        """No more trades: every open hole is lost, what waited is returned."""
        begun = self.expect(self.first_held) if self._holding and self._held else _NOTHING
        return [*begun, *self.give_up(self._top + 1)]

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings trades that wait to finer integers."""
        for trade_id, trade in self._held.items():
            self._held[trade_id] = scale_trade(trade, price_factor, size_factor)
        self._suspect = None  # in the old scale; the next two trades confirm a real jump

    # --- contiguous ids

    def _wait(self, trades: Iterable[Trade]) -> None:
        """Keeps trades until the tape begins; history and stream overlap, so an id may repeat."""
        for trade in trades:
            self._held.setdefault(trade.id, trade)

    def _place(self, trades: Iterable[Trade]) -> Sequence[Trade]:
        holes = self._holes
        released: list[Trade] = []
        fresh: list[Hole] = []
        for trade in trades:
            if trade.count > 1 and self._overlaps(trade):
                self.duplicates += 1
            elif trade.id == self.next:
                if holes.open:
                    holes.fill(trade)
                released.append(trade)
                self.next = trade.id + trade.count
                self.last_time_us = trade.time_us
                if self._held:
                    self._release(released)
            elif trade.id > (self.next or 0):
                self._keep_later(trade, fresh)
            elif not holes.was_lost(trade.id):  # a lost trade that comes after all cannot be applied in order
                self.duplicates += 1
        # the oldest hole is given up, not the newest trade dropped: CVD stays current
        while len(self._held) > self._hold_limit and holes.open:
            self._lose_first_run(released)
        # of one batch several holes are one request; those that a later trade filled are not in it
        fresh = [hole for hole in fresh if hole in holes.open]
        if fresh:
            first, last = fresh[0], fresh[-1]
            self.missing = Missing(self.market, first.after + 1, last.before - 1, first.from_us, last.to_us)
        self.flowing = not self._held
        return released

    def _keep_later(self, trade: Trade, fresh: list[Hole]) -> None:
        top = self._top if self._held else (self.next or 0) - 1
        if trade.id in self._held:
            self.duplicates += 1
        elif trade.id <= top:
            if self._holes.fill(trade):
                self._held[trade.id] = trade
            else:
                self.duplicates += 1
        elif trade.id - top <= ABSURD_JUMP:
            self._extend(trade, top, fresh)
        elif self._suspect is not None and 0 < trade.id - self._suspect.id <= ABSURD_JUMP:
            # two ids near each other are a real jump, not a corrupt id: the first one counts after all
            suspect, self._suspect = self._suspect, None
            self.refused -= 1
            self._extend(suspect, top, fresh)
            self._extend(trade, self._top, fresh)
        else:
            self._suspect = trade
            self.refused += 1

    def _extend(self, trade: Trade, top: int, fresh: list[Hole]) -> None:
        """Holds a trade beyond the highest known id; what lies between is a new hole."""
        if trade.id > top + 1:
            before_us = self._top_time_us if self._held else self.last_time_us
            fresh.append(self._holes.add(top, trade.id, before_us, trade.time_us))
        self._held[trade.id] = trade
        self._top = trade.id + trade.count - 1
        self._top_time_us = trade.time_us

    def _overlaps(self, trade: Trade) -> bool:
        """Whether one of a trade's later ids has come by itself: then the others come by themselves too."""
        held = self._held
        return bool(held) and any(number in held for number in range(trade.id + 1, trade.id + trade.count))

    def _release(self, out: list[Trade]) -> None:
        """Releases what follows the last applied id without a hole."""
        held = self._held
        expected = self.next or 0
        while (trade := held.pop(expected, None)) is not None:
            out.append(trade)
            expected += trade.count
            self.last_time_us = trade.time_us
        self.next = expected

    def _lose(self, hole: Hole, released: list[Trade]) -> None:
        """Closes a hole: ids in it that came are released, each run that did not is a lost gap."""
        came = sorted(trade_id for trade_id in self._held if hole.after < trade_id < hole.before)
        for trade_id in [*came, hole.before]:
            self._lose_run(trade_id)
            self._release(released)

    def _lose_first_run(self, released: list[Trade]) -> None:
        """Makes room: the ids missing before the lowest one that waits are lost."""
        lowest = self.first_held
        self._holes.cut_first(self.next or 0, lowest)
        self._lose_run(lowest)
        self._release(released)

    def _lose_run(self, before: int) -> None:
        """The ids from the next one up to `before`, which waits, are lost."""
        after = (self.next or 0) - 1
        if before > after + 1:
            ids, end_us = before - after - 1, self._held[before].time_us
            self._holes.give_up(Gap(after, before, ids, self.last_time_us, end_us, "lost"))
            self.next = before


def _by_id(trade: Trade) -> int:
    return trade.id
