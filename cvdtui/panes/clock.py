"""Times as the trader reads them: UTC with a Z, or the zone of the configuration."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache

DAY_S = 86_400


class Clock:
    """Writes microseconds since the epoch in one time zone.

    `zone` is an IANA name, `"local"` for that of the machine, empty or "UTC" for UTC.
    Raises KeyError, ValueError or OSError (from zoneinfo) for an unknown zone.
    """

    def __init__(self, zone: str = "") -> None:
        self.local = zone not in {"", "UTC"}
        self._zone: tzinfo | None = _zone(zone) if self.local else UTC
        self.z = "" if self.local else "Z"
        # the same times of bars and trades are written again at every tick
        self._minute = lru_cache(4096)(self._written)

    def _written(self, second: int) -> str:
        return self._at(second).strftime("%H:%M:%S")

    def _at(self, second: int) -> datetime:
        if self._zone is not None:
            return datetime.fromtimestamp(second, self._zone)
        # an offset taken once would be wrong after the change to or from summer time
        return datetime.fromtimestamp(
            second, UTC
        ).astimezone()  # the machine's zone, as it was at that moment

    def hms(self, time_us: int) -> str:
        """`14:32:07`."""
        return self._minute(time_us // 1_000_000)

    def hm(self, time_us: int) -> str:
        """`14:32`."""
        return self.hms(time_us)[:5]

    def ms(self, time_us: int) -> str:
        """`14:32:07.123`."""
        return f"{self.hms(time_us)}.{time_us // 1000 % 1000:03d}"

    def day(self, time_us: int) -> str:
        """`Aug 08`."""
        return self._at(time_us // 1_000_000).strftime("%b %d")

    def since(self, time_us: int, now_us: int) -> str:
        """`00:00Z` today, `Mon 00:00Z` this week, `Aug 08 00:00Z` before."""
        then = self._at(time_us // 1_000_000)
        now = self._at(now_us // 1_000_000)
        days = (now.date() - then.date()).days
        day = "" if days == 0 else then.strftime("%a ") if 0 < days < 7 else then.strftime("%b %d ")
        return f"{day}{then.strftime('%H:%M')}{self.z}"

    def zone_name(self, time_us: int) -> str:
        """`CEST`, or empty in UTC."""
        if not self.local:
            return ""
        return self._at(time_us // 1_000_000).strftime("%Z")

    def midnight_offset(self, time_us: int) -> int:
        """Seconds by which local time is ahead of UTC."""
        offset = self._at(time_us // 1_000_000).utcoffset()
        return int(offset.total_seconds()) if offset else 0


def _zone(name: str) -> tzinfo | None:
    """None is the machine's own zone, whose offset the system gives for each moment."""
    if name == "local":
        return None
    from zoneinfo import ZoneInfo  # most screens show UTC and never need it

    return ZoneInfo(name)


def span(seconds: int) -> str:
    """A length of time as a timeframe is written: `5s`, `15m`, `4h`, `1d`."""
    for unit, size in (("d", DAY_S), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
