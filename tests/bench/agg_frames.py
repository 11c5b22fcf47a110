"""aggTrade frames of a combined stream as USD-M sends them: seeded, 20 to 70 a second a market, in bursts."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

RECORDED = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "binance_raw" / "usdm_btcusdt_20240808.gz"
)
START_MS = 1_723_075_200_000
"""2024-08-08 00:00 UTC."""
STEP_MS = 100
LISTINGS = (
    ("BTCUSDT", 618_376, 1, 3),
    ("ETHUSDT", 268_415, 2, 3),
    ("SOLUSDT", 1_558_340, 4, 0),
    ("XRPUSDT", 61_120, 5, 1),
    ("DOGEUSDT", 103_450, 6, 0),
    ("BNBUSDT", 51_234, 2, 2),
    ("ADAUSDT", 34_210, 5, 0),
    ("AVAXUSDT", 22_310, 3, 0),
    ("LINKUSDT", 10_510, 3, 2),
    ("LTCUSDT", 5_921, 2, 3),
    ("SUIUSDT", 8_211, 4, 1),
    ("WIFUSDT", 16_233, 4, 1),
)
"""Symbol, first price in ticks, price decimals, size decimals."""
LOTS = (1, 2, 5, 10, 16, 50, 100, 500, 1000)


class _Market:
    """One market's random walk, as frames."""

    def __init__(
        self, rng: random.Random, symbol: str, price: int, places: tuple[int, int], rate: float
    ) -> None:
        self._rng = rng
        self._price = price
        self._places = places
        self._rate = rate
        self._id = rng.randrange(10**9, 2 * 10**9)
        self._fill = 2 * self._id
        self._head = f'{{"stream":"{symbol.lower()}@aggTrade","data":{{"e":"aggTrade","E":'
        self._symbol = symbol

    def step(self, now_ms: int) -> list[tuple[int, str]]:
        """(exchange ms, frame) of the next STEP_MS; a taker order fills several prices in one millisecond."""
        rng, bursts = self._rng, []
        due = self._rate * STEP_MS / 1000
        while due > 0:
            burst = min(1 + int(rng.expovariate(0.7)), 12)
            if rng.random() < due / burst:
                bursts.append((now_ms + rng.randrange(STEP_MS), burst))
            due -= burst
        frames = []
        for time, burst in sorted(bursts):
            sells = rng.random() < 0.5
            self._price += rng.choice((0, 0, 0, 1, 2)) * (-1 if sells else 1)
            frames += [(time, self._frame(time, sells)) for _ in range(burst)]
        return frames

    def _frame(self, time: int, sells: bool) -> str:
        rng = self._rng
        self._price = max(100, self._price + rng.choice((0, 0, 0, 0, 1)) * (-1 if sells else 1))
        size = rng.choice(LOTS) if rng.random() < 0.4 else min(400_000, int(rng.paretovariate(1.1) * 12))
        fills = 1 + int(rng.expovariate(1.2))
        self._id += 1
        self._fill += fills
        p, q = (fixed(value, places) for value, places in zip((self._price, size), self._places, strict=True))
        return (
            f'{self._head}{time + 3},"a":{self._id},"s":"{self._symbol}","p":"{p}","q":"{q}","nq":"{q}",'
            f'"f":{self._fill - fills + 1},"l":{self._fill},"T":{time},"m":{"true" if sells else "false"}}}}}'
        )


def fixed(value: int, places: int) -> str:
    """`value` x 10^-places with all its decimals."""
    if not places:
        return str(value)
    whole, part = divmod(value, 10**places)
    return f"{whole}.{part:0{places}d}"


def symbols(markets: int) -> list[str]:
    """The first `markets` symbols; past the twelfth they are numbered."""
    return [LISTINGS[n % 12][0] if n < 12 else f"M{n}{LISTINGS[n % 12][0]}" for n in range(markets)]


def stream(markets: int, *, low: float = 20.0, high: float = 70.0, seed: int = 1) -> Iterator[str]:
    """Frames of all markets in the order of exchange time, without end."""
    rng = random.Random(seed)
    made = []
    for number, symbol in enumerate(symbols(markets)):
        _, price, *places = LISTINGS[number % 12]
        made.append(_Market(rng, symbol, price, (places[0], places[1]), rng.uniform(low, high)))
    now_ms = START_MS
    while True:
        frames = [frame for market in made for frame in market.step(now_ms)]
        frames.sort(key=_time)
        yield from (text for _, text in frames)
        now_ms += STEP_MS


def _time(frame: tuple[int, str]) -> int:
    return frame[0]


def recorded() -> Iterator[str]:
    """The recorded futures trades as aggTrade frames, one trade each, ids contiguous; none without it."""
    if not RECORDED.exists():
        return
    number = 0
    with gzip.open(RECORDED, "rt") as lines:
        for line in lines:
            if '"e":"trade"' not in line:
                continue
            data = json.loads(line.partition(" ")[2])["data"]
            number += 1
            trade_id = data["t"]
            yield (
                f'{{"stream":"{data["s"].lower()}@aggTrade","data":{{"e":"aggTrade","E":{data["E"]},"a":{number},'
                f'"s":"{data["s"]}","p":"{data["p"]}","q":"{data["q"]}","f":{trade_id},"l":{trade_id},'
                f'"T":{data["T"]},"m":{json.dumps(data["m"])}}}}}'
            )
