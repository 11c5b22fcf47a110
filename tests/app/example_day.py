"""The fixed snapshot of the README's screenshots: one day of eighteen markets from a seed, at a frozen time.

Venues of one asset share its price, and a market's delta leans with it. No number is of a real day; z,
imbalances and points of control are computed as documented, so that the marks are right.
"""

import random
from statistics import fmean, pstdev

from msgspec import Struct

from cvdtui.model import (
    ChartBar,
    Flag,
    Ladder,
    LadderBar,
    LadderCell,
    Link,
    Market,
    MarketDetail,
    MarketRow,
    Quality,
    Snapshot,
    View,
)
from tests.app.random_markets import profile

MIDNIGHT_US = 1_723_075_200_000_000  # 2024-08-08 00:00:00 UTC
MINUTE_US = 60_000_000
NOW_US = MIDNIGHT_US + 872 * MINUTE_US + 7_000_000  # 14:32:07
SPARK_STEP_MINUTES = 40
LADDER_ROW = 10.0
SEED = 7909


class Listing(Struct, frozen=True):
    """A market and how much of it trades in a minute, in base units."""

    market: Market
    volume: float


PRICES = {
    "BTC": (63_540.0, 2.2e-4),
    "ETH": (2_462.0, 2.8e-4),
    "SOL": (149.3, 3.5e-4),
    "XRP": (0.5878, 3.0e-4),
    "DOGE": (0.10291, 3.6e-4),
    "ES": (5_331.0, 0.7e-4),
}
"""Opening price, and the deviation of its change in a minute."""


def _listing(venue: str, symbol: str, kind: str, decimals: int, tick: int, volume: float) -> Listing:
    base = next(base for base in PRICES if symbol.startswith(base))
    quote = "USD" if venue in {"coinbase", "kraken", "hyperliquid", "deribit", "ibkr"} else "USDT"
    return Listing(Market(venue, symbol, base, quote, kind, decimals, 3, tick), volume)


LISTINGS = (
    _listing("binance-usdm", "BTCUSDT", "perp", 1, 1, 118.0),
    _listing("binance", "BTCUSDT", "spot", 2, 1, 19.0),
    _listing("bybit", "BTCUSDT", "perp", 1, 1, 46.0),
    _listing("okx", "BTC-USDT-SWAP", "perp", 1, 1, 31.0),
    _listing("coinbase", "BTC-USD", "spot", 2, 1, 7.5),
    _listing("deribit", "BTC-PERPETUAL", "perp", 1, 5, 4.2),
    _listing("binance-usdm", "ETHUSDT", "perp", 2, 1, 1_450.0),
    _listing("bybit", "ETHUSDT", "perp", 2, 1, 610.0),
    _listing("coinbase", "ETH-USD", "spot", 2, 1, 96.0),
    _listing("kraken", "ETH/USD", "spot", 2, 1, 21.0),
    _listing("binance-usdm", "SOLUSDT", "perp", 2, 1, 15_200.0),
    _listing("bybit", "SOLUSDT", "perp", 2, 1, 6_900.0),
    _listing("hyperliquid", "SOL", "perp", 3, 1, 2_400.0),
    _listing("binance-usdm", "XRPUSDT", "perp", 4, 1, 410_000.0),
    _listing("okx", "XRP-USDT", "spot", 4, 1, 62_000.0),
    _listing("binance-usdm", "DOGEUSDT", "perp", 5, 1, 2_300_000.0),
    _listing("bybit", "DOGEUSDT", "perp", 5, 1, 880_000.0),
    _listing("ibkr", "ES", "future", 2, 25, 1_150.0),
)
TAKER = (("taker", 1.0),)
QUALITIES = {
    "okx:XRP-USDT": Quality(0.999, "gap", "gap 12", TAKER, open=12),
    "kraken:ETH/USD": Quality(0.992, "lost", "99.2", TAKER, lost=41),
    "ibkr:ES": Quality(1.0, "live", "~", (("quote", 0.97), ("midpoint", 0.02), ("tick", 0.01))),
}
FLAGS = {
    "binance-usdm:BTCUSDT": (Flag("▼", "div", "down"),),
    "binance-usdm:SOLUSDT": (Flag("", "3×imb", "up"),),
    "kraken:ETH/USD": (Flag("!", "lost 41", "warn"),),
    "ibkr:ES": (Flag("~", "side 97q 2m 1t", "note"),),
}


def make_snapshot() -> Snapshot:
    """The same snapshot at every call."""
    leans, paths = {}, {}
    for base, (price, deviation) in PRICES.items():
        draw = random.Random(f"{SEED} {base}").gauss
        leans[base] = [draw(0.01, 0.16) for _ in range(873)]
        paths[base] = [price]
        for lean in leans[base]:
            paths[base].append(paths[base][-1] * (1 + deviation * (lean * 4 + draw(0, 0.7))))
    lead = LISTINGS[0].market
    ladder = _ladder(paths["BTC"])
    rows = tuple(
        _row(
            one,
            paths[one.market.base],
            leans[one.market.base],
            [(bar.volume, bar.delta) for bar in ladder.bars] if one.market is lead else [],
        )
        for one in LISTINGS
    )
    view = View(market=lead.name)
    links = (Link("binance-usdm", "live", "fstream.binance.com", markets=(lead.name,)),)
    return Snapshot(NOW_US, view, rows, _detail(lead, paths["BTC"], ladder), links)


def _row(
    listing: Listing, path: list[float], leans: list[float], latest: list[tuple[float, float]]
) -> MarketRow:
    """`latest` are (volume, delta) of the last bars where a ladder shows them."""
    market = listing.market
    draw = random.Random(f"{SEED} {market.name}").gauss
    basis = 1 + draw(0, 2e-4)
    volumes = [listing.volume * abs(draw(1, 0.3)) for _ in leans]
    volumes[-1] *= 7 / 60  # the forming bar is seven seconds old
    deltas = [
        size * min(max(lean + draw(0, 0.12), -0.9), 0.9) for size, lean in zip(volumes, leans, strict=True)
    ]
    for back, (volume, delta) in enumerate(reversed(latest), 1):
        volumes[-back], deltas[-back] = volume, delta
    cvd, sums = 0.0, []
    for delta in deltas:
        cvd += delta
        sums.append(cvd)
    scores = _scores(sums[:-1])
    z, before = scores[-1], scores[-2]
    last = (
        round(path[-1] * basis * 10**market.price_decimals / market.tick)
        * market.tick
        / 10**market.price_decimals
    )
    climax = abs(z) > 2 >= abs(before)
    flags = ((Flag("◆", "climax", "up" if z > 0 else "down"),) if climax else ()) + FLAGS.get(market.name, ())
    return MarketRow(
        market,
        "base",
        last,
        path[-1] / path[0] - 1 + draw(0, 8e-5),
        sum(volumes),
        deltas[-1],
        sum(deltas[-5:]),
        cvd / sum(volumes),
        cvd,
        (*sums[SPARK_STEP_MINUTES - 1 : -1 : SPARK_STEP_MINUTES], cvd),
        SPARK_STEP_MINUTES * 60,
        z,
        before,
        climax,
        flags,
        QUALITIES.get(market.name, Quality(1.0, "live", "100", TAKER)),
        round(sum(volumes) / listing.volume * 420),
    )


def _scores(cvds: list[float]) -> list[float]:
    """z of the last bars: (CVD - mean of 20) / their deviation, smoothed over 5 bars (EMA)."""
    smooth, out = 0.0, []
    for end in range(20, len(cvds) + 1):
        window = cvds[end - 20 : end]
        raw = (window[-1] - fmean(window)) / pstdev(window)
        smooth = raw if not out else smooth + (raw - smooth) / 3
        out.append(smooth)
    return out


def _ladder(path: list[float]) -> Ladder:
    bars = tuple(
        _ladder_bar(at, path[at], path[at + 1], closed=at < len(path) - 2)
        for at in range(len(path) - 6, len(path) - 1)
    )
    return Ladder(LADDER_ROW, 0, bars, round(path[-1] / LADDER_ROW))


def _detail(market: Market, path: list[float], ladder: Ladder) -> MarketDetail:
    opened, last = path[-2], path[-1]
    forming = ChartBar(
        NOW_US - NOW_US % MINUTE_US,
        opened,
        max(opened, last),
        min(opened, last),
        last,
        1.0,
        0.0,
        0.0,
        0.0,
        0.0,
        closed=False,
    )
    return MarketDetail(
        market,
        60,
        "session",
        MIDNIGHT_US,
        "base",
        (forming,),
        ladder,
        profile((forming,), LADDER_ROW, 0, 1.0),
        (),
        quality=Quality(1.0, "live", "100", TAKER),
    )


def _ladder_bar(minute: int, begin: float, end: float, *, closed: bool) -> LadderBar:
    """Trades that wander from one price to the other, summed to rows."""
    draw = random.Random(f"{SEED} ladder {minute}")
    count = 900 if closed else 160
    sums: dict[int, list[float]] = {}
    price, delta, high, low = begin, 0.0, 0.0, 0.0
    for left in range(count, 0, -1):
        step = draw.gauss((end - price) / left, 2.2)
        price += step
        bought = draw.random() < 0.5 + 0.15 * (1 if step > 0 else -1) + (end - begin) / 250
        size = draw.expovariate(7.0) * (4 if draw.random() < 0.02 else 1)
        sums.setdefault(round(price / LADDER_ROW), [0.0, 0.0])[bought] += size
        delta += size if bought else -size
        high, low = max(high, delta), min(low, delta)
    return LadderBar(
        MIDNIGHT_US + minute * MINUTE_US,
        _cells(sums),
        sum(map(sum, sums.values())),
        delta,
        high,
        low,
        count,
        closed,
    )


def _cells(sums: dict[int, list[float]]) -> dict[int, LadderCell]:
    """Diagonal imbalances of 3 to 1, three that touch as a stack, the row of most volume."""
    poc = max(sums, key=lambda row: sum(sums[row]))
    sides: dict[int, str] = {}
    for row, (sold, bought) in sums.items():
        below, above = sums.get(row - 1, [0.0, 0.0])[0], sums.get(row + 1, [0.0, 0.0])[1]
        if below and bought >= 3 * below:
            sides[row] = "buy"
        elif above and sold >= 3 * above:
            sides[row] = "sell"
    stacked = {
        row
        for first in sides
        for row in range(first, first + 3)
        if all(sides.get(at) == sides[first] for at in range(first, first + 3))
    }
    return {
        row: LadderCell(sold, bought, sides.get(row, ""), row in stacked, row == poc)
        for row, (sold, bought) in sums.items()
    }
