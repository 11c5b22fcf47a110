"""cvdtui/model/README.md names every file of its room, and values that there are."""

import re
from pathlib import Path

import pytest

from cvdtui import model

ROOM = Path(model.__file__).parent
README = (ROOM / "README.md").read_text("utf-8")
WORDS = re.findall(r"^\| (\*\*.+) \| .+ \| (.+) \|$", README, re.MULTILINE)
NEEDED = (
    *("market", "trade", "tape", "flow", "bar", "signal", "pane", "snapshot", "coverage", "hold", "outage"),
    *(
        "gap",
        "hole",
        "quality",
        "session",
        "aggressor",
        "taker",
        "footprint",
        "profile",
        "anchor",
        "notional",
    ),
)


@pytest.mark.parametrize("file", sorted(ROOM.glob("[a-z]*.py")), ids=lambda file: file.name)
def test_every_file_is_named(file):
    assert f"`{file.name}`" in README


def test_the_words_of_the_field_are_explained():
    explained = [word for words, _ in WORDS for word in re.findall(r"\*\*([^*]+)\*\*", words)]
    assert set(NEEDED) <= set(explained)
    assert len(explained) == len(set(explained))


@pytest.mark.parametrize("names", [names for _, names in WORDS if names != "-"])
def test_a_value_named_beside_a_word_exists(names):
    for name in re.findall(r"`([^`]+)`", names):
        kind, _, attribute = name.partition(".")
        assert hasattr(getattr(model, kind), attribute) if attribute else hasattr(model, kind)
