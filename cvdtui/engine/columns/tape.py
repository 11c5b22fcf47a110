"""The tape for columns: order, duplicates and holes by the rules of `Tape`, found with numpy."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from cvdtui.config import DEFAULTS
from cvdtui.engine.columns.rows import fits, slice_of
from cvdtui.engine.columns.sums import Ints
from cvdtui.engine.recent_ids import ANEW
from cvdtui.engine.tape import ABSURD_JUMP, FASTEST, LONGEST_US, Tape
from cvdtui.model import Columns, Gap

_FEW = 200
"""Dropped rows are few when at most one in so many: then the spans between them are copied."""
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


class ColumnTape:
    """Releases columns in order of contiguous ids; rows behind a hole wait, up to `hold_limit` (None: all).

    `gaps` holds the holes that were given up; one that is filled in time is not recorded. A lower id that was
    never released is late, not a duplicate; ids that begin anew begin a new epoch.
    """

    __slots__ = (
        "_begin",
        "_early",
        "_epoch_gaps",
        "_held",
        "_hold_limit",
        "_last_time",
        "_newest",
        "_tail",
        "_waiting",
        "duplicates",
        "gaps",
        "lost",
        "next",
        "refused",
        "restarts",
    )

    def __init__(self, *, hold_limit: int | None = DEFAULTS.tape.hold) -> None:
        self.next: int | None = None
        self.duplicates = 0
        self.lost = 0
        self.refused = 0
        """Rows with an id no neighbour confirmed."""
        self.gaps: list[Gap] = []
        self.restarts: list[Gap] = []
        """Where ids began anew."""
        self._begin: int | None = None
        """The first id of this epoch; lower ones are late."""
        self._early: list[tuple[int, int]] = []
        """Ids below `_begin` that were released: first <= id < end, ascending, apart."""
        self._epoch_gaps = 0
        """The first of `gaps` that is of this epoch: before it the same ids mean other trades."""
        self._newest = 0
        """The newest exchange time released."""
        self._waiting: list[Columns] = []
        """Rows behind a hole, in parts of ascending ids, where as many as there are may wait."""
        self._tail: Columns | None = None
        """The last rows, where they may be the first of a new epoch."""
        self._held: Columns | None = None
        self._hold_limit = hold_limit
        self._last_time = 0

    def accept(self, columns: Columns) -> Columns:
        """Takes the next rows of the file, returns those that may be applied now, in order of id."""
        if not len(columns):
            return columns
        if not self._parts_that_wait() and self._follows(columns):
            return self._released(columns)
        if self._tail is not None:
            columns, self._tail = joined([self._tail, columns]), None
        newer = self._passed_and_newer(columns)
        begins = _first_run(newer, columns.ids)
        if begins is not None:
            return self._begin_anew(columns, begins)
        left = len(columns) - _run_at_end(newer)
        if left < len(columns):  # the next rows tell whether ids begin anew here
            self._tail = slice_of(columns, left, len(columns))
        return self._place(slice_of(columns, 0, left), self._hold_limit) if left else slice_of(columns, 0, 0)

    def _begin_anew(self, columns: Columns, row: int) -> Columns:
        """Ends the epoch before a row (what is missing in it is lost) and begins the next with it."""
        parts = [self._place(slice_of(columns, 0, row), self._hold_limit)] if row else []
        rest = self.finish()
        parts += [rest] if rest is not None else []
        first, first_us = int(columns.ids[row]), int(columns.time_us[row])
        self.restarts.append(Gap((self.next or 0) - 1, first, 0, self._newest, first_us, "anew"))
        self.next = self._begin = first
        self._early = []
        self._epoch_gaps = len(self.gaps)
        parts.append(self.accept(slice_of(columns, row, len(columns))))
        return joined(parts)

    def _passed_and_newer(self, columns: Columns) -> Flags:
        """Rows, in the file's order, of ids that passed and times newer than all before them."""
        ids, times = columns.ids, columns.time_us
        newest = np.maximum.accumulate(np.concatenate(([self._newest], times)))[:-1]
        top = np.maximum.accumulate(np.concatenate(([(self.next or int(ids[0])) - 1], ids)))[:-1]
        found: Flags = (ids <= top) & (times > newest)
        if found.any():
            found &= self._passed(ids, top)
        return found

    def _passed(self, ids: Ints, top: Ints) -> Flags:
        """Ids that were released, or lie too far below the newest to be late.

        Where all may wait nothing is too far: then the newer times alone say that the ids began anew.
        """
        if self._hold_limit is None:
            return np.ones(len(ids), np.bool_)
        begin, end = self._begin or 0, self.next or 0
        was_released = ((ids >= begin) & ~self._was_lost(ids)) | self._was_early(ids)
        return (ids < end) & (was_released | (top - ids > self._hold_limit))

    def finish(self) -> Columns | None:
        """No more rows: those that wait are released, every hole before them is lost."""
        held = self._take_held()
        if held is not None:
            held = self._place(held, 0)
        self._lose_early()
        return held

    def _take_held(self) -> Columns | None:
        """The rows that wait, once."""
        held, self._held = self._held, None
        waiting, self._waiting = self._waiting, []
        if self._tail is not None:
            waiting.append(self._tail)
            self._tail = None
        if held is not None:
            waiting.append(held)
        return joined(waiting) if waiting else None

    def _lose_early(self) -> None:
        """What is missing between late rows below the first id will not come."""
        ends = [*self._early, (self._begin or 0, 0)]
        for (_, after), (before, _) in pairwise(ends):
            if before > after:
                self.lost += before - after
                self.gaps.append(Gap(after - 1, before, before - after, 0, 0, "lost"))
        self._early = [(self._early[0][0], self._begin or 0)] if self._early else []

    def hand_over(self, tape: Tape) -> Columns | None:
        """Lets `tape` continue from here; returns the rows that wait, which it must be given next."""
        held = self._take_held()
        if self.next is not None:
            tape.resume(self.next, self._last_time, self.gaps)
        tape.duplicates += self.duplicates
        tape.refused += self.refused
        return held

    def can_rescale(self, price_factor: int, size_factor: int) -> bool:
        """Whether the rows that wait fit a machine word afterwards."""
        return all(
            fits(part.price, price_factor) and fits(part.size, size_factor)
            for part in self._parts_that_wait()
        )

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Rows that wait are brought to finer integers."""
        for part in self._parts_that_wait():
            part.price = part.price * price_factor
            part.size = part.size * size_factor

    def _parts_that_wait(self) -> list[Columns]:
        return [*self._waiting, *(part for part in (self._held, self._tail) if part is not None)]

    def _follows(self, columns: Columns) -> bool:
        ids = columns.ids
        first = int(ids[0])
        if self.next is not None and first != self.next:
            return False
        return int(ids[-1]) - first == len(ids) - 1 and bool(np.all(np.diff(ids) == 1))

    def _released(self, columns: Columns) -> Columns:
        if len(columns):
            if self._begin is None:
                self._begin = int(columns.ids[0])
            self.next = int(columns.ids[-1]) + 1
            self._last_time = int(columns.time_us[-1])
            self._newest = max(self._newest, int(columns.time_us.max()))
        return columns

    def _sorted(self, columns: Columns) -> Columns:
        """The rows by ascending id, each once, none older than what was released."""
        ids = columns.ids
        steps = np.diff(ids)
        order = None
        if np.any(steps < 0):  # sort only then: an archive ascends, even with repeated rows
            order = np.argsort(ids, kind="stable")
            ids = ids[order]
            steps = np.diff(ids)
        keep = np.append(True, steps != 0)
        if self.next is not None and self._begin is not None:
            keep &= (ids >= self.next) | ((ids < self._begin) & ~self._was_early(ids))
        self.duplicates += int(np.count_nonzero(~keep & ~self._was_lost(ids)))
        return _kept(columns, keep) if order is None else columns.taken(order[keep])

    def _was_lost(self, ids: Ints) -> Flags:
        """Flags of ids that were given up: they are late, not duplicates."""
        late = np.zeros(len(ids), np.bool_)
        for gap in self.gaps[self._epoch_gaps :]:
            late |= (ids > gap.after) & (ids < gap.before)
        return late

    def _place(self, columns: Columns, hold_limit: int | None) -> Columns:
        if hold_limit is None:
            return self._place_unbounded(columns)
        merged = columns if self._held is None else joined([self._held, columns])
        self._held = None
        early, merged = self._split_early(self._sorted(merged))
        return joined([early, self._place_later(merged, hold_limit)])

    def _place_unbounded(self, columns: Columns) -> Columns:
        """As long as a file lasts every hole may still be filled: what lies behind one waits as it came.

        (Two halves of a month, row by row in turns, are how Binance shipped USD-M aggTrades of 2023-05.)
        """
        early, later = self._split_early(self._sorted(columns))
        parts = [early, self._release_run(later)]
        while self._waiting and min(int(part.ids[0]) for part in self._waiting) <= (self.next or 0):
            waiting, self._waiting = joined(self._waiting), []
            parts.append(self._release_run(self._sorted(waiting)))
        return joined(parts)

    def _release_run(self, columns: Columns) -> Columns:
        """The rows that follow what was released without a hole; the others wait."""
        if not len(columns):
            return columns
        first = int(columns.ids[0]) if self.next is None else self.next
        run = int(np.count_nonzero(columns.ids == first + np.arange(len(columns))))
        if run < len(columns):
            self._waiting.append(slice_of(columns, run, len(columns)))
        return self._released(slice_of(columns, 0, run))

    def _split_early(self, columns: Columns) -> tuple[Columns, Columns]:
        """Ascending rows as those below the first id of the epoch, which count at once, and the others."""
        if self._begin is None or not len(columns) or int(columns.ids[0]) >= self._begin:
            return slice_of(columns, 0, 0), columns
        cut = int(np.searchsorted(columns.ids, self._begin))
        early = slice_of(columns, 0, cut)
        ends = np.flatnonzero(np.diff(early.ids) > 1)
        firsts, lasts = np.append(0, ends + 1), np.append(ends, cut - 1)
        self._early = _merged(
            [*self._early, *zip(early.ids[firsts].tolist(), (early.ids[lasts] + 1).tolist(), strict=True)]
        )
        self._newest = max(self._newest, int(early.time_us.max()))
        return early, slice_of(columns, cut, len(columns))

    def _was_early(self, ids: Ints) -> Flags:
        """Ids below the first one of the epoch that came late."""
        if not self._early:
            return np.zeros(len(ids), np.bool_)
        firsts = np.array([first for first, _ in self._early])
        ends = np.array([end for _, end in self._early])
        place = np.searchsorted(firsts, ids, side="right") - 1
        found: Flags = (place >= 0) & (ids < ends[place])
        return found

    def _place_later(self, merged: Columns, hold_limit: int) -> Columns:
        if self._has_no_hole(merged):
            return self._released(merged)
        merged = self._confirmed(merged, is_end=not hold_limit)
        if not len(merged):
            return merged
        ids = merged.ids
        first = int(ids[0]) if self.next is None else self.next
        jumps = np.diff(ids, prepend=first - 1)
        holes = np.flatnonzero(jumps > 1)
        if not len(holes):
            return self._released(merged)
        cut = int(holes[0])
        for hole in holes.tolist():
            if len(merged) - hole <= hold_limit:
                cut = hole
                break
            self._lose(merged, hole)
            cut = len(merged)
        if cut < len(merged):
            self._held = slice_of(merged, cut, len(merged))
        return self._released(slice_of(merged, 0, cut))

    def _has_no_hole(self, columns: Columns) -> bool:
        """Whether rows with ascending ids, each once, leave no hole among them and before them."""
        if not len(columns):
            return True
        first, last = int(columns.ids[0]), int(columns.ids[-1])
        return self.next in (None, first) and last - first == len(columns) - 1

    def _confirmed(self, columns: Columns, *, is_end: bool) -> Columns:
        """Rows without those whose id is far from both neighbours; the last may still get one."""
        ids = columns.ids
        if not len(ids):
            return columns
        first = int(ids[0]) if self.next is None else self.next
        jumps = np.diff(ids, prepend=first - 1)
        far = jumps > ABSURD_JUMP
        if far.any() and self._last_time:
            passed = np.diff(columns.time_us, prepend=self._last_time)
            far &= (jumps > passed * (FASTEST / 1e6)) | (passed > LONGEST_US)
        if not far.any():
            return columns
        # far from both neighbours; of the last row the next one is not known yet
        alone = far & np.append(far[1:], is_end)
        self.refused += int(np.count_nonzero(alone))
        return columns.taken(np.flatnonzero(~alone))

    def _lose(self, columns: Columns, row: int) -> None:
        after = int(columns.ids[row - 1]) if row else (self.next or 0) - 1
        from_us = int(columns.time_us[row - 1]) if row else self._last_time
        before = int(columns.ids[row])
        self.lost += before - after - 1
        self.gaps.append(Gap(after, before, before - after - 1, from_us, int(columns.time_us[row]), "lost"))


def _kept(columns: Columns, keep: Flags) -> Columns:
    """The rows that are kept; where few are dropped, the spans between them are copied whole."""
    dropped = np.flatnonzero(~keep).tolist()
    if not dropped:
        return columns
    if len(dropped) * _FEW > len(columns):
        return columns.taken(np.flatnonzero(keep))
    begins, ends = [0, *(row + 1 for row in dropped)], [*dropped, len(columns)]
    spans = [slice(begin, end) for begin, end in zip(begins, ends, strict=True)]
    return Columns(
        columns.market,
        np.concatenate([columns.ids[span] for span in spans]),
        np.concatenate([columns.time_us[span] for span in spans]),
        np.concatenate([columns.price[span] for span in spans]),
        np.concatenate([columns.size[span] for span in spans]),
        np.concatenate([columns.side[span] for span in spans]),
        id_rule=columns.id_rule,
        source=columns.source,
    )


def joined(parts: Sequence[Columns]) -> Columns:
    """The rows of all parts, one part after the other."""
    full = [part for part in parts if len(part)] or [*parts[:1]]
    if len(full) == 1:
        return full[0]
    last = full[-1]
    return Columns(
        last.market,
        np.concatenate([part.ids for part in full]),
        np.concatenate([part.time_us for part in full]),
        np.concatenate([part.price for part in full]),
        np.concatenate([part.size for part in full]),
        np.concatenate([part.side for part in full]),
        id_rule=last.id_rule,
        source=last.source,
    )


def _first_run(flags: Flags, ids: Ints) -> int | None:
    """The first of three rows in a row that have the flag, and ascending ids."""
    if np.count_nonzero(flags) < ANEW:
        return None
    rises = np.diff(ids) > 0
    rows = np.flatnonzero(flags[:-2] & flags[1:-1] & flags[2:] & rises[:-1] & rises[1:]).tolist()
    return rows[0] if rows else None


def _run_at_end(flags: Flags) -> int:
    """How many rows at the end have the flag."""
    without = np.flatnonzero(~flags)
    return len(flags) - 1 - int(without[-1]) if len(without) else len(flags)


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans first <= id < end, ascending; those that touch are one."""
    out: list[tuple[int, int]] = []
    for first, end in sorted(spans):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((first, end))
    return out
