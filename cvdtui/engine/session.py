"""When a session and a week begin: exchange time in, anchor time out."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cvdtui.config import DEFAULTS

DAY_US = 86_400_000_000
WEEK_US = 7 * DAY_US
_MONDAY_US = 4 * DAY_US  # 1970-01-05 was the first Monday of the epoch


def week_start(time_us: int) -> int:
    """Monday 00:00 UTC at or before `time_us`."""
    return time_us - (time_us - _MONDAY_US) % WEEK_US


class SessionClock:
    """Sessions that begin every day at `start` ("HH:MM") of the time zone `zone` (an IANA name)."""

    __slots__ = ("_minutes", "_zone")

    def __init__(self, start: str = DEFAULTS.session.start, zone: str = DEFAULTS.session.zone) -> None:
        hours, minutes = start.split(":")
        self._minutes = int(hours) * 60 + int(minutes)
        self._zone = None if zone == "UTC" else ZoneInfo(zone)

    def bounds(self, time_us: int) -> tuple[int, int]:
        """Start (inclusive) and end (exclusive) of the session that holds `time_us`, in microseconds UTC."""
        if self._zone is None:
            offset = self._minutes * 60_000_000
            start = time_us - (time_us - offset) % DAY_US
            return start, start + DAY_US
        day = datetime.fromtimestamp(time_us // 1_000_000, self._zone).date()
        start = self._at(day, 0)
        if start > time_us:
            return self._at(day, -1), start
        return start, self._at(day, 1)

    def _at(self, day: date, shift: int) -> int:
        when = day + timedelta(days=shift)
        local = datetime(when.year, when.month, when.day, tzinfo=self._zone) + timedelta(
            minutes=self._minutes
        )
        return int(local.timestamp()) * 1_000_000
