"""The README names what there is, and what it shows works."""

import json
import re
import shlex
from pathlib import Path

import pytest

from cvdtui import errors
from cvdtui.app.keys import KEYS
from cvdtui.app.layout import PRESETS
from cvdtui.cli import venue_table
from cvdtui.cli.help_texts import DESCRIPTIONS
from cvdtui.cli.parsers import parser
from cvdtui.cli.words import COMMANDS
from cvdtui.sources.options import FAULTS, FORMATS
from cvdtui.store.shipped import theme_files
from cvdtui.venues import VENUES, ibkr
from tests.config.keys import every_key

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = " ".join(re.findall(r"`([^`\n]+)`", README))
"""Everything between backticks."""


def section(name: str) -> str:
    found = re.search(rf"^#+ {re.escape(name)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"README has no section {name}"
    return found[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_named(command: str):
    assert f"`cvdtui {command}" in README


@pytest.mark.parametrize("command", DESCRIPTIONS)
def test_every_flag_is_named(command: str):
    for action in parser(command)._actions:
        assert all(flag in CODE for flag in action.option_strings if flag.startswith("--"))


@pytest.mark.parametrize("key", every_key())
def test_every_configuration_key_is_named(key: str):
    assert f"`{key}`" in section("Configuration")


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.shown)
def test_every_key_of_the_screen_is_named(key):
    named = section("Keys")
    for word in key.shown.replace("1 - 9", "1").split():
        assert f"`{word}`" in named


def test_what_is_said_of_a_venue_is_what_its_grammar_says_and_all_are_listed():
    told = re.findall(r"^\| `([a-z-]+)` \|.*\| ([^|]+) \| ([^|]+) \|$", section("Venues"), re.MULTILINE)
    assert len(told) > 10
    for name, missing, candles in told:
        if name != ibkr.NAME:  # it has a feed of its own
            fetched = missing.startswith("fetched")
            assert fetched == venue_table.missing_trades(VENUES[name]()).startswith("fetched"), name
            assert candles == venue_table.candles(VENUES[name]()), name
    assert "`cvdtui markets --venues`" in section("Venues")
    assert [line.split()[0] for line in venue_table.venue_table()[1:]] == list(VENUES)


def test_every_fault_format_preset_and_theme_is_named():
    assert all(f"`{name}`" in section("Commands") for name in (*FAULTS, *FORMATS))
    assert all(name in section("Configuration") for name in (*PRESETS, *theme_files()))


def test_every_exit_code_is_named():
    codes = {kind.exit_code for kind in vars(errors).values() if hasattr(kind, "exit_code")}
    assert all(f"\n| {code} |" in section("Exit codes") for code in {0, *codes})


def test_every_command_line_that_is_shown_parses():
    lines = re.findall(r"^cvdtui (.*?)(?:  +#.*)?$", section("Commands"), re.MULTILINE)
    for line in lines:
        command, *words = shlex.split(line)
        parser(command).parse_intermixed_args(words)
    assert len(lines) > 5


def test_the_report_that_is_shown_is_json_and_every_key_of_it_is_explained():
    text = section("The JSON report")
    sample = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert sample
    explained = text.replace(sample[0], "")
    ((_, market),) = json.loads(sample[1])["markets"].items()
    named = {*market, *market["cvd"], *market["bars"][0], *market["profile"], *market["gaps"][0]}
    assert [key for key in sorted(named) if f"`{key}`" not in explained] == []


def test_the_two_commands_of_the_quick_start_are_one_line_each_and_what_ci_runs():
    shown = re.findall(r"```sh\n(.*?)\n```", section("Quick start"), re.DOTALL)
    assert len(shown) == 2
    assert all(line.startswith("python3 -m venv .venv && ") and "\n" not in line for line in shown)
    assert shown[0].endswith("cvdtui demo")
    assert shown[1].endswith("-m pytest -q")
    assert README.count("\n" + shown[1]) == 1


def test_the_readme_ends_with_how_to_add_why_and_changes():
    heads = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", README, flags=re.DOTALL), re.MULTILINE)
    last = ["Add a venue", "Add a signal", "Add a pane", "Why it is so", "Changes"]
    assert [head for head in heads if head in last] == last
    assert heads[-2] == "Changes"
