"""Starts the real program as a child, without a screen, and reads its report."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"


def environment(home: Path) -> dict[str, str]:
    """Ours, with a home of its own, so that nobody's configuration is read."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    """The program with these words."""
    return subprocess.Popen(
        [sys.executable, "-m", "cvdtui", *words],
        cwd=home,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # as a terminal's job: ctrl+c goes to this group
    )


def finish(child: subprocess.Popen[str], timeout: float = 90) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    try:
        out, err = child.communicate(timeout=timeout)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    return child.returncode, out, err


def report(home: Path, *words: str) -> dict:
    """The markets of the JSON report of a run that must end well."""
    code, out, err = finish(start(home, *words))
    assert code == 0, err
    made = json.loads(out)
    assert made["schema"] == 1
    return made["markets"]
