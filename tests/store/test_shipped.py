"""What is installed is whole: the wheel carries the themes and the configuration, and finds its own."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cvdtui.errors import UnreadableError
from cvdtui.store import shipped

ROOT = Path(__file__).resolve().parents[2]

LOOK = """
from cvdtui.store import shipped
print(shipped.find("config.toml"))
print(*shipped.theme_files().values(), sep="\\n")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_package_themes_and_config_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    themes = {path.name for path in (ROOT / "themes").glob("*.toml")}
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "cvdtui").rglob("*.py")}
    assert themes
    assert {f"cvdtui/themes/{name}" for name in themes} <= names
    assert {"cvdtui/config.toml", "cvdtui/py.typed", *modules} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"cvdtui"}


def test_an_installed_wheel_finds_its_own_files(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    found = done.stdout.split()
    assert found[0] == str(tmp_path / "cvdtui/config.toml")
    assert found[1:] == [str(path) for path in sorted((tmp_path / "cvdtui/themes").glob("*.toml"))]


def test_a_working_copy_finds_the_files_beside_the_package():
    assert shipped.find("config.toml") == ROOT / "config.toml"
    assert list(shipped.theme_files()) == sorted(path.stem for path in (ROOT / "themes").glob("*.toml"))


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(UnreadableError, match=r"nothing\.toml: expected in .*cvdtui or beside it"):
        shipped.find("nothing.toml")
