"""What a snapshot costs with two viewers of different views: `python tests/bench/bench_viewports.py`.

Each viewer has a viewport of its own, so a snapshot costs with two what it costs with one. One viewport for
both views shows what sharing would cost: each view evicts what the other has built.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agg_frames import LISTINGS, LOTS, START_MS, symbols
from lines import Line, show

from cvdtui.board.board import Board
from cvdtui.board.setup import live_board
from cvdtui.board.viewport import Viewport
from cvdtui.config import Config
from cvdtui.model import Market, Trade, Trades, View

MARKETS = 8
HOURS = 6
FRAMES = 300
WANTED = "<= 1.3"
"""A snapshot with two viewers against one with a single viewer, in the same run."""


class Tape:
    """Seeded random walks of all markets, a trade a second each."""

    def __init__(self, board: Board, markets: Sequence[Market]) -> None:
        self._board = board
        self._markets = markets
        self._rng = random.Random(1)
        self._prices = [LISTINGS[number % len(LISTINGS)][1] for number in range(len(markets))]
        self.second = 0

    @property
    def now_us(self) -> int:
        return (START_MS + self.second * 1000) * 1000

    def play(self, seconds: int) -> None:
        rng, prices = self._rng, self._prices
        for _ in range(seconds):
            self.second += 1
            for place, market in enumerate(self._markets):
                prices[place] = max(100, prices[place] + rng.choice((-2, -1, 0, 1, 2)))
                size, side = rng.choice(LOTS), rng.choice((1, -1))
                trade = Trade(self.second, self.now_us, prices[place], size, side)
                self._board.on_trades(Trades(market, (trade,)))


def filled(hours: float) -> tuple[Board, Tape]:
    """A live board as the monitor makes it, after some hours, with every closed bar evaluated."""
    markets = []
    for number, symbol in enumerate(symbols(MARKETS)):
        _, _, price, size = LISTINGS[number % len(LISTINGS)]
        markets.append(Market("binance-usdm", symbol, price_decimals=price, size_decimals=size))
    board = live_board(Config(), lambda: time.time_ns() // 1000)
    for market in markets:
        board.add(market)
    tape = Tape(board, markets)
    tape.play(int(hours * 3600))
    return board, tape


def milliseconds(board: Board, tape: Tape, viewers: Sequence[tuple[Viewport, View]], frames: int) -> float:
    """Of one snapshot on average; each frame a tenth of the markets' second later, all viewers by turns."""
    views = [view for _, view in viewers]
    for view in views:
        board.evaluate(view.timeframe, limit=None)
    spent = 0.0
    for frame in range(frames):
        if frame % 10 == 0:
            tape.play(1)
        board.tick(views)
        begun = time.process_time()
        for viewport, view in viewers:
            viewport.snapshot(view, tape.now_us)
        spent += time.process_time() - begun
    return spent / (frames * len(viewers)) * 1e3


def measure(scale: float) -> list[Line]:
    """The table's lines; `scale` shrinks hours and frames."""
    board, tape = filled(max(0.05, HOURS * min(scale, 1.0)))
    frames = max(20, int(FRAMES * scale))
    first, second = list(board.states)[:2]
    one, other = (
        View(market=first, timeframe=60),
        View(market=second, timeframe=300, anchor="week", unit="quote"),
    )
    alone = sum(milliseconds(board, tape, [(Viewport(board), view)], frames) for view in (one, other)) / 2
    both = milliseconds(board, tape, [(Viewport(board), one), (Viewport(board), other)], frames)
    shared = Viewport(board)
    thrashed = milliseconds(board, tape, [(shared, one), (shared, other)], frames)
    return [
        Line(
            "a snapshot: two viewers, one viewer", f"{both:.2f} ms", f"{alone:.2f} ms", both / alone, WANTED
        ),
        Line("  one viewport for two views", f"{thrashed:.2f} ms", f"{alone:.2f} ms", thrashed / alone),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    return show(measure(parser.parse_args().scale))


if __name__ == "__main__":
    sys.exit(main())
