"""The tape for columns: order, duplicates and holes by the rules of `Tape`, found with numpy."""

import numpy as np

from cvdtui.config import DEFAULTS
from cvdtui.engine.columns.rows import fits, slice_of, taken
from cvdtui.engine.columns.sums import Ints
from cvdtui.engine.tape import ABSURD_JUMP, Tape
from cvdtui.model import Columns, Gap

_FEW = 200
"""Dropped rows are few when at most one in so many: then the spans between them are copied."""
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


class ColumnTape:
    """Releases columns in order of contiguous ids; rows behind a hole wait, up to `hold_limit` of them.

    `gaps` holds the holes that were given up; one that is filled in time is not recorded.
    """

    __slots__ = ("_held", "_hold_limit", "_last_time", "duplicates", "gaps", "lost", "next", "refused")

    def __init__(self, *, hold_limit: int = DEFAULTS.tape.hold) -> None:
        self.next: int | None = None
        self.duplicates = 0
        self.lost = 0
        self.refused = 0
        """Rows with an id no neighbour confirmed."""
        self.gaps: list[Gap] = []
        self._held: Columns | None = None
        self._hold_limit = hold_limit
        self._last_time = 0

    def accept(self, columns: Columns) -> Columns:
        """Takes the next rows of the file, returns those that may be applied now, in order of id."""
        if not len(columns):
            return columns
        if self._held is None and self._follows(columns):
            return self._released(columns)
        return self._place(columns, self._hold_limit)

    def finish(self) -> Columns | None:
        """No more rows: those that wait are released, every hole before them is lost."""
        held, self._held = self._held, None
        return None if held is None else self._place(held, 0)

    def hand_over(self, tape: Tape) -> Columns | None:
        """Lets `tape` continue from here; returns the rows that wait, which it must be given next."""
        held, self._held = self._held, None
        if self.next is not None:
            tape.resume(self.next, self._last_time, self.gaps)
        tape.duplicates += self.duplicates
        tape.refused += self.refused
        return held

    def can_rescale(self, price_factor: int, size_factor: int) -> bool:
        """Whether the rows that wait would still fit 64 bits."""
        if self._held is None:
            return True
        return fits(self._held.price, price_factor) and fits(self._held.size, size_factor)

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings rows that wait to finer integers."""
        if self._held is not None:
            self._held.price = self._held.price * price_factor
            self._held.size = self._held.size * size_factor

    def _follows(self, columns: Columns) -> bool:
        ids = columns.ids
        first = int(ids[0])
        if self.next is not None and first != self.next:
            return False
        return int(ids[-1]) - first == len(ids) - 1 and bool(np.all(np.diff(ids) == 1))

    def _released(self, columns: Columns) -> Columns:
        if len(columns):
            self.next = int(columns.ids[-1]) + 1
            self._last_time = int(columns.time_us[-1])
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
        if self.next is not None:
            keep &= ids >= self.next
        self.duplicates += int(np.count_nonzero(~keep & ~self._was_lost(ids)))
        return _kept(columns, keep) if order is None else taken(columns, order[keep])

    def _was_lost(self, ids: Ints) -> Flags:
        """Flags of ids that were given up: they are late, not duplicates."""
        late = np.zeros(len(ids), np.bool_)
        for gap in self.gaps:
            late |= (ids > gap.after) & (ids < gap.before)
        return late

    def _place(self, columns: Columns, hold_limit: int) -> Columns:
        merged = columns if self._held is None else _joined(self._held, columns)
        merged = self._sorted(merged)
        self._held = None
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
        far = np.diff(ids, prepend=first - 1) > ABSURD_JUMP
        if not far.any():
            return columns
        # far from both neighbours; of the last row the next one is not known yet
        alone = far & np.append(far[1:], is_end)
        self.refused += int(np.count_nonzero(alone))
        return taken(columns, np.flatnonzero(~alone))

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
        return taken(columns, np.flatnonzero(keep))
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


def _joined(first: Columns, then: Columns) -> Columns:
    return Columns(
        then.market,
        np.concatenate((first.ids, then.ids)),
        np.concatenate((first.time_us, then.time_us)),
        np.concatenate((first.price, then.price)),
        np.concatenate((first.size, then.size)),
        np.concatenate((first.side, then.side)),
        id_rule=then.id_rule,
        source=then.source,
    )
