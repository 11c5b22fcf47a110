"""Sums since the start, of sessions and of weeks, and volume by side source."""

from cvdtui.engine.segment import Segment
from cvdtui.engine.session import WEEK_US, SessionClock, week_start
from cvdtui.engine.sums import Period, Sources

KEPT = 8
"""Sessions and weeks kept, the latest of each."""
_ENDLESS = 1 << 200


class Periods:
    """Each segment counts in the session and week of its own exchange time, however late it came."""

    __slots__ = ("_session", "_week", "clock", "sessions", "sources", "start", "weeks")

    def __init__(self, clock: SessionClock) -> None:
        self.start = Period(0, _ENDLESS, keeps_cells=False)
        """Everything since the program or the replay began."""
        self.sessions: dict[int, Period] = {}
        self.weeks: dict[int, Period] = {}
        self.sources = Sources()
        self.clock = clock
        self._session: Period | None = None
        self._week: Period | None = None

    def add(self, segment: Segment) -> None:
        """Adds one segment, which lies in one session and one week."""
        self.start.add(segment)
        self.session_of(segment.time_us).add(segment)
        self.week_of(segment.time_us).add(segment)
        self.sources.add(segment)

    def session_of(self, time_us: int) -> Period:
        """The session that contains `time_us`; a new one where there is none."""
        session = self._session  # nearly every segment is of the same session: no search by zone
        if session is None or not session.start_us <= time_us < session.end_us:
            start, end = self.clock.bounds(time_us)
            session = self._session = _of(self.sessions, start, end, keeps_cells=True)
        return session

    def week_of(self, time_us: int) -> Period:
        """The week that contains `time_us`; a new one where there is none."""
        week = self._week
        if week is None or not week.start_us <= time_us < week.end_us:
            start = week_start(time_us)
            week = self._week = _of(self.weeks, start, start + WEEK_US, keeps_cells=False)
        return week

    @property
    def session(self) -> Period | None:
        """The last session that anything traded in."""
        # the latest by time: a late trade of yesterday does not bring its session back
        return self.sessions[max(self.sessions)] if self.sessions else None

    @property
    def week(self) -> Period | None:
        """The last week that anything traded in."""
        return self.weeks[max(self.weeks)] if self.weeks else None

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings every integer to finer decimals."""
        for period in [self.start, *self.sessions.values(), *self.weeks.values()]:
            period.rescale(price_factor, size_factor)
        self.sources.rescale(size_factor)


def _of(periods: dict[int, Period], start: int, end: int, *, keeps_cells: bool) -> Period:
    found = periods.get(start)
    if found is None:
        found = periods[start] = Period(start, end, keeps_cells=keeps_cells)
        if len(periods) > KEPT:
            del periods[min(periods)]
    return found
