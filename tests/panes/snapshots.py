"""One snapshot written by hand: what the panes' tests draw."""

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
    Print,
    ProfileRow,
    ProfileView,
    Quality,
    Snapshot,
    View,
)
from cvdtui.panes.clock import Clock
from cvdtui.panes.line import Frame

NOON = 1_723_118_400_000_000  # 2024-08-08 12:00:00 UTC
MIDNIGHT = NOON - 43_200_000_000
MINUTE = 60_000_000

BTC = Market("binance-usdm", "BTCUSDT", "BTC", "USDT", "perp", 2, 3, 10)
ETH = Market("okx", "ETH-USDT", "ETH", "USDT", "spot", 2, 4, 1)
PEPE = Market("binance", "PEPEUSDT", "PEPE", "USDT", "spot", 8, 0, 1)
ES = Market("ibkr", "ES", "ES", "USD", "future", 2, 0, 25)

LIVE = Quality(1.0, "live", "100", (("taker", 1.0),))


def btc_row(market=BTC, **changes):
    values = {
        "last": 64123.4,
        "change": 0.0124,
        "volume": 9000.0,
        "delta_bar": -44.0,
        "delta_5m": -88.1,
        "delta_ratio": 0.1337,
        "cvd": 1203.4,
        "spark": (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
        "spark_step_s": 60,
        "z": 2.14,
        "z_before": 1.9,
        "climax": True,
        "flags": (Flag("▼", "div", "down"),),
        "quality": LIVE,
        "trades": 90000,
    }
    return MarketRow(market, **{**values, **changes})


def rows():
    return (
        btc_row(),
        MarketRow(
            ETH,
            last=2481.22,
            change=-0.0035,
            volume=40000.0,
            delta_bar=40.1,
            delta_5m=96.0,
            delta_ratio=-0.02,
            cvd=-88.4,
            spark=(3.0, 2.0, 1.0),
            z=-1.07,
            z_before=-0.9,
            quality=Quality(0.99, "gap", "gap 12", (("taker", 1.0),), open=12),
            trades=4000,
        ),
        MarketRow(
            PEPE,
            last=0.00001234,
            change=0.0,
            volume=9e12,
            delta_bar=-1.5e9,
            delta_5m=2.5e9,
            delta_ratio=0.01,
            cvd=1.25e11,
            z=0.2,
            z_before=0.2,
            quality=LIVE,
            trades=90000,
        ),
        MarketRow(
            ES,
            last=5871.25,
            change=0.0012,
            volume=120000.0,
            delta_bar=210.0,
            delta_5m=-402.0,
            delta_ratio=0.01,
            cvd=1120.0,
            z=None,
            quality=Quality(1.0, "live", "100", (("quote", 0.97), ("tick", 0.03))),
            trades=30000,
        ),
    )


def bars(count=30):
    """A price that climbs by 10 a bar and falls back by 5 every third; deltas +1, +2, -3, ..."""
    out = []
    price, cvd = 64000.0, 0.0
    for at in range(count):
        step = -5.0 if at % 3 == 2 else 10.0
        delta = (1.0, 2.0, -3.5)[at % 3]
        cvd += delta
        out.append(
            ChartBar(
                NOON + (at - count + 1) * MINUTE,
                price,
                max(price, price + step) + 1,
                min(price, price + step) - 1,
                price + step,
                20.0 + at,
                delta,
                4.0,
                -4.0,
                cvd,
                closed=at < count - 1,
            )
        )
        price += step
    return tuple(out)


def ladder():
    """Two bars of the sketch: rows of 10 about 64 120."""
    closed = LadderBar(
        NOON - MINUTE,
        {
            6415: LadderCell(0, 6),
            6414: LadderCell(9, 41, "buy", stacked=True),
            6413: LadderCell(12, 44, "buy", stacked=True, poc=True),
            6412: LadderCell(10, 39, "buy", stacked=True),
            6411: LadderCell(12, 11),
        },
        189,
        95,
        97,
        -2,
        900,
        closed=True,
    )
    forming = LadderBar(
        NOON,
        {6413: LadderCell(19, 8, "sell"), 6412: LadderCell(40, 33, poc=True), 6411: LadderCell(21, 17)},
        138,
        -44,
        8,
        -46,
        500,
        closed=False,
    )
    known = LadderBar(NOON - 2 * MINUTE, {}, 180, 26, None, None, 800, closed=True, source="taker/bar")
    return Ladder(10.0, 0, (known, closed, forming), 6412)


def profile():
    return ProfileView(
        10.0,
        0,
        (
            ProfileRow(64090, 300, 500, 0, "val", "", True),
            ProfileRow(64100, 100, 60, 0, "", "lvn", True),
            ProfileRow(64110, 700, 600, 100, "", "hvn", True),
            ProfileRow(64120, 1203, 1388, 0, "poc", "hvn", True),
            ProfileRow(64150, 20, 10, 0, "vah", "", True),
            ProfileRow(64160, 5, 5, 0, "", "lvn", False),
        ),
        64120,
        64150,
        64090,
        64111.2,
        NOON - 60 * MINUTE,
        0.42,
    )


def prints():
    return (
        Print(NOON + 123_000, 64123.4, 0.5, 1),
        Print(NOON + 100_000, 64123.3, 12.25, -1),
        Print(NOON, 64123.3, 0.001, 0),
    )


def detail(**changes):
    values = {
        "market": BTC,
        "timeframe": 60,
        "anchor": "session",
        "anchor_us": MIDNIGHT,
        "unit": "base",
        "bars": bars(),
        "ladder": ladder(),
        "profile": profile(),
        "prints": prints(),
        "quality": LIVE,
    }
    return MarketDetail(**{**values, **changes})


def snapshot(**changes):
    values = {
        "time_us": NOON + 7_000_000,
        "view": View(market=BTC.name),
        "rows": rows(),
        "detail": detail(),
        "links": (Link("binance-usdm", "live", "fstream.binance.com", markets=(BTC.name,)),),
    }
    return Snapshot(**{**values, **changes})


def frame(width, height, shot=None, **changes):
    return Frame(shot or snapshot(), width, height, changes.pop("clock", Clock()), **changes)


def texts(lines):
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def roles(line):
    """role by text, blanks left out."""
    return {text.strip(): role for text, role in line if text.strip()}
