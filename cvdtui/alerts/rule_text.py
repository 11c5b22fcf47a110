"""A rule as a trader types it on the screen: `climax 2.5 to phone`, `divergence sell 5m`, `z > 2`."""

import re

from cvdtui.alerts.condition import Condition
from cvdtui.alerts.tokens import ConditionError
from cvdtui.config import AlertRule, Alerts
from cvdtui.config.alerts import SIGNALS
from cvdtui.config.names import hint
from cvdtui.config.validators import bar_text, parse_bar
from cvdtui.errors import UsageError

ANY = ("", "*", "any")
_CHANNELS = re.compile(r"(?:^|\s+)to\s+([A-Za-z0-9_,\s-]+)\Z")
_NUMBER = re.compile(r"(?:>=?)?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\Z")


def rule_of(market: str, text: str, alerts: Alerts) -> AlertRule:
    """The rule of one market from what was typed. UsageError names what is not understood."""
    text = text.strip()
    found = _CHANNELS.search(text)
    to = None
    if found is not None:
        text = text[: found.start()].strip()
        to = _channels(found[1], alerts)
    words = text.lower().replace(">=", " >=").replace(">= ", ">=").split()
    first = words[0] if words else ""
    if first in (*ANY, *SIGNALS):
        rule = _signal(market, first, words[1:], to)
        if rule is not None:
            return rule
    try:
        return AlertRule(market=market, when=Condition(text).text, to=to)
    except ConditionError as error:
        # A single word is a misspelt signal sooner than a condition.
        if len(words) == 1 and first.isidentifier():
            raise UsageError(f'no signal is named "{first[:40]}"{hint(first, SIGNALS)}') from None
        raise UsageError(f"{error}; expected a signal and its least strength, or a condition") from None


def text_of(rule: AlertRule) -> str:
    """A rule as it would be typed, without its channels."""
    if rule.when:
        return rule.when
    parts = ["any signal" if rule.signal == "*" else rule.signal]
    parts += [f">= {rule.strength:g}"] if rule.strength else []
    parts += [] if rule.side == "both" else [rule.side]
    parts += [bar_text(rule.bar)] if rule.bar else []
    return " ".join(parts)


def _signal(market: str, name: str, words: list[str], to: tuple[str, ...] | None) -> AlertRule | None:
    """None where the words after the name are none that a signal's rule has."""
    strength, side, bar = 0.0, "both", 0
    for word in words:
        number = _NUMBER.match(word)
        if number is not None:
            strength = float(number[1])
        elif word in ("buy", "sell", "both"):
            side = word
        elif word not in ("signal", "signals"):
            try:
                bar = parse_bar(word)
            except ValueError:
                return None
    if strength > 1e15:
        return None
    signal = "*" if name in ANY else name
    return AlertRule(market=market, signal=signal, strength=strength, side=side, bar=bar, to=to)  # type: ignore[arg-type]  # checked above


def _channels(text: str, alerts: Alerts) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.replace(",", " ").split()))
    for name in names:
        if alerts.kind_of(name) is None:
            raise UsageError(f'no channel is named "{name[:40]}"{hint(name, alerts.names())}')
    return names
