"""`cvdtui config path|show|check`."""

import sys
from argparse import Namespace

from cvdtui import resources, settings
from cvdtui.cli import sources
from cvdtui.cli.parsers import parser
from cvdtui.config import dotted, merge, toml_key
from cvdtui.errors import ConfigError


def main(words: list[str]) -> int:
    """Do what `cvdtui config` was asked; its exit code."""
    arguments = parser("config").parse_intermixed_args(words)
    text = {"path": _path, "show": _show, "check": _check}[arguments.action](arguments)
    sys.stdout.write(text + "\n")
    return 0


def _path(arguments: Namespace) -> str:
    path = arguments.config or settings.config_path()
    if path is None:
        raise ConfigError("there is no home directory to keep a configuration in; use --config FILE")
    return str(path)


def _check(arguments: Namespace) -> str:
    layers = [*sources.files(arguments.config), *sources.assignments(arguments.set)]
    sources.checked(layers)
    count = len(merge(layers[1:]))
    place = arguments.config or settings.config_path()
    if not count:
        return f"good: nothing is set in {place}, the defaults are in force"
    return f"good: {count} {'key' if count == 1 else 'keys'} set in {place}"


def _show(arguments: Namespace) -> str:
    import tomli_w

    layers = [*sources.files(arguments.config), *sources.assignments(arguments.set)]
    sources.checked(layers)
    shipped = str(resources.find("config.toml"))
    lines: list[str] = []
    table: tuple[str, ...] = ()
    found = merge(layers)
    for path in sorted(found, key=lambda path: len(path) > 1):
        value, origin = found[path]
        if path[:-1] != table:
            table = path[:-1]
            lines += ["", f"[{dotted(table)}]"]
        if origin != shipped:
            lines.append(f"# from {origin}")
        written = tomli_w.dumps({"value": value}).strip().removeprefix("value")
        lines.append(toml_key(path[-1]) + written)
    return "\n".join(lines)
