"""A default stands in the schema alone: change it there, and help, key table and program follow."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import msgspec
import pytest

from cvdtui.config import DEFAULTS, Config, load
from cvdtui.config.defaults import defaults_table
from cvdtui.config.layers import unwrap
from cvdtui.config.validators import Known, Rule
from cvdtui.model import View
from tests.config.keys import every_key

ROOT = Path(__file__).resolve().parents[2]
CHANGED = {
    "config/schema.py": (
        ("bar: Annotated[int, validators.BAR] = 60", "bar: Annotated[int, validators.BAR] = 300"),
        ('"trades")] = 1000\n    """Trades in the rolling', '"trades")] = 777\n    """Trades in the rolling'),
        ("validators.ROW] = None", "validators.ROW] = Decimal(25)"),
    ),
    "sources/options.py": (("markets: int = 12", "markets: int = 9"),),
}
"""File of the package: what is replaced in the copy."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The package with other defaults in its schema, and nothing else changed."""
    folder = tmp_path_factory.mktemp("changed")
    for name in ("cvdtui", "themes", "tests/config"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "config.toml", folder)
    for file, pairs in CHANGED.items():
        path = folder / "cvdtui" / file
        text = path.read_text("utf-8")
        for old, new in pairs:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    return folder


def printed(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_help_of_the_command_line_follows(copy):
    for command in ("run", "replay", "score"):
        text = printed(copy, "cvdtui", command, "--help")
        assert "4h ... (5m)" in text
        assert "rolling CVD (777)" in text
    assert "or auto (25)" in printed(copy, "cvdtui", "run", "--help")
    assert "how many markets it lists (9," in printed(copy, "cvdtui", "demo", "--help")


def test_the_key_table_follows(copy):
    readme = copy / "cvdtui/config/README.md"
    before = readme.read_text("utf-8")
    printed(copy, "tests.config.key_table")
    changed = set(readme.read_text("utf-8").splitlines()) - set(before.splitlines())
    assert sorted(line.split(" | ")[:2] for line in changed) == [
        ["| `bar`", '`"5m"`'],
        ["| `rolling`", "`777`"],
        ["| `row.default`", '`"25"`'],
    ]


def test_the_program_follows(copy, tmp_path):
    tape = tmp_path / "tape.jsonl"
    tape.write_text(
        "".join(
            f'{{"id":{n},"time_us":{1_723_161_600_000_000 + n},"price":"100","size":"1","side":"buy"}}\n'
            for n in range(1, 1001)
        )
    )
    report = json.loads(printed(copy, "cvdtui", "replay", str(tape), "--json"))
    (market,) = report["markets"].values()
    assert (market["bar_seconds"], market["rolling_trades"], market["profile"]["row"]) == (300, 777, "25")
    assert market["cvd"]["rolling"] == "777"
    assert "rolling = 777" in printed(copy, "cvdtui", "config", "show")


def test_a_line_switched_on_in_the_shipped_file_counts_below_the_users_own(copy, tmp_path):
    file, own = copy / "config.toml", tmp_path / "own.toml"
    before = file.read_text("utf-8")
    own.write_text("bar = '1h'\n")
    try:
        file.write_text(before.replace('#anchor = "session"', 'anchor = "week"').replace("#bar =", "bar ="))
        shown = printed(copy, "cvdtui", "config", "show", "--config", str(own))
    finally:
        file.write_text(before)
    assert 'anchor = "week"' in shown
    assert 'bar = "1h"' in shown or "bar = '1h'" in shown


# --- every default --------------------------------------------------------------------------------------


def leaves(config: msgspec.Struct):
    for name, hint in get_type_hints(type(config), include_extras=True).items():
        value, (_, rule) = getattr(config, name), unwrap(hint)
        if isinstance(value, msgspec.Struct):
            yield from leaves(value)
        elif isinstance(rule, Rule) and not isinstance(value, dict):
            yield name, value, rule


def test_every_default_is_accepted_by_its_own_rule_as_it_is_written():
    found = list(leaves(DEFAULTS))
    assert len(found) > 30
    for name, value, rule in found:
        assert rule.parse(rule.written(value), Known()) == value, name


def test_the_table_of_defaults_gives_the_defaults():
    assert load([("default", defaults_table())]) == Config()


NEUTRAL = (None, False, 0, 0.0, "", (), True)
"""Nothing, everything or no limit: what a parameter may have as its own default."""
ALIASES = {
    "hold_limit": "hold",
    "gap_s": "gap_timeout_s",
    "share": "weight_share",
    "rolling_trades": "rolling",
    "budget_share": "weight_share",
}
"""Parameters of other rooms that take the value of a key, and the last part of that key."""
OWN = {
    "View": "lies below the configuration; the next test holds it to the schema",
    "MarketRow": "the unit of its sizes, which the row builder sets from the View",
}
"""Classes in which a field with the name of a key has a default of its own."""
SIGNAL_PARAMETERS = "Parameters"
"""How classes end whose fields are the keys of one signal: their defaults are written there."""


def test_no_other_file_writes_the_default_of_a_key():
    known = {name: value for name, value, _ in leaves(DEFAULTS)} | {"coverage": DEFAULTS.signal_coverage}
    again = []
    for path in sorted((ROOT / "cvdtui").rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        if file.startswith("cvdtui/config/"):
            continue
        for name, default in written_defaults(ast.parse(path.read_text("utf-8"))):
            key = ALIASES.get(name, name)
            if key in known and default not in NEUTRAL and default == known[key]:
                again.append(f"{file}: {name} = {default!r}")
    assert again == []


def written_defaults(tree: ast.AST):
    """Names and literal defaults of every parameter and every field of a class."""
    own = {
        id(field)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and (node.name in OWN or node.name.endswith(SIGNAL_PARAMETERS))
        for field in node.body
    }
    for node in ast.walk(tree):
        if id(node) in own:
            continue
        pairs: list[tuple[str, ast.expr | None]] = []
        if isinstance(node, ast.arguments):
            plain = [*node.posonlyargs, *node.args]
            pairs += zip(
                (one.arg for one in plain[len(plain) - len(node.defaults) :]), node.defaults, strict=True
            )
            pairs += zip((one.arg for one in node.kwonlyargs), node.kw_defaults, strict=True)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            pairs.append((node.target.id, node.value))
        for name, value in pairs:
            if isinstance(value, ast.Constant):
                yield name, value.value


def test_a_view_begins_as_the_configuration_does():
    view = View()
    assert (view.timeframe, view.anchor, view.unit) == (DEFAULTS.bar, DEFAULTS.anchor, DEFAULTS.unit)
    assert view.min_size == DEFAULTS.min_print_size


def test_the_names_below_are_keys():
    names = {key.rsplit(".", 1)[-1] for key in every_key()}
    assert set(ALIASES.values()) <= names
