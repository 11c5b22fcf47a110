"""The query of one viewer: market, timeframe, anchor, unit and the optional parts of a snapshot."""

from typing import Literal

from msgspec import Struct

Unit = Literal["base", "quote"]
AnchorName = Literal["session", "week", "rolling", "start", "mark"]
ANCHORS: tuple[AnchorName, ...] = ("session", "week", "rolling", "start", "mark")


class View(Struct, frozen=True, gc=False):
    """What the snapshot shall hold; parts that are not requested are not computed."""

    market: str | None = None
    """The selected market, whose chart, ladder and profile are drawn."""
    timeframe: int = 60
    """Bar length in seconds."""
    anchor: AnchorName = "session"
    unit: Unit = "base"
    row_step: int = 0
    """Steps on the 1-2-5 scale away from the automatic row size."""
    bars: int = 240
    """Bars of the chart, at most."""
    footprints: int = 24
    """Bars of the ladder, at most."""
    min_size: float = 0.0
    """Time and sales shows trades of at least this size (in `unit`)."""
    groups: bool = False
    """With the asset groups."""
    group: bool = False
    """With the lines of the selected market's group."""
    log: bool = False
    """With the signals of all markets."""
    scored: tuple[str, str] | None = None
    """(market, signal) whose record is included."""
    at_us: int = 0
    """Start of the bar in view, us: chart and ladder end soon after it; 0: now."""
    tpo: bool = False
    """With the TPO of the session in place of its profile."""
    explain: bool = False
    """With the inputs of the numbers, for `?`."""
