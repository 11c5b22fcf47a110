"""Markets that walk at random from a seed: bars, rows, ladders and profiles that look like the real ones."""

import math
import random

from cvdtui.model import (
    ChartBar,
    Flag,
    Ladder,
    LadderBar,
    LadderCell,
    Market,
    MarketDetail,
    MarketRow,
    Print,
    ProfileRow,
    ProfileView,
    Quality,
    View,
)

START_US = 1_723_127_527_000_000  # 2024-08-08 14:32:07 UTC
MINUTE = 60_000_000
ASSETS = (
    ("BTC", 64_123.4, 1, 1, 0.08),
    ("ETH", 2_481.22, 2, 1, 1.1),
    ("SOL", 151.37, 3, 10, 14.0),
    ("DOGE", 0.10423, 5, 1, 4_000.0),
    ("PEPE", 0.00001234, 8, 1, 9e7),
    ("XRP", 0.5921, 4, 1, 900.0),
    ("AVAX", 27.41, 3, 10, 21.0),
    ("LINK", 10.912, 3, 1, 45.0),
)
VENUES = (("binance-usdm", "perp"), ("binance", "spot"), ("bybit", "perp"))


def make_markets(count: int) -> list[Market]:
    out = []
    for at in range(count):
        base, _, decimals, tick, _ = ASSETS[at // len(VENUES) % len(ASSETS)]
        venue, kind = VENUES[at % len(VENUES)]
        again = at // (len(VENUES) * len(ASSETS))
        out.append(Market(venue, f"{base}USDT{again or ''}", base, "USDT", kind, decimals, 3, tick))
    return out


class Walk:
    """One market's random walk and what follows from it."""

    def __init__(self, market: Market, seed: int) -> None:
        self.market = market
        self.random = random.Random(f"{seed}{market.name}")
        _, price, _, _, size = next(asset for asset in ASSETS if asset[0] == market.base)
        self.open = self.price = price
        self.size = size
        self.bars: list[ChartBar] = []
        self.cvd = 0.0
        self.prints: list[Print] = []
        self.delta_5m = 0.0
        self.trades = 0
        for at in range(240, 0, -1):
            self.bar(START_US - START_US % MINUTE - (at - 1) * MINUTE, closed=at > 1)

    def bar(self, time_us: int, *, closed: bool) -> None:
        draw = self.random.gauss
        moves = [draw(0, 4e-4) for _ in range(12)]
        path = [self.price]
        for move in moves:
            path.append(path[-1] * (1 + move))
        volume = abs(draw(180, 60)) * self.size
        drift = (path[-1] / path[0] - 1) * 250
        delta = volume * max(min(drift + draw(0, 0.18), 0.9), -0.9)
        self.cvd += delta
        self.price = path[-1]
        self.trades += 900
        high, low = max(delta, 0) + volume * 0.05, min(delta, 0) - volume * 0.04
        self.bars.append(
            ChartBar(
                time_us,
                path[0],
                max(path),
                min(path),
                path[-1],
                volume,
                delta,
                high,
                low,
                self.cvd,
                closed=closed,
            )
        )

    def move(self, time_us: int) -> None:
        """A tenth of a second of trades."""
        bar = self.bars[-1]
        if time_us // MINUTE != bar.time_us // MINUTE:
            self.bars[-1] = replace_bar(bar, closed=True)
            del self.bars[0]
            self.bars.append(
                ChartBar(
                    time_us - time_us % MINUTE,
                    self.price,
                    self.price,
                    self.price,
                    self.price,
                    0,
                    0,
                    0,
                    0,
                    self.cvd,
                    closed=False,
                )
            )
            bar = self.bars[-1]
        for _ in range(3):
            side = self.random.choice((1, -1))
            size = self.size * self.random.expovariate(1)
            self.price *= 1 + side * abs(self.random.gauss(0, 3e-5))
            self.cvd += side * size
            self.trades += 1
            bar = replace_bar(
                bar,
                high=max(bar.high, self.price),
                low=min(bar.low, self.price),
                close=self.price,
                volume=bar.volume + size,
                delta=bar.delta + side * size,
                cvd=self.cvd,
            )
            self.prints.insert(0, Print(time_us, self.price, size, side))
        del self.prints[60:]
        self.bars[-1] = bar

    def row(self, unit: str) -> MarketRow:
        bar = self.bars[-1]
        scale = self.price if unit == "quote" else 1.0
        z = math.sin(self.cvd / self.size / 50) * 2.4
        quality = Quality(1.0, "live", "100", (("taker", 1.0),))
        if self.market.name == "binance:ETHUSDT":
            quality = Quality(0.992, "lost", "99.2", (("taker", 1.0),), lost=41)
        if self.market.name == "bybit:ETHUSDT":
            quality = Quality(0.999, "gap", "gap 12", (("taker", 1.0),), open=12)
        if self.market.name == "bybit:SOLUSDT":
            quality = Quality(0.98, "stale", "stale 14s", (("taker", 1.0),))
        flags = (
            (Flag("▼", "div", "down"), Flag("3×", "imb", "note"))
            if self.market.name == "binance-usdm:BTCUSDT"
            else ()
        )
        return MarketRow(
            self.market,
            "quote" if unit == "quote" else "base",
            self.price,
            self.price / self.open - 1,
            sum(bar.volume for bar in self.bars) * scale,
            bar.delta * scale,
            sum(bar.delta for bar in self.bars[-5:]) * scale,
            self.cvd / sum(bar.volume for bar in self.bars),
            self.cvd * scale,
            tuple((bar.cvd or 0.0) * scale for bar in self.bars[-48:]),
            60,
            z,
            z - 0.1,
            z > 2,
            flags,
            quality,
            self.trades,
        )

    def detail(self, view: View) -> MarketDetail:
        scale = self.price if view.unit == "quote" else 1.0
        step = self.market.tick * 10**-self.market.price_decimals
        row = nice(self.price * 4e-4 * 2.0**view.row_step, step)
        decimals = max(0, -math.floor(math.log10(row) + 1e-9))
        bars = tuple(self.bars[-view.bars :])
        ladder = Ladder(
            row,
            decimals,
            tuple(footprint(bar, row, scale) for bar in bars[-view.footprints :]),
            math.floor(self.price / row + 0.5),
        )
        prints = tuple(one for one in self.prints if one.size >= view.min_size)
        return MarketDetail(
            self.market,
            view.timeframe,
            view.anchor,
            START_US - START_US % 86_400_000_000,
            view.unit,
            bars,
            ladder,
            profile(bars, row, decimals, scale),
            prints,
            Quality(1.0, "live", "100"),
        )


def replace_bar(bar: ChartBar, **changes: object) -> ChartBar:
    from msgspec.structs import replace

    return replace(bar, **changes)


def nice(rough: float, tick: float) -> float:
    unit = 10 ** math.floor(math.log10(max(rough, tick)))
    return max(next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * 0.9999), tick)


def footprint(bar: ChartBar, row: float, scale: float) -> LadderBar:
    first, last = math.floor(bar.low / row + 0.5), math.floor(bar.high / row + 0.5)
    count = last - first + 1
    shape = random.Random(bar.time_us)
    cells = {}
    weights = [shape.uniform(0.3, 1.5) for _ in range(count)]
    total = sum(weights)
    for at, weight in enumerate(weights):
        volume = bar.volume * weight / total * scale
        share = min(max(0.5 + bar.delta / (bar.volume or 1) / 2 + shape.uniform(-0.3, 0.3), 0.02), 0.98)
        mark = "buy" if share > 0.76 else "sell" if share < 0.24 else ""
        cells[first + at] = LadderCell(
            volume * (1 - share), volume * share, mark, mark != "" and count > 3, weight == max(weights)
        )
    return LadderBar(
        bar.time_us,
        cells,
        bar.volume * scale,
        bar.delta * scale,
        (bar.delta_high or 0) * scale,
        (bar.delta_low or 0) * scale,
        900,
        bar.closed,
    )


def profile(bars: tuple[ChartBar, ...], row: float, decimals: int, scale: float) -> ProfileView:
    rows: dict[int, list[float]] = {}
    for bar in bars:
        first, last = math.floor(bar.low / row + 0.5), math.floor(bar.high / row + 0.5)
        for at in range(first, last + 1):
            cell = rows.setdefault(at, [0.0, 0.0])
            cell[0] += (bar.volume + bar.delta) / 2 / (last - first + 1) * scale
            cell[1] += (bar.volume - bar.delta) / 2 / (last - first + 1) * scale
    poc = max(rows, key=lambda at: sum(rows[at]))
    keys = sorted(rows)
    vah, val = min(poc + len(keys) // 4, keys[-1]), max(poc - len(keys) // 5, keys[0])
    marks = {vah: "vah", val: "val", poc: "poc"}
    most = sum(rows[poc])
    made = tuple(
        ProfileRow(
            at * row,
            rows[at][0],
            rows[at][1],
            0.0,
            marks.get(at, ""),
            "hvn" if sum(rows[at]) > most * 0.85 else "lvn" if sum(rows[at]) < most * 0.1 else "",
            val <= at <= vah,
        )
        for at in keys
    )
    volume = sum(bar.volume for bar in bars)
    vwap = sum(bar.volume * bar.close for bar in bars) / volume
    return ProfileView(row, decimals, made, poc * row, vah * row, val * row, vwap, bars[0].time_us, 0.42)
