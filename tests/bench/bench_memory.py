"""Memory of a live board after hours, and pauses of the collector: `python tests/bench/bench_memory.py`.

Twenty markets, fifty trades a second each, two hours of exchange time, straight into the board. Memory at
the end is held against memory at half time; the pause is a full collection over everything that is kept.
"""

import argparse
import gc
import os
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agg_frames import LISTINGS, LOTS, START_MS, symbols
from lines import Line, show

from cvdtui.board.board import Board
from cvdtui.engine.flow import Flow
from cvdtui.model import Market, Trade, Trades

MARKETS = 20
RATE = 50
SECONDS = 7_200
PAUSE_MS = 10.0


def resident_mb() -> float:
    """Megabytes of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def board_of(markets: int) -> tuple[Board, list[Market]]:
    """A live board, as the monitor makes it."""
    listed = []
    for number, symbol in enumerate(symbols(markets)):
        _, _, price, size = LISTINGS[number % len(LISTINGS)]
        listed.append(Market("binance-usdm", symbol, price_decimals=price, size_decimals=size))
    board = Board(Flow, live=True)
    for market in listed:
        board.add(market)
    return board, listed


def fill(board: Board, listed: list[Market], seconds: int, marks: list[float]) -> None:
    """Seeded random walks, second by second; memory is noted at half time and at the end."""
    rng = random.Random(1)
    prices = [LISTINGS[number % len(LISTINGS)][1] for number in range(len(listed))]
    number = 0
    for second in range(seconds):
        now_us = (START_MS + second * 1000) * 1000
        for place, market in enumerate(listed):
            trades = []
            for step in range(RATE):
                prices[place] = max(100, prices[place] + rng.choice((-1, 0, 0, 0, 1)))
                side = 1 if rng.random() < 0.5 else -1
                when = now_us + step * 20_000
                trades.append(
                    Trade(number + step, when, prices[place], rng.choice(LOTS) * rng.randrange(1, 20), side)
                )
            board.on_trades(Trades(market, tuple(trades)))
        number += RATE
        if second + 1 in (seconds // 2, seconds):
            marks.append(resident_mb())


def pause_ms() -> float:
    """The longest of a few full collections."""
    longest = 0.0
    for _ in range(5):
        begin = time.perf_counter()
        gc.collect()
        longest = max(longest, time.perf_counter() - begin)
    return longest * 1e3


def measure(scale: float = 1.0) -> list[Line]:
    """All lines of this benchmark."""
    before_mb, before_ms = resident_mb(), pause_ms()
    board, listed = board_of(MARKETS)
    marks: list[float] = []
    fill(board, listed, max(2, int(SECONDS * scale)), marks)
    gc.collect()
    pause = pause_ms()
    half, full = (mark - before_mb for mark in marks)
    hours = SECONDS * scale / 3600
    return [
        Line(
            f"memory of 20 markets after {hours:.2g} h, at half time",
            f"{full:.0f} MB",
            f"{half:.0f} MB",
            full / half,
        ),
        Line(
            "full collection over it, empty board; 10 ms = 1",
            f"{pause:.1f} ms",
            f"{before_ms:.1f} ms",
            pause / PAUSE_MS,
            "<= 1",
        ),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of two hours")
    return show(measure(parser.parse_args().scale))


if __name__ == "__main__":
    sys.exit(main())
