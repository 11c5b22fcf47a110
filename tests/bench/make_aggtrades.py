"""Writes days of aggTrades as the archive does: seeded, bursty, with a few rows repeated.

python tests/bench/make_aggtrades.py OUT.csv [--rows 5000000] [--days 2] [--seed 1] [--spot]
"""

import argparse
from pathlib import Path

import numpy as np

HEADER = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
START_MS = 1_723_075_200_000
"""2024-08-08 00:00 UTC."""
DAY_MS = 86_400_000
REPEATED = 0.001
BLOCK = 200_000


def columns(rows: int, seed: int, days: int) -> dict[str, np.ndarray]:
    """Ids, price in ticks of 0.1, size in 0.001, trade ids, time, side; ids contiguous, times in bursts."""
    rng = np.random.default_rng(seed)
    pause = rng.gamma(0.15, 1.0, rows)
    pause[rng.random(rows) < 0.6] = 0.0  # one taker order fills many makers within a millisecond
    time = START_MS + (np.cumsum(pause) * ((days * DAY_MS - 1000) / pause.sum())).astype(np.int64)
    drift = rng.normal(0.0, 0.02, rows // 5000 + 1).repeat(5000)[:rows]
    price = 618_376 + np.cumsum(np.rint(rng.normal(0, 0.8, rows) + drift)).astype(np.int64)
    lots = np.array([1, 2, 5, 10, 16, 50, 100, 500, 1000])
    size = np.where(
        rng.random(rows) < 0.4, rng.choice(lots, rows), 1 + (rng.pareto(1.1, rows) * 12).astype(np.int64)
    )
    fills = 1 + rng.geometric(0.6, rows)
    last = 5_200_000_000 + np.cumsum(fills)
    swing = np.repeat(rng.uniform(0.4, 0.6, rows // 300 + 1), 300)[:rows]
    return {
        "id": 2_300_000_000 + np.arange(rows),
        "price": np.maximum(price, 10_000),
        "size": np.minimum(size, 400_000),
        "first": last - fills + 1,
        "last": last,
        "time": time,
        "maker": rng.random(rows) < swing,
        "twice": rng.random(rows) < REPEATED,
    }


def lines(data: dict[str, np.ndarray], begin: int, end: int, *, spot: bool) -> str:
    """Rows begin..end as text, repeated ones twice."""
    maker = ("False", "True") if spot else ("false", "true")
    tail = ",True\n" if spot else "\n"
    pad = "0000000" if spot else ""
    micro = "000" if spot else ""
    out = []
    taken = {name: column[begin:end].tolist() for name, column in data.items()}
    for number, price, size, first, last, time, sold, twice in zip(*taken.values(), strict=True):
        whole, tenth = divmod(price, 10)
        lots, part = divmod(size, 1000)
        values = f"{number},{whole}.{tenth}{pad},{lots}.{part:03d}{pad[2:]},{first},{last},{time}{micro}"
        row = f"{values},{maker[sold]}{tail}"
        out.append(row + row if twice else row)
    return "".join(out)


def write(path: Path, rows: int, seed: int = 1, *, days: int = 2, spot: bool = False) -> None:
    """The whole file, in blocks."""
    data = columns(rows, seed, days)
    with path.open("w", newline="") as out:
        if not spot:
            out.write(HEADER)
        for begin in range(0, rows, BLOCK):
            out.write(lines(data, begin, begin + BLOCK, spot=spot))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spot", action="store_true", help="no header, 8 decimals, microseconds")
    parser.add_argument("--days", type=int, default=2)
    options = parser.parse_args()
    write(options.out, options.rows, options.seed, days=options.days, spot=options.spot)


if __name__ == "__main__":
    main()
