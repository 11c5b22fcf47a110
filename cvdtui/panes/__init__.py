"""The panes: one file each, one line each here.

A pane sees the model and the theme, nothing else of the house.
"""

from collections.abc import Callable

from cvdtui.panes.chart import Chart
from cvdtui.panes.footprint import Footprint
from cvdtui.panes.line import Pane
from cvdtui.panes.markets import Markets
from cvdtui.panes.profile import Profile
from cvdtui.panes.tape import Tape

PANES: dict[str, Callable[[], Pane]] = {
    "markets": Markets,
    "chart": Chart,
    "footprint": Footprint,
    "profile": Profile,
    "tape": Tape,
}
"""In the order of their keys 1-5."""
