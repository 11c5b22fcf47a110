"""What one viewer asks to see."""

from typing import Literal

from msgspec import Struct

Unit = Literal["base", "quote"]
AnchorName = Literal["session", "week", "rolling", "start", "mark"]
ANCHORS: tuple[AnchorName, ...] = ("session", "week", "rolling", "start", "mark")


class View(Struct, frozen=True, gc=False):
    """What the trader asked to see; the board fits the Snapshot to it."""

    market: str | None = None
    """The market whose chart, ladder and profile are drawn."""
    timeframe: int = 60
    anchor: AnchorName = "session"
    unit: Unit = "base"
    row_step: int = 0
    """Steps on the 1-2-5 scale away from the automatic row size."""
    bars: int = 240
    """How many bars the chart wants at most."""
    footprints: int = 24
    """How many bars of cells the ladder wants at most."""
    min_size: float = 0.0
    """Time and sales shows trades of at least this size (in `unit`)."""
    groups: bool = False
    """The asset groups are wanted."""
    group: bool = False
    """The group of the market at hand is wanted with its lines."""
    log: bool = False
    """The signals of all markets are wanted."""
    scored: tuple[str, str] | None = None
    """(market, signal) whose record is wanted."""
    at_us: int = 0
    """Start of a bar to look at: chart and ladder end soon after it; 0: now."""
    tpo: bool = False
    """The TPO of the session is wanted in the place of its profile."""
    explain: bool = False
    """Numbers are being explained: what that takes is wanted too."""
