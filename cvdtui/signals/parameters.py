"""Which parameters are in force: a signal's own defaults, then the configuration's, the nearest last."""

from collections.abc import Mapping

from msgspec import Struct, convert

from cvdtui.signals.registry import PARAMETERS

Tables = Mapping[str, object]
"""The table `signals` as it was read: by signal, with `timeframes` (by seconds) and `markets` inside."""


def parameters(tables: Tables, market: str, seconds: int) -> dict[str, Struct]:
    """Every signal's parameters for one market and bar length.

    General keys first, then those of the bar length, of the market, and of the market's bar length.
    """
    return {name: _of(kind, _table(tables, name), market, seconds) for name, kind in PARAMETERS.items()}


def _of(kind: type[Struct], table: Tables, market: str, seconds: int) -> Struct:
    mine = _table(_table(table, "markets"), market)
    found: dict[str, object] = {}
    for layer in (table, _by_bar(table, seconds), mine, _by_bar(mine, seconds)):
        # key by key: a table for one bar length may set one parameter and leave the others general
        found.update({key: layer[key] for key in kind.__struct_fields__ if key in layer})
    return convert(found, kind)


def _by_bar(table: Tables, seconds: int) -> Tables:
    by_seconds = table.get("timeframes")
    found = by_seconds.get(seconds) if isinstance(by_seconds, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _table(table: Tables, name: str) -> Tables:
    found = table.get(name)
    return found if isinstance(found, Mapping) else {}
