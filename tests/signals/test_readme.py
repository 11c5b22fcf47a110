"""The room's README names every signal and parameter, with the default and the range that are in force."""

import re
from pathlib import Path
from typing import Annotated, Literal, get_args, get_origin, get_type_hints

import pytest

import cvdtui
from cvdtui.config.signals import COVERAGE
from cvdtui.signals.registry import EMITTING, PARAMETERS, SIGNALS

README = (Path(cvdtui.__file__).parent / "signals" / "README.md").read_text("utf-8")
OWN = [(name, key) for name, kind in PARAMETERS.items() for key in kind.__struct_fields__ if key != "enabled"]


def rows(section):
    """The cells of a section's table, line by line; a bar inside a cell is written `\\|`."""
    body = README.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in body.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def written(value):
    """As in the configuration file."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def bounds(hint):
    if get_origin(hint) is Annotated:
        meta = get_args(hint)[1]
        return f"{meta.ge:g} to {meta.le:g} {meta.description}"
    if get_origin(hint) is Literal:
        return ", ".join(f'`"{choice}"`' for choice in get_args(hint))
    return "`true`, `false`" if hint is bool else "a market"


def test_the_table_of_signals_is_the_registry_in_the_order_of_evaluation():
    found = rows("The signals")
    assert [cells[0] for cells in found] == [f"`{name}`" for name in SIGNALS]
    assert all(len(cells) == 5 and all(cells) for cells in found)


def test_it_says_which_signals_only_mark_bars_and_gives_the_others_a_strength():
    for name, when, _, strength, _ in rows("The signals"):
        emits = name.strip("`") in EMITTING
        assert when.startswith("only marks bars") != emits
        assert (strength != "-") == emits


@pytest.mark.parametrize(("name", "key"), OWN, ids=[".".join(one) for one in OWN])
def test_every_parameter_has_its_row_with_default_and_range(name, key):
    (cells,) = [cells for cells in rows("Parameters") if cells[0] == f"`{name}.{key}`"]
    kind = PARAMETERS[name]
    assert cells[1] == f"`{written(getattr(kind(), key))}`"
    assert cells[2] == bounds(get_type_hints(kind, include_extras=True)[key])
    assert len(cells) == 4
    assert cells[3]


def test_there_is_no_row_of_a_parameter_that_is_not():
    assert [cells[0] for cells in rows("Parameters")] == [f"`{name}.{key}`" for name, key in OWN]


def test_the_switch_and_the_coverage_have_the_defaults_it_gives():
    assert all(kind().enabled is True for kind in PARAMETERS.values())
    assert "`enabled` (`true`)" in README
    assert f"`signals.coverage` (`{COVERAGE}`)" in README
