"""Key levels of one market as of each closed bar: session profile, VWAP, extremes, naked POCs."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from cvdtui.engine.closed_bar import Level
from cvdtui.engine.footprint import Rows
from cvdtui.engine.profile import point_of_control, row_volumes, value_area
from cvdtui.engine.session import SessionClock
from cvdtui.model import Bar

NAKED = 30
"""Naked points of control kept, the latest."""
WHOLE = 0.99
"""Share of the session's volume whose rows must be known for its profile to count."""
Touched = list[tuple[int, int]]
"""(price, start of its session) of naked points of control."""


class Levels:
    """Levels from closed bars in time order; none is known before the bar that makes it has closed."""

    __slots__ = (
        "_clock",
        "_end_us",
        "_high",
        "_low",
        "_past_rows",
        "_previous",
        "_value",
        "_volume",
        "_volumes",
        "_with_rows",
        "dropped",
        "naked",
        "row",
        "session_us",
    )

    def __init__(self, clock: SessionClock, past_rows: Callable[[int, int], Rows | None]) -> None:
        self._clock = clock
        self._past_rows = past_rows
        """Rows of a past session, by its start and the row size, where a fill has made them known since."""
        self.row = 0
        """Row size in price units."""
        self.session_us = -1
        """Start of the session; -1 before the first bar."""
        self.naked: Touched = []
        """Points of control of past sessions at which nothing has traded since."""
        self.dropped: Sequence[int] = ()
        """Prices the user dropped, in price units."""
        self._end_us = -1
        self._previous: tuple[int, int] | None = None
        self._volumes: dict[int, int] = {}
        """Volume of the session's rows by number."""
        self._high = self._low = 0
        self._value = self._volume = self._with_rows = 0

    def begin(self, time_us: int) -> bool:
        """Whether a bar that starts here begins a session; if so the one before is closed."""
        if self.session_us <= time_us < self._end_us:
            return False
        if self._volume:
            self._close_session()
        self.session_us, self._end_us = self._clock.bounds(time_us)
        self._volumes = {}
        self._value = self._volume = self._with_rows = 0
        return True

    def take_row(self, row: int, rows: Rows) -> None:
        """Changes the row size; `rows` are those of the session so far, in the new size."""
        self.row, self._volumes = row, row_volumes(rows)

    def push(self, bar: Bar, rows: Rows | None) -> Touched:
        """Takes the next closed bar of the session; returns the naked points of control it traded at."""
        touched = [level for level in self.naked if bar.low <= level[0] <= bar.high]
        if touched:
            self.naked = [level for level in self.naked if level not in touched]
        if self._volume:
            self._high, self._low = max(self._high, bar.high), min(self._low, bar.low)
        else:
            self._high, self._low = bar.high, bar.low  # not from 0: a contract may trade below it
        self._value += bar.value
        self._volume += bar.volume
        if rows:
            self._with_rows += bar.volume
            _add(self._volumes, rows)
        return touched

    @property
    def previous(self) -> tuple[int, int] | None:
        """Highest and lowest price of the previous session; None while none is known."""
        return self._previous

    def levels(self) -> list[Level]:
        """Every level known now, in price units; the profile's only where 99 % of the volume has rows."""
        found = [Level("session high", self._high), Level("session low", self._low)]
        if self._volume and self._value:
            # a fraction: whether price is near it must not depend on rounding
            found.append(Level("vwap", Fraction(self._value, self._volume)))
        if self._is_whole():
            volumes = self._volumes
            poc = point_of_control(volumes)
            val, vah = value_area(volumes, poc)
            named = (("poc", poc), ("vah", vah), ("val", val))
            found += [Level(name, number * self.row) for name, number in named]
        if self._previous is not None:
            found.append(Level("previous high", self._previous[0]))
            found.append(Level("previous low", self._previous[1]))
        found += [Level("naked poc", price) for price, _ in self.naked]
        found += [Level("level", price) for price in self.dropped]
        return found

    def _is_whole(self) -> bool:
        return self._with_rows > 0 and self._with_rows >= WHOLE * self._volume

    def _close_session(self) -> None:
        self._previous = self._high, self._low
        volumes = self._volumes
        if not self._is_whole():  # the session began before the program: only a later fill knows its rows
            volumes = row_volumes(self._past_rows(self.session_us, self.row) or {})
        if volumes:
            self.naked.append((point_of_control(volumes) * self.row, self.session_us))
            del self.naked[:-NAKED]


def _add(volumes: dict[int, int], rows: Rows) -> None:
    known = volumes.get
    for number, (buy, sell, unknown) in rows.items():
        volume = buy + sell + unknown
        if volume:
            volumes[number] = known(number, 0) + volume
