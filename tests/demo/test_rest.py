import asyncio
from decimal import Decimal
from itertools import pairwise

import pytest

NOON_MS = 1_795_005_432_100
MINUTE_MS = 60_000
MARKETS = ["binance-usdm:BTCUSDT", "binance:BTCUSDT", "binance-usdm:ETHUSDT", "binance:ETHUSDT"]


async def _all_trades(exchange_client, market, start, end):
    """Everything from start to end by paging on fromId."""
    trades = page = await exchange_client.trades(
        market, startTime=start, endTime=min(end, start + 3_600_000), limit=1000
    )
    while len(page) == 1000 and page[-1]["T"] <= end:
        page = await exchange_client.trades(market, fromId=trades[-1]["a"] + 1, limit=1000)
        trades = trades + page
    return [trade for trade in trades if trade["T"] <= end]


def _as_kline(trades, open_ms, interval_ms):
    sold = [trade["m"] for trade in trades]
    prices = [Decimal(trade["p"]) for trade in trades]
    sizes = [Decimal(trade["q"]) for trade in trades]
    bought = [0 if maker else size for maker, size in zip(sold, sizes, strict=True)]
    values = [price * size for price, size in zip(prices, sizes, strict=True)]
    paid = [0 if maker else value for maker, value in zip(sold, values, strict=True)]
    fills = sum(trade["l"] - trade["f"] + 1 for trade in trades)
    sums = [sum(sizes), open_ms + interval_ms - 1, sum(values), fills, sum(bought), sum(paid)]
    return [open_ms, prices[0], max(prices), min(prices), prices[-1], *sums]


def _exact(row):
    return [Decimal(value) if isinstance(value, str) else value for value in row[:11]]


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize(("interval", "minutes"), [("1m", 1), ("5m", 5), ("15m", 15), ("1h", 60)])
def test_a_kline_is_the_sum_of_its_trades_open_one_included(exchange_client, market, interval, minutes):
    async def run():
        async with exchange_client(rate=8.0) as client:
            for row in await client.klines(market, interval, limit=2):
                trades = await _all_trades(client, market, row[0], row[0] + minutes * MINUTE_MS - 1)
                assert _exact(row) == _as_kline(trades, row[0], minutes * MINUTE_MS)

    asyncio.run(run())


def test_klines_and_trades_agree_at_high_and_low_rates(exchange_client):
    async def run(rate):
        async with exchange_client(rate=rate, markets=2) as client:
            row = (await client.klines(MARKETS[1], "1m", limit=2))[0]
            trades = await _all_trades(client, MARKETS[1], row[0], row[0] + MINUTE_MS - 1)
            assert _exact(row) == _as_kline(trades, row[0], MINUTE_MS)

    for rate in (0.5, 300.0, 1000.0):
        asyncio.run(run(rate))


def test_the_session_in_minutes_adds_up_to_the_hours_and_the_day(exchange_client):
    async def run():
        async with exchange_client() as client:
            midnight = NOON_MS // 86_400_000 * 86_400_000
            minutes = await client.klines(MARKETS[0], "1m", startTime=midnight, limit=1500)
            hours = await client.klines(MARKETS[0], "1h", startTime=midnight)
            (day,) = await client.klines(MARKETS[0], "1d", startTime=midnight)
            assert (len(minutes), len(hours)) == (12 * 60 + 38, 13)
            assert [row[0] for row in minutes] == [midnight + i * MINUTE_MS for i in range(len(minutes))]
            for column in (5, 7, 9, 10):
                totals = [sum(Decimal(row[column]) for row in rows) for rows in (minutes, hours, [day])]
                assert totals[0] == totals[1] == totals[2]
            assert (day[1], day[4]) == (minutes[0][1], minutes[-1][4])

    asyncio.run(run())


def test_hourly_klines_reach_back_to_the_weeks_monday(exchange_client):
    async def run():
        async with exchange_client() as client:
            rows = await client.klines(MARKETS[1], "1h", limit=1000)
            monday = (NOON_MS // 86_400_000 - 2) * 86_400_000
            assert rows[0][0] == monday - 86_400_000
            assert all(Decimal(row[5]) > 0 for row in rows)

    asyncio.run(run())


def test_klines_honour_start_end_and_limit(exchange_client):
    async def run():
        async with exchange_client() as client:
            now = NOON_MS // MINUTE_MS * MINUTE_MS
            ask = client.klines
            assert [r[0] for r in await ask(MARKETS[1], "1m", limit=3)] == [
                now - 2 * MINUTE_MS,
                now - MINUTE_MS,
                now,
            ]
            rows = await ask(MARKETS[1], "1m", startTime=now - 5 * MINUTE_MS + 1, endTime=now - 2 * MINUTE_MS)
            assert [row[0] for row in rows] == [now - n * MINUTE_MS for n in (4, 3, 2)]
            rows = await ask(MARKETS[1], "1m", endTime=now - 7 * MINUTE_MS, limit=2)
            assert [row[0] for row in rows] == [now - n * MINUTE_MS for n in (8, 7)]
            assert len(await ask(MARKETS[1], "1m", limit=5000)) == 1000
            assert len(await ask(MARKETS[0], "1m", limit=5000)) == 1500
            assert await ask(MARKETS[1], "1m", startTime=now + 10 * MINUTE_MS) == []

    asyncio.run(run())


@pytest.mark.parametrize("market", MARKETS)
def test_paging_by_from_id_covers_everything_without_hole_or_overlap(exchange_client, market):
    async def run():
        async with exchange_client() as client:
            newest = await client.trades(market, limit=1)
            trades = await client.trades(market, fromId=newest[0]["a"] - 4321, limit=1000)
            while trades[-1]["a"] < newest[0]["a"]:
                trades += await client.trades(market, fromId=trades[-1]["a"] + 1, limit=1000)
            assert [t["a"] for t in trades] == list(range(newest[0]["a"] - 4321, newest[0]["a"] + 1))
            assert all(x["T"] <= y["T"] for x, y in pairwise(trades))
            assert trades[-1] == newest[0]
            steps = {y["f"] - x["l"] for x, y in pairwise(trades)}
            assert steps == ({1, 2} if market.startswith("binance-usdm") else {1})

    asyncio.run(run())


def test_trades_by_time_include_both_ends_and_default_to_the_newest(exchange_client):
    async def run():
        async with exchange_client() as client:
            newest = await client.trades(MARKETS[0])
            assert len(newest) == 500
            first, last = newest[100]["T"], newest[200]["T"]
            between = await client.trades(MARKETS[0], startTime=first, endTime=last, limit=1000)
            assert between == [trade for trade in newest if first <= trade["T"] <= last]
            assert await client.trades(MARKETS[0], endTime=last, limit=5) == between[-5:]
            assert (await client.trades(MARKETS[0], startTime=first, limit=7)) == between[:7]
            assert await client.trades(MARKETS[0], startTime=NOON_MS + 1) == []

    asyncio.run(run())


def test_usdm_forgets_trades_after_48_hours_and_spot_does_not(exchange_client):
    async def run():
        async with exchange_client() as client:
            start = NOON_MS - 49 * 3_600_000
            assert await client.trades(MARKETS[0], startTime=start, endTime=start + MINUTE_MS) == []
            assert await client.trades(MARKETS[1], startTime=start, endTime=start + MINUTE_MS)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("venue", "path", "query", "status", "code"),
    [
        ("binance", "/api/v3/aggTrades", {"symbol": "NOPEUSDT"}, 400, -1121),
        ("binance-usdm", "/fapi/v1/klines", {"symbol": "btcusdt", "interval": "1m"}, 400, -1121),
        ("binance", "/api/v3/aggTrades", {}, 400, -1102),
        ("binance", "/api/v3/klines", {"symbol": "BTCUSDT"}, 400, -1102),
        ("binance", "/api/v3/klines", {"symbol": "BTCUSDT", "interval": "7m"}, 400, -1120),
        ("binance", "/api/v3/aggTrades", {"symbol": "BTCUSDT", "limit": "many"}, 400, -1100),
        ("binance", "/api/v3/aggTrades", {"symbol": "BTCUSDT", "limit": "0"}, 400, -1130),
        ("binance", "/api/v3/aggTrades", {"symbol": "BTCUSDT", "fromId": "1", "startTime": "5"}, 400, -1128),
        (
            "binance-usdm",
            "/fapi/v1/aggTrades",
            {"symbol": "BTCUSDT", "startTime": "0", "endTime": "3600001"},
            400,
            -1127,
        ),
        ("binance", "/api/v3/exchangeInfo", {"symbol": "X"}, 400, -1121),
        ("binance", "/api/v3/exchangeInfo", {"symbols": "X"}, 400, -1100),
        ("binance", "/fapi/v1/ping", {}, 404, -5000),
        ("binance-usdm", "/api/v3/ping", {}, 404, -5000),
    ],
)
def test_a_bad_request_gets_the_venues_own_error(exchange_client, venue, path, query, status, code):
    async def run():
        async with exchange_client() as client:
            answer = await client.get(venue, path, **query)
            assert (answer.status_code, answer.json()["code"]) == (status, code)

    asyncio.run(run())


def test_exchange_info_gives_the_decimals_that_trades_are_written_in(exchange_client):
    async def run():
        async with exchange_client(markets=12) as client:
            usdm = (await client.get("binance-usdm", "/fapi/v1/exchangeInfo")).json()["symbols"]
            spot = (await client.get("binance", "/api/v3/exchangeInfo")).json()["symbols"]
            assert [s["symbol"] for s in usdm][-1] == "1000PEPEUSDT"
            assert {s["contractType"] for s in usdm} == {"PERPETUAL"}
            for venue, symbols in (("binance-usdm", usdm), ("binance", spot)):
                for symbol in symbols:
                    rules = {rule["filterType"]: rule for rule in symbol["filters"]}
                    tick, step = (
                        Decimal(rules[f][k])
                        for f, k in (("PRICE_FILTER", "tickSize"), ("LOT_SIZE", "stepSize"))
                    )
                    trades = await client.trades(f"{venue}:{symbol['symbol']}", limit=200)
                    assert all(Decimal(t["p"]) % tick == 0 and Decimal(t["q"]) % step == 0 for t in trades)
                    assert all(Decimal(t["p"]) > 0 and Decimal(t["q"]) > 0 for t in trades)
            (one,) = (await client.get("binance", "/api/v3/exchangeInfo", symbol="ETHUSDT")).json()["symbols"]
            assert (one["baseAsset"], one["quoteAsset"], one["status"]) == ("ETH", "USDT", "TRADING")

    asyncio.run(run())


def test_prices_are_written_as_each_venue_writes_them(exchange_client):
    async def run():
        async with exchange_client() as client:
            (spot,) = await client.trades("binance:BTCUSDT", limit=1)
            (usdm,) = await client.trades("binance-usdm:BTCUSDT", limit=1)
            assert len(spot["p"].split(".")[1]) == len(spot["q"].split(".")[1]) == 8
            assert len(usdm["p"].split(".")[1]) == 2  # pricePrecision, although the tick is 0.1
            assert len(usdm["q"].split(".")[1]) == 3

    asyncio.run(run())


def test_every_answer_says_the_weight_used_and_the_budget_ends_in_429_then_418_until_the_minute_is_over(
    exchange_client,
):
    async def run():
        async with exchange_client(markets=1) as client:

            def ask():
                return client.get("binance-usdm", "/fapi/v1/aggTrades", symbol="BTCUSDT", limit=1)

            used = [(await ask()).headers["X-MBX-USED-WEIGHT-1M"] for _ in range(3)]
            assert used == ["20", "40", "60"]
            answers = [await ask() for _ in range(118)]
            assert [a.status_code for a in answers] == [200] * 117 + [429]
            assert answers[-1].json()["code"] == -1003
            assert answers[-1].headers["Retry-After"] == "48"  # 12:37:12.1
            await client.exchange.advance(48)
            assert (await ask()).headers["X-MBX-USED-WEIGHT-1M"] == "20"
            assert [(await ask()).status_code for _ in range(141)][-1] == 418

    asyncio.run(run())


def test_a_spent_budget_comes_back_after_the_market_was_frozen_too(exchange_client):
    async def run():
        async with exchange_client(markets=1) as client:

            async def ask():
                query = {"symbol": "BTCUSDT", "limit": 1}
                return (await client.get("binance-usdm", "/fapi/v1/aggTrades", **query)).status_code

            client.exchange.freeze()
            assert [await ask() for _ in range(121)][-1] == 429
            await client.exchange.advance(48)
            assert await ask() == 200

    asyncio.run(run())


def test_kline_weight_grows_with_the_limit_on_usdm(exchange_client):
    async def run():
        async with exchange_client(markets=1) as client:
            used = []
            for limit in (99, 100, 500, 1500):
                query = {"symbol": "BTCUSDT", "interval": "1m", "limit": limit}
                answer = await client.get("binance-usdm", "/fapi/v1/klines", **query)
                used.append(int(answer.headers["X-MBX-USED-WEIGHT-1M"]))
            assert used == [1, 3, 8, 18]

    asyncio.run(run())


def test_open_interest_and_time_are_those_of_the_exchanges_clock(exchange_client):
    async def run():
        async with exchange_client() as client:
            interest = (await client.get("binance-usdm", "/fapi/v1/openInterest", symbol="BTCUSDT")).json()
            assert interest["time"] == NOON_MS
            assert Decimal(interest["openInterest"]) > 0
            assert (await client.get("binance", "/api/v3/time")).json() == {"serverTime": NOON_MS}
            assert (await client.get("binance", "/api/v3/ping")).json() == {}

    asyncio.run(run())
