"""The key tables of cvdtui/config/README.md; `python -m tests.config.key_table` renews the file.

Keys, defaults and expected values come from the types, meanings from the text under each field.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
import tomli_w
from msgspec import NODEFAULT, Struct

from cvdtui import config
from cvdtui.config.layers import unwrap
from cvdtui.config.schema import DEFAULTS, Config
from cvdtui.config.signals import tables
from cvdtui.config.validators import ROW
from cvdtui.signals.registry import PARAMETERS

FOLDER = Path(config.__file__).parent
README = FOLDER / "README.md"
NO_DEFAULT = "none"


class KeyRow(NamedTuple):
    """One line of the table; `*` in a key stands for a name that the user gives."""

    key: str
    default: str
    expected: str
    meaning: str


def meanings() -> dict[tuple[str, str], str]:
    """By class and field: the text under the field."""
    found: dict[tuple[str, str], str] = {}
    for file in ("schema.py", "alerts.py"):
        for node in ast.parse((FOLDER / file).read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                for field, text in zip(node.body, node.body[1:], strict=False):
                    if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
                        name, value = ast.unparse(field.target), ast.literal_eval(text.value)
                        found[node.name, name] = " ".join(value.split())
    return found


def toml(value: object) -> str:
    """A value as a configuration file has it, on one line."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(one) for one in value)}]"
    return tomli_w.dumps({"value": value}).strip().removeprefix("value = ")


def rows(kind: type[Struct] = Config, path: str = "") -> Iterator[KeyRow]:
    """A row for every key below `path`, in the order of the schema, but for those of signals."""
    texts = meanings()
    for field in msgspec.structs.fields(kind):
        hint = get_type_hints(kind, include_extras=True)[field.name]
        key = path + field.name
        if key == "signals":
            continue
        inner, rule = unwrap(hint)
        if get_origin(inner) is dict:
            key, (inner, rule) = f"{key}.*", unwrap(get_args(inner)[1])
        if get_origin(inner) is tuple and isinstance(get_args(inner)[0], type):
            inner = get_args(inner)[0] if issubclass(get_args(inner)[0], Struct) else inner
        if isinstance(inner, type) and issubclass(inner, Struct):
            yield from rows(inner, f"{key}.")
        else:
            assert rule is not None, key
            yield KeyRow(key, _default(field, rule, key), rule.expected, texts[kind.__name__, field.name])


def _default(field: msgspec.structs.FieldInfo, rule: Any, key: str) -> str:
    absent = field.default is NODEFAULT or (field.default is None and rule is not ROW)
    if absent or key.endswith("*"):
        return NO_DEFAULT
    written = rule.written(field.default)
    return NO_DEFAULT if written in (None, "", ()) else f"`{toml(written)}`"


def signal_rows() -> Iterator[KeyRow]:
    """A row for every parameter of every signal; their meaning stands in the README of the signals."""
    known = get_type_hints(tables(PARAMETERS), include_extras=True)
    yield KeyRow(
        "signals.coverage", f"`{DEFAULTS.signal_coverage}`", unwrap(known["coverage"])[1].expected, ""
    )
    for name, kind in PARAMETERS.items():
        hints = get_type_hints(known[name], include_extras=True)
        for key, value in msgspec.structs.asdict(kind()).items():
            rule = get_args(hints[key])[1] if get_origin(hints[key]) is Annotated else None
            assert rule is not None
            default = f"`{toml(rule.written(value))}`" if value != "" else NO_DEFAULT
            yield KeyRow(f"signals.{name}.{key}", default, rule.expected, "")


def key_table() -> str:
    """The table of all keys but those of signals."""
    lines = ["| key | default | expected | meaning |", "|---|---|---|---|"]
    lines += [f"| `{row.key}` | {row.default} | {row.expected} | {row.meaning} |" for row in rows()]
    return "\n".join(lines)


def signal_table() -> str:
    """The table of the parameters of signals."""
    lines = ["| key | default | expected |", "|---|---|---|"]
    lines += [f"| `{row.key}` | {row.default} | {row.expected} |" for row in signal_rows()]
    return "\n".join(lines)


TABLES = {"keys": key_table, "signals": signal_table}


def renewed(text: str) -> str:
    """The file with its tables made anew, each between `<!-- NAME -->` and `<!-- end of NAME -->`."""
    for name, make in TABLES.items():
        before, _, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"\n<!-- end of {name} -->")
        assert end, f"{README} has no place for the table {name}"
        text = f"{before}<!-- {name} -->\n{make()}{end}{after}"
    return text


if __name__ == "__main__":
    README.write_text(renewed(README.read_text("utf-8")), encoding="utf-8")
