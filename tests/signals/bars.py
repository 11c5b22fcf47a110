"""Bars made by hand, and signals that evaluate them."""

from itertools import accumulate

from hypothesis import strategies as st

from cvdtui.engine.closed_bar import ClosedBar, MarketScale
from cvdtui.model import Bar
from cvdtui.signals.registry import SIGNALS

MINUTE_US = 60_000_000
T = 1_723_161_240_000_000
"""A whole minute."""
PLAIN = MarketScale(0, 0, 1)


def bars_of(rows, *, start_us=T, seconds=60):
    """Bars of (high, low, close, delta) one after the other; the open is the close before."""
    cvds = accumulate(delta for *_, delta in rows)
    made, before = [], rows[0][2] if rows else 0
    for place, ((high, low, close, delta), cvd) in enumerate(zip(rows, cvds, strict=True)):
        buy, sell = max(delta, 0) + 1, max(-delta, 0) + 1
        time_us = start_us + place * seconds * 1_000_000
        made.append(Bar(time_us, before, high, low, close, buy, sell, 0, buy, -sell, cvd, 2))
        before = close
    return made


def evaluate(name, bars, *, seconds=60, shown=None, **parameters):
    """(signals by place of the bar, marks by place) of one signal over all bars."""
    kind = SIGNALS[name]
    rule = kind(kind.Parameters(**parameters), seconds)
    emitted, marks = {}, []
    for place, bar in enumerate(bars):
        closed = ClosedBar(bar, seconds, PLAIN, **(shown(place, bar) if shown else {}))
        found = list(rule.push(closed))
        marks.append(closed.marks)
        if found:
            emitted[place] = found
    return emitted, marks


@st.composite
def walks(draw, *, least=0, most=80, step=4, size=5):
    """Bars of a small random walk: many ties, sudden turns, now and then a flat stretch."""
    count = draw(st.integers(least, most))
    rng = draw(st.randoms(use_true_random=False))
    rows, price = [], 100
    for _ in range(count):
        price += rng.randint(-step, step)
        rows.append(
            (
                price + rng.randint(0, step),
                price - rng.randint(0, step),
                price,
                rng.randint(-size, size) if rng.random() < 0.9 else 0,
            )
        )
    return bars_of(rows)
