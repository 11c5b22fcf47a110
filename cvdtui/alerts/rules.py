"""Which signals alert, and where they go: patterns, strength, cooldown, quiet hours. Reads no clock."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from fnmatch import fnmatchcase
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cvdtui.alerts.alert import strength_of
from cvdtui.config import AlertRule, Alerts
from cvdtui.model import SignalEvent, SignalKey

REMEMBERED = 20_000
"""Most keys of signals that have alerted."""
EARLY_US = 5_000_000
"""The exchange's clock may run so far ahead of ours."""


class Route(NamedTuple):
    """Channels of one alert; `quiet`: every rule that asks for it is in its quiet hours."""

    channels: tuple[str, ...]
    quiet: bool


class Rules:
    """The configured rules and those added on the screen; remembers what has alerted and when."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts
        self._zone: tzinfo | None = None if alerts.zone == "local" else ZoneInfo(alerts.zone)
        self.added: list[AlertRule] = []
        """Rules of the screen."""
        self._seen: dict[SignalKey, None] = {}
        self._alerted_us: dict[tuple[AlertRule, str], int] = {}

    def check(self, event: SignalEvent, now_us: int) -> Route | None:
        """Where a signal goes; None where no rule asks for it, all that do cool down, or it has alerted."""
        if event.key in self._seen:
            return None
        fresh = not event.backfilled and self._is_fresh(event, now_us)
        rules = (*self._alerts.rules, *self.added)
        matching = [rule for rule in rules if (fresh or rule.backfilled) and matches(rule, event)]
        if not matching:
            return None
        # Remembered even while rules cool down: a signal that is computed again later is no news.
        self._remember(event.key)
        return self.route(matching, event.market, now_us)

    def route(self, matching: Sequence[AlertRule], market: str, now_us: int) -> Route | None:
        """Where an alert that these rules ask for goes; None while all of them are cooling down."""
        ready = [rule for rule in matching if not self.is_cooling(rule, market, now_us)]
        if not ready:
            return None
        channels: dict[str, None] = {}
        quiet = True
        for rule in ready:
            self._alerted_us[rule, market] = now_us
            if not self.is_quiet(rule, now_us):
                quiet = False
                channels.update(dict.fromkeys(self._alerts.to if rule.to is None else rule.to))
        return Route(tuple(channels), quiet)

    def is_quiet(self, rule: AlertRule, now_us: int) -> bool:
        """Whether now is in the rule's quiet hours."""
        span = self._alerts.quiet if rule.quiet is None else rule.quiet
        if not span:
            return False
        moment = datetime.fromtimestamp(now_us // 1_000_000, UTC).astimezone(self._zone)
        clock, begin, end = f"{moment:%H:%M}", span[:5], span[6:]
        return begin <= clock < end if begin < end else clock >= begin or clock < end

    def _is_fresh(self, event: SignalEvent, now_us: int) -> bool:
        return -EARLY_US <= now_us - event.closed_us <= self._alerts.fresh_s * 1_000_000

    def alerted_us(self, rule: AlertRule) -> int:
        """When the rule alerted last, of any market; 0: not yet."""
        return max((when for (one, _), when in self._alerted_us.items() if one == rule), default=0)

    def is_cooling(self, rule: AlertRule, market: str, now_us: int) -> bool:
        """Whether the rule alerted for this market less than its cooldown ago."""
        alerted_us = self._alerted_us.get((rule, market))
        wait_s = self._alerts.cooldown_s if rule.cooldown_s is None else rule.cooldown_s
        return alerted_us is not None and now_us - alerted_us < wait_s * 1_000_000

    def _remember(self, key: SignalKey) -> None:
        self._seen[key] = None
        while len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]


def matches(rule: AlertRule, event: SignalEvent) -> bool:
    """Whether a rule asks for this signal, however old it is."""
    signal = event.signal
    return (
        not rule.when
        and rule.signal in ("*", signal.signal)
        # Not fnmatch, which may fold case: Hyperliquid's kPEPE is not KPEPE.
        and fnmatchcase(event.market, rule.market)
        and rule.bar in (0, signal.bar_seconds)
        and rule.side in ("both", signal.side)
        and (event.complete or rule.incomplete)
        and (rule.strength == 0 or (strength_of(signal.values) or 0.0) >= rule.strength)
    )
