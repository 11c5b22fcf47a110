"""The table in cvdtui/panes/README.md names every pane with its key, in order, and what it says exists."""

import re
from pathlib import Path

import pytest

from cvdtui.model import MarketDetail, Snapshot
from cvdtui.panes import PANES

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "cvdtui" / "panes" / "README.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\d)` \| `(\w+)` \| (.+) \| (.+) \|$", re.MULTILINE)
KEYS = {name: str((at + 1) % 10) for at, name in enumerate(PANES)}


def rows(text: str = README) -> list[tuple[str, str]]:
    return [(name, key) for key, name, _, _ in ROW.findall(text)]


def test_every_pane_stands_in_the_table_with_its_key_in_their_order():
    assert rows() == list(KEYS.items())


@pytest.mark.parametrize("name", PANES)
def test_a_deleted_row_is_noticed(name: str):
    less = re.sub(rf"^\| `\d` \| `{name}` .*\n", "", README, flags=re.MULTILINE)
    assert rows(less) != list(KEYS.items())


def test_the_parts_of_the_snapshot_that_panes_read_exist():
    for _, _, _, parts in ROW.findall(README):
        for part in re.findall(r"`([\w.]+)`", parts):
            first, _, rest = part.partition(".")
            assert first in Snapshot.__struct_fields__, part
            assert not rest or rest in MarketDetail.__struct_fields__, part


def test_the_files_that_are_named_exist():
    paths = re.findall(r"`((?:cvdtui|tests)/[\w/]+(?:\.py)?)`", README)
    paths += [f"cvdtui/panes/{name}" for name in re.findall(r"`((?:explain/)?\w+\.py)`", README)]
    paths = [path for path in paths if "NAME" not in path]
    assert len(paths) >= 9
    assert [path for path in paths if not (ROOT / path).exists()] == []
