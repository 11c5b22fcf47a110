"""The options of each command, once the command line and the configuration have been read."""

from pathlib import Path
from typing import Literal

from msgspec import Struct

from cvdtui.config import Config

Fault = Literal["drop", "dup", "skip", "stall", "malformed", "slow", "429"]
FAULTS: tuple[Fault, ...] = ("drop", "dup", "skip", "stall", "malformed", "slow", "429")
"""Faults that the demo exchange can be started with."""

Format = Literal["auto", "frames", "binance-aggtrades", "jsonl"]
FORMATS: tuple[Format, ...] = ("auto", "frames", "binance-aggtrades", "jsonl")
"""Formats of files of trades."""

PRESETS = ("trader", "screener", "chart", "ladder")
"""Layouts of the screen."""


class RunOptions(Struct, frozen=True, kw_only=True):
    """`cvdtui run`: live, from the configured markets."""

    config: Config
    headless: bool = False
    json: bool = False
    """Print the report as JSON; implies headless."""
    seconds: float | None = None
    """Stop after this long; None runs until stopped."""
    notices: tuple[str, ...] = ()
    """Warnings about the user's files, for the status line or stderr."""


class DemoOptions(Struct, frozen=True, kw_only=True):
    """`cvdtui demo`: the same, against a small exchange on this machine."""

    config: Config
    """Its `markets` are not used: the demo exchange has its own."""
    headless: bool = False
    json: bool = False
    seconds: float | None = None
    notices: tuple[str, ...] = ()
    seed: int = 1
    markets: int = 12
    """How many markets the exchange lists."""
    rate: float = 200.0
    """Trades a second, all markets together, on average."""
    faults: tuple[Fault, ...] = ()
    ledger: Path | None = None
    """Where the exchange writes the trades it made."""


class ReplayOptions(Struct, frozen=True, kw_only=True):
    """`cvdtui replay`: recorded trades through the same path."""

    config: Config
    """Its `markets` are not used: the files name theirs."""
    files: tuple[Path, ...]
    headless: bool = False
    json: bool = False
    seconds: float | None = None
    notices: tuple[str, ...] = ()
    format: Format = "auto"
    venue: str | None = None
    """The venue of the trades, where the file does not name it."""
    symbol: str | None = None
    """The symbol of the trades, where the file does not name it."""
    speed: float = 0.0
    """Times the recorded speed; 0 is as fast as it can."""


class WatchOptions(Struct, frozen=True, kw_only=True):
    """`cvdtui watch`: until a condition holds."""

    config: Config
    when: str
    """The condition."""
    once: bool = False
    """End with the first time it holds."""
    seconds: float | None = None
    demo: bool = False
    """Watch the demo exchange's markets."""
    markets: tuple[str, ...] = ()
    """These alone; empty: all."""
    notices: tuple[str, ...] = ()


class ScoreOptions(Struct, frozen=True, kw_only=True):
    """`cvdtui score`: of recorded trades, or of the journal."""

    replay: ReplayOptions | None = None
    """The files to score; None: the journal."""
    journal: Path | None = None
    json: bool = False
    notices: tuple[str, ...] = ()


Options = RunOptions | DemoOptions | ReplayOptions
