"""Bybit and OKX as the demo exchange imitates them, read by cvdtui's own grammar over real sockets."""

import asyncio
import json
from decimal import Decimal

import pytest

from cvdtui.demo.assets import MOST, assets
from cvdtui.demo.assets import VENUES as DEMO_VENUES
from cvdtui.demo.dialect import Keys, Message
from cvdtui.demo.faults import _BREAKS, broken
from cvdtui.errors import WireError
from cvdtui.model import Liquidations, OpenInterest, Trades
from cvdtui.venues import VENUES, Ack, Pong, Refusal, Several

MARKETS = (
    *("bybit:BTCUSDT", "bybit-spot:ETHUSDT", "bybit-inverse:ETHUSD", "okx:BTC-USDT-SWAP", "okx:ETH-USDT"),
    "okx:XRP-USDT-SWAP",
)
LISTED = 32
"""So many markets have all of these among them."""


def grammar(exchange_client, market):
    name, symbol = market.split(":")
    urls = {
        "ws_url": exchange_client.exchange.ws_url(name),
        "rest_url": exchange_client.exchange.rest_url(name),
    }
    return VENUES[name]([], **urls, now=lambda: 1_800_000_000_000_000), symbol


async def described(exchange_client, market):
    """The venue's grammar with the market as the exchange itself describes it."""
    venue, symbol = grammar(exchange_client, market)
    found = []
    for request in venue.ask_markets([symbol]):
        answer = await exchange_client.http.get(request.url)
        assert answer.status_code == 200
        found += venue.read_markets(answer.content, [symbol])
    (one,) = found
    venue.learn(one)
    return venue, symbol


async def replies(socket, venue, frames):
    """Sends requests; every event up to the last one's answer."""
    for frame in frames:
        await socket.send(frame)
    return [venue.decode(await socket.recv()) for _ in frames]


def connect(exchange_client, venue):
    name = venue.name
    return exchange_client.stream(
        name, venue.socket_url().removeprefix(exchange_client.exchange.ws_url(name))
    )


def parts(event):
    return event.events if isinstance(event, Several) else (event,)


async def listen(socket, venue, last_id):
    """Every event until the trade that ends with an id."""
    events = []
    while True:
        for part in parts(venue.decode(await socket.recv())):
            events.append(part)
            if isinstance(part, Trades) and part.trades:
                newest = part.trades[-1]
                if newest.id + newest.count - 1 == last_id:
                    return events


def trades_of(events):
    return [trade for event in events if isinstance(event, Trades) for trade in event.trades]


def delta(trades, venue, symbol):
    decimals = venue.market(symbol).size_decimals
    return Decimal(sum(trade.side * trade.size for trade in trades)).scaleb(-decimals)


@pytest.mark.parametrize("market", MARKETS)
def test_streamed_trades_add_up_to_the_ledger(exchange_client, market):
    async def run():
        async with exchange_client(markets=LISTED, rate=400.0) as client:
            venue, symbol = await described(client, market)
            async with connect(client, venue) as socket:
                for frame in venue.subscribe([symbol]):
                    await socket.send(frame)
                assert any(isinstance(part, Ack) for part in parts(venue.decode(await socket.recv())))
                await client.exchange.advance(20)
                last = client.exchange.freeze()[market]
                trades = {one.id: one for one in trades_of(await listen(socket, venue, last))}
                truth = client.exchange.truth(market)
                assert len(trades) == truth["trades"] > 50
                assert delta(trades.values(), venue, symbol) == truth["cvd"]["live"]

    asyncio.run(run())


@pytest.mark.parametrize("market", MARKETS)
def test_rest_gives_the_trades_of_the_stream(exchange_client, market):
    async def run():
        async with exchange_client(markets=LISTED, rate=400.0) as client:
            venue, symbol = await described(client, market)
            await client.exchange.advance(30)
            last = client.exchange.freeze()[market]
            answer = await client.http.get(venue.ask_trades(symbol, limit=60).url)
            page = venue.read_trades(answer.content, symbol)
            assert (len(page.batch.trades), page.refused) == (60, ())
            assert page.batch.trades[-1].id == last
            if venue.id_rule == "contiguous":
                older = venue.ask_trades(symbol, from_id=last - 90, limit=80).url
                ids = [
                    one.id
                    for one in venue.read_trades((await client.http.get(older)).content, symbol).batch.trades
                ]
                assert ids == list(range(last - 90, last - 10))
            clock = venue.read_time((await client.http.get(venue.ask_time().url)).content)
            assert abs(clock - page.batch.trades[-1].time_us) < 60_000_000

    asyncio.run(run())


def test_okx_single_fills_add_up_to_the_trades_that_stand_for_them(exchange_client):
    async def run():
        async with exchange_client(markets=LISTED, rate=400.0) as client:
            venue, symbol = await described(client, "okx:BTC-USDT-SWAP")
            async with connect(client, venue) as socket:
                await replies(socket, venue, venue.subscribe([symbol]))
                await client.exchange.advance(20)
                last = client.exchange.freeze()["okx:BTC-USDT-SWAP"]
                found = [one for one in trades_of(await listen(socket, venue, last)) if last - one.id < 95]
            answer = await client.http.get(venue.ask_trades(symbol, limit=100).url)
            fills = {one.id: one for one in venue.read_trades(answer.content, symbol).batch.trades}
            assert any(one.count > 1 for one in found)
            for one in found:
                assert one.size == sum(fills[number].size for number in range(one.id, one.id + one.count))
            assert [one.id + one.count for one in found[:-1]] == [one.id for one in found[1:]]

    asyncio.run(run())


@pytest.mark.parametrize("market", ["bybit:BTCUSDT", "bybit-inverse:BTCUSD", "okx:BTC-USDT-SWAP"])
def test_derivatives_report_open_interest_and_forced_orders(exchange_client, market):
    async def run():
        async with exchange_client(markets=LISTED, rate=2000.0) as client:
            venue, symbol = await described(client, market)
            async with connect(client, venue) as socket:
                for frame in venue.subscribe([symbol]):
                    await socket.send(frame)
                venue.decode(await socket.recv())
                await client.exchange.advance(40)
                events = await listen(socket, venue, client.exchange.freeze()[market])
            samples = [one for one in events if isinstance(one, OpenInterest)]
            assert len(samples) > 5
            assert all(one.size > 0 for one in samples)
            forced = [one for event in events if isinstance(event, Liquidations) for one in event.events]
            trades = {(one.time_us, one.price, one.size, one.side) for one in trades_of(events)}
            assert forced
            assert {(one.time_us, one.price, one.size, one.side) for one in forced} <= trades

    asyncio.run(run())


def test_block_trades_come_on_bybit_and_are_counted_apart(exchange_client):
    async def run():
        async with exchange_client(markets=LISTED, rate=1500.0) as client:
            venue, symbol = await described(client, "bybit:BTCUSDT")
            async with connect(client, venue) as socket:
                await replies(socket, venue, venue.subscribe([symbol]))
                await client.exchange.advance(40)
                events = await listen(socket, venue, client.exchange.freeze()["bybit:BTCUSDT"])
                assert sum(one.excluded for one in events if isinstance(one, Trades)) > 0

    asyncio.run(run())


@pytest.mark.parametrize("market", MARKETS)
def test_heartbeats_are_answered_and_unknown_markets_refused(exchange_client, market):
    async def run():
        async with exchange_client(markets=LISTED) as client:
            venue, symbol = await described(client, market)
            async with connect(client, venue) as socket:
                assert isinstance((await replies(socket, venue, [venue.heartbeat()]))[0], Pong)
                (frame,) = venue.subscribe([symbol.replace("USD", "NOP")])
                refusal = venue.decode(await (await sent(socket, frame)).recv())
                assert isinstance(refusal, Refusal), refusal
                await socket.send("{not json")
                await socket.send(venue.heartbeat())
                while not isinstance(venue.decode(await socket.recv()), Pong):
                    pass  # the connection lives

    asyncio.run(run())


async def sent(socket, frame):
    await socket.send(frame)
    return socket


@pytest.mark.parametrize("market", MARKETS)
def test_requests_that_make_no_sense_are_refused_in_the_venues_words(exchange_client, market):
    async def run():
        async with exchange_client(markets=LISTED) as client:
            venue, symbol = await described(client, market)
            wrong = venue.ask_trades(symbol.replace("USD", "NOP"), limit=5).url
            code, text = venue.read_failure((await client.http.get(wrong)).content)
            assert code > 0
            assert text
            client.exchange.fail_requests(1, status=429, retry_after=3)
            answer = await client.http.get(venue.ask_time().url)
            assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
            assert venue.read_failure(answer.content)[0] in venue.limits.busy_codes
            missing = await client.http.get(client.exchange.rest_url(venue.name) + "/nothing")
            assert missing.status_code == 404

    asyncio.run(run())


def test_a_loss_that_no_client_could_see_does_not_happen_on_a_living_connection(exchange_client):
    async def run():
        async with exchange_client(markets=LISTED, rate=400.0, faults=["skip", "stall", "dup"]) as client:
            venue, symbol = await described(client, "bybit:BTCUSDT")
            async with connect(client, venue) as socket:
                await replies(socket, venue, venue.subscribe([symbol]))
                await client.exchange.advance(60)
                last = client.exchange.freeze()["bybit:BTCUSDT"]
                trades = trades_of(await listen(socket, venue, last))
                once = {one.id: one for one in trades}
                assert len(once) < len(trades)
                assert (
                    delta(once.values(), venue, symbol)
                    == client.exchange.truth("bybit:BTCUSDT")["cvd"]["live"]
                )

    asyncio.run(run())


BYBIT_FRAME = (
    '{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1790000000001,"data":[{"T":1790000000000,"s":"BTCUSDT",'
    '"S":"Buy","v":"0.5","p":"61800.3","i":"00000000-0000-0000-0000-00000000000a","BT":false,"seq":7}]}'
)
OKX_FRAME = (
    '{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"8","px":"61800.3",'
    '"sz":"0.5","side":"buy","ts":"1790000000000","count":"2","source":"0","seqId":1}]}'
)


@pytest.mark.parametrize("way", range(len(_BREAKS)))
@pytest.mark.parametrize(
    ("name", "symbol", "body", "keys"),
    [
        ("bybit", "BTCUSDT", BYBIT_FRAME, Keys("p", "v", "T", "S", "s")),
        ("okx", "BTC-USDT", OKX_FRAME, Keys("px", "sz", "ts", "side", "instId")),
    ],
)
def test_no_way_of_breaking_a_frame_leaves_a_trade_in_it(name, symbol, body, keys, way):
    venue = VENUES[name]([symbol])
    assert trades_of(parts(venue.decode(body)))
    try:
        event = venue.decode(broken(Message("x", body, 7, keys=keys), way).body)
    except WireError:
        return
    assert not trades_of(parts(event))


@pytest.mark.parametrize("name", DEMO_VENUES)
def test_every_frame_with_a_trade_of_every_venue_can_be_broken_in_every_way(exchange_client, name):
    async def run():
        async with exchange_client(markets=LISTED, rate=600.0) as client:
            dialect = client.exchange._listeners[name].dialect
            topics = {topic for symbol in dialect.tapes for topic in topics_of(name, symbol)}
            found = [
                message
                for topic in topics
                for message in dialect.recent(topic, 40, client.exchange.pump())
                if message.trade is not None
            ]
            assert len(found) >= 40
            for message in found:
                for way in range(len(_BREAKS)):
                    body = broken(message, way).body
                    assert body != message.body
                    assert broken(message, way).trade is None

    asyncio.run(run())


def topics_of(name, symbol):
    """What a dialect calls a market's trades."""
    if name.startswith("binance"):
        return {f"{symbol.lower()}@aggTrade", f"{symbol.lower()}@trade"}
    return {f"trades:{symbol}"} if name == "okx" else {f"publicTrade.{symbol}"}


def test_markets_of_one_asset_move_together(exchange_client):
    async def run():
        async with exchange_client(markets=LISTED, rate=600.0) as client:
            tapes = client.exchange._tapes.by_name
            await client.exchange.advance(1)
            names = [
                "binance-usdm:BTCUSDT",
                "binance:BTCUSDT",
                "bybit:BTCUSDT",
                "okx:BTC-USDT-SWAP",
                "bybit-inverse:BTCUSD",
                "okx:BTC-USDT",
            ]
            prices = []
            for name in names:
                tape = tapes[name]
                last = int(tape.history.ticks(tape.position - 1, tape.position).price[0])
                prices.append(last / 10**tape.listing.market.price_decimals)
            assert max(prices) / min(prices) < 1.001
            deltas = {}
            for name in names[:5]:
                bars = tapes[name].history.bars(
                    300, tapes[name].history.first_us, 200, tapes[name].position, 10**18
                )
                deltas[name] = (2 * bars.buy - bars.volume).astype(float)
            first, *others = deltas.values()
            for other in others:
                both = (first - first.mean()) * (other - other.mean())
                assert both.mean() / (first.std() * other.std()) > 0.5

    asyncio.run(run())


def test_the_first_markets_are_binances_and_four_venues_come_by_default():
    def names(count):
        return [listing.market.name for asset in assets(count) for listing in asset.listings]

    assert all(name.startswith("binance") for name in names(12))
    assert {name.split(":")[0] for name in names(16)} == {"binance", "binance-usdm", "bybit", "okx"}
    assert set(names(12)) < set(names(16)) < set(names(20)) < set(names(32)) < set(names(MOST))
    assert {name.split(":")[0] for name in names(60)} == {
        *("binance", "binance-usdm", "bybit", "bybit-spot", "bybit-inverse", "okx")
    }
    assert json.dumps(names(20)).count("bybit-spot") == 2
