"""How much a client may ask for: request weight a minute, and a ban for those who do not listen."""

MINUTE_US = 60_000_000
_PATIENCE = 20
"""Refused requests in one minute before the ban."""
_BAN_US = 2 * MINUTE_US


class DemoBudget:
    """Weight used in the current minute of the exchange's clock, per venue."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self._minute = -1
        self._refused = 0
        self._banned_until = 0

    def spend(self, weight: int, now_us: int) -> tuple[int, int] | None:
        """Charge a request; None when it may go on, else (429, or 418 once banned, seconds to wait)."""
        if now_us < self._banned_until:
            return 418, -(-(self._banned_until - now_us) // 1_000_000)
        if now_us // MINUTE_US != self._minute:
            self._minute = now_us // MINUTE_US
            self.used = self._refused = 0
        if self.used + weight <= self.limit:
            self.used += weight
            return None
        self._refused += 1
        if self._refused > _PATIENCE:
            self._banned_until = now_us + _BAN_US
            return 418, _BAN_US // 1_000_000
        return 429, int(-(-(MINUTE_US - now_us % MINUTE_US) // 1_000_000))
