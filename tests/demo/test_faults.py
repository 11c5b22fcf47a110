import asyncio
import json
import time
from contextlib import suppress
from decimal import Decimal

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cvdtui.demo.dialect import Message
from cvdtui.demo.faults import _BREAKS, KNOWN, Faults, broken
from cvdtui.errors import UsageError

BTC = "binance-usdm:BTCUSDT"
STREAM = "/market/stream?streams=btcusdt@aggTrade"


async def _ids(client, socket, seconds=60):
    """Ids as they arrived in that time, and those that really traded."""
    first = (await client.trades(BTC, limit=1))[0]["a"] + 1
    await client.exchange.advance(seconds)
    last = client.exchange.freeze()[BTC]
    frames = await client.read_to(socket, last)
    return [frame["a"] for frame in frames if "a" in frame], range(first, last + 1)


def test_without_faults_nothing_is_missing_or_sent_twice(exchange_client):
    async def run():
        async with exchange_client() as client, client.stream("binance-usdm", STREAM) as socket:
            seen, traded = await _ids(client, socket)
            assert seen == list(traded)

    asyncio.run(run())


def test_skip_leaves_out_frames_that_rest_and_ledger_have(exchange_client):
    async def run():
        async with (
            exchange_client(faults=["skip"]) as client,
            client.stream("binance-usdm", STREAM) as socket,
        ):
            seen, traded = await _ids(client, socket)
            missing = set(traded) - set(seen)
            assert 0 < len(missing) < len(traded) // 10
            assert len(missing) <= client.exchange.faults.skipped[BTC]
            for trade_id in missing:
                assert (await client.trades(BTC, fromId=trade_id, limit=1))[0]["a"] == trade_id
            assert client.exchange.truth(BTC)["trades"] == len(traded)

    asyncio.run(run())


def test_dup_repeats_frames_and_loses_none(exchange_client):
    async def run():
        async with exchange_client(faults=["dup"]) as client, client.stream("binance-usdm", STREAM) as socket:
            seen, traded = await _ids(client, socket)
            assert sorted(set(seen)) == list(traded)
            assert len(seen) == len(traded) + client.exchange.faults.repeated[BTC]
            assert client.exchange.faults.repeated[BTC] > 3

    asyncio.run(run())


def test_malformed_frames_come_in_addition_to_the_true_ones(exchange_client):
    async def run():
        async with (
            exchange_client(faults=["malformed"], rate=200.0) as client,
            client.stream("binance-usdm", STREAM) as socket,
        ):
            first = (await client.trades(BTC, limit=1))[0]["a"] + 1
            await client.exchange.advance(60)
            frames = await client.read_to(socket, client.exchange.freeze()[BTC])
            assert client.exchange.faults.malformed > 5
            good = {}
            for frame in frames:
                if _is_sound(frame):
                    good.setdefault(frame["a"], frame["q"])
            expected = await client.trades(BTC, fromId=first, limit=1000)
            assert [(t["a"], t["q"]) for t in expected] == list(good.items())[:1000]

    asyncio.run(run())


def _is_sound(frame) -> bool:
    try:
        sizes = (Decimal(frame["p"]), Decimal(frame["q"]))
        return (
            frame["s"] == "BTCUSDT"
            and isinstance(frame["m"], bool)
            and isinstance(frame["T"], int)
            and frame["T"] > 0
            and all(size.is_finite() and 0 < size < Decimal("1e12") for size in sizes)
        )
    except (KeyError, TypeError, ArithmeticError):
        return False


@pytest.mark.parametrize("way", range(len(_BREAKS)))
@pytest.mark.parametrize(
    "body",
    [
        '{"e":"aggTrade","E":5,"s":"BTCUSDT","a":7,"p":"1.0","q":"2.0","f":1,"l":2,"T":5,"m":true,"M":true}',
        '{"e":"trade","E":5,"T":5,"s":"BTCUSDT","t":7,"p":"1.0","q":"2.0","X":"MARKET","m":true}',
    ],
)
def test_every_way_of_breaking_a_frame_makes_it_unusable(way, body):
    frame = broken(Message("btcusdt@aggTrade", body, 7, BTC), way).body
    assert _is_sound(json.loads(body))
    try:
        parsed = json.loads(frame)
    except ValueError:
        return
    assert not _is_sound(parsed)


def test_drop_cuts_connections_and_trades_go_on(exchange_client):
    async def run():
        async with exchange_client(faults=["drop"]) as client:
            first = (await client.trades(BTC, limit=1))[0]["a"]
            async with client.stream("binance-usdm", STREAM) as socket:
                while client.exchange.clients():
                    await client.exchange.advance(1)
                await socket.wait_closed()
                assert socket.close_code == 1006  # no closing handshake
            await client.exchange.advance(5)
            async with client.stream("binance-usdm", STREAM):
                assert (await client.trades(BTC, limit=1))[0]["a"] > first

    asyncio.run(run())


def test_stall_keeps_the_connection_and_loses_its_data(exchange_client):
    async def run():
        async with exchange_client() as client, client.stream("binance-usdm", STREAM) as socket:
            await client.exchange.advance(5)
            before = (await client.trades(BTC, limit=1))[0]["a"]
            client.exchange.stall(10)
            await client.exchange.advance(9.9)
            await (await socket.ping())
            during = (await client.trades(BTC, limit=1))[0]["a"]
            await client.exchange.advance(5)
            seen = [frame["a"] for frame in await client.read_to(socket, client.exchange.freeze()[BTC])]
            assert during > before + 5
            assert not set(seen) & set(range(before + 1, during + 1))
            assert before in seen

    asyncio.run(run())


def test_stall_and_slow_happen_by_themselves_when_asked_for(exchange_client):
    async def run(fault):
        async with exchange_client(faults=[fault]) as client, client.stream("binance-usdm", STREAM) as socket:
            seen, traded = await _ids(client, socket, seconds=240)
            if fault == "stall":
                assert set(traded) - set(seen)
            else:
                assert sorted(set(seen)) == list(traded)

    asyncio.run(run("stall"))
    asyncio.run(run("slow"))


def test_held_data_arrives_late_in_order_and_complete(exchange_client):
    async def run():
        async with exchange_client() as client, client.stream("binance-usdm", STREAM) as socket:
            first = (await client.trades(BTC, limit=1))[0]["a"] + 1
            client.exchange.hold(4)
            await client.exchange.advance(3.9)
            await (await socket.ping())  # everything written before the pong has been read by now
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await socket.recv()
            await client.exchange.advance(1)
            last = client.exchange.freeze()[BTC]
            seen = [frame["a"] for frame in await client.read_to(socket, last)]
            assert seen == list(range(first, last + 1))

    asyncio.run(run())


def test_429_answers_carry_retry_after_and_end(exchange_client):
    async def run():
        async with exchange_client(faults=["429"]) as client:
            waits = set()
            answers = 0
            for _ in range(60):
                answer = await client.get("binance-usdm", "/fapi/v1/ping")
                if answer.status_code == 429:
                    waits.add(int(answer.headers["Retry-After"]))
                    await client.exchange.advance(int(answer.headers["Retry-After"]))
                else:
                    answers += answer.status_code == 200
            assert waits <= {1, 2}
            assert waits
            assert answers > 30

    asyncio.run(run())


def test_the_next_requests_can_be_made_to_fail_or_to_take_long(exchange_client):
    async def run():
        async with exchange_client() as client:
            client.exchange.fail_requests(2, status=418, retry_after=9)
            client.exchange.fail_requests(1, status=0, delay_s=0.05)
            answers = [await client.get("binance", "/api/v3/ping") for _ in range(2)]
            assert [(a.status_code, a.headers["Retry-After"]) for a in answers] == [(418, "9")] * 2
            begin = time.monotonic()
            assert (await client.get("binance", "/api/v3/ping")).status_code == 200
            assert time.monotonic() - begin >= 0.05

    asyncio.run(run())


@pytest.mark.parametrize("status", [403, 451])
def test_refused_means_every_connect_and_request_of_that_venue(exchange_client, status):
    async def run():
        async with exchange_client() as client:
            client.exchange.refuse(status, "binance-usdm")
            with pytest.raises(InvalidStatus) as refused:
                async with client.stream("binance-usdm", STREAM):
                    pass
            assert refused.value.response.status_code == status
            assert (await client.get("binance-usdm", "/fapi/v1/ping")).status_code == status
            assert (await client.get("binance", "/api/v3/ping")).status_code == 200
            client.exchange.refuse(None, "binance-usdm")
            async with client.stream("binance-usdm", STREAM):
                assert client.exchange.clients("binance-usdm") == 1

    asyncio.run(run())


def test_skip_and_repeat_hit_exactly_the_next_trades(exchange_client):
    async def run():
        async with exchange_client() as client, client.stream("binance-usdm", STREAM) as socket:
            first, last = client.exchange.skip(BTC, 3)
            client.exchange.faults.repeat_ids[BTC] = [(last + 1, last + 2)]
            seen, traded = await _ids(client, socket)
            assert traded[0] == first
            assert seen == [last + 1, last + 1, last + 2, last + 2, *range(last + 3, traded[-1] + 1)]

    asyncio.run(run())


def test_a_silenced_market_sends_nothing_while_the_others_do(exchange_client):
    async def run():
        path = f"{STREAM}/ethusdt@aggTrade"
        async with exchange_client() as client, client.stream("binance-usdm", path) as socket:
            client.exchange.silence(BTC)
            await client.exchange.advance(10)
            client.exchange.silence(BTC, on=False)
            frames = await client.read_to(socket, client.exchange.freeze()["binance-usdm:ETHUSDT"])
            assert {frame["s"] for frame in frames[:-1]} <= {"ETHUSDT", "BTCUSDT"}
            assert sum(frame["s"] == "BTCUSDT" for frame in frames) <= 1
            assert (await client.trades(BTC, limit=1))[0]["T"] > frames[0]["T"]

    asyncio.run(run())


def test_old_trades_can_open_a_subscription(exchange_client):
    async def run():
        async with exchange_client() as client:
            client.exchange.replay_on_subscribe(5)
            old = await client.trades(BTC, limit=5)
            async with client.stream("binance-usdm", STREAM) as socket:
                frames = await client.read_to(socket, old[-1]["a"])
                assert [frame["a"] for frame in frames] == [trade["a"] for trade in old]

    asyncio.run(run())


def test_any_frame_can_be_slipped_in(exchange_client):
    async def run():
        async with (
            exchange_client() as client,
            client.stream("binance-usdm", "/market/ws/btcusdt@aggTrade") as socket,
        ):
            client.exchange.send_extra("btcusdt@aggTrade", '{"e":"news"}')
            await client.exchange.advance(3)
            assert json.loads(await socket.recv()) == {"e": "news"}
            assert json.loads(await socket.recv())["e"] == "aggTrade"

    asyncio.run(run())


def test_an_unknown_fault_is_named_together_with_those_that_exist():
    with pytest.raises(UsageError, match=r"'drpo' given.*drop, dup, skip, stall, malformed, slow, 429"):
        Faults(["drop", "drpo"])
    assert Faults(KNOWN).names == set(KNOWN)


def test_a_client_that_sorts_and_asks_again_ends_with_the_truth_whatever_goes_wrong(exchange_client):
    async def run():
        async with exchange_client(
            faults=[name for name in KNOWN if name not in ("slow", "429")], rate=80.0
        ) as client:
            first = (await client.trades(BTC, limit=1))[0]["a"] + 1
            seen: dict[int, Decimal] = {}

            async def follow():
                while True:
                    with suppress(ConnectionClosed):
                        async with client.stream("binance-usdm", STREAM) as socket:
                            async for text in socket:
                                _keep(seen, text)

            follower = asyncio.create_task(follow())
            for _ in range(60):
                await client.exchange.advance(2)
            last = client.exchange.freeze()[BTC]
            async with asyncio.timeout(20):
                while last not in seen:
                    await client.get("binance-usdm", "/fapi/v1/ping")  # gives the follower its turn
            follower.cancel()
            missing = [trade_id for trade_id in range(first, last + 1) if trade_id not in seen]
            assert missing
            while missing:
                for trade in await client.trades(BTC, fromId=missing[0], limit=1000):
                    seen.setdefault(trade["a"], _signed(trade))
                missing = [trade_id for trade_id in missing if trade_id not in seen]
            total = sum(size for trade_id, size in seen.items() if first <= trade_id <= last)
            assert total == client.exchange.truth(BTC)["cvd"]["live"]

    asyncio.run(run())


def _keep(seen, text):
    try:
        frame = json.loads(text)["data"]
    except (ValueError, TypeError):
        return
    if _is_sound(frame):
        seen.setdefault(frame["a"], _signed(frame))


def _signed(trade) -> Decimal:
    return -Decimal(trade["q"]) if trade["m"] else Decimal(trade["q"])
