"""`cvdtui config path|show|check`."""

import sys
from argparse import Namespace

from cvdtui.cli import config_layers
from cvdtui.cli.parsers import parser
from cvdtui.config import Layer, dotted, merge, toml_key
from cvdtui.config.defaults import defaults_table
from cvdtui.errors import ConfigError
from cvdtui.store import user_state

_DEFAULT = "default"
"""Origin of a value that nobody set."""


def main(words: list[str]) -> int:
    """Exit code of `cvdtui config`."""
    arguments = parser("config").parse_intermixed_args(words)
    text = {"path": _path, "show": _show, "check": _check}[arguments.action](arguments)
    sys.stdout.write(text + "\n")
    return 0


def _path(arguments: Namespace) -> str:
    path = arguments.config or user_state.config_path()
    if path is None:
        raise ConfigError("there is no home directory to keep a configuration in; use --config FILE")
    return str(path)


def _check(arguments: Namespace) -> str:
    layers = config_layers.given(arguments)
    config_layers.checked(layers)
    count = len(merge(layers))
    place = arguments.config or user_state.config_path()
    if not count:
        return f"good: nothing is set in {place}, the defaults are in force"
    return f"good: {count} {'key' if count == 1 else 'keys'} set in {place}"


def _show(arguments: Namespace) -> str:
    own = config_layers.given(arguments)
    config_layers.checked(own)
    layers: list[Layer] = [(_DEFAULT, defaults_table()), *own]
    lines: list[str] = []
    table: tuple[str, ...] = ()
    found = merge(layers)
    tables = {(): 0, **{path[:-1]: place for place, path in reversed(list(enumerate(found, 1))) if path[1:]}}
    for path in sorted(found, key=lambda path: tables[path[:-1]]):
        value, origin = found[path]
        if path[:-1] != table:
            table = path[:-1]
            lines += ["", f"[{dotted(table)}]"]
        if origin != _DEFAULT:
            lines.append(f"# from {origin}")
        lines.append(f"{toml_key(path[-1])} = {_written(value)}")
    return "\n".join(lines)


def _written(value: object) -> str:
    """A value as TOML; of a list of tables one line each."""
    import tomli_w

    if not (isinstance(value, list) and value and all(isinstance(item, dict) for item in value)):
        return tomli_w.dumps({"value": value}).strip().removeprefix("value = ")
    rows = (", ".join(f"{toml_key(key)} = {_inline(item)}" for key, item in table.items()) for table in value)
    return "[\n" + "".join(f"    {{ {row} }},\n" for row in rows) + "]"


def _inline(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return _written(value)
