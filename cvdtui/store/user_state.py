"""The user's own files: the configuration, only read, and the choices made on the screen (state.toml)."""

import os
import re
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, structs

from cvdtui.errors import ConfigError, UnreadableError


class KeptAlert(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule that was added on the screen."""

    market: str
    signal: str = "*"
    strength: float = 0.0
    side: Literal["both", "buy", "sell"] = "both"
    bar: int = 0
    """Seconds; 0 is any."""
    when: str = ""
    to: tuple[str, ...] | None = None
    """None: where the configuration says."""


class State(Struct, frozen=True, kw_only=True):
    """What the user chose on the screen and finds again on the next start."""

    theme: str = ""
    """Empty: as configured."""
    preset: str = ""
    """Empty: as configured."""
    added: tuple[str, ...] = ()
    """Markets beside those of the configuration."""
    removed: tuple[str, ...] = ()
    """Markets of the configuration that were taken off the screen."""
    levels: dict[str, tuple[str, ...]] = {}
    """Price levels by market, as decimal strings."""
    alerts: tuple[KeptAlert, ...] = ()
    """Rules beside those of the configuration."""
    problem: str = ""
    """Why the file was not used, ready to show; never saved."""

    def markets(self, configured: Sequence[str]) -> tuple[str, ...]:
        """The configured markets with the user's changes; never none at all."""
        kept = [market for market in configured if market not in self.removed]
        kept += [market for market in self.added if market not in kept]
        return tuple(kept or configured)


def config_path() -> Path | None:
    """Where the user's configuration is looked for; None where there is no home directory."""
    folder = _xdg("XDG_CONFIG_HOME", ".config")
    return None if folder is None else folder / "config.toml"


def state_path() -> Path | None:
    """Where the user's choices are kept; None where there is no home directory."""
    folder = _xdg("XDG_STATE_HOME", ".local/state")
    return None if folder is None else folder / "state.toml"


def cache_folder() -> Path | None:
    """The folder of what can be requested again; None where there is no home directory."""
    return _xdg("XDG_CACHE_HOME", ".cache")


def journal_path() -> Path | None:
    """Where bars and signals are kept; None where there is no home directory."""
    path = state_path()
    return None if path is None else path.with_name("signals.jsonl")


def read_toml(path: Path, *, needed: bool = True) -> dict[str, object]:
    """The table in a TOML file; an empty one if the file is missing and not `needed`.

    Raises UnreadableError if it cannot be opened, ConfigError with the line if it is not TOML.
    """
    try:
        # Some editors begin a file with a byte order mark, which TOML does not know.
        text = path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError) as error:
        if not needed:
            return {}
        raise UnreadableError(f"{path}: cannot be read: {_reason(error)}") from None
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {_reason(error)}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start}: not UTF-8 text, as TOML must be") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where, reason = _place(str(error), text)
        raise ConfigError(f"{path}: {where}: not TOML: {reason}") from None


def load_state() -> State:
    """The user's choices; the defaults, with `problem` saying why, if they cannot be read."""
    path = state_path()
    if path is None:
        return State()
    try:
        return structs.replace(msgspec.convert(read_toml(path, needed=False), State), problem="")
    except (ConfigError, UnreadableError) as error:
        return State(problem=f"{error}; starting without it")
    except msgspec.ValidationError as error:
        return State(problem=f"{path}: {error}; starting without it")


def save_state(state: State) -> str:
    """Keep the user's choices, whole or not at all. An empty text, or why they could not be kept."""
    path = state_path()
    if path is None:
        return "choices are not kept: there is no home directory"
    import tomli_w

    table = {name: value for name, value in msgspec.to_builtins(state).items() if value and name != "problem"}
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(tomli_w.dumps(table), encoding="utf-8")
        # A rename is whole or not at all, so a kill leaves the old file or the new one.
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        return f"{path}: choices are not kept: {_reason(error)}"
    return ""


def _xdg(variable: str, fallback: str) -> Path | None:
    """The cvdtui folder of one XDG place; relative values are ignored, as the XDG specification asks."""
    place = Path(os.environ.get(variable, ""))
    if place.is_absolute():
        return place / "cvdtui"
    if os.environ.get("HOME") == "":  # Path.home() would take it for the root folder
        return None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / fallback / "cvdtui" if home.is_absolute() else None


def _place(text: str, document: str) -> tuple[str, str]:
    """Where a TOML error stands, and its reason."""
    match = re.search(r" \(at line ([0-9]+), column ([0-9]+)\)\Z", text)
    if match is not None:
        return f"line {match[1]}, column {match[2]}", text[: match.start()]
    return f"line {document.count(chr(10)) + 1}", text.removesuffix(" (at end of document)")


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
