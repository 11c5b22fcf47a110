"""The tape of one market: trades in the venue's order, each once, every hole known by its ids."""

from collections.abc import Iterable, Sequence

from cvdtui.config import DEFAULTS
from cvdtui.engine.holes import Hole, Holes
from cvdtui.engine.recent_ids import ANEW, RecentIds
from cvdtui.engine.scale import scale_trade
from cvdtui.model import Gap, IdRule, Missing, Trade

ABSURD_JUMP = 1_000_000
"""Ids a healthy stream does not skip at once: such a trade waits until a second one confirms it ...

One corrupt id would otherwise open a hole that holds back everything behind it."""
FASTEST = 100_000
"""... unless so many ids a second fill the time that passed: no market trades faster ..."""
LONGEST_US = 8 * 86_400_000_000
"""... and no longer than this, us: such a time is corrupt too."""
_NOTHING: tuple[Trade, ...] = ()


class Tape:
    """Releases trades in order of id; later ones wait until the hole before them is filled or given up.

    Contiguous ids: `accept` returns what may be applied now and sets `missing` when a new hole opened. A
    lower id that was never released is late, not a duplicate; ids that begin anew begin a new epoch.
    Ordered and unique ids: every trade not seen among the latest 20,000 is released at once.
    """

    __slots__ = (
        "_again",
        "_again_next",
        "_begin",
        "_early",
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
        "newest_us",
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
        self.newest_us = 0
        """Newest exchange time seen, us; a caller that applies trades without `accept` moves it on."""
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
        self._begin: int | None = None
        """Ids below it may still come late; None where candles cover what lies before."""
        self._early: set[int] = set()
        """Ids below `_begin` that came late."""
        self._again: list[Trade] = []
        """Trades in a row that may be the first of a new epoch."""
        self._again_next: int | None = None
        """What `next` was when the first of them came: whatever moved it on ended the row."""

    @property
    def gaps(self) -> list[Gap]:
        """Every hole there was: those that ended, then those still open."""
        return [*self._holes.gaps, *self._recent.restarts]

    @property
    def lost_gaps(self) -> Sequence[Gap]:
        """Holes that were given up, in the order of the tape."""
        return self._holes.lost

    @property
    def restarts(self) -> Sequence[Gap]:
        """Where ids began anew."""
        return [*self._holes.restarts, *self._recent.restarts]

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
            self.next = self._begin = min(trade.id for trade in trades)
        placed = self._place(trades)
        self.newest_us = max([self.newest_us, *[trade.time_us for trade in trades]])
        return placed

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
            else:
                self._passed(trade, released)
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
        elif trade.id - top <= self._most_ids(trade.time_us):
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

    def _most_ids(self, time_us: int) -> int:
        """How many ids may have passed since the highest one known."""
        before_us = self._top_time_us if self._held else self.last_time_us
        passed_us = time_us - before_us if before_us else 0
        return max(ABSURD_JUMP, passed_us * FASTEST // 1_000_000) if passed_us < LONGEST_US else ABSURD_JUMP

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

    # --- ids below the next one

    def _passed(self, trade: Trade, released: list[Trade]) -> None:
        """An id below the next one: late, lost and here after all, a repeat, or of a new epoch."""
        if self._is_early(trade.id):
            self._early.add(trade.id)
            released.append(trade)
        elif not self._holes.was_lost(trade.id):  # a lost trade cannot be applied in order any more
            self._repeat(trade, released)

    def _is_early(self, trade_id: int) -> bool:
        """Whether an id lies before the first one, near enough to be late, and has not come."""
        if self._begin is None or trade_id >= self._begin or trade_id in self._early:
            return False
        return (self.next or 0) - trade_id <= self._hold_limit

    def _repeat(self, trade: Trade, released: list[Trade]) -> None:
        """An id that passed: a duplicate, or one of the first trades of a new epoch."""
        self.duplicates += 1
        again = self._again
        if again and (self._again_next != self.next or trade.id <= again[-1].id):
            again.clear()
        if trade.time_us <= max(self.newest_us, self.last_time_us):
            again.clear()
            return
        self._again_next = self.next
        again.append(trade)
        if len(again) == ANEW:
            self.duplicates -= ANEW
            self._begin_anew(released)

    def _begin_anew(self, released: list[Trade]) -> None:
        """Ends the epoch (what is missing in it is lost, what waits is released) and begins the next."""
        again, self._again = self._again, []
        holes = self._holes.open
        while holes:
            self._lose(holes.pop(0), released)
        first = again[0]
        self._holes.begin_anew(
            Gap((self.next or 0) - 1, first.id, 0, self.last_time_us, first.time_us, "anew")
        )
        self.next = self._begin = first.id
        self._early.clear()
        self._suspect = None
        released.extend(self._place(again))


def _by_id(trade: Trade) -> int:
    return trade.id
