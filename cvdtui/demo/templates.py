"""Templates of order flow, drawn once: the tape is these, mirrored, multiplied and laid end to end.

The sums of each are kept, so a bar of any length is the sum of a few table rows plus price x volume: bars and
trades agree to the last digit although trades are only computed where they are requested.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cvdtui.demo.assets import USDM, Asset, DemoMarket
from cvdtui.demo.regimes import KINDS, mean_intensity

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_BUDGET = 230_000
"""Trades in all templates together: what may be drawn at start-up."""
_FEWEST, _MOST = 14, 64
_GRID = 64
"""Points of the price path in one template."""
_ROUND_SHARE = 0.3
_HOLE_SHARE = 0.002
"""USD-M single-trade ids skip one this often (insurance-fund and ADL prints take ids too)."""


class Shape(NamedTuple):
    """How long a template is and how many there are of each kind."""

    seconds: int
    counts: tuple[int, ...]
    starts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Number of templates."""
        return sum(self.counts)


class Skeleton(NamedTuple):
    """What the markets of one asset share in each template: kind, price path, activity, buying pressure."""

    kind: Ints
    path: Floats
    """[template, grid + 1], in the asset's units, from 0 to the integer `close`."""
    close: Ints
    activity: Floats
    """[template, grid]: cumulative share of trades, shifted by the template's number."""
    lean: Floats
    """[template, grid]: log odds of an aggressive buy."""


class Templates(NamedTuple):
    """Trades of one market's templates, end to end, and the sums of each template."""

    start: Ints
    """Position of each template's first trade; one more than there are templates."""
    ms: Ints
    rel: Ints
    """Price against the template's beginning, in ticks."""
    size: Ints
    side: Ints
    fills: Ints
    fill_offset: Ints
    """First single-trade id against the template's first."""
    run: Ints
    """Cumulative signed size over everything, this trade included."""
    trades: Ints
    span: Ints
    """Single-trade ids used up by the template, holes included."""
    sums: Ints
    """[template, 9]: see `SUM_*`."""


SUM_VOLUME, SUM_BUY, SUM_VALUE, SUM_BUY_VALUE, SUM_FILLS, FIRST, LAST, HIGH, LOW = range(9)
"""Columns of `Templates.sums`; values are of `rel`: price x volume of the beginning is still to be added."""


def shape(rate: float) -> Shape:
    """Length and number of templates for `rate` trades a second over all markets."""
    seconds = next((s for s in (60, 30, 20, 15, 10) if rate * s <= _BUDGET / _MOST * 1.01), 5)
    total = min(_MOST, max(_FEWEST, int(_BUDGET / (rate * seconds))))
    weight = sum(kind.templates for kind in KINDS)
    counts = tuple(max(1, round(total * kind.templates / weight)) for kind in KINDS)
    return Shape(seconds, counts, tuple(int(n) for n in np.cumsum((0, *counts[:-1]))))


def skeleton(asset: Asset, shape: Shape, rng: np.random.Generator) -> Skeleton:
    """Draw what spot and perpetual of `asset` have in common."""
    total = shape.total
    kind = np.repeat(np.arange(len(KINDS)), shape.counts)
    table = np.array(KINDS)[kind]
    minutes = shape.seconds / 60
    sigma = asset.start * asset.volatility * np.sqrt(minutes)
    steps = rng.standard_normal((total, _GRID)) * (table[:, 2:3] * sigma / np.sqrt(_GRID))
    steps += table[:, 1:2] * (asset.start * asset.volatility * minutes / _GRID)
    path = np.concatenate([np.zeros((total, 1)), np.cumsum(steps, axis=1)], axis=1)
    close = np.rint(path[:, -1])
    path += (close - path[:, -1])[:, None] * np.linspace(0, 1, _GRID + 1)
    slope = steps / np.maximum(steps.std(axis=1, keepdims=True), 1e-9)
    pressure = _autoregressive(rng.standard_normal((total, _GRID)), 0.85)
    lean = table[:, 3:4] + table[:, 4:5] * 0.9 * slope + 0.55 * pressure
    weight = np.exp(0.9 * _autoregressive(rng.standard_normal((total, _GRID)), 0.8) + 0.25 * np.abs(slope))
    activity = np.cumsum(weight, axis=1)
    activity = activity / activity[:, -1:] + np.arange(total)[:, None]
    return Skeleton(kind, path, close.astype(np.int64), activity, lean)


def draw(  # noqa: PLR0913 - what a market is made of
    asset: Asset, listing: DemoMarket, shared: Skeleton, shape: Shape, rate: float, rng: np.random.Generator
) -> Templates:
    """Draw the trades of one market (`rate` a second in the long run) on what the asset's markets share."""
    tpl, ms, side, sweep = _arrivals(shared, shape, rate, rng)
    cell = np.minimum(ms * _GRID // (shape.seconds * 1000), _GRID - 1)
    inside = ms * _GRID / (shape.seconds * 1000) - cell
    mid = shared.path[tpl, cell] * (1 - inside) + shared.path[tpl, cell + 1] * inside
    rel = np.floor(mid * listing.ratio).astype(np.int64) + (side > 0) + side * sweep
    size = _sizes(asset, listing, np.array(KINDS)[shared.kind[tpl], 5], rng)
    fills = np.minimum(size, 1 + rng.poisson(0.35 * np.log1p(size / np.median(size))))
    holes = (rng.random(len(tpl)) < _HOLE_SHARE) & (listing.market.venue == USDM)
    start = np.searchsorted(tpl, np.arange(shape.total + 1))
    return _summed(start, ms, rel, size, side, fills, holes.astype(np.int64))


def _arrivals(
    shared: Skeleton, shape: Shape, rate: float, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints]:
    """Clustered arrivals: template, millisecond, side and ticks swept of every trade, in the tape's order."""
    mean_cluster = 2.4
    share = np.array(KINDS)[shared.kind, 0] / mean_intensity()
    clusters = np.maximum(rng.poisson(rate * shape.seconds * share / mean_cluster), 1)
    tpl = np.repeat(np.arange(shape.total), clusters)
    place = np.searchsorted(shared.activity.ravel(), rng.random(len(tpl)) * 0.999999 + tpl)
    cell = np.minimum(place - tpl * _GRID, _GRID - 1)
    center = (cell + rng.random(len(tpl))) * (shape.seconds * 1000 / _GRID)
    buy = rng.random(len(tpl)) < 1 / (1 + np.exp(-shared.lean[tpl, cell]))
    members = np.minimum(rng.geometric(1 / mean_cluster, len(tpl)), 60)
    owner = np.repeat(np.arange(len(tpl)), members)
    first = np.cumsum(members) - members
    wait = np.where(rng.random(len(owner)) < 0.45, 0.0, rng.exponential(25.0, len(owner)))
    wait[first] = 0.0
    elapsed = np.cumsum(wait)
    ms = ((center[owner] + elapsed - elapsed[first][owner]) % (shape.seconds * 1000)).astype(np.int64)
    # Not every trade of a cluster is of its side.
    flipped = rng.random(len(owner)) < 0.07
    side = np.where(buy[owner] ^ flipped, 1, -1)
    step = (wait == 0) & (rng.random(len(owner)) < 0.4)
    step[first] = False
    climbed = np.cumsum(step)
    sweep = np.minimum(climbed - climbed[first][owner], 6)
    order = np.lexsort((ms, tpl[owner]))
    return tpl[owner][order], ms[order], side[order], sweep[order]


def _sizes(asset: Asset, listing: DemoMarket, factor: Floats, rng: np.random.Generator) -> Ints:
    """Heavy-tailed sizes in steps: log-normal, one in fifty from a Pareto tail, many of them round."""
    count = len(factor)
    value = asset.value * factor * np.exp(1.35 * rng.standard_normal(count))
    tail = rng.random(count) < 0.02
    value[tail] *= 4 * (1 + np.minimum(rng.pareto(1.4, int(tail.sum())), 50))
    price = asset.start * float(asset.unit)
    if asset.base != listing.market.base:
        price *= float(listing.market.base.removesuffix(asset.base))
    if listing.market.inverse:
        price = 1.0  # sizes are dollars
    raw = np.maximum(value / price * 10**listing.market.size_decimals, 1)
    magnitude = 10.0 ** np.floor(np.log10(raw))
    is_round = rng.random(count) < _ROUND_SHARE
    sizes: Ints = np.where(is_round, np.rint(raw / magnitude) * magnitude, np.rint(raw)).astype(np.int64)
    return sizes


def _summed(  # noqa: PLR0913 - one argument a column
    start: Ints, ms: Ints, rel: Ints, size: Ints, side: Ints, fills: Ints, holes: Ints
) -> Templates:
    begin = start[:-1]
    used = np.cumsum(fills + holes)
    base = used[begin] - fills[begin] - holes[begin]
    count = np.diff(start)
    offset = used - fills - np.repeat(base, count)
    bought = np.where(side > 0, size, 0)
    sums = np.stack(
        [
            np.add.reduceat(size, begin),
            np.add.reduceat(bought, begin),
            np.add.reduceat(size * rel, begin),
            np.add.reduceat(bought * rel, begin),
            np.add.reduceat(fills, begin),
            rel[begin],
            rel[start[1:] - 1],
            np.maximum.reduceat(rel, begin),
            np.minimum.reduceat(rel, begin),
        ],
        axis=1,
    )
    span = np.append(base[1:], used[-1]) - base
    return Templates(start, ms, rel, size, side, fills, offset, np.cumsum(size * side), count, span, sums)


def _autoregressive(noise: Floats, keep: float) -> Floats:
    """First-order autoregression along the last axis, of unit variance."""
    out = noise.copy()
    gain = np.sqrt(1 - keep * keep)
    for column in range(1, noise.shape[1]):
        out[:, column] = keep * out[:, column - 1] + gain * noise[:, column]
    return out
