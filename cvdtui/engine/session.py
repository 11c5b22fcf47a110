"""Bounds of sessions and weeks: exchange time in, anchor time out; all in microseconds UTC."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cvdtui.config import DEFAULTS
from cvdtui.model import MINUTE_US

DAY_US = 86_400_000_000
WEEK_US = 7 * DAY_US
_MONDAY_US = 4 * DAY_US  # the epoch began on a Thursday: 1970-01-05 was its first Monday


def week_start(time_us: int) -> int:
    """Monday 00:00 UTC at or before `time_us`."""
    return time_us - (time_us - _MONDAY_US) % WEEK_US


class SessionClock:
    """Sessions that begin every day at `start` ("HH:MM") in the time zone `zone` (an IANA name).

    A session is 23 or 25 hours long where the zone changes its clocks.
    """

    __slots__ = ("_minutes", "_zone")

    def __init__(self, start: str = DEFAULTS.session.start, zone: str = DEFAULTS.session.zone) -> None:
        hours, minutes = start.split(":")
        self._minutes = int(hours) * 60 + int(minutes)
        self._zone = None if zone == "UTC" else ZoneInfo(zone)

    def bounds(self, time_us: int) -> tuple[int, int]:
        """Start (inclusive) and end (exclusive) of the session that contains `time_us`, us."""
        if self._zone is None:
            offset = self._minutes * MINUTE_US
            start = time_us - (time_us - offset) % DAY_US
            return start, start + DAY_US
        day = datetime.fromtimestamp(time_us // 1_000_000, self._zone).date()
        start = self._at(day, 0)
        if start > time_us:  # before today's start: the session is yesterday's
            return self._at(day, -1), start
        return start, self._at(day, 1)

    def _at(self, day: date, shift: int) -> int:
        when = day + timedelta(days=shift)
        # midnight plus minutes in local time: adding a day in UTC would miss the change of clocks
        local = datetime(when.year, when.month, when.day, tzinfo=self._zone) + timedelta(
            minutes=self._minutes
        )
        return int(local.timestamp()) * 1_000_000
