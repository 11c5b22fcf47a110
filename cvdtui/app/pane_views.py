"""The widgets of the panes: made when first drawn, moved to their places, painted."""

from collections.abc import Callable, Iterable, Mapping

from textual.screen import Screen

from cvdtui.app.layout import Place
from cvdtui.model import Snapshot
from cvdtui.panes import BEYOND_ONE_MARKET, PANES
from cvdtui.panes.clock import Clock
from cvdtui.panes.line import Pane
from cvdtui.panes.styles import StyleSheet
from cvdtui.panes.view import PaneView


class PaneViews:
    """One PaneView a pane that was drawn at least once; `top` names the one that stays above all others."""

    def __init__(self, find: Callable[[str], Pane], sheet: StyleSheet, clock: Clock, *, top: str) -> None:
        self._find = find
        self._sheet = sheet
        self._clock = clock
        self._top = top
        self._views: dict[str, PaneView] = {}
        self.places: dict[str, Place] = {}

    def __getitem__(self, name: str) -> PaneView:
        return self._views[name]

    def first(self) -> Iterable[PaneView]:
        """What a screen is composed of: the views that have a place, then the top one."""
        yield from self._views.values()
        yield self._made(self._top)

    def put(self, places: Mapping[str, Place], screen: Callable[[], Screen[object]]) -> None:
        """Move every widget to its place; one without a place is hidden, a new one is mounted."""
        if places == self.places:
            return
        self.places = dict(places)
        for name in places:
            self._mounted(name, screen)
        for name, view in self._views.items():
            place = places.get(name)
            view.styles.display = "none" if place is None else "block"
            if place is not None:
                view.edge = place.edge
                view.styles.offset = (place.x, place.y)
                view.styles.width, view.styles.height = place.width, place.height

    def show(self, snapshot: Snapshot, focused: Pane, *, alone: Callable[[str], bool], force: bool) -> None:
        """Paint the snapshot in every pane that has a place; `alone` says which of them fill the body."""
        for name, place in self.places.items():
            view = self._views[name]
            view.show(
                snapshot,
                focused=view.pane is focused,
                zoomed=alone(name),
                size=(place.width, place.height),
                force=force,
            )

    def set_theme(self, sheet: StyleSheet) -> None:
        """Draw everything anew in another theme."""
        self._sheet = sheet
        for view in self._views.values():
            view.set_theme(sheet)

    def _mounted(self, name: str, screen: Callable[[], Screen[object]]) -> None:
        known = name in self._views
        view = self._made(name)
        top = self._views.get(self._top)
        if not known and top is not None and top.parent is not None and (on := screen()).is_attached:
            on.mount(view, before=top)  # a screen that is being left takes no more

    def _made(self, name: str) -> PaneView:
        view = self._views.get(name)
        if view is None:
            of_detail = name in PANES and name not in BEYOND_ONE_MARKET
            view = PaneView(self._find(name), self._sheet, self._clock, of_detail=of_detail)
            self._views[name] = view
        return view
