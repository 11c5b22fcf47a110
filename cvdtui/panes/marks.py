"""How a signal is marked: its glyph and colour, in the log and on the chart."""

from cvdtui.model import SignalView

GLYPHS = {"climax": "◆", "absorption": "◇", "stacked": "┃", "naked_poc": "○", "large": "●"}


def arrow_of(signal: SignalView) -> str:
    """The direction it indicates."""
    return "▲" if signal.side == "buy" else "▼"


def glyph_of(signal: SignalView) -> str:
    """One cell for its kind; a divergence is its arrow."""
    return GLYPHS.get(signal.signal) or (arrow_of(signal) if signal.signal == "divergence" else "·")


def role_of(signal: SignalView) -> str:
    """Its colour: dim while it may still be taken back, or where its data are incomplete."""
    if signal.provisional or signal.quality:
        return "dim"
    return "up" if signal.side == "buy" else "down"
