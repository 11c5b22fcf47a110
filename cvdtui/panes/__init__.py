"""The panes: one file each, one line each here.

A pane sees the model and the theme, nothing else. The order of PANES is that of their keys.
"""

from collections.abc import Callable
from importlib import import_module

from cvdtui.panes.line import Pane


class _Named:
    """A pane by its module and class; the module is imported when the pane is first made.

    A screen of 80 columns begins with one pane, and its first frame stands after about 200 ms: the modules of
    the other panes are no part of that.
    """

    def __init__(self, name: str) -> None:
        self._module, _, self._made = name.partition(":")

    def __call__(self) -> Pane:
        made: Pane = getattr(import_module(f"cvdtui.panes.{self._module}"), self._made)()
        return made


PANES: dict[str, Callable[[], Pane]] = {
    "markets": _Named("markets:MarketsPane"),
    "chart": _Named("chart:ChartPane"),
    "footprint": _Named("footprint:FootprintPane"),
    "profile": _Named("profile:ProfilePane"),
    "tape": _Named("tape:TapePane"),
    "group": _Named("group:GroupPane"),
    "links": _Named("links:LinksPane"),
    "signals": _Named("signals:SignalsPane"),
    "zscore": _Named("zscore:ZScorePane"),
    "alerts": _Named("alerts:AlertsPane"),
}
"""In the order of their keys 1-9, 0."""
BEYOND_ONE_MARKET = frozenset({"markets", "group", "links", "signals", "alerts"})
"""Panes that show more than the selected market: they are painted at every tick."""


class Panes(dict[str, Pane]):
    """Panes by name, each made when it is first looked up."""

    def __missing__(self, name: str) -> Pane:
        made = self[name] = PANES[name]()
        return made
