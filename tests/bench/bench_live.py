"""A live frame's whole way against cryptofeed's on the same frames: `python tests/bench/bench_live.py`.

Ours: decode, tape, and the full flow (eight timeframes, footprint, profile, session, week, rolling and
five-minute windows) of a live board; one line adds the taker orders that signals use. The peer:
cryptofeed's own `message_handler`, which makes a Trade and awaits a callback that does nothing. Both in one
event loop, by turns on the same pieces of one stream, after minutes of it as warm-up; in processor time,
which programs that run beside it disturb less.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agg_frames import LISTINGS, recorded, stream, symbols
from lines import Line, Skipped, show, write

from cvdtui.board.board import Board
from cvdtui.engine.flow import Flow
from cvdtui.model import Market
from cvdtui.venues import VENUES

WANTED = "<= 0.6"
RATE = 45
"""Trades a second of a market in `stream`, on average."""


class Ours:
    """What the socket feed does with a frame: decode it, hand it to the board."""

    def __init__(self, markets: int, *, keeps_orders: bool = False) -> None:
        listed = []
        for number, symbol in enumerate(symbols(markets)):
            _, _, price, size = LISTINGS[number % len(LISTINGS)]
            listed.append(Market("binance-usdm", symbol, price_decimals=price, size_decimals=size))
        self.venue = VENUES["binance-usdm"](markets=listed, now=lambda: time.time_ns() // 1000)
        self.board = Board(partial(Flow, keeps_orders=keeps_orders), live=True)
        for market in listed:
            self.board.add(market)

    def take(self, frames: list[str]) -> None:
        decode, on_trades = self.venue.decoder(), self.board.on_trades
        for frame in frames:
            on_trades(decode(frame))

    def settle(self) -> None:
        """What a snapshot does to the write side before it reads."""
        for state in self.board.states.values():
            state.flow.settle()

    def trades(self) -> int:
        self.settle()
        return sum(state.flow.trades for state in self.board.states.values())


def cryptofeed_handler(names: list[str]) -> Any:
    """BinanceFutures' message_handler: symbols given, not fetched, a trade callback that does nothing."""
    try:
        from cryptofeed.defines import TRADES
        from cryptofeed.exchanges import BinanceFutures
        from cryptofeed.symbols import Symbols
    except ImportError:
        raise Skipped("cryptofeed is not installed: pip install '.[bench]'") from None

    async def callback(trade: object, receipt: float) -> None:
        pass

    pairs = [f"{name.removesuffix('USDT')}-USDT-PERP" for name in names]
    Symbols.set(BinanceFutures.id, dict(zip(pairs, names, strict=True)), {})
    return BinanceFutures(symbols=pairs, channels=[TRADES], callbacks={TRADES: callback}).message_handler


async def race(
    frames: Iterator[str], ours: Ours, peer: Any, pieces: int, size: int, tick: int
) -> list[float]:
    """Microseconds a frame, median over pieces: (ours, peer); `tick` frames apart the board is settled."""
    spent: tuple[list[float], list[float]] = ([], [])
    for number in range(pieces):
        piece = list(islice(frames, size))
        if not piece:
            break
        step = tick or len(piece)
        chunks = [piece[at : at + step] for at in range(0, len(piece), step)]
        for turn in (0, 1) if number % 2 else (1, 0):
            begin = time.process_time()
            if turn:
                for frame in piece:
                    await peer(frame, None, 0.0)
            else:
                for chunk in chunks:
                    ours.take(chunk)
                    if tick:
                        ours.settle()
            spent[turn].append((time.process_time() - begin) / len(piece) * 1e6)
    return [statistics.median(times) for times in spent]


def compare(
    name: str,
    frames: Iterator[str],
    markets: int,
    scale: float,
    *,
    tick: int = 0,
    warm: int = 0,
    keeps_orders: bool = False,
) -> Line:
    """One line of the table; `scale` 1 is the full size."""
    ours, peer = Ours(markets, keeps_orders=keeps_orders), cryptofeed_handler(symbols(markets))
    warm_up = list(islice(frames, int(warm * scale)))
    ours.take(warm_up)
    pieces, size = (15, int(20_000 * scale)) if warm else (10, int(2_000 * scale))
    mine, theirs = asyncio.run(race(frames, ours, peer, pieces, size, tick))
    if ours.board.notices or any(state.gaps for state in ours.board.states.values()):
        raise SystemExit(f"{name}: the frames have faults: {ours.board.notices[:1]}")
    return Line(
        name, f"{mine:.2f} us", f"{theirs:.2f} us", mine / theirs, "" if tick or keeps_orders else WANTED
    )


def measure(scale: float = 1.0) -> list[Line]:
    """All lines of this benchmark."""
    lines = [
        compare("live frame, 12 markets", stream(12), 12, scale, warm=12 * RATE * 330),
        compare("live frame, 1 market", stream(1, low=RATE, high=RATE), 1, scale, warm=RATE * 330),
        compare(
            "12 markets, taker orders for signals too",
            stream(12),
            12,
            scale,
            warm=12 * RATE * 330,
            keeps_orders=True,
        ),
        compare(
            "the same, read 10 times a second", stream(12), 12, scale, tick=12 * RATE // 10, warm=180_000
        ),
    ]
    tape = recorded()
    first = next(tape, None)
    if first is not None:
        lines.append(compare("live frame, recorded futures trades", tape, 1, 1.0))
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size")
    return show(measure(parser.parse_args().scale))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Skipped as why:
        write(f"skipped: {why}")
