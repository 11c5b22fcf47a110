"""Layers of the configuration over the defaults of the schema: user's file, screen, `--set`, flags."""

import tomllib
from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path

from msgspec import Struct

from cvdtui.config import Config, Layer, load, merge, validators
from cvdtui.config.names import split_dotted
from cvdtui.errors import ConfigError, UsageError
from cvdtui.sources.options import PRESETS
from cvdtui.store import shipped, user_state
from cvdtui.venues.lookup import VENUE_NAMES


def files(config: Path | None) -> list[Layer]:
    """The shipped file, then the user's own or the file that `--config` names instead.

    The shipped file shows the defaults in comments: whoever changes a line of it changes the program.
    """
    defaults = shipped.find("config.toml")
    layers: list[Layer] = [(str(defaults), user_state.read_toml(defaults))]
    own = config or user_state.config_path()
    if own is not None:
        layers.append((str(own), user_state.read_toml(own, needed=config is not None)))
    return layers


def given(arguments: Namespace) -> list[Layer]:
    """What `--config` and `--set` make of the configuration, for commands that have no flags for keys."""
    return [*files(arguments.config), *assignments(arguments.set)]


def assignments(texts: Sequence[str]) -> list[Layer]:
    """One layer for each `--set KEY=VALUE`. UsageError where there is no key or no `=`."""
    return [("--set", _assignment(text)) for text in texts]


def checked(layers: Sequence[Layer]) -> Config:
    """The Config of these layers, with venues, themes and presets known by name."""
    return load(
        layers,
        venues=VENUE_NAMES,
        themes=shipped.theme_files(),
        presets=PRESETS,
        signals=_parameters(layers),
        conditions=_condition,
    )


def _condition(text: str) -> object:
    """The condition of an alert rule; UsageError where it makes no sense."""
    from cvdtui.alerts.condition import Condition

    return Condition(text)


def _parameters(layers: Sequence[Layer]) -> Mapping[str, type[Struct]] | None:
    """The parameters of every signal, where a layer sets any.

    None otherwise: their import takes 45 ms, which a live start spends after its first picture.
    """
    if not any(path[0] == "signals" for path in merge(layers)):
        return None
    from cvdtui.signals.registry import PARAMETERS

    return PARAMETERS


def remembered(below: Config, state: user_state.State, *, markets: bool) -> Layer:
    """What the user chose on the screen, without names that do not exist any more."""
    # The state file may be of another version: a theme or venue that is gone is passed over, not an error.
    table: dict[str, object] = {}
    if state.theme in shipped.theme_files():
        table["theme"] = state.theme
    if state.preset in PRESETS:
        table["preset"] = state.preset
    if markets:
        table["markets"] = [
            name for name in state.markets(below.markets) if _is_market(name)
        ] or below.markets
    return (str(user_state.state_path()), table)


def flags(arguments: Namespace) -> list[Layer]:
    """The flags that stand for configuration keys; the parser has checked their values."""
    given = {
        "bar": arguments.bar,
        "rolling": arguments.rolling,
        "markets": getattr(arguments, "market", None),
    }
    return [("the command line", {key: value for key, value in given.items() if value})]


def named_markets(names: Sequence[str]) -> None:
    """UsageError for a MARKET that cannot be, or is named twice."""
    for place, name in enumerate(names):
        try:
            validators.parse_market(name, validators.Known(venues=VENUE_NAMES))
        except ValueError as error:
            reason = f" ({error})" if str(error) else ""
            raise UsageError(
                f"expected {validators.MARKET.expected}, not {validators.show(name)}{reason}"
            ) from None
        if name in names[:place]:
            raise UsageError(f"{name} is named twice")


def _is_market(name: str) -> bool:
    try:
        validators.parse_market(name, validators.Known(venues=VENUE_NAMES))
    except ValueError:
        return False
    return True


def _assignment(text: str) -> dict[str, object]:
    key, value = _cut(text)
    try:
        path = split_dotted(key)
    except ValueError:
        raise UsageError(f"--set: {validators.show(key)} is not a dotted key; expected KEY=VALUE") from None
    table: object = _value(value)
    for name in reversed(path):
        table = {name: table}
    if not isinstance(table, dict):
        raise ConfigError(f"--set: {validators.show(text)} names no key")
    return table


def _cut(text: str) -> tuple[str, str]:
    """Key and value, at the first `=` outside quotes."""
    quote = ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "=":
            return text[:place], text[place + 1 :].strip()
    raise UsageError(f"--set: expected KEY=VALUE, not {validators.show(text)}")


def _value(text: str) -> object:
    """A value as TOML reads it, else the text itself: `1m` and `wss://host` need no quotes."""
    try:
        table = tomllib.loads(f"value = {text}\n")
    except tomllib.TOMLDecodeError:
        return text
    value = table.get("value")
    # `18:00` is a time to TOML, and `1\nbar=2` two keys: both are texts to us.
    plain = len(table) == 1 and not isinstance(value, date | datetime | time)
    return value if plain else text
