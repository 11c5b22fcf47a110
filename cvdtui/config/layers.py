"""Layers of tables, weakest first, become one Config; an error names origin, key, and what was expected."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Never, TypeVar, get_args, get_origin, get_type_hints

from msgspec import Struct

from cvdtui.config import alerts, signals
from cvdtui.config.names import dotted, hint
from cvdtui.config.schema import Config
from cvdtui.config.validators import SIGNALS, Known, Rule, show
from cvdtui.errors import ConfigError

Layer = tuple[str, Mapping[str, object]]
"""Origin of a table, as the user knows it (a path, `--set`), and the table."""

Path = tuple[str, ...]
"""A dotted key in parts."""

S = TypeVar("S", bound=Struct)


def load(  # noqa: PLR0913 - what each kind of name is checked against
    layers: Sequence[Layer],
    *,
    venues: Collection[str] | None = None,
    themes: Collection[str] | None = None,
    presets: Collection[str] | None = None,
    signals: Mapping[str, type[Struct]] | None = None,
    conditions: Callable[[str], object] | None = None,
) -> Config:
    """The Config that the layers give together; a later layer wins, tables are merged and lists replaced.

    Names are checked against `venues`, `themes`, `presets` and `signals` (the parameters of each) where these
    are given, conditions of alerts by `conditions`. Raises ConfigError for an unknown key, and for a value of
    the wrong kind even where a later layer replaces it.
    """
    known = Known(venues, themes, presets, signals, conditions)
    merged: dict[str, object] = {}
    for origin, table in layers:
        # Each layer is parsed by itself: a wrong value is an error even where a later layer replaces it.
        _overlay(merged, _Reader(origin, known).table(table, Config, ()))
    config = _build(Config, merged)
    alerts.check(config.alerts)
    return config


def merge(layers: Sequence[Layer]) -> dict[Path, tuple[object, str]]:
    """Every value as it was written, by its path, beside the origin of the layer that won; checks nothing."""
    found: dict[Path, tuple[object, str]] = {}
    for origin, table in layers:
        for path, value in _leaves(table, ()):
            found[path] = (value, origin)
    return found


class _Reader:
    """Parses one layer; its errors name its origin."""

    def __init__(self, origin: str, known: Known) -> None:
        self._origin = origin
        self._known = known

    def table(self, table: Mapping[str, object], kind: type[Struct], path: Path) -> dict[str, object]:
        """The values of one table by the names of the Struct's fields, parsed."""
        hints = get_type_hints(kind, include_extras=True)
        for name in table:
            if name not in hints:
                self._refuse((*path, name), "no such key" + hint(name, hints, path))
        return {name: self._value(value, hints[name], (*path, name)) for name, value in table.items()}

    def _value(self, value: object, kind: object, path: Path) -> object:
        inner, rule = unwrap(kind)
        if rule is SIGNALS:
            table = self._mapping(value, path)
            known = self._known.signals
            # Without the parameters (a start that sets none) there is nothing to check the table against.
            return dict(table) if known is None else self.table(table, signals.tables(known), path)
        if get_origin(inner) is dict:
            entry = get_args(inner)[1]
            return {
                self._leaf(name, rule, (*path, name), what="name"): self._value(child, entry, (*path, name))
                for name, child in self._mapping(value, path).items()
            }
        if isinstance(inner, type) and issubclass(inner, Struct):
            return self.table(self._mapping(value, path), inner, path)
        entry = _listed(inner)
        if entry is not None:
            if not isinstance(value, list):
                self._refuse(path, f"expected a list of tables, not {show(value)}")
            return [
                self.table(self._mapping(child, (*path, str(number))), entry, (*path, str(number)))
                for number, child in enumerate(value, 1)
            ]
        return self._leaf(value, rule, path)

    def _mapping(self, value: object, path: Path) -> Mapping[str, object]:
        if not isinstance(value, Mapping):
            self._refuse(path, f"expected a table, not {show(value)}")
        return value

    def _leaf(self, value: object, rule: Rule | None, path: Path, what: str = "") -> object:
        if rule is None:
            raise TypeError(f"{dotted(path)} has no rule")
        try:
            return rule.parse(value, self._known)
        except ValueError as error:
            reason = f" ({error})" if str(error) else ""
            prefix = f"as its {what} " if what else ""
            found = "" if rule.private else f", not {show(value)}"
            self._refuse(path, f"expected {prefix}{rule.expected}{found}{reason}")

    def _refuse(self, path: Path, text: str) -> Never:
        raise ConfigError(f"{self._origin}: {dotted(path)}: {text}")


def unwrap(kind: object) -> tuple[object, Rule | None]:
    """The type under Annotated, and the Rule that stands beside it."""
    if get_origin(kind) is not Annotated:
        return kind, None
    inner, *notes = get_args(kind)
    return inner, next((note for note in notes if isinstance(note, Rule)), None)


def _listed(kind: object) -> type[Struct] | None:
    """The Struct of a list of tables."""
    entry = get_args(kind)[0] if get_origin(kind) is tuple else None
    return entry if isinstance(entry, type) and issubclass(entry, Struct) else None


def _overlay(under: dict[str, object], over: Mapping[str, object]) -> None:
    for name, value in over.items():
        below = under.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            _overlay(below, value)
        else:
            under[name] = value


def _leaves(value: object, path: Path) -> list[tuple[Path, object]]:
    if not isinstance(value, Mapping):
        return [(path, value)]
    return [leaf for name, child in value.items() for leaf in _leaves(child, (*path, name))]


def _build(kind: type[S], table: Mapping[str, object]) -> S:
    """Parsed values as the Struct they belong to; what is absent keeps its default."""
    hints = get_type_hints(kind, include_extras=True)
    return kind(**{name: _built(hints[name], value) for name, value in table.items()})


def _built(kind: object, value: object) -> object:
    inner, _ = unwrap(kind)
    if get_origin(inner) is dict and isinstance(value, dict):
        entry = get_args(inner)[1]
        return {name: _built(entry, child) for name, child in value.items()}
    if isinstance(inner, type) and issubclass(inner, Struct) and isinstance(value, dict):
        return _build(inner, value)
    entry = _listed(inner)
    if entry is not None and isinstance(value, list):
        return tuple(_build(entry, child) for child in value)
    return value
