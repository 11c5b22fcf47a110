"""Signals and conditions in, alerts out through their channels; what was sent and what failed is kept."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Literal

from cvdtui.alerts.alert import Alert, condition_alert, signal_alert
from cvdtui.alerts.channels import Screen, make
from cvdtui.alerts.condition import Values
from cvdtui.alerts.delivery import Outbox
from cvdtui.alerts.rule_text import text_of
from cvdtui.alerts.rules import Route, Rules
from cvdtui.config import AlertChannel, AlertRule, Alerts
from cvdtui.config.names import hint
from cvdtui.errors import UsageError
from cvdtui.model import AlertLine, ChannelState, MarketRow, Now, RuleLine, SignalEvent

LINES = 200
"""Alerts kept to show."""
DRAIN_S = 3.0
ON_SCREEN = ("notice",)
"""Kinds of channels that quiet hours leave alone."""


class AlertDispatcher:
    """Checks every signal against the rules and hands alerts to channels; no call waits for one."""

    def __init__(
        self,
        alerts: Alerts,
        screen: Screen,
        *,
        now: Now,
        note: Callable[[str], None],
        demo: bool = False,
    ) -> None:
        self.rules = Rules(alerts)
        self.screen = screen
        self.lines: deque[AlertLine] = deque(maxlen=LINES)
        """The latest alerts, oldest first."""
        self._alerts = alerts
        self._now = now
        self._note = note
        self._demo = demo
        self._outboxes: dict[str, Outbox] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def on_signal(self, event: SignalEvent, now_us: int) -> AlertLine | None:
        """A signal: the alert it became, None where no rule asks for it."""
        route = self.rules.check(event, now_us)
        if route is None:
            return None
        alert = signal_alert(event, now_us, demo=self._demo)
        return self._dispatch(alert, event.signal.side, route, now_us)

    def on_condition(self, rule: AlertRule, row: MarketRow, values: Values, now_us: int) -> AlertLine | None:
        """A rule's condition began to hold for a market: the alert it became, None during its cooldown."""
        route = self.rules.route((rule,), row.market.name, now_us)
        if route is None:
            return None
        return self._dispatch(condition_alert(rule, row, values, now_us, demo=self._demo), "", route, now_us)

    def _dispatch(
        self, alert: Alert, side: Literal["buy", "sell", ""], route: Route, now_us: int
    ) -> AlertLine:
        """Hand an alert to its channels and list it."""
        names = route.channels
        if route.quiet:
            # A notice makes no sound, and shows afterwards what happened in these hours.
            names = tuple(name for name in self._alerts.to if self._alerts.kind_of(name) in ON_SCREEN)
        for name in names:
            self._outbox(name).enqueue(alert)
        text = f"{alert.title}, {alert.text}"
        line = AlertLine(
            now_us,
            alert.market,
            alert.signal,
            side,
            alert.time_us,
            alert.bar_seconds,
            text,
            names,
            route.quiet,
        )
        self.lines.append(line)
        return line

    def send(self, name: str, alert: Alert) -> None:
        """An alert straight to one channel. UsageError where there is none of that name."""
        if self._alerts.kind_of(name) is None:
            raise UsageError(f'no channel is named "{name[:40]}"{hint(name, self._alerts.names())}')
        self._outbox(name).enqueue(alert)

    @property
    def configured(self) -> tuple[AlertRule, ...]:
        """The rules of the configuration."""
        return self._alerts.rules

    @property
    def channels(self) -> tuple[ChannelState, ...]:
        """States of the channels that rules name, and of those that had something to send."""
        rules = (*self._alerts.rules, *self.rules.added)
        named = (name for rule in rules for name in (self._alerts.to if rule.to is None else rule.to))
        return tuple(
            self._outboxes[name].state
            if name in self._outboxes
            else ChannelState(name, self._alerts.kind_of(name) or "")
            for name in dict.fromkeys((*named, *self._outboxes))
        )

    def rule_lines(self, now_us: int) -> tuple[RuleLine, ...]:
        """Every rule, as the screen lists it: the configuration's first."""
        found: list[RuleLine] = []
        for place, rule in enumerate((*self.configured, *self.rules.added)):
            alerted_us = self.rules.alerted_us(rule)
            is_cooling = alerted_us and now_us - alerted_us < 1_000_000 * (
                self._alerts.cooldown_s if rule.cooldown_s is None else rule.cooldown_s
            )
            is_quiet = self.rules.is_quiet(rule, now_us)
            text, added = text_of(rule), place >= len(self.configured)
            channels = self._alerts.to if rule.to is None else rule.to
            # By content, not by place: removing one rule moves those after it.
            key = f"{place if not added else 'added'} {rule.market} {text} {' '.join(channels)}"
            state: Literal["ready", "cooling", "quiet"] = (
                "quiet" if is_quiet else "cooling" if is_cooling else "ready"
            )
            found.append(RuleLine(key, rule.market, text, channels, added, state, alerted_us))
        return tuple(found)

    # --- rules of the screen

    def add_rule(self, rule: AlertRule) -> bool:
        """Adds a rule; False where the same is there."""
        if rule in self.rules.added:
            return False
        self.rules.added.append(rule)
        return True

    def remove_rule(self, key: str) -> bool:
        """Removes the rule of the screen whose line has this key; False where there is none."""
        lines = self.rule_lines(0)[len(self.configured) :]
        kept = [rule for rule, line in zip(self.rules.added, lines, strict=True) if line.key != key]
        was_there = len(kept) < len(self.rules.added)
        self.rules.added[:] = kept
        return was_there

    def remove_rules(self, market: str) -> int:
        """Removes the screen's rules of this very market; how many there were."""
        kept = [rule for rule in self.rules.added if rule.market != market]
        removed = len(self.rules.added) - len(kept)
        self.rules.added[:] = kept
        return removed

    # --- life

    async def drain(self) -> None:
        """Give the queues a little time to get empty."""
        await asyncio.gather(*(outbox.drain(DRAIN_S) for outbox in self._outboxes.values()))

    async def stop(self) -> None:
        """Drain the queues and end their tasks."""
        await self.drain()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._outboxes.clear()

    def _outbox(self, name: str) -> Outbox:
        """The channel's queue, made with its first alert. Needs a running loop."""
        outbox = self._outboxes.get(name)
        if outbox is None:
            kind = self._alerts.kind_of(name)
            assert kind is not None  # noqa: S101 - the configuration was checked
            # Made when first needed: a channel that never sends opens no connection.
            table = self._alerts.channels.get(name, AlertChannel())
            outbox = Outbox(
                name,
                kind,
                make(kind, table, self.screen),
                per_minute=table.per_minute,
                now=self._now,
                note=self._note,
            )
            self._outboxes[name] = outbox
            self._tasks.append(asyncio.create_task(outbox.run(), name=f"alerts {name}"))
        return outbox
