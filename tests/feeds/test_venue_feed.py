"""A venue's markets live against a loopback exchange: nothing lost, nothing twice, trouble in words."""

import asyncio
import json

from tests.feeds.loopback import MINUTE, START, Exchange, instrument, kline, trade
from tests.feeds.running import MARKET, running

HOUR = 60 * MINUTE


def trade_live(exchange, first, count, step=10):
    """Trades live, one after the other."""
    for number in range(first, first + count):
        exchange.emit("BTCUSDT", trade(number, START + 20_000 + number * step))


def test_live_trades_follow_those_of_the_minute_without_overlap_or_hole():
    async def go():
        before = [trade(number, START - 5_000 + number * 1_000) for number in range(12)]
        async with Exchange(before).open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: any("SUBSCRIBE" in one["method"] for one in exchange.requests))
            trade_live(exchange, 12, 5)
            await sink.until(lambda: 16 in sink.ids(MARKET))
            assert sink.expected[MARKET] == 5
            assert sink.ids(MARKET) == list(range(5, 17))
            assert sink.tape(MARKET).duplicates == 0
            assert sink.markets[MARKET].price_decimals == 1
            assert sink.markets[MARKET].size_decimals == 3

    asyncio.run(go())


def test_trades_that_come_while_history_is_slow_wait_and_follow_it():
    async def go():
        before = [trade(number, START - 3_000 + number * 1_000) for number in range(6)]
        async with Exchange(before).open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: any(path.endswith("time") for path, _, _ in exchange.asked))
            exchange.gate = asyncio.Event()
            await exchange.until(lambda: exchange.requests)
            trade_live(exchange, 6, 20)
            await exchange.until(lambda: any(path.endswith("aggTrades") for path, _, _ in exchange.asked))
            trade_live(exchange, 26, 5)
            exchange.gate.set()
            await sink.until(lambda: 30 in sink.ids(MARKET))
            assert sink.ids(MARKET) == list(range(3, 31))
            assert sink.tape(MARKET).duplicates == 0

    asyncio.run(go())


def test_the_session_is_known_by_minutes_the_week_by_hours_and_nothing_twice():
    async def go():
        now_ms = START - START % (24 * HOUR) + 10 * HOUR + 25 * MINUTE + 30_000
        exchange = Exchange([trade(1, now_ms - 40_000), trade(2, now_ms - 10_000)], now_ms)
        exchange.candles = {
            "1m": [kline(at) for at in range(now_ms - now_ms % HOUR - 20 * HOUR, now_ms, MINUTE)],
            "1h": [kline(at, step=HOUR) for at in range(now_ms - now_ms % HOUR - 90 * HOUR, now_ms, HOUR)],
        }
        day = now_ms - now_ms % (24 * HOUR)
        session, week = (day + 90 * MINUTE) * 1000, (day - 2 * 24 * HOUR) * 1000
        async with (
            exchange.open(),
            running(exchange, now_ms=now_ms, anchors=lambda *_: (session, week)) as (_, sink),
        ):
            await sink.until(lambda: 2 in sink.ids(MARKET))
        hours, minutes = (candles for _, candles in sink.history)
        assert (hours[0].seconds, minutes[0].seconds) == (3600, 60)
        assert hours[0].time_us == week
        assert hours[-1].time_us + HOUR * 1000 == minutes[0].time_us == (day + HOUR) * 1000
        assert minutes[-1].time_us + MINUTE * 1000 == (now_ms - 30_000) * 1000
        assert len(minutes) == 9 * 60 + 25
        assert sink.ids(MARKET) == [2]
        asked = [query["limit"] for path, query, _ in exchange.asked if path.endswith("klines")]
        assert asked == ["49", "565"]

    asyncio.run(go())


def test_a_dropped_connection_is_replaced_and_what_was_missed_is_fetched_once():
    async def go():
        async with Exchange([trade(0, START + 1_000)]).open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            trade_live(exchange, 1, 5)
            await sink.until(lambda: 5 in sink.ids(MARKET))
            await exchange.cut(1001, "going \u202e\u001b[31maway")
            for number in range(6, 40):
                exchange.trades["BTCUSDT"].append(trade(number, START + 21_000))
            link = await sink.until_link("waiting", "closed the connection (1001")
            assert "\x1b" not in link.text
            assert link.retry_at_us > 0
            await exchange.until(lambda: len(exchange.requests) == 2)
            assert exchange.requests[0]["params"] == exchange.requests[1]["params"]
            for old in exchange.trades["BTCUSDT"][3:8]:  # old trades on subscribe are never counted twice
                exchange.broadcast("BTCUSDT", old)
            trade_live(exchange, 40, 2)
            await sink.until(lambda: 41 in sink.ids(MARKET))
            assert sink.ids(MARKET) == list(range(42))
            await sink.until(
                lambda: any(link.state == "live" and link.reconnects == 1 for link in sink.links)
            )
            assert not sink.lost

    asyncio.run(go())


def test_an_acknowledged_stream_without_data_is_found_out_over_rest():
    async def go():
        async with Exchange([trade(0, START + 1_000)]).open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            await sink.until(lambda: sink.ids(MARKET) == [0])
            exchange.trades["BTCUSDT"].append(
                trade(1, START + 2_000)
            )  # it trades, and the stream sends nothing
            link = await sink.until_link("stale", "sends no BTCUSDT although it trades")
            assert link.markets == (MARKET,)
            await exchange.until(lambda: exchange.connects >= 2)
            await exchange.until(lambda: len(exchange.requests) >= 2)
            trade_live(exchange, 2, 1)
            await sink.until(lambda: sink.ids(MARKET) == [0, 1, 2])

    asyncio.run(go())


def test_a_quiet_market_is_asked_about_and_keeps_its_connection():
    async def go():
        async with Exchange([trade(0, START + 1_000)]).open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            trade_live(exchange, 1, 1)
            await sink.until_link("quiet", "no trades for")
            asked = len(exchange.asked)
            await exchange.until(lambda: len(exchange.asked) >= asked + 1)
            assert exchange.connects == 1
            trade_live(exchange, 2, 1)
            await sink.until(lambda: 2 in sink.ids(MARKET))
            assert exchange.connects == 1

    asyncio.run(go())


def test_before_the_time_limit_a_second_connection_takes_over_without_a_hole():
    async def go():
        async with (
            Exchange([trade(0, START + 1_000)]).open() as exchange,
            running(exchange, socket_s=0.5) as (_, sink),
        ):
            await exchange.until(lambda: exchange.requests)
            most, number = 0, 1
            while exchange.connects < 3:
                trade_live(exchange, number, 1)
                await sink.until(lambda n=number: n in sink.ids(MARKET))
                number += 1
                most = max(most, len(exchange.sockets))
                await asyncio.wait([asyncio.ensure_future(exchange.changed.wait())], timeout=0.02)
            assert most == 2, "old and new overlap"
            assert sink.ids(MARKET) == list(range(number))
            assert not [path for path, query, _ in exchange.asked if "fromId" in query]
            assert not [link for link in sink.links if link.state == "waiting"]

    asyncio.run(go())


def test_an_announced_shutdown_reconnects_at_once():
    async def go():
        async with (
            Exchange([trade(0, START + 1_000)]).open() as exchange,
            running(exchange, backoff_first_s=30.0, backoff_most_s=30.0) as (_, sink),
        ):
            await exchange.until(lambda: exchange.requests)
            trade_live(exchange, 1, 1)
            await sink.until(lambda: 1 in sink.ids(MARKET))
            exchange.send('{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}')
            await exchange.until(lambda: exchange.connects == 2)
            await exchange.until(lambda: len(exchange.requests) == 2)
            trade_live(exchange, 2, 1)
            await exchange.until(lambda: len(exchange.sockets) == 1)
            assert sink.ids(MARKET) == [0, 1, 2]

    asyncio.run(go())


def test_wrong_frames_are_counted_with_their_reason_and_harm_nobody():
    async def go():
        async with Exchange([trade(0, START + 1_000)]).open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            wrong = {"e": "aggTrade", "E": 1, "s": "BTCUSDT", **trade(1, START, price="-1")}
            for text in ("{", "\x1b[31m", json.dumps({"stream": "btcusdt@aggTrade", "data": wrong})):
                exchange.send(text)
            exchange.send('{"stream":"btcusdt@bookTicker","data":{"s":"BTCUSDT","u":1}}')
            trade_live(exchange, 1, 1)
            await sink.until(lambda: 1 in sink.ids(MARKET))
            assert [market for market, _ in sink.rejected] == [None, None, MARKET]
            assert "> 0.0 - at `$.data.p`" in sink.rejected[2][1]
            assert sink.ignored == [MARKET]
            assert exchange.connects == 1

    asyncio.run(go())


def test_closed_candles_reach_the_audit_and_forming_ones_nobody():
    async def go():
        async with Exchange([trade(0, START + 1_000)]).open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            assert "btcusdt@kline_1m" in exchange.requests[0]["params"]
            bar = dict(zip("ohlc", ("61800.0", "61801.0", "61799.0", "61800.5"), strict=True))
            bar |= {"t": START, "i": "1m", "v": "2", "q": "123600", "V": "1", "Q": "61800", "n": 3}
            for closed in (False, True):
                data = {"e": "kline", "E": 1, "s": "BTCUSDT", "k": {**bar, "x": closed}}
                exchange.send(json.dumps({"stream": "btcusdt@kline_1m", "data": data}))
            await sink.until(lambda: sink.candles)
            market, (candle,) = sink.candles[0]
            assert (market.name, candle.volume, candle.taker_buy) == (MARKET, 2_000, 1_000)
            assert not sink.ignored

    asyncio.run(go())


def test_an_unknown_symbol_is_refused_in_words_and_the_others_go_on():
    async def go():
        async with (
            Exchange([trade(0, START + 1_000)]).open() as exchange,
            running(exchange, ("BTCUSDT", "NOSUCHUSDT")) as (_, sink),
        ):
            link = await sink.until_link("refused", "knows no NOSUCHUSDT")
            assert link.name == "binance-usdm:NOSUCHUSDT"
            await exchange.until(lambda: exchange.requests)
            trade_live(exchange, 1, 1)
            await sink.until(lambda: 1 in sink.ids(MARKET))
            assert all("nosuch" not in stream for one in exchange.requests for stream in one["params"])

    asyncio.run(go())


def test_a_refused_subscription_is_asked_again_one_by_one_and_named():
    async def go():
        exchange = Exchange([trade(0, START + 1_000)], symbols=("BTCUSDT", "ETHUSDT"))
        exchange.refuse_streams = {"ethusdt@aggTrade"}
        async with exchange.open(), running(exchange, ("BTCUSDT", "ETHUSDT")) as (_, sink):
            link = await sink.until_link("refused", "refuses ETHUSDT: Invalid request")
            assert link.name == "binance-usdm:ETHUSDT"
            await exchange.until(lambda: len(exchange.requests) == 3)
            trade_live(exchange, 1, 1)
            await sink.until(lambda: 1 in sink.ids(MARKET))

    asyncio.run(go())


def test_a_market_comes_and_goes_at_run_time():
    async def go():
        exchange = Exchange([trade(0, START + 1_000)], symbols=("BTCUSDT", "ETHUSDT"))
        async with exchange.open(), running(exchange) as (feed, sink):
            await exchange.until(lambda: exchange.requests)
            feed.add(["ETHUSDT"])
            await sink.until(lambda: sink.ids("binance-usdm:ETHUSDT") == [0])
            assert exchange.requests[1] == {
                "method": "SUBSCRIBE",
                "params": ["ethusdt@aggTrade", "ethusdt@kline_1m", "ethusdt@forceOrder"],
                "id": exchange.requests[1]["id"],
            }
            feed.remove("ETHUSDT")
            await exchange.until(lambda: exchange.requests[-1]["method"] == "UNSUBSCRIBE")
            exchange.emit("ETHUSDT", trade(1, START + 3_000))
            trade_live(exchange, 1, 1)
            await sink.until(lambda: 1 in sink.ids(MARKET))
            assert sink.ids("binance-usdm:ETHUSDT") == [0]
            assert exchange.connects == 1

    asyncio.run(go())


def test_an_exchange_that_names_no_instrument_still_gives_trades_in_safe_decimals():
    async def go():
        exchange = Exchange([trade(0, START + 1_000, price="0.00001234")])
        exchange.script, exchange.only = [(500, {})], "exchangeInfo"
        async with exchange.open(), running(exchange) as (_, sink):
            await sink.until(lambda: sink.ids(MARKET) == [0])
            (only,) = sink.released[MARKET]
            assert only.price == 1234
            await sink.until(lambda: sink.markets.get(MARKET) and sink.markets[MARKET].tick == 10_000_000)
            assert sink.markets[MARKET].price_decimals == 8, "the true tick, in decimals that only grow"

    asyncio.run(go())


def test_many_markets_are_subscribed_in_requests_as_large_as_allowed():
    async def go():
        symbols = tuple(f"A{number}USDT" for number in range(70))
        exchange = Exchange([trade(0, START + 1_000)], symbols=symbols)
        assert instrument(symbols[0])["baseAsset"] == "A0"
        async with exchange.open(), running(exchange, symbols, budget_share=1.0) as (_, sink):
            await exchange.until(lambda: len(exchange.requests) == 3)
            sizes = [len(one["params"]) for one in exchange.requests]
            assert sorted(sizes) == [12, 99, 99], "three streams a market, 200 a socket, 100 a request"
            await sink.until(lambda: all(sink.ids(f"binance-usdm:{symbol}") == [0] for symbol in symbols))

    asyncio.run(go())
