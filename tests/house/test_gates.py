"""The gates (ruff, mypy, import-linter, lengths), run by pytest so that one command runs everything."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LONGEST = 400
"""Lines of a file; past 300 it should be split."""


def tool(name: str) -> str:
    """The program that was installed beside this Python, else the one on the path."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    assert found, f"{name} is not installed: pip install -e '.[test]'"
    return found


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("ruff", "check", "."), id="ruff finds nothing"),
        pytest.param(("ruff", "format", "--check", "."), id="every file is in one format"),
        pytest.param(("mypy",), id="types hold, strictly"),
        pytest.param(("lint-imports",), id="imports keep to their floors"),
    ],
)
def test_gate(command: tuple[str, ...]):
    name, *arguments = command
    done = subprocess.run([tool(name), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def test_no_file_is_too_long_to_be_one_idea():
    files = [path for folder in ("cvdtui", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert files
    assert not long
