"""Every market of the demo exchange, drawn from a seed by the order-flow model."""

import numpy as np

from cvdtui.demo import templates
from cvdtui.demo.assets import assets
from cvdtui.demo.history import DemoHistory
from cvdtui.demo.path import DAY_US, Path

_WEEK_US = 7 * DAY_US
_MONDAY_US = 4 * DAY_US
"""1970-01-01 was a Thursday."""


def week_of(time_us: int) -> int:
    """The Monday 00:00 UTC at or before a time, in microseconds."""
    return (time_us - _MONDAY_US) // _WEEK_US * _WEEK_US + _MONDAY_US


def histories(seed: int, markets: int, rate: float, now_us: int) -> tuple[DemoHistory, ...]:
    """One History a market, best known first, perpetual before spot, from the Sunday before this week on.

    The same arguments give the same trades, ids and prices all week long.
    """
    listed = assets(markets)
    total = sum(listing.share for asset in listed for listing in asset.listings)
    shape = templates.shape(rate)
    first_us = week_of(now_us) - DAY_US
    made = []
    for asset in listed:
        shared = templates.skeleton(asset, shape, np.random.default_rng((seed, 4, asset.index)))
        path = Path(asset, shape, shared, seed, first_us // DAY_US)
        for number, listing in enumerate(asset.listings):
            rng = np.random.default_rng((seed, 5, asset.index, number))
            drawn = templates.draw(asset, listing, shared, shape, rate * listing.share / total, rng)
            history = DemoHistory(listing, path, drawn, seed)
            history.reach(now_us)
            made.append(history)
    return tuple(made)
