"""What a feed does and says when the exchange refuses, is slow, lies about ids or cannot be reached."""

import asyncio
import socket

import pytest

from tests.feeds.loopback import START, Exchange, trade
from tests.feeds.running import MARKET, running


def trade_live(exchange, first, count):
    for number in range(first, first + count):
        exchange.emit("BTCUSDT", trade(number, START + 20_000 + number))


def id_pages(exchange):
    return [query for path, query, _ in exchange.asked if "fromId" in query]


def test_a_long_gap_is_fetched_in_pages_and_once():
    async def go():
        async with Exchange([trade(0, START + 1_000)]).open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            trade_live(exchange, 1, 1)
            await sink.until(lambda: 1 in sink.ids(MARKET))
            missed = [trade(number, START + 21_000 + number) for number in range(2, 3_500)]
            exchange.trades["BTCUSDT"] += missed
            trade_live(exchange, 3_500, 3)
            await sink.until(lambda: len(sink.ids(MARKET)) == 3_503)
            assert sink.ids(MARKET) == list(range(3_503))
            asked = [(query["fromId"], query["limit"]) for query in id_pages(exchange)]
            assert asked == [("2", "1000"), ("1002", "1000"), ("2002", "1000"), ("3002", "498")]
            assert sink.tape(MARKET).duplicates == 0
            assert [gap.state for gap in sink.tape(MARKET).gaps] == ["filled"]

    asyncio.run(go())


def test_ids_that_newer_answers_step_over_are_lost_and_the_rest_follows():
    async def go():
        async with Exchange([trade(0, START + 1_000)]).open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            trade_live(exchange, 1, 1)
            await sink.until(lambda: 1 in sink.ids(MARKET))
            exchange.trades["BTCUSDT"].append(trade(3, START + 21_000))  # 2 and 4 never were
            trade_live(exchange, 5, 1)
            await sink.until(lambda: 5 in sink.ids(MARKET))
            assert sink.ids(MARKET) == [0, 1, 3, 5]
            assert [(one.first, one.last) for one in sink.lost] == [(2, 4)]
            assert sink.tape(MARKET).lost == 2

    asyncio.run(go())


def test_a_gap_that_rest_does_not_answer_for_long_is_lost_and_live_goes_on():
    async def go():
        async with (
            Exchange([trade(0, START + 1_000)]).open() as exchange,
            running(exchange, gap_s=0.3) as (_, sink),
        ):
            await exchange.until(lambda: exchange.requests)
            trade_live(exchange, 1, 1)
            await sink.until(lambda: 1 in sink.ids(MARKET))
            exchange.gate = asyncio.Event()
            trade_live(exchange, 5, 2)
            await sink.until(lambda: sink.lost)
            assert sink.ids(MARKET) == [0, 1, 5, 6]

    asyncio.run(go())


def test_a_gap_is_fetched_when_the_exchange_allows_it_again():
    async def go():
        async with Exchange([trade(0, START + 1_000)]).open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            trade_live(exchange, 1, 1)
            await sink.until(lambda: 1 in sink.ids(MARKET))
            exchange.script = [(429, {"Retry-After": "1"})]
            exchange.trades["BTCUSDT"] += [trade(2, START + 21_000)]
            trade_live(exchange, 3, 1)
            await sink.until_link("waiting", "too many requests, silent for 1 s", name="binance-usdm/rest")
            await sink.until(lambda: 3 in sink.ids(MARKET))
            assert sink.ids(MARKET) == [0, 1, 2, 3]
            times = [at for path, query, at in exchange.asked if "fromId" in query]
            assert times[1] - times[0] >= 0.99
            await sink.until_link("live", name="binance-usdm/rest")

    asyncio.run(go())


@pytest.mark.parametrize(
    ("status", "headers", "state", "words"),
    [
        (429, {"Retry-After": "300"}, "waiting", "too many requests, silent for 300 s"),
        (418, {"Retry-After": "900"}, "waiting", "banned this address for 900 s (418)"),
        (451, {}, "refused", "does not serve your region (451)"),
        (403, {}, "refused", "forbids this address or region (403)"),
        (500, {}, "waiting", "has a server error (500)"),
    ],
)
def test_without_history_live_goes_on_and_the_link_says_why(status, headers, state, words):
    async def go():
        exchange = Exchange([trade(number, START + number) for number in range(7)])
        exchange.script, exchange.only = [(status, headers)] * 99, "klines"
        anchors = (START - 3_600_000) * 1000
        async with exchange.open(), running(exchange, anchors=lambda *_: (anchors, anchors)) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            await exchange.until(lambda: any(path.endswith("klines") for path, _, _ in exchange.asked))
            trade_live(exchange, 7, 3)
            await sink.until(lambda: 9 in sink.ids(MARKET))
            assert sink.ids(MARKET) == [7, 8, 9]
            assert not sink.history
            link = await sink.until_link(state, words, name="binance-usdm/rest")
            assert "\x1b" not in link.text
            assert "-1003: Too many  [31mrequests" in link.text
            if "Retry-After" in headers:
                assert link.retry_at_us == pytest.approx(
                    (START + 30_000 + int(headers["Retry-After"]) * 1000) * 1000, abs=3e6
                )

    asyncio.run(go())


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (451, "refused", "does not serve your region (451)"),
        (429, "waiting", "too many requests"),
        (503, "waiting", "has a server error (503)"),
    ],
)
def test_a_refused_connection_is_told_and_tried_again(status, state, words):
    async def go():
        exchange = Exchange([trade(0, START + 1_000)])
        exchange.ws_status = status
        async with exchange.open(), running(exchange, history=False) as (_, sink):
            link = await sink.until_link(state, words)
            assert "trying again in" in link.text
            assert link.host.startswith("127.0.0.1:")
            if status == 429:
                return
            exchange.ws_status = 0
            await exchange.until(lambda: exchange.requests)

    asyncio.run(go())


def test_a_host_that_nobody_listens_on_is_named():
    async def go():
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            exchange = Exchange()
            exchange.port = taken.getsockname()[1]
            async with running(exchange) as (_, sink):
                link = await sink.until_link("waiting", "refuses connections", name="binance-usdm")
                assert link.text.startswith(f"127.0.0.1:{exchange.port} refuses connections")
                await sink.until_link("waiting", "refuses connections", name="binance-usdm/rest")

    asyncio.run(go())


def test_an_exchange_that_never_answers_does_not_keep_live_waiting():
    async def go():
        exchange = Exchange([trade(0, START + 1_000)])
        async with exchange.open():
            exchange.gate = asyncio.Event()
            async with running(exchange, timeout_s=0.3, history_s=0.3) as (_, sink):
                await exchange.until(lambda: exchange.requests)
                trade_live(exchange, 4, 2)
                await sink.until(lambda: sink.ids(MARKET) == [4, 5])
                await sink.until_link("waiting", "did not answer in time", name="binance-usdm/rest")
                exchange.gate.set()

    asyncio.run(go())


def test_many_refused_markets_do_not_wait_for_one_another():
    async def go():
        symbols = tuple(f"A{number}USDT" for number in range(12))
        exchange = Exchange(symbols=symbols)
        exchange.script, exchange.only = [(500, {})] * 999, "aggTrades"
        loop = asyncio.get_running_loop()
        async with exchange.open(), running(exchange, symbols, budget_share=1.0) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            begin = loop.time()
            for symbol in symbols:
                exchange.emit(symbol, trade(1, START + 25_000))
            await sink.until(lambda: all(sink.ids(f"binance-usdm:{symbol}") == [1] for symbol in symbols))
            assert loop.time() - begin < 4.0

    asyncio.run(go())


def test_a_market_without_any_trade_begins_with_its_first():
    async def go():
        async with Exchange().open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            await exchange.until(lambda: any(path.endswith("aggTrades") for path, _, _ in exchange.asked))
            trade_live(exchange, 77, 2)
            await sink.until(lambda: sink.ids(MARKET) == [77, 78])
            assert not sink.lost

    asyncio.run(go())


def test_rows_of_an_answer_that_do_not_parse_are_counted_and_lost_alone():
    async def go():
        async with Exchange([trade(0, START + 1_000)]).open() as exchange, running(exchange) as (_, sink):
            await exchange.until(lambda: exchange.requests)
            trade_live(exchange, 1, 1)
            await sink.until(lambda: 1 in sink.ids(MARKET))
            exchange.trades["BTCUSDT"] += [
                trade(2, START + 21_000),
                trade(3, START + 21_000, size="-4"),
                trade(4, START + 21_000),
            ]
            trade_live(exchange, 5, 1)
            await sink.until(lambda: 5 in sink.ids(MARKET))
            assert sink.ids(MARKET) == [0, 1, 2, 4, 5]
            assert "`$.q`" in sink.rejected[0][1]
            assert sink.tape(MARKET).lost == 1

    asyncio.run(go())
