"""Coverage: what is known exactly of one market, since when, and as a share of the volume due."""

from collections.abc import Sequence
from typing import NamedTuple

from cvdtui.engine.flow import Flow
from cvdtui.engine.sums import Period
from cvdtui.model import Gap, Outage

NEARLY = 1 - 1e-9
"""The highest coverage while anything is open or lost."""


class MissingIds(NamedTuple):
    """Ids that have not come."""

    open_ids: int
    """How many of them may still come."""
    lost: Sequence[Gap]
    """Gaps that were given up, ascending within an epoch."""
    restarts: Sequence[Gap] = ()
    """Where ids began anew: what is missing between is not known, as in an outage."""

    def since(self, start_us: int) -> int:
        """Ids open now, and those lost in gaps that end at or after `start_us`."""
        return self.open_ids + sum(gap.missing for gap in self.lost if gap.to_time_us >= start_us)


class KnownTime:
    """The time of which every trade is known: where it begins, and the outages in it."""

    __slots__ = ("_dead_from_us", "dead", "from_us", "live", "outages", "week_from_us")

    def __init__(self, *, live: bool) -> None:
        self.live = live
        """Whether trades are due from the session's start; in a replay only from its first trade on."""
        self.from_us: int | None = None
        """Where exact knowledge of the session begins; None in a replay, and before anything has come."""
        self.week_from_us: int | None = None
        """The same of the week, for which coarser candles count too."""
        self.outages: list[Outage] = []
        """Spans of time of which not every trade is known, ascending."""
        self.dead: tuple[int, int] | None = None
        """(from, to) us of a connection that is down now: what was traded since has not come."""
        self._dead_from_us: int | None = None

    def connection_lost(self, time_us: int) -> None:
        """Nothing came after this time; a connection that is down already stays so from its first moment."""
        if self._dead_from_us is None:
            self._dead_from_us = time_us

    def connection_back(self) -> None:
        """The connection is up: what it missed is a hole by ids, or an outage, from here on."""
        self._dead_from_us = self.dead = None

    def look(self, now_us: int) -> bool:
        """Brings `dead` up to the exchange's time; whether the connection is down."""
        if self._dead_from_us is None:
            return False
        self.dead = self._dead_from_us, max(now_us, self._dead_from_us)
        return True

    def begin(self, time_us: int) -> None:
        """A tape has begun with a trade of this time; earlier time is known only by candles."""
        if self.live and self.from_us is None:
            self.from_us = time_us
            self.week_from_us = self.week_from_us or time_us

    def add_candles(self, begin_us: int, *, of_session: bool) -> None:
        """Candles from `begin_us` up to what was known are exact; only minutes count for the session."""
        if of_session:
            self.from_us = self.from_us or begin_us
        if self.week_from_us is None or begin_us < self.week_from_us:
            self.week_from_us = begin_us

    def coverage(
        self, period: Period | None, known_from_us: int | None, flow: Flow, missing: MissingIds
    ) -> float:
        """Volume of `period` known exactly / volume due, 0 to 1; 1.0 exactly when nothing is open or lost.

        The size of what is missing is estimated: its trades, by their ids, x the mean size of all trades
        seen. The time before `known_from_us`, in outages and of a dead connection counts by its share. With
        no period only open ids lower it. A live market of which nothing has come is not known at all: 0.0.
        """
        if self.live and known_from_us is None:
            return 0.0  # not 1.0: a market that never connected must not look complete
        if period is None:
            return NEARLY if missing.open_ids else 1.0
        # Due is up to now, not up to the latest trade: a dead connection has no latest trade.
        start, last = period.start_us, max(flow.last_time_us, self.dead[1] if self.dead else 0)
        # volume and time multiply: ids cannot count what was traded before the first of them
        share = _share_of_volume(period, flow, missing.since(start))
        if known_from_us is not None and start < known_from_us and last > start:
            share *= max(0.0, (last - known_from_us) / (last - start))
        return share * self._share_live(max(start, known_from_us or 0), last, missing.restarts)

    def _share_live(self, start_us: int, last_us: int, restarts: Sequence[Gap]) -> float:
        """The share of a span that lies in no outage and between no two epochs of ids."""
        spans = [(one.from_time_us, one.to_time_us) for one in self.outages]
        spans += [(one.from_time_us, one.to_time_us) for one in restarts]
        spans += [self.dead] if self.dead else []
        out = sum(max(0, min(to_us, last_us) - max(from_us, start_us)) for from_us, to_us in spans)
        return min(NEARLY, max(0.0, 1 - out / (last_us - start_us))) if out and last_us > start_us else 1.0


def late_start(period: Period | None, known_us: int | None) -> int | None:
    """Since when `period` is known, where that is after it began; None where it is known from its start."""
    return known_us if period is not None and known_us and known_us > period.start_us else None


def _share_of_volume(period: Period, flow: Flow, missing: int) -> float:
    """Volume of the period / the same with `missing` trades more of the mean size of all."""
    if not missing:
        return 1.0
    # both sides x the number of trades: integers, until the one division
    known = period.volume * flow.trades
    due = known + missing * flow.trade_volume
    return min(known / due, NEARLY) if due else NEARLY
