"""The first `?`: the explanation of the selected number, loaded when it is first needed."""

from typing import TYPE_CHECKING

from cvdtui.app.layout_state import LayoutState
from cvdtui.panes import Panes
from cvdtui.panes.line import Pane

if TYPE_CHECKING:
    from cvdtui.panes.explain.pane import Explain

WITHOUT_NUMBERS = frozenset({"alerts"})
"""Panes without a number of their own: there `?` shows the keys at once."""


class ExplainFocus:
    """Shows the explanation of the focused pane's numbers."""

    def __init__(self, panes: Panes, layout_state: LayoutState) -> None:
        self._panes = panes
        self._layout_state = layout_state
        self._page: Explain | None = None

    @property
    def pane(self) -> Pane:
        """The explanation, about the focused pane."""
        if self._page is None:
            # most sessions never open it: its modules are no part of the start-up time
            from cvdtui.panes.explain.pane import Explain

            self._page = Explain()
            self._panes[self._page.name] = self._page
        self._page.turn_to(self._panes[self._layout_state.focus])
        self._layout_state.explained = self._page.rows
        return self._page

    def next_page(self) -> None:
        """The next `?`: explanation, then the keys, then back to where it began."""
        layout_state = self._layout_state
        if layout_state.help:
            layout_state.help = False
        elif layout_state.explain or layout_state.offline or layout_state.focus in WITHOUT_NUMBERS:
            layout_state.explain, layout_state.help = False, True
        else:
            layout_state.explain = True
            self.pane  # noqa: B018 - it is made before it is drawn
