"""What was chosen on the screen is kept whole or not at all, and never stands in the way of starting."""

import os
from pathlib import Path

import pytest

from cvdtui.errors import ConfigError, UnreadableError
from cvdtui.store.user_state import State, load_state, read_toml, save_state, state_path

CHOICES = State(
    theme="mono",
    preset="screener",
    added=("binance:ETHUSDT",),
    removed=("binance:BTCUSDT",),
    levels={"binance-usdm:BTCUSDT": ("64120", "63999.5")},
)


def test_choices_come_back_as_they_were_kept():
    assert load_state() == State()
    assert save_state(CHOICES) == ""
    assert load_state() == CHOICES


def test_the_state_lies_in_the_xdg_place(home, monkeypatch):
    assert state_path() == home / ".local/state/cvdtui/state.toml"
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "elsewhere"))
    assert save_state(CHOICES) == ""
    assert (home / "elsewhere/cvdtui/state.toml").is_file()


def test_a_problem_is_told_and_not_kept():
    save_state(State(theme="mono", problem="something"))
    assert load_state() == State(theme="mono")


def test_saving_leaves_one_file_and_no_draft():
    save_state(CHOICES)
    save_state(State(theme="light"))
    assert [path.name for path in state_path().parent.iterdir()] == ["state.toml"]
    assert load_state() == State(theme="light")


def test_a_place_that_cannot_be_written_is_a_text_not_an_end(home):
    (home / ".local").write_text("a file where a folder should be", encoding="utf-8")
    assert "state.toml: choices are not kept: " in save_state(CHOICES)
    assert load_state() == State()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_a_text_not_an_end(home):
    save_state(CHOICES)
    folder = state_path().parent
    folder.chmod(0o500)
    try:
        assert "Permission denied" in save_state(State(theme="light"))
    finally:
        folder.chmod(0o700)
    assert load_state() == CHOICES


def test_no_home_at_all_is_a_text_not_an_end(monkeypatch):
    monkeypatch.setenv("HOME", "")
    assert save_state(CHOICES) == "choices are not kept: there is no home directory"
    assert load_state() == State()


@pytest.mark.parametrize("text", ["theme = [", "theme = 3", "levels = 1", "\0"])
def test_a_damaged_state_is_passed_over_with_its_reason(text: str):
    path = state_path()
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    state = load_state()
    assert state == State(problem=state.problem)
    assert str(path) in state.problem


def test_markets_are_the_configured_ones_with_the_changes_and_never_none():
    assert CHOICES.markets(["binance:BTCUSDT", "bybit:X"]) == ("bybit:X", "binance:ETHUSDT")
    assert CHOICES.markets(["binance:ETHUSDT"]) == ("binance:ETHUSDT",)
    assert State(removed=("a:A",)).markets(["a:A"]) == ("a:A",)


def test_reading_toml_tells_a_missing_file_from_a_bad_one(home):
    path = home / "x.toml"
    assert read_toml(path, needed=False) == {}
    with pytest.raises(UnreadableError, match=r"x\.toml: cannot be read: No such file"):
        read_toml(path)
    with pytest.raises(UnreadableError, match=r"cannot be read: Is a directory"):
        read_toml(Path(home), needed=False)
    path.write_text("a = 1\nb = = 2\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"x\.toml: line 2, column 5: not TOML: Invalid value"):
        read_toml(path)
