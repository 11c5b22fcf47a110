"""The time axis below a plot."""

from collections.abc import Sequence

from cvdtui.panes.clock import Clock, span
from cvdtui.panes.line import Line

STEPS = (
    1,
    5,
    15,
    30,
    60,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    14400,
    21600,
    43200,
    86400,
    172800,
    604800,
    2592000,
)


def time_axis(
    times: Sequence[int], timeframe: int, gutter: int, clock: Clock, marked: frozenset[int] = frozenset()
) -> Line:
    """Labels under the bars whose time (us) is a round one, at least nine cells apart.

    The axis is heavy under the columns `marked`.
    """
    step = next((step for step in STEPS if step >= timeframe * 10), STEPS[-1])
    offset = clock.midnight_offset(times[0])
    cells = ["━" if x in marked else "─" for x in range(len(times))]
    free = 0
    before = None
    for x, time_us in enumerate(times):
        slot = (time_us // 1_000_000 + offset) // step
        # a label belongs to the first bar of a slot: the first one drawn may be in the middle of its own
        fresh, before = before is not None and slot != before, slot
        text = (
            clock.day(time_us)
            if timeframe >= 14400
            else clock.hms(time_us)
            if timeframe < 60
            else clock.hm(time_us)
        )
        if fresh and x >= free and x + len(text) + 1 <= len(times):
            cells[x : x + len(text) + 1] = "┴" + text
            free = x + len(text) + 3
    zone = (span(timeframe) + " " + (clock.zone_name(times[-1]) or "UTC")).rjust(gutter)[-gutter:]
    return ((zone + " ", "dim"), ("└", "faint"), ("".join(cells), "faint" if not before else "dim"))
