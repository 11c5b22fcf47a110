"""How the selected market is shown: timeframe, rows, units, anchor, least size; each change is reported."""

from collections.abc import Callable
from typing import Protocol

from cvdtui.model import ANCHORS, TIMEFRAMES, View
from cvdtui.panes.clock import span

STEPS_OF_ROW = 6


class Look(Protocol):
    """Changes fields of the View and takes a fresh snapshot."""

    def __call__(self, **changes: object) -> None: ...


class ViewActions:
    """Changes the View that `view` returns."""

    def __init__(self, view: Callable[[], View], look: Look, say: Callable[[str], None]) -> None:
        self._view = view
        self._look = look
        self._say = say

    def timeframe(self, step: int) -> None:
        """Go to the next shorter (-1) or longer (1) timeframe."""
        view = self._view()
        at = TIMEFRAMES.index(view.timeframe) if view.timeframe in TIMEFRAMES else 2
        chosen = TIMEFRAMES[min(max(at + step, 0), len(TIMEFRAMES) - 1)]
        self._look(timeframe=chosen)
        self._say(f"timeframe {span(chosen)}")

    def rows(self, step: int) -> None:
        """Make the price rows smaller (-1) or larger (1)."""
        steps = min(max(self._view().row_step + step, -STEPS_OF_ROW), STEPS_OF_ROW)
        self._look(row_step=steps)
        words = "larger" if steps > 0 else "smaller"
        self._say(f"rows {abs(steps)} steps {words} than automatic" if steps else "rows automatic")

    def unit(self, unit: object) -> None:
        """Show sizes in the unit named, or in the other one."""
        chosen = unit or ("quote" if self._view().unit == "base" else "base")
        # a least size in the other unit would be another filter: it is dropped
        self._look(unit=chosen, min_size=0.0)
        self._say(f"sizes in {chosen} units")

    def anchor(self, anchor: object) -> None:
        """Count the CVD from the anchor named, or from the next one."""
        chosen = anchor or ANCHORS[(ANCHORS.index(self._view().anchor) + 1) % len(ANCHORS)]
        self._look(anchor=chosen)
        self._say(f"CVD anchor: {chosen}")

    def least(self, size: object) -> None:
        """Show trades of at least this size."""
        if isinstance(size, float):
            self._look(min_size=size)
