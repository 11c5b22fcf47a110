"""An empty home for every test of a room: its conftest.py imports `home` and `own_config` from here."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """An empty home, so that nobody's own configuration is read."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    return tmp_path


@pytest.fixture
def own_config(home) -> Callable[[str], Path]:
    """Writes the user's own configuration."""

    def write(text: str) -> Path:
        path = home / ".config/cvdtui/config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write
