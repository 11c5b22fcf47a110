"""A market that went live without its history begins anew with it: every trade once, repeats counted."""

import asyncio
from contextlib import asynccontextmanager

from cvdtui.board.board import Board
from cvdtui.engine.flow import Flow
from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.venue_feed import LiveFeed
from tests.feeds.loopback import MINUTE, START, Exchange, kline, trade
from tests.feeds.running import MARKET, QUICK

NOW_MS = START + 30_000
PATIENCE = {"history_s": 0.2, "again_s": 0.3, "open_interest_s": 0, "stall_s": 60.0}
EARLIER = [trade(number, START + number * 1_000) for number in range(8)]
"""Of the minute at hand, before the connection."""


@asynccontextmanager
async def begun_without(refusals):
    """(exchange, board): live, while REST refuses the candles so many times."""
    exchange = Exchange(EARLIER, NOW_MS)
    exchange.candles = {"1m": [kline(at) for at in range(START - 20 * MINUTE, START, MINUTE)]}
    exchange.script, exchange.only = [(503, {})] * refusals, "klines"
    board = Board(Flow, live=True)
    async with exchange.open():
        feed = LiveFeed(
            "binance-usdm",
            [],
            board,
            now=lambda: NOW_MS * 1000,
            anchors=lambda *_: ((START - 20 * MINUTE) * 1000, (START - 20 * MINUTE) * 1000),
            options=FeedOptions(
                **{**QUICK, "history_s": 0.2, "again_s": 0.3, "open_interest_s": 0, "stall_s": 60.0}
            ),
            **exchange.urls,
        )
        board.add(feed.venue.default_market("BTCUSDT"))
        feed.add(["BTCUSDT"])
        task = asyncio.create_task(feed.run())
        try:
            await exchange.until(lambda: exchange.requests)
            yield exchange, board
            if task.done():
                task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(holds):
    async with asyncio.timeout(15):
        while not holds():  # noqa: ASYNC110 - a number has no event
            await asyncio.sleep(0.01)


async def gated(exchange):
    """REST answers no more; the next beginning waits for it."""
    asked = len(exchange.asked)
    exchange.gate = asyncio.Event()
    await exchange.until(lambda: len(exchange.asked) > asked)


def trade_live(exchange, first, count):
    for number in range(first, first + count):
        exchange.emit("BTCUSDT", trade(number, START + 10_000 + number * 10))


def counted(board):
    """Trades of the state on show, its repeats, and the volume known from candles and trades."""
    state = board.states[MARKET]
    state.flow.settle()
    return state.flow.trades, state.duplicates, state.flow.session.volume


def test_repeats_before_and_during_the_new_beginning_are_counted_and_what_was_fetched_again_is_none():
    async def go():
        async with begun_without(refusals=6) as (exchange, board):
            trade_live(exchange, 8, 10)
            await until(lambda: board.states[MARKET].tape.next == 18)
            alone = board.states[MARKET]
            for row in exchange.trades["BTCUSDT"][12:15]:  # three repeats
                exchange.broadcast("BTCUSDT", row)
            await until(lambda: alone.duplicates == 3)
            await until(lambda: not exchange.script)
            await gated(exchange)
            trade_live(exchange, 18, 5)
            for row in exchange.trades["BTCUSDT"][19:21]:  # two of what came since
                exchange.broadcast("BTCUSDT", row)
            await until(lambda: alone.tape.next == 23 and alone.duplicates == 5)
            exchange.gate.set()
            await until(lambda: board.states[MARKET] is not alone)
            trade_live(exchange, 23, 2)
            await until(lambda: board.states[MARKET].tape.next == 25)
            trades, duplicates, volume = counted(board)
            assert (trades, volume) == (25, 20 * 1_000 + 25)
            assert duplicates == 5, "trades fetched beside those that came live are no repeats of the venue"
            assert board.states[MARKET].lost == 0
            assert not board.states[MARKET].tape.open_ids
            assert board.states[MARKET].known.from_us == (START - 20 * MINUTE) * 1000

    asyncio.run(go())


def test_what_the_stream_left_out_while_it_waited_is_fetched_once():
    async def go():
        async with begun_without(refusals=6) as (exchange, board):
            trade_live(exchange, 8, 4)
            await until(lambda: board.states[MARKET].tape.next == 12)
            alone = board.states[MARKET]
            await until(lambda: not exchange.script)
            await gated(exchange)
            for number in (12, 13, 14):  # traded, never sent
                exchange.trades["BTCUSDT"].append(trade(number, START + 11_000))
            trade_live(exchange, 15, 3)
            exchange.gate.set()
            await until(lambda: board.states[MARKET] is not alone)
            await until(lambda: board.states[MARKET].tape.next == 18)
            trades, duplicates, volume = counted(board)
            assert (trades, volume) == (18, 20 * 1_000 + 18)
            assert duplicates == 0
            assert board.states[MARKET].lost == 0

    asyncio.run(go())
