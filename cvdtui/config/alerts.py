"""Keys of alerts: rules, channels, quiet hours. A secret is never a value: only where one is found is."""

import re
from collections.abc import Collection
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Struct, field

from cvdtui.config import validators
from cvdtui.config.names import dotted, hint
from cvdtui.config.validators import Known, Rule
from cvdtui.errors import ConfigError, UsageError

SIGNALS = (
    "divergence",
    "climax",
    "efficiency",
    "slope",
    "spread",
    "accumulation",
    "stacked",
    "absorption",
    "speed",
    "naked_poc",
    "flip",
    "large",
)
"""Names that a rule may select."""
ChannelKind = Literal["bell", "notice", "desktop", "command", "webhook", "ntfy", "telegram", "discord"]
KINDS: tuple[ChannelKind, ...] = (
    "bell",
    "notice",
    "desktop",
    "command",
    "webhook",
    "ntfy",
    "telegram",
    "discord",
)
BUILT_IN = ("bell", "notice", "desktop")
"""Channels that need no table."""
NEEDS: dict[str, tuple[str, ...]] = {
    "command": ("command",),
    "webhook": ("url",),
    "ntfy": ("topic",),
    "telegram": ("token", "chat"),
    "discord": ("url",),
}
_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]{0,63}\Z|file:[^\x00-\x1f\x7f]{1,400}\Z")


def is_reference(text: str) -> bool:
    """Whether a value is a reference to one kept elsewhere: `env:NAME` or `file:PATH`."""
    return _REFERENCE.match(text) is not None


def _parse_secret(value: object, _: Known) -> str:
    if not isinstance(value, str) or not is_reference(value):
        raise ValueError
    return value


def _parse_place(value: object, _: Known) -> str:
    """An address, or a reference to one."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError
    if is_reference(value):
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError
    # User, password and query are where an address holds tokens, and `config show` would print them.
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("what is secret in an address belongs behind env: or file:")
    return value.removesuffix("/")


def _parse_word(value: object, _: Known) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError  # noqa: TRY004 - one error for all that a value cannot be
    # A chat of Telegram is a number, negative for a group, and is written with quotes and without.
    text = str(value)
    if is_reference(text) or re.match(r"[A-Za-z0-9@_+-]{1,64}\Z", text):
        return text
    raise ValueError


def _parse_command(value: object, _: Known) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value or not all(isinstance(item, str) for item in value):
        raise ValueError
    if not value[0] or any("\x00" in item for item in value):
        raise ValueError
    return tuple(value)


def _parse_names(value: object, _: Known) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueError
    return tuple(dict.fromkeys(value))


def _parse_pattern(value: object, _: Known) -> str:
    if not isinstance(value, str) or re.match(r"[A-Za-z0-9._:/@*?\[\]!-]{1,80}\Z", value) is None:
        raise ValueError
    return value


def _parse_condition(value: object, known: Known) -> str:
    if not isinstance(value, str) or len(value) > 1_000 or not value.isprintable():
        raise ValueError
    if value and known.conditions is not None:
        try:
            known.conditions(value)
        except UsageError as error:
            raise ValueError(str(error)) from None
    return value


def _parse_quiet(value: object, _: Known) -> str:
    clock = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
    if value == "":
        return ""
    if not isinstance(value, str) or re.match(rf"{clock}-{clock}\Z", value) is None:
        raise ValueError
    if value[:5] == value[6:]:
        raise ValueError("it would never end or never begin")
    return value


def _parse_channel(value: object, _: Known) -> str:
    if not isinstance(value, str) or re.match(r"[A-Za-z0-9_-]{1,32}\Z", value) is None:
        raise ValueError
    return value


def _parse_any_bar(value: object, _: Known) -> int:
    return 0 if value == "any" else validators.parse_bar(value)


SECRET = Rule(
    '"env:NAME" or "file:PATH" (a secret never stands in the configuration itself)',
    _parse_secret,
    private=True,
)
PLACE = Rule('an address http(s)://host/path, "env:NAME" or "file:PATH"', _parse_place, private=True)
WORD = Rule('a name without spaces, "env:NAME" or "file:PATH"', _parse_word, private=True)
COMMAND = Rule('a program and its arguments, such as ["/usr/local/bin/on-signal", "--loud"]', _parse_command)
NAMES = Rule('a list of channels, such as ["bell", "phone"]', _parse_names)
PATTERN = Rule('a market or a pattern, such as "binance-usdm:*"', _parse_pattern)
CONDITION = Rule('a condition, such as "z > 2 and coverage > 0.99", or ""', _parse_condition)
QUIET = Rule('a stretch of the day, such as "22:00-07:00", or ""', _parse_quiet)
CHANNEL = Rule("a channel, such as phone", _parse_channel)
ANY_BAR = Rule(
    'a bar length, such as "1m", or "any"',
    _parse_any_bar,
    written=lambda value: validators.bar_text(value) if value else "any",
)
COOLDOWN = validators.number(0, 86_400, "seconds")


class AlertRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule: which signals, of which markets, go where. None takes the value of `[alerts]`."""

    signal: Annotated[str, validators.choice("*", *SIGNALS)] = "*"
    """Which signal; `*`: every one."""
    market: Annotated[str, PATTERN] = "*"
    """Which markets: a name, or a pattern with `*` and `?`."""
    strength: Annotated[float, validators.number(0, 1e15, "units")] = 0.0
    """Least strength, in the unit of the signal (z, ratio, rows, value ...)."""
    when: Annotated[str, CONDITION] = ""
    """Instead of a signal, a condition as of `cvdtui watch`: alerts when it begins to hold for a market."""
    bar: Annotated[int, ANY_BAR] = 0
    """On bars of this length alone."""
    side: Annotated[Literal["both", "buy", "sell"], validators.choice("both", "buy", "sell")] = "both"
    """Signals in the direction of buyers, of sellers, or both."""
    cooldown_s: Annotated[float | None, COOLDOWN] = None
    """`alerts.cooldown_s` of this rule; absent: that."""
    quiet: Annotated[str | None, QUIET] = None
    """`alerts.quiet` of this rule; absent: that."""
    to: Annotated[tuple[str, ...] | None, NAMES] = None
    """Channels of this rule; absent: `alerts.to`."""
    incomplete: Annotated[bool, validators.SWITCH] = False
    """Alerts on signals over incomplete data too."""
    backfilled: Annotated[bool, validators.SWITCH] = False
    """Alerts on signals of bars from before the start too."""


class AlertChannel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One alert channel. `kind` is the name of the table where it is left out."""

    kind: Annotated[ChannelKind | None, validators.choice(*KINDS)] = None
    """Kind of channel; absent: the name of the table."""
    url: Annotated[str, PLACE] = ""
    """webhook: the address; ntfy, telegram: another server; discord: reference to its webhook address."""
    token: Annotated[str, SECRET] = ""
    """telegram: the bot's token; webhook, ntfy: sent as Bearer."""
    chat: Annotated[str, WORD] = ""
    """telegram: the chat."""
    topic: Annotated[str, WORD] = ""
    """ntfy: the topic."""
    command: Annotated[tuple[str, ...], COMMAND] = ()
    """command: a program and its arguments, started without a shell, the alert as JSON on its stdin."""
    style: Annotated[Literal["auto", "osc9", "osc777"], validators.choice("auto", "osc9", "osc777")] = "auto"
    """desktop: the escape sequence; `auto`: what the terminal is known to support."""
    timeout_s: Annotated[float, validators.number(0.1, 120, "seconds")] = 10.0
    """An attempt that takes longer has failed."""
    per_minute: Annotated[int, validators.whole(1, 600, "alerts")] = 20
    """More alerts than that in a minute wait."""


class Alerts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Alert rules and channels."""

    to: Annotated[tuple[str, ...], NAMES] = ("bell", "notice")
    """Channels of rules that name none."""
    cooldown_s: Annotated[float, COOLDOWN] = 300.0
    """Seconds for which a rule is silent on a market after it alerted."""
    quiet: Annotated[str, QUIET] = ""
    """Time of day, in `alerts.zone`, in which alerts stay on the screen; empty: never."""
    zone: Annotated[str, validators.SHOWN_ZONE] = "local"
    """Time zone of `alerts.quiet`."""
    fresh_s: Annotated[float, validators.number(1, 86_400, "seconds")] = 120.0
    """A signal of a bar that closed longer ago than these seconds is history, not an alert."""
    rules: tuple[AlertRule, ...] = ()
    channels: Annotated[dict[str, AlertChannel], CHANNEL] = field(default_factory=dict)

    def kind_of(self, name: str) -> ChannelKind | None:
        """The kind of a channel; None where no channel has the name."""
        table = self.channels.get(name)
        if table is not None and table.kind is not None:
            return table.kind
        return next((kind for kind in KINDS if kind == name and (table or kind in BUILT_IN)), None)

    def names(self) -> tuple[str, ...]:
        """Every channel: the built-in ones and those of the configuration."""
        return tuple(dict.fromkeys((*BUILT_IN, *self.channels)))


def check(alerts: Alerts) -> None:
    """ConfigError where a rule names no channel, or a channel lacks what its kind needs."""
    known = alerts.names()
    _check_names(("alerts", "to"), alerts.to, known)
    for number, rule in enumerate(alerts.rules, 1):
        _check_names(("alerts", "rules", str(number), "to"), rule.to or (), known)
        if rule.when and (rule.signal != "*" or rule.strength):
            key = dotted(("alerts", "rules", str(number), "when"))
            raise ConfigError(f"{key}: stands alone, without signal and strength")
    for name, table in alerts.channels.items():
        path = ("alerts", "channels", name)
        kind = alerts.kind_of(name)
        if kind is None:
            kinds = ", ".join(f'"{kind}"' for kind in KINDS)
            raise ConfigError(f"{dotted((*path, 'kind'))}: is missing; expected one of {kinds}")
        for key in NEEDS.get(kind, ()):
            if not getattr(table, key):
                raise ConfigError(f"{dotted((*path, key))}: is missing; a channel of kind {kind} needs it")
        if kind == "discord" and not is_reference(table.url):
            raise ConfigError(f"{dotted((*path, 'url'))}: expected {SECRET.expected}")


def _check_names(path: tuple[str, ...], names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise ConfigError(f'{dotted(path)}: no channel is named "{name[:40]}"{hint(name, known)}')
