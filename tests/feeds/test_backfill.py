"""The rows of the hour before: whole minutes, newest first, by ids, behind everything urgent."""

import asyncio
import itertools

from tests.feeds.loopback import MINUTE, START, Exchange, kline, trade
from tests.feeds.running import MARKET, running

FILL = {"trades_minutes": 60, "budget_share": 1.0}


def hour_before(count, first_ms=START - 70 * MINUTE):
    """Trades evenly over the 70 minutes before START, and one after it."""
    step = 70 * MINUTE / count
    rows = [trade(number, int(first_ms + number * step), seller=number % 3 == 0) for number in range(count)]
    return [*rows, trade(count, START + 1_000)]


def all_minutes(exchange):
    exchange.candles["1m"] = [kline(START - back * MINUTE) for back in range(600, 0, -1)]
    return lambda *_: ((START - 300 * MINUTE) * 1000,) * 2


def test_rows_come_in_whole_minutes_newest_first_and_complete():
    async def go():
        exchange = Exchange(hour_before(7_000))
        anchors = all_minutes(exchange)
        async with exchange.open(), running(exchange, anchors=anchors, **FILL) as (_, sink):
            await sink.until(lambda: sink.progress.get(MARKET, [0])[-1] == 1.0)
        edges = [(from_us // 1000, to_us // 1000) for _, from_us, to_us in sink.filled]
        assert edges[0][1] == START
        assert edges[-1][0] == START - 60 * MINUTE
        assert all(later[0] == earlier[1] for later, earlier in itertools.pairwise(edges))
        assert all(edge % MINUTE == 0 for pair in edges for edge in pair)
        ids = sorted(int(number) for columns, _, _ in sink.filled for number in columns.ids)
        due = [row["a"] for row in exchange.trades["BTCUSDT"] if START - 60 * MINUTE <= row["T"] < START]
        assert ids == due
        for columns, from_us, to_us in sink.filled:
            assert ((columns.time_us >= from_us) & (columns.time_us < to_us)).all()
        assert sink.progress[MARKET] == sorted(sink.progress[MARKET])
        assert len(sink.progress[MARKET]) > 3
        for columns, _, _ in sink.filled:
            assert ((columns.side == -1) == (columns.ids % 3 == 0)).all()

    asyncio.run(go())


def test_a_market_younger_than_an_hour_is_filled_from_its_first_trade():
    async def go():
        exchange = Exchange(hour_before(50, START - 10 * MINUTE))
        for number, row in enumerate(exchange.trades["BTCUSDT"][:-1]):
            row["T"] = START - 10 * MINUTE + number * 11_000
        anchors = all_minutes(exchange)
        async with exchange.open(), running(exchange, anchors=anchors, **FILL) as (_, sink):
            await sink.until(lambda: sink.progress.get(MARKET, [0])[-1] == 1.0)
        assert sum(len(columns) for columns, _, _ in sink.filled) == 50

    asyncio.run(go())


def test_rows_are_not_fetched_beyond_what_candles_tell():
    async def go():
        exchange = Exchange(hour_before(700))
        all_minutes(exchange)
        session = (START - 5 * MINUTE) * 1000
        async with exchange.open(), running(exchange, anchors=lambda *_: (session,) * 2, **FILL) as (_, sink):
            await sink.until(lambda: sink.progress.get(MARKET, [0])[-1] == 1.0)
        assert sink.filled[-1][1] == session

    asyncio.run(go())


def test_a_finer_size_found_on_the_way_scales_every_row():
    async def go():
        exchange = Exchange(hour_before(3_000))
        exchange.trades["BTCUSDT"][1_500]["q"] = "0.00012"
        anchors = all_minutes(exchange)
        async with exchange.open(), running(exchange, anchors=anchors, **FILL) as (_, sink):
            await sink.until(lambda: sink.progress.get(MARKET, [0])[-1] == 1.0)
        for columns, _, _ in sink.filled:
            unit = 10 ** (columns.market.size_decimals - 3)
            odd = columns.ids == 1_500
            assert (columns.size[~odd] == unit).all()
            assert (columns.size[odd] * 100 == 12 * unit).all()
        assert sink.filled[-1][0].market.size_decimals == 5

    asyncio.run(go())


def test_when_rest_falls_silent_the_fill_stops_and_says_so():
    async def go():
        exchange = Exchange(hour_before(7_000))
        anchors = all_minutes(exchange)
        exchange.script, exchange.only = [(200, {}), (200, {}), (451, {})] + [(451, {})] * 99, "aggTrades"
        async with exchange.open(), running(exchange, anchors=anchors, **FILL) as (_, sink):
            await sink.until(lambda: sink.progress.get(MARKET, [0])[-1] == 1.0)
            await sink.until_link("refused", "rows of the last hour are not complete")
            assert sink.ids(MARKET) == [7_000]

    asyncio.run(go())
