"""Which panes are shown, zoomed and focused, and how keys change that. Pure."""

from cvdtui.app.layout import LEAST, PRESETS, ROOMY, Place, arrange, beside, is_compact, is_wide
from cvdtui.config import DEFAULTS
from cvdtui.panes import PANES

ORDER = tuple(PANES)


class LayoutState:
    """Focus, zoom, drill and visibility; on a small screen the focused pane is shown alone."""

    def __init__(self, preset: str = DEFAULTS.preset) -> None:
        self.width = 80
        self.height = 24
        self.preset = preset
        self.visible = list(PRESETS[preset])
        self.requested: set[str] = set()
        """Panes shown by their key on a screen that is not wide enough to show them by itself."""
        self.focus = self.visible[0]
        self.zoom: str | None = None
        self.drilled = False
        """The table made room for the panes of the selected market."""
        self.help = False
        self.explain = False
        """The selected number is explained, over the panes where there is room."""
        self.explained = 12
        """Rows of the explanation."""
        self.offline = False
        self.origin = ""
        """The pane that `visit` left: `back` returns to it."""

    @property
    def compact(self) -> bool:
        """One pane at a time."""
        return is_compact(self.width, self.height)

    @property
    def small(self) -> bool:
        """Too small for any pane."""
        return self.width < LEAST[0] or self.height < LEAST[1]

    @property
    def shown(self) -> list[str]:
        """The panes that can have the keys, in their order."""
        if self.compact:
            return list(ORDER)
        if self.zoom is not None:
            return [self.zoom]
        names = [name for name in ORDER if self._has_place(name)]
        if self.drilled and len(names) > 1:
            names = [name for name in names if name != "markets"]
        return names

    def _has_place(self, name: str) -> bool:
        """Whether a visible pane is drawn: the screen is wide enough for it, or its key was pressed."""
        wide = name not in ROOMY or name in self.requested or is_wide(self.width, self.height)
        return name in self.visible and wide

    def places(self, rows: int) -> dict[str, Place]:
        """The place of everything that is drawn now; `rows` is how many rows the table has."""
        if self.small:
            return {"small": Place(0, 0, self.width, self.height)}
        alone = "help" if self.help else "offline" if self.offline else self.zoom
        if self.explain and self.compact and not self.help and not self.offline:
            alone = "explain"
        elif alone is None and self.compact:
            alone = self.focus
        places = arrange(self.width, self.height, tuple(self.shown), alone, rows)
        if self.explain and not self.compact and alone in (None, self.zoom):
            places["explain"] = beside(places[self.focus], self.width, self.height, self.explained)
        return places

    def settle(self) -> None:
        """Move the focus to a pane that is shown, when it is not on one."""
        if self.focus not in self.shown:
            self.focus = self.shown[0]

    def visit(self, name: str) -> None:
        """Go to a pane unless it is on the screen; `back` returns to the pane before."""
        if not self.compact and name in self.shown:
            return
        self.origin = self.focus if self.compact or self.zoom is not None else ""
        if self.compact or self.zoom is not None:
            self.focus = name
            self.zoom = None if self.compact else name
        else:
            self.visible += [] if name in self.visible else [name]
            self.requested.add(name)

    def next_pane(self, step: int) -> None:
        """Move the focus along the panes shown (or, zoomed, zoom the neighbour)."""
        self.origin = ""
        names = self.shown if self.zoom is None else [name for name in ORDER if name in self.visible]
        at = names.index(self.focus) if self.focus in names else 0
        self.focus = names[(at + step) % len(names)]
        if self.zoom is not None:
            self.zoom = self.focus

    def toggle(self, name: str) -> None:
        """Show or hide a pane; on a small screen go to it, and from it back to the table."""
        self.origin = ""
        if self.compact:
            self.focus = "markets" if self.focus == name else name
        elif self.zoom is not None:
            self.zoom = self.focus = name
        elif self._has_place(name):
            # the last pane stays: an empty screen would have no pane to give keys to
            if len(self.shown) > 1 or name not in self.shown:
                self.visible.remove(name)
                self.requested.discard(name)
        else:
            self.visible += [] if name in self.visible else [name]
            self.requested.add(name)
            self.focus = name
        self.settle()

    def toggle_zoom(self) -> None:
        """The focused pane alone, or all again."""
        if not self.compact:
            self.zoom = None if self.zoom is not None else self.focus

    def show_alone(self, name: str) -> None:
        """Show one pane on the whole body, whether it is in the layout or not."""
        self.origin = ""
        self.focus = name
        if not self.compact:
            self.zoom = name

    def is_drawn(self, name: str) -> bool:
        """Whether the pane has a place on the screen now."""
        return self.focus == name if self.compact else name in self.shown

    def is_alone(self, name: str) -> bool:
        """Whether a pane is drawn without the table beside it."""
        return name in {self.zoom, "help", "offline"} or self.compact or self.drilled

    def drill(self) -> None:
        """Open the selected market: its panes take the place of the table."""
        self.origin = ""
        if self.compact:
            self.focus = "chart"
            return
        self.drilled = True
        self.zoom = None
        # a preset of the table alone has no panes of a market to show
        if self.visible == ["markets"]:
            self.visible = list(PRESETS["trader"])
        self.focus = "chart" if "chart" in self.visible else self.shown[0]

    @property
    def can_leave(self) -> bool:
        """Whether esc has something to leave."""
        away = self.focus != "markets" if self.compact else self.zoom is not None or self.drilled
        return self.help or self.explain or away

    def back(self) -> bool:
        """Leave the innermost page, zoom or drill; False when there is none."""
        if self.help:
            self.help = False
        elif self.explain:
            self.explain = False
        elif self.origin:
            self.focus, self.origin = self.origin, ""
            self.zoom = None if self.compact else self.focus
        elif self.compact and self.focus != "markets":
            self.focus = "markets"
        elif self.zoom is not None and not self.compact:
            self.zoom = None
        elif self.drilled:
            self.drilled = False
            self.focus = "markets" if "markets" in self.visible else self.shown[0]
        else:
            return False
        self.settle()
        return True

    def set_preset(self, name: str) -> None:
        """Show the panes of a preset."""
        self.origin = ""
        self.preset = name
        self.visible = list(PRESETS[name])
        self.requested.clear()
        self.zoom, self.drilled = None, False
        self.focus = self.visible[0]
        self.settle()

    def next_preset(self) -> str:
        """The name of the preset after this one."""
        names = list(PRESETS)
        return names[(names.index(self.preset) + 1) % len(names)]
