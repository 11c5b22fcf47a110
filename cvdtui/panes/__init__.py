"""The panes: one file each, one line each here.

A pane sees the model and the theme, nothing else of the house.
"""

from collections.abc import Callable

from cvdtui.panes.chart import Chart
from cvdtui.panes.footprint import Footprint
from cvdtui.panes.group import Group
from cvdtui.panes.line import Pane
from cvdtui.panes.links import Links
from cvdtui.panes.markets import Markets
from cvdtui.panes.profile import Profile
from cvdtui.panes.signals import Signals
from cvdtui.panes.tape import Tape

PANES: dict[str, Callable[[], Pane]] = {
    "markets": Markets,
    "chart": Chart,
    "footprint": Footprint,
    "profile": Profile,
    "tape": Tape,
    "group": Group,
    "links": Links,
    "signals": Signals,
}
"""In the order of their keys 1-9."""
BEYOND_ONE_MARKET = frozenset({"markets", "group", "links", "signals"})
"""Panes that draw more than the market at hand: they are painted at every picture."""
