"""The README of feeds names every module, option and format; that of IBKR every key, code and module."""

from ast import literal_eval

import pytest
from msgspec import NODEFAULT
from msgspec.structs import fields

from cvdtui.feeds.files import FORMATS
from cvdtui.feeds.options import FeedOptions
from tests.config.keys import every_key
from tests.readme_tables import modules, table

README = "cvdtui/feeds/README.md"


def test_every_module_is_named():
    assert table(README, "module").keys() == modules("cvdtui/feeds")


def test_every_option_has_a_row_with_its_default():
    rows = table(README, "option")
    assert list(rows) == [field.name for field in fields(FeedOptions)]
    pairs = {"backoff_first_s": 0, "backoff_most_s": 1}
    for field in fields(FeedOptions):
        shown = rows[field.name][0].split(", ")[pairs.get(field.name, 0)].strip("`")
        if field.default is NODEFAULT:
            assert shown in every_key(), f"{field.name} is set by the configuration"
        else:
            assert literal_eval(shown) == field.default, field.name


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_a_row(form):
    assert table(README, "format")[form]


def test_no_format_has_a_row_that_is_none():
    assert table(README, "format").keys() == set(FORMATS)
