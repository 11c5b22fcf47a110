"""README's recipe for a venue, followed to the letter in a copy of the repository with a made-up venue."""

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPE = Path(__file__).parent / "recipe"
NAME = "tidewater"
MODULE = f"cvdtui/venues/{NAME}.py"
REGISTRY = "cvdtui/venues/__init__.py"
FIXTURE = f"tests/venues/{NAME}.jsonl"


def recipe():
    found = re.search(r"### Add a venue\n(.*?)\n### ", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    return re.findall(r"^(\d)\. (.*?)(?=^\d\. |\Z)", found[1], re.DOTALL | re.MULTILINE)


@pytest.fixture
def copy(tmp_path):
    """The repository as it is shipped, in a folder of its own."""
    leave = shutil.ignore_patterns("__pycache__", ".*")
    for folder in ("cvdtui", "tests", "themes"):
        shutil.copytree(ROOT / folder, tmp_path / "copy" / folder, ignore=leave)
    for file in ("README.md", "pyproject.toml", "config.toml"):
        shutil.copy(ROOT / file, tmp_path / "copy" / file)
    return tmp_path / "copy"


def run(copy, *words):
    """Exit code and all that was said by `python -m WORDS` in the copy."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=copy,
        env={**kept, "HOME": str(copy.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def checked(copy):
    """The tests that run over the registry, for the made-up venue alone, and all of README's."""
    quiet = ("pytest", "-q", "-p", "no:cacheprovider")
    mine = run(copy, *quiet, "-k", NAME, "tests/venues", "tests/feeds/test_every_venue.py")
    return mine, run(copy, *quiet, "tests/house/test_readme.py")


def files(copy):
    return {
        str(path.relative_to(copy)): sha256(path.read_bytes()).hexdigest()
        for path in copy.rglob("*")
        if path.is_file()
    }


def follow(copy):
    """The recipe's steps."""
    shutil.copy(RECIPE / f"{NAME}.py", copy / MODULE)
    registry = (copy / REGISTRY).read_text("utf-8")
    end = '}\n"""Every venue by name."""'
    assert registry.count(end) == 1
    line = f'    "{NAME}": _Named("{NAME}:{NAME.title()}"),\n'
    (copy / REGISTRY).write_text(registry.replace(end, line + end), "utf-8")
    shutil.copy(RECIPE / f"{NAME}.jsonl", copy / FIXTURE)


def test_a_made_up_venue_touches_exactly_three_files_and_is_a_venue_like_any_other(copy):
    before = files(copy)
    follow(copy)
    after = files(copy)
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert changed == {MODULE, REGISTRY, FIXTURE}
    assert [path for _, text in recipe() for path in re.findall(r"`([^`]+/[^`]+)`", text)[:1]] == [
        MODULE.replace(NAME, "NAME"),
        REGISTRY,
        FIXTURE.replace(NAME, "NAME"),
    ]
    (mine, said), (readme, why) = checked(copy)
    assert mine == 0, said
    assert int(re.search(r"(\d+) passed", said)[1]) >= 20, said
    assert readme == 0, why
    code, said = run(copy, "ruff", "check", "cvdtui/venues")
    assert code == 0, said
    code, said = run(copy, "cvdtui", "markets", "--venues")
    assert code == 0, said
    assert re.search(rf"^{NAME} +fetched by id over REST +none +wss://ws.example.org$", said, re.MULTILINE)
    at = f"venues.{NAME}.rest_url=http://127.0.0.1:9"
    code, said = run(copy, "cvdtui", "markets", "BTC", "--venue", NAME, "--set", at)
    assert (code, "127.0.0.1:9" in said) == (69, True), said
    assert f"did you mean {NAME}?" in run(copy, "cvdtui", "run", "tidewate:BTC-USD")[1]


def test_a_forgotten_fixture_fails_by_the_name_of_the_venue(copy):
    follow(copy)
    (copy / FIXTURE).unlink()
    code, said = run(copy, "pytest", "-q", "-k", f"fixture and {NAME}", "tests/venues/test_fixtures.py")
    assert code == 1
    assert f"venue {NAME} has no fixture {FIXTURE}" in said
