"""The schema of keys, and the table made of it."""

import pytest

from cvdtui.app.keys import KEYS, key_table
from cvdtui.panes import PANES
from cvdtui.panes.groups import GroupsPane
from tests.app.terminal import ROOT


def test_the_key_table_names_every_key_with_its_words():
    rows = key_table().splitlines()
    assert rows[:2] == ["| keys | what they do |", "|---|---|"]
    for key in KEYS:
        names = [f"`{name}`" for name in key.shown.replace(" - ", " ").split()]
        cells = [row.split(" | ") for row in rows[2:]]
        assert (
            sum(set(names) <= set(keys[2:].split()) and key.words in words for keys, words in cells) == 1
        ), key
    assert len(rows) - 2 == sum(not key.joins for key in KEYS)


def test_keys_that_belong_together_share_a_row():
    rows = key_table().splitlines()
    assert "| `n` `N` | next market, previous market |" in rows
    assert "| `space` | freeze the screen, pause the replay |" in rows
    assert f"| `1` - `9` | show or hide a pane: {', '.join(list(PANES)[:9])} |" in rows


def test_the_table_of_main_keys_is_a_part_of_the_whole():
    main = key_table(main=True).splitlines()
    assert len(main) - 2 == 15
    assert set(main) <= set(key_table().splitlines())


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.shown)
def test_a_key_has_plain_words_that_fit_a_line_of_the_help(key):
    assert 4 <= len(key.words) <= 26
    assert "|" not in key.words + key.more


@pytest.mark.parametrize("make", [*PANES.values(), GroupsPane], ids=[*PANES, "groups"])
def test_every_key_in_a_panes_footer_is_in_the_schema(make):
    known = {"↑↓", "←→"} | {name for key in KEYS for name in (*key.keys, *key.shown.split())}
    for shown, _ in make().hints:
        assert shown in known or set(shown.split()) <= known, shown


def test_the_rooms_readme_ends_with_the_table_and_names_every_file():
    readme = (ROOT / "cvdtui" / "app" / "README.md").read_text(encoding="utf-8")
    assert readme.endswith(f"## Keys\n\n{key_table()}")
    files = {path.name for path in (ROOT / "cvdtui" / "app").glob("*.py")} - {"__init__.py"}
    assert [name for name in sorted(files) if f"`{name}`" not in readme] == []
