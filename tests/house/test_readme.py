"""The README names what there is, and what it shows works."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from cvdtui import errors
from cvdtui.app.keys import KEYS
from cvdtui.app.layout import PRESETS
from cvdtui.cli.help_texts import DESCRIPTIONS
from cvdtui.cli.parsers import parser
from cvdtui.cli.usage import COMMANDS
from cvdtui.config import DEFAULTS, load
from cvdtui.config.validators import bar_text
from cvdtui.sources.options import FAULTS, FORMATS
from cvdtui.store.shipped import theme_files
from tests.config.keys import every_key

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "cvdtui").rglob("*.md"), *(ROOT / "tests").rglob("*.md")])
WIDEST = 125
"""Signs of a line of prose; a row of a table has to be longer at times."""


def section(name: str) -> str:
    found = re.search(rf"^#+ {re.escape(name)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"README has no section {name}"
    return found[1]


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


# --- commands, flags, exit codes ----------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_row(command: str):
    assert re.search(rf"^\| .*`cvdtui {command}\b", section("Commands"), re.MULTILINE)


def test_every_exit_code_has_a_row_and_no_other_has():
    codes = {0, 1, *(kind.exit_code for kind in vars(errors).values() if hasattr(kind, "exit_code")), 74}
    assert set(map(int, re.findall(r"^\| (\d+) \|", section("Commands"), re.MULTILINE))) == codes


@pytest.mark.parametrize("command", DESCRIPTIONS)
def test_help_explains_every_flag_and_argument_and_shows_its_default(command: str, monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")
    shown = " ".join(parser(command).format_help().split())
    for action in parser(command)._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        assert action.help, action.dest
        assert all(flag in shown for flag in action.option_strings)
        assert " ".join(action.help.split()) in shown
        default = default_of(action)
        assert default is None or f"({default}" in action.help, f"{action.dest}: {default}"


def default_of(action: argparse.Action) -> str | None:
    """How help shows a default; None where there is none, or the default is nothing."""
    of_keys = {"bar": bar_text(DEFAULTS.bar), "rolling": str(DEFAULTS.rolling), "row": "auto"}
    if action.dest in of_keys:
        return of_keys[action.dest]
    if action.default in (None, False, "", argparse.SUPPRESS) or action.default == []:
        return None
    return f"{action.default:g}" if isinstance(action.default, float) else str(action.default)


def test_help_names_every_fault_and_format(monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")
    demo, replay = (" ".join(parser(command).format_help().split()) for command in ("demo", "replay"))
    assert all(f"{name} (" in demo for name in FAULTS)
    assert f"{{{','.join(FORMATS)}}}" in replay


def test_every_command_line_that_is_shown_parses():
    shown = re.findall(r"^cvdtui (.*?)(?:  +#.*)?$", section("Six examples"), re.MULTILINE)
    assert len(shown) == 6
    shown += re.findall(r"`cvdtui ((?:run|demo|markets|config) [a-z ]+)`", without_fences(README))
    for line in shown:
        command, *words = shlex.split(line)
        parser(command).parse_intermixed_args(words)
    assert len(shown) > 8


def test_the_two_commands_of_the_quick_start_are_one_line_each_and_what_ci_runs():
    shown = re.findall(r"```sh\n(.*?)\n```", section("Quick start"), re.DOTALL)
    assert len(shown) == 2
    assert all(line.startswith("python3 -m venv .venv && ") and "\n" not in line for line in shown)
    assert shown[0].endswith("cvdtui demo")
    assert shown[1].endswith("-m pytest -q")
    assert README.count("\n" + shown[1]) == 1


# --- keys, configuration ------------------------------------------------------------------------------------


def test_the_keys_that_are_shown_are_keys_of_the_screen_and_are_fifteen_rows():
    cells = re.findall(r"^\| (`.*?) \| (?!what)", section("Keys"), re.MULTILINE)
    known = {word for key in KEYS for word in (key.shown, *key.shown.split())}
    assert [word for cell in cells for word in re.findall(r"`([^`]+)`", cell) if word not in known] == []
    assert len(cells) == 15
    assert "fifteen" in section("Keys")


def test_every_preset_and_theme_is_named():
    assert all(re.search(rf"\b{name}\b", section("Configuration")) for name in (*PRESETS, *theme_files()))


def test_the_configuration_that_is_shown_is_accepted():
    import tomllib

    shown = re.search(r"```toml\n(.*?)```", section("Configuration"), re.DOTALL)
    assert shown
    assert load([("README", tomllib.loads(shown[1]))]) != DEFAULTS


def test_every_key_that_is_named_exists():
    keys = set(every_key())
    named = re.findall(r"`([a-z]+(?:\.[a-z_*]+)+)`", without_fences(README))
    assert named
    assert [name for name in named if name not in keys] == []
    for name in re.findall(r"--set ([a-z.\-_]+)=", README):
        assert re.sub(r"^venues\.[a-z-]+\.", "venues.*.", name) in keys, name


def test_the_defaults_that_are_named_are_those_in_force():
    assert f"at most {DEFAULTS.tape.hold:,}".replace(",", " ") in README
    assert DEFAULTS.tape.gap_timeout_s == 60
    assert "at most a minute" in README


# --- form and links -----------------------------------------------------------------------------------------


def test_the_readme_is_short():
    assert 180 <= len(README.splitlines()) <= 260


def test_no_line_is_longer_than_a_wide_terminal_shows_but_for_tables():
    long = [line for line in README.splitlines() if len(line) > WIDEST and not line.startswith("|")]
    assert long == []


@pytest.mark.parametrize("name", ["screen_80x24", "ladder"])
def test_a_screenshot_has_its_place_and_fits_80_columns(name: str):
    found = re.findall(
        rf"^<!-- screenshot: {name} -->\n```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL
    )
    assert len(found) == 1
    assert all(len(line) <= 80 for line in found[0].splitlines())


def test_the_floors_that_are_shown_are_those_that_imports_keep_to():
    import tomllib

    tables = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (table["layers"] for table in tables if table["type"] == "layers")
    found = re.search(r"```text\n(.*?)```", section("For contributors"), re.DOTALL)
    assert found
    for line, layer in zip(found[1].splitlines(), layers[1:], strict=True):
        assert line.startswith(f"{layer} "), layer


def test_the_readme_leads_from_a_picture_to_the_reasons():
    heads = re.findall(r"^## (.*)$", without_fences(README), re.MULTILINE)
    assert heads == [
        "Quick start",
        "Six examples",
        "Keys",
        "How to read it",
        "How far to trust a number",
        "Commands",
        "Configuration",
        "Troubleshooting",
        "More",
        "For contributors",
        "Why it is so",
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading_that_exist(document: Path):
    text = without_fences(document.read_text("utf-8"))
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (document.parent / file) if file else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            missing.append(target)
    assert missing == []


def anchors(path: Path) -> set[str]:
    """What a heading is linked by, as GitHub makes it."""
    heads = re.findall(r"^#+ (.*)$", without_fences(path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_document_of_a_room_is_linked():
    linked = set(re.findall(r"\]\(([^)#\s]+)\)", README))
    rooms = {path.relative_to(ROOT).as_posix() for path in DOCUMENTS if path.parts[-2] != ROOT.name}
    assert {path for path in rooms if path.startswith("cvdtui/")} <= linked
