import asyncio
import json
from decimal import Decimal

import pytest
from websockets.exceptions import InvalidStatus

BTC = "binance-usdm:BTCUSDT"
SPOT = "binance:BTCUSDT"


async def _asked(socket, request) -> dict:
    await socket.send(request if isinstance(request, str) else json.dumps(request))
    return json.loads(await socket.recv())


@pytest.mark.parametrize(
    ("market", "path"),
    [
        (SPOT, "/stream?streams=btcusdt@aggTrade"),
        (SPOT, "/ws/btcusdt@aggTrade"),
        (BTC, "/market/stream?streams=btcusdt@aggTrade"),
        (BTC, "/market/ws/btcusdt@aggTrade"),
    ],
)
def test_streamed_trades_are_those_of_rest_in_order_and_complete(exchange_client, market, path):
    async def run():
        async with exchange_client() as client, client.stream(market.split(":")[0], path) as socket:
            await client.exchange.advance(20)
            last = client.exchange.freeze()[market]
            frames = await client.read_to(socket, last)
            listed = await client.trades(market, fromId=frames[0]["a"], limit=1000)
            assert [{key: frame[key] for key in listed[0]} for frame in frames] == listed
            assert {frame["e"] for frame in frames} == {"aggTrade"}
            assert len(frames) > 50

    asyncio.run(run())


def test_combined_streams_are_wrapped_and_raw_ones_are_bare(exchange_client):
    async def run():
        async with (
            exchange_client() as client,
            client.stream("binance", "/stream?streams=btcusdt@aggTrade/ethusdt@aggTrade") as wrapped,
            client.stream("binance", "/ws/btcusdt@aggTrade/ethusdt@aggTrade") as bare,
        ):
            await client.exchange.advance(2)
            one, other = json.loads(await wrapped.recv()), json.loads(await bare.recv())
            assert one == {"stream": f"{other['s'].lower()}@aggTrade", "data": other}

    asyncio.run(run())


def test_subscribe_unsubscribe_and_list_are_acknowledged_with_their_id(exchange_client):
    async def run():
        async with exchange_client() as client, client.stream("binance", "/ws") as socket:
            two = ["btcusdt@aggTrade", "ethusdt@trade"]
            assert await _asked(socket, {"method": "SUBSCRIBE", "params": two, "id": 7}) == {
                "result": None,
                "id": 7,
            }
            assert await _asked(socket, {"method": "LIST_SUBSCRIPTIONS", "id": "x"}) == {
                "result": two,
                "id": "x",
            }
            answer = await _asked(socket, {"method": "UNSUBSCRIBE", "params": two[:1], "id": 8})
            assert answer == {"result": None, "id": 8}
            assert await _asked(socket, {"method": "LIST_SUBSCRIPTIONS", "id": 9}) == {
                "result": two[1:],
                "id": 9,
            }

    asyncio.run(run())


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ('{"meth', 3),
        ("[]", 2),
        ({"id": 1}, 2),
        ({"method": "SUBSCRBE", "id": 1}, 2),
        ({"method": "SUBSCRIBE", "params": "btcusdt@trade", "id": 1}, 2),
        ({"method": "SUBSCRIBE", "params": [1], "id": 1}, 2),
        ({"method": "SUBSCRIBE", "params": [f"{n}@trade" for n in range(1025)], "id": 1}, 2),
        ({"method": "LIST_SUBSCRIPTIONS", "id": {}}, 2),
        ({"method": "SET_PROPERTY", "params": ["colour", 1], "id": 1}, 0),
        ({"method": "SET_PROPERTY", "params": ["combined", 1], "id": 1}, 1),
    ],
)
def test_a_request_that_makes_no_sense_gets_an_error_and_the_connection_lives(
    exchange_client, request_, code
):
    async def run():
        async with exchange_client() as client, client.stream("binance", "/ws") as socket:
            assert (await _asked(socket, request_))["code"] == code
            answer = await _asked(socket, {"method": "LIST_SUBSCRIPTIONS", "id": 2})
            assert answer == {"result": [], "id": 2}

    asyncio.run(run())


@pytest.mark.parametrize(
    ("venue", "path", "silent", "delivered"),
    [
        ("binance-usdm", "/market/ws", "btcusdt@trade", "btcusdt@aggTrade"),
        ("binance-usdm", "/public/ws", "btcusdt@aggTrade", "btcusdt@trade"),
        ("binance-usdm", "/ws", "btcusdt@aggTrade", "btcusdt@bookTicker"),
        ("binance", "/ws", "nopeusdt@aggTrade", "btcusdt@aggTrade"),
        ("binance", "/ws", "BTCUSDT@aggTrade", "btcusdt@aggTrade"),
    ],
)
def test_a_stream_of_another_route_or_name_is_acknowledged_and_stays_silent(
    exchange_client, venue, path, silent, delivered
):
    async def run():
        async with exchange_client() as client, client.stream(venue, path) as socket:
            answer = await _asked(socket, {"method": "SUBSCRIBE", "params": [silent, delivered], "id": 1})
            assert answer == {"result": None, "id": 1}
            await client.exchange.advance(5)
            await socket.send('{"method":"GET_PROPERTY","params":["combined"],"id":2}')
            kinds = set()
            while "id" not in (frame := json.loads(await socket.recv())):
                kinds.add(frame.get("e", "bookTicker"))
            assert kinds == {delivered.split("@")[1]}

    asyncio.run(run())


def test_an_unknown_path_is_refused_with_404(exchange_client):
    async def run():
        async with exchange_client() as client:
            with pytest.raises(InvalidStatus) as refused:
                async with client.stream("binance", "/market/stream?streams=btcusdt@aggTrade"):
                    pass
            assert refused.value.response.status_code == 404

    asyncio.run(run())


def test_too_many_messages_in_a_second_end_the_connection(exchange_client):
    async def run():
        async with exchange_client() as client, client.stream("binance", "/ws") as socket:
            for number in range(6):
                await socket.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": number}))
            await socket.wait_closed()
            assert (socket.close_code, socket.close_reason) == (1008, "Too many requests")

    asyncio.run(run())


@pytest.mark.parametrize(("market", "path"), [(SPOT, "/ws"), (BTC, "/public/ws")])
def test_single_trades_add_up_to_their_aggregate(exchange_client, market, path):
    async def run():
        address = (market.split(":")[0], f"{path}/btcusdt@trade")
        async with exchange_client(rate=150.0) as client, client.stream(*address) as socket:
            first = (await client.trades(market, limit=1))[0]["a"] + 1
            await client.exchange.advance(100)
            last = client.exchange.freeze()[market]
            aggregates = []
            while not aggregates or aggregates[-1]["a"] < last:
                aggregates += await client.trades(market, fromId=first + len(aggregates), limit=1000)
            sizes, outside = {}, []
            while aggregates[-1]["l"] not in sizes:
                frame = json.loads(await socket.recv())
                if frame.get("X") == "INSURANCE_FUND":
                    outside.append(frame["t"])
                else:
                    sizes[frame["t"]] = Decimal(frame["q"])
            for trade in aggregates:
                total = sum(sizes.pop(number) for number in range(trade["f"], trade["l"] + 1))
                assert total == Decimal(trade["q"])
            assert sizes == {}
            assert bool(outside) == (market == BTC)

    asyncio.run(run())


def test_a_streamed_kline_closes_with_the_numbers_of_rest(exchange_client):
    async def run():
        async with (
            exchange_client() as client,
            client.stream("binance-usdm", "/market/ws/btcusdt@kline_1m") as socket,
        ):
            await client.exchange.advance(120, step=0.25)
            closed = []
            while len(closed) < 2:
                kline = json.loads(await socket.recv())["k"]
                if kline["x"]:
                    closed.append(kline)
            rows = await client.klines(BTC, "1m", limit=3)
            for kline, row in zip(closed, rows, strict=False):
                assert [kline[key] for key in "tohlcvTqnVQ"] == row[:11]
                (first,) = await client.trades(BTC, startTime=kline["t"], limit=1)
                assert kline["f"] == first["f"]

    asyncio.run(run())


def test_spot_sends_microseconds_to_those_who_ask(exchange_client):
    async def run():
        path = "/stream?streams=btcusdt@aggTrade&timeUnit=MICROSECOND"
        async with exchange_client() as client, client.stream("binance", path) as socket:
            await client.exchange.advance(3)
            frame = json.loads(await socket.recv())
            assert frame["stream"] == "btcusdt@aggTrade"
            (trade,) = await client.trades(SPOT, fromId=frame["data"]["a"], limit=1)
            assert frame["data"]["T"] == trade["T"] * 1000

    asyncio.run(run())


def test_retail_improvement_is_in_q_and_not_in_nq_on_usdm(exchange_client):
    async def run():
        async with exchange_client() as client:
            trades = await client.trades(BTC, limit=1000)
            shares = {Decimal(trade["nq"]) / Decimal(trade["q"]) for trade in trades}
            assert 0 in shares
            assert 1 in shares
            assert all("nq" not in trade for trade in await client.trades(SPOT, limit=10))

    asyncio.run(run())
