"""The key table of the configuration is what the schema says: every key, default, bound and meaning."""

import re

import pytest

from tests.config.key_table import README, key_table, renewed, rows, signal_rows
from tests.config.keys import every_key


def test_the_tables_are_those_that_the_schema_gives():
    text = README.read_text("utf-8")
    assert renewed(text) == text, "renew them: python -m tests.config.key_table"


def test_every_key_has_a_row_and_every_row_a_default_an_expectation_and_a_meaning():
    assert sorted(row.key for row in rows()) == sorted(set(every_key()) - {"signals.*"})
    assert all(row.default and row.expected and row.meaning.endswith(".") for row in rows())
    assert all(row.default and row.expected for row in signal_rows())


@pytest.mark.parametrize("damage", [r"^\| `rolling` .*\n", r"^\| `signals\.flip\.noise` .*\n", r"`50000`"])
def test_a_row_that_is_deleted_and_a_default_that_is_wrong_are_noticed(damage: str):
    text = README.read_text("utf-8")
    damaged = re.sub(damage, "", text, count=1, flags=re.MULTILINE)
    assert damaged != text
    assert renewed(damaged) == text


def test_no_cell_breaks_the_table():
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in key_table().splitlines()} == {5}
