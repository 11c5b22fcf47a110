import asyncio
import json
from decimal import Decimal

import pytest

from cvdtui.demo.exchange import ManualClock

BTC = "binance-usdm:BTCUSDT"
SPOT = "binance:BTCUSDT"
MIDNIGHT_MS = 1_794_960_000_000


def _signed(trade) -> Decimal:
    return -Decimal(trade["q"]) if trade["m"] else Decimal(trade["q"])


@pytest.mark.parametrize("market", [BTC, SPOT])
def test_the_truth_up_to_a_trade_is_history_by_klines_plus_trades_by_id(exchange_client, market):
    async def run():
        async with exchange_client(rate=20.0) as client:
            begun = (await client.trades(market, limit=1))[0]["a"]
            await client.exchange.advance(30)
            trades = await client.trades(market, fromId=begun + 1, limit=1000)
            upto = trades[len(trades) // 2]
            truth = client.exchange.truth(market, upto["a"])
            mine = trades[: len(trades) // 2 + 1]
            assert truth["cvd"]["live"] == sum(map(_signed, mine))
            assert (truth["first_id"], truth["trades"]) == (begun + 1, len(mine))
            minute = upto["T"] // 60_000 * 60_000
            rows = await client.klines(market, "1m", startTime=MIDNIGHT_MS, endTime=minute - 1, limit=1000)
            before = sum(2 * Decimal(row[9]) - Decimal(row[5]) for row in rows)
            inside = await client.trades(market, startTime=minute, endTime=upto["T"], limit=1000)
            assert truth["cvd"]["start"] == truth["cvd"]["session"]
            assert truth["buy"] - truth["sell"] == truth["cvd"]["start"]
            traded = [Decimal(row[5]) for row in rows] + [
                Decimal(t["q"]) for t in inside if t["a"] <= upto["a"]
            ]
            assert truth["buy"] + truth["sell"] == sum(traded)
            assert truth["cvd"]["session"] == before + sum(_signed(t) for t in inside if t["a"] <= upto["a"])
            monday = MIDNIGHT_MS - 2 * 86_400_000
            rows = await client.klines(market, "1d", startTime=monday, endTime=MIDNIGHT_MS - 1)
            earlier = sum(2 * Decimal(row[9]) - Decimal(row[5]) for row in rows)
            assert len(rows) == 2
            assert truth["cvd"]["week"] == truth["cvd"]["session"] + earlier

    asyncio.run(run())


def test_the_ledger_file_agrees_with_itself_and_with_the_exchange(exchange_client, tmp_path):
    async def run():
        file = tmp_path / "truth.json"
        async with exchange_client(ledger=file, faults=["skip", "dup"]) as client:
            assert json.loads(file.read_text())["markets"][BTC]["trades"] == 0
            await client.exchange.advance(130)
            client.exchange.write_ledger(file)
            first = json.loads(file.read_text())
            truth = client.exchange.truth(BTC)
            await client.exchange.advance(7)
        second = json.loads(file.read_text())
        assert first["time_us"] < second["time_us"]
        for books in second["markets"].values():
            bars, tape = books["bars"], books["tape"]
            assert bars[0]["time_us"] == MIDNIGHT_MS * 1000
            assert sum(Decimal(bar["delta"]) for bar in bars) == Decimal(books["cvd"]["session"])
            signs = {"buy": 1, "sell": -1}
            assert sum(Decimal(size) * signs[side] for *_, size, side in tape) == Decimal(
                books["cvd"]["live"]
            )
            assert [row[0] for row in tape] == list(range(books["first_id"], books["last_id"] + 1))
            assert (tape[0][1], tape[-1][1]) == (books["first_time_us"], books["last_time_us"])
            assert [x["last_id"] + 1 for x in bars[:-1]] == [x["first_id"] for x in bars[1:]]
            assert len({bar["time_us"] for bar in bars}) == len(bars)
        assert Decimal(first["markets"][BTC]["cvd"]["live"]) == truth["cvd"]["live"]
        assert list(tmp_path.iterdir()) == [file]

    asyncio.run(run())


def test_numbers_in_the_ledger_are_plain_decimals(exchange_client, tmp_path):
    async def run():
        file = tmp_path / "truth.json"
        async with exchange_client(markets=12, rate=200.0) as client:
            await client.exchange.advance(5)
            client.exchange.write_ledger(file, full=True)
        for books in json.loads(file.read_text())["markets"].values():
            texts = [*books["cvd"].values(), books["buy"], books["sell"]]
            texts += [bar[key] for bar in books["bars"] for key in ("open", "close", "buy", "delta")]
            texts += [row[2] for row in books["tape"]]
            for text in texts:
                assert "E" not in text
                assert text == "0" or text.lstrip("-").strip("0") != ""
                assert not ("." in text and text.endswith(("0", ".")))

    asyncio.run(run())


def test_ids_that_have_not_happened_have_no_truth(exchange_client):
    async def run():
        async with exchange_client() as client:
            newest = client.exchange.truth(BTC)["last_id"]
            with pytest.raises(ValueError, match=f"{BTC}: .*{newest} have happened"):
                client.exchange.truth(BTC, newest + 1)
            with pytest.raises(KeyError):
                client.exchange.truth("binance:NOPE")

    asyncio.run(run())


def test_frozen_the_exchange_stands_still_and_sends_every_subscriber_its_last_trade(exchange_client):
    async def run():
        async with (
            exchange_client() as client,
            client.stream("binance", "/ws/btcusdt@aggTrade/ethusdt@aggTrade") as socket,
        ):
            client.exchange.skip(SPOT, 10_000)
            await client.exchange.advance(10)
            last = client.exchange.freeze()
            await client.exchange.advance(10)
            assert client.exchange.freeze() == last
            assert (
                (await client.trades(SPOT, limit=1))[0]["a"]
                == last[SPOT]
                == client.exchange.truth(SPOT)["last_id"]
            )
            await client.read_to(socket, last[SPOT])
            async with client.stream("binance", "/ws/btcusdt@aggTrade") as late:
                assert json.loads(await late.recv())["a"] == last[SPOT]

    asyncio.run(run())


def test_at_midnight_the_session_begins_anew_and_start_goes_on(exchange_client):
    async def run():
        late = ManualClock((MIDNIGHT_MS + 86_400_000) * 1000 - 5_000_000)
        async with exchange_client(clock=late) as client:
            before = client.exchange.truth(BTC)
            assert before["cvd"]["session"] == before["cvd"]["start"]
            await client.exchange.advance(10)
            after = client.exchange.truth(BTC)
            today = await client.trades(BTC, startTime=MIDNIGHT_MS + 86_400_000, limit=1000)
            assert after["cvd"]["session"] == sum(map(_signed, today))
            assert after["cvd"]["start"] - before["cvd"]["start"] == after["cvd"]["live"]
            assert after["cvd"]["week"] - before["cvd"]["week"] == after["cvd"]["live"]

    asyncio.run(run())
