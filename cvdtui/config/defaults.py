"""The defaults of the schema as a table, such as a configuration file holds."""

from typing import Any, get_origin, get_type_hints

from msgspec import Struct

from cvdtui.config.layers import unwrap
from cvdtui.config.schema import DEFAULTS


def defaults_table(config: Struct = DEFAULTS) -> dict[str, object]:
    """Every key that has a value of its own, as TOML writes it; tables that the user names are left out."""
    table: dict[str, object] = {}
    tables: dict[str, object] = {}
    for name, hint in get_type_hints(type(config), include_extras=True).items():
        value: Any = getattr(config, name)
        inner, rule = unwrap(hint)
        if isinstance(value, Struct):
            tables[name] = defaults_table(value)
        elif get_origin(inner) is not dict and rule is not None:
            written = rule.written(value)
            table[name] = list(written) if isinstance(written, tuple) else written
    return table | tables
