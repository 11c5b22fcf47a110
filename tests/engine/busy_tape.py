"""A busy tape of three sessions, seeded: trends, bursts, sweeps and large orders."""

import numpy as np

from cvdtui.engine.columns.rows import slice_of, trades_of
from cvdtui.engine.flow import EVERYTHING, Flow
from cvdtui.engine.market_state import MarketState
from cvdtui.model import Columns, Market, Trades

MARKET = Market("binance-usdm", "BTCUSDT", "BTC", "USDT", "perp", 1, 3)
BEGIN_US = 1_723_161_600_000_000
"""2024-08-09 00:00 UTC."""
HOUR_US = 3_600_000_000


def tape(seed=2, *, hours=50, trades=15_000, market=MARKET):
    """Columns of one market."""
    rng = np.random.default_rng(seed)
    busy = rng.random(trades) < 0.2
    seconds = rng.integers(0, hours * 3600, trades)
    bursts = rng.integers(0, hours * 3600, 12)
    crowd = rng.random(trades) < 0.15
    seconds[crowd] = rng.choice(bursts, int(crowd.sum())) // 300 * 300 + rng.integers(0, 60, int(crowd.sum()))
    times = BEGIN_US + np.sort(seconds) * 1_000_000
    lean = np.repeat(rng.normal(0, 0.35, trades // 50 + 1), 50)[:trades]
    side = np.where(rng.random(trades) < 0.5 + lean / 2, 1, -1)
    steps = np.where(rng.random(trades) < 0.6, side, rng.integers(-3, 4, trades))
    price = 600_000 + np.cumsum(steps) * 5
    size = (rng.pareto(1.3, trades) * 300).astype(np.int64) + 1
    size[busy] *= 20
    ids = np.arange(trades, dtype=np.int64) + 1_000
    return Columns(
        market,
        ids,
        times.astype(np.int64),
        price.astype(np.int64),
        size.astype(np.int64),
        side.astype(np.int8),
    )


def state(*timeframes, market=MARKET, limits=EVERYTHING):
    return MarketState(market, lambda market: Flow(market, timeframes=timeframes, limits=limits))


def counted(columns, *timeframes, chunk=4_096, market=MARKET):
    """A state that took the columns."""
    counted_state = state(*timeframes, market=market)
    for low in range(0, len(columns), chunk):
        counted_state.accept_columns(slice_of(columns, low, min(low + chunk, len(columns))))
    counted_state.finish()
    return counted_state


def batches(columns, least, most, seed=0):
    """The same rows as batches of trades of random lengths."""
    rng = np.random.default_rng(seed)
    trades, low = trades_of(columns), 0
    while low < len(trades):
        high = low + int(rng.integers(least, most + 1))
        yield Trades(columns.market, tuple(trades[low:high]))
        low = high
