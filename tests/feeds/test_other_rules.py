"""Ids that show no hole or stand for several, short budgets: real sockets, small exchanges on loopback."""

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import serve

from cvdtui.board.board import Board
from cvdtui.engine.flow import Flow
from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.rest import Rest
from cvdtui.feeds.venue_feed import LiveFeed
from cvdtui.venues import VENUES
from cvdtui.venues.lookup import market_named
from tests.feeds.loopback import response
from tests.feeds.running import QUICK
from tests.feeds.sink import Kept

T = 1_790_000_400_000
BYBIT, OKX, USDM = "bybit:BTCUSDT", "okx:BTC-USDT", "binance-usdm:BTCUSDT"


class Host:
    """One exchange: what it answers a REST path with is a function of the query."""

    def __init__(self, answer):
        self.answer = answer
        self.sockets = []
        self.asked = []
        self.received = []
        self.gate = None
        self.changed = asyncio.Event()

    async def handle(self, ws):
        self.sockets.append(ws)
        async for text in ws:
            self.received.append(text)
            for reply in self.reply(json.loads(text)):
                await ws.send(json.dumps(reply))
            self.changed.set()

    def reply(self, asked):
        if "req_id" in asked:
            return [{"success": True, "ret_msg": "", "req_id": asked["req_id"], "op": asked["op"]}]
        if "args" in asked:
            return [{"event": "subscribe", "arg": argument} for argument in asked["args"]]
        return [{"result": None, "id": asked["id"]}]

    async def rest(self, _, request):
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return None
        split = urlsplit(request.path)
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        path = split.path.rpartition("/")[2]
        self.asked.append((path, query))
        self.changed.set()
        if self.gate is not None and path in ("recent-trade", "history-trades"):
            await self.gate.wait()
        body = self.answer(path, query)
        return response(500, {}, {}) if body is None else response(200, {}, body)

    async def until(self, condition, seconds=10.0):
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def send(self, frame):
        await self.sockets[-1].send(json.dumps(frame))


class Watched(Board):
    """The real board; `until` waits for a number of trades."""

    def __init__(self, market):
        super().__init__(Flow, live=True)
        self.add(market_named(market))
        self.name = market
        self.changed = asyncio.Event()

    def on_trades(self, batch):
        missing = super().on_trades(batch)
        self.changed.set()
        return missing

    def expect(self, market, next_id):
        missing = super().expect(market, next_id)
        self.changed.set()
        return missing

    @property
    def state(self):
        self.states[self.name].flow.settle()
        return self.states[self.name]

    async def until(self, trades):
        async with asyncio.timeout(10):
            while self.state.flow.trades != trades:
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def feeding(market, answer, sink=None, gate=None, **options):
    venue, symbol = market.split(":")
    host, sink = Host(answer), sink or Kept()
    host.gate = gate
    async with serve(host.handle, "127.0.0.1", 0, process_request=host.rest, ping_interval=None) as server:
        at = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        feed = LiveFeed(
            venue,
            [symbol],
            sink,
            now=lambda: T * 1000,
            anchors=lambda _, now_us: (now_us, now_us),
            ws_url=f"ws://{at}",
            rest_url=f"http://{at}",
            options=FeedOptions(
                **{**QUICK, "open_interest_s": 0, "stall_s": 5.0, "budget_share": 1.0, **options}
            ),
        )
        task = asyncio.create_task(feed.run())
        try:
            await host.until(lambda: host.sockets)
            host.feed = feed
            yield host, sink
            if task.done():
                task.result()
        finally:
            if gate is not None:
                gate.set()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


# --- Bybit: ids in no order


def row(number, time_ms):
    return {
        "execId": str(number),
        "symbol": "BTCUSDT",
        "price": "64000",
        "size": "1",
        "side": "Buy",
        "time": str(time_ms),
        "isBlockTrade": False,
    }


def fill(number, time_ms):
    data = {"T": time_ms, "s": "BTCUSDT", "S": "Buy", "v": "1", "p": "64000", "i": str(number), "BT": False}
    return {"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": time_ms, "data": [data]}


def bybit(page):
    """REST whose newest trades are `page` (a list that the test may change), newest first."""

    def answer(path, _):
        if path == "recent-trade":
            return {"retCode": 0, "retMsg": "OK", "result": {"list": [row(*one) for one in reversed(page)]}}
        if path == "instruments-info":
            steps = {"priceFilter": {"tickSize": "0.1"}, "lotSizeFilter": {"qtyStep": "0.001"}}
            one = {"symbol": "BTCUSDT", "status": "Trading", "baseCoin": "BTC", "quoteCoin": "USDT", **steps}
            return {"retCode": 0, "result": {"list": [one]}}
        return None

    return answer


def test_it_begins_with_the_newest_page_and_the_stream_follows_in_order_of_time():
    async def go():
        gate = asyncio.Event()
        page = [(1, T), (2, T + 10), (3, T + 20)]
        async with feeding(BYBIT, bybit(page), gate=gate) as (host, sink):
            await host.until(lambda: any(path == "recent-trade" for path, _ in host.asked))
            await host.send(fill(3, T + 20))
            await host.send(fill(4, T + 30))
            gate.set()
            await sink.until(lambda: len(sink.ids(BYBIT)) == 4)
            assert sink.ids(BYBIT) == [1, 2, 3, 4]
            assert not sink.outages

    asyncio.run(go())


def test_a_drop_is_bridged_by_the_newest_page_once_and_in_order():
    async def go():
        page = [(1, T)]
        async with feeding(BYBIT, bybit(page)) as (host, sink):
            await sink.until(lambda: sink.ids(BYBIT) == [1])
            await host.send(fill(2, T + 10))
            await sink.until(lambda: sink.ids(BYBIT) == [1, 2])
            page += [(2, T + 10), (3, T + 20), (4, T + 20)]
            await host.sockets[0].close(1012, "restart")
            await sink.until(lambda: sink.ids(BYBIT) == [1, 2, 3, 4])
            await host.send(fill(4, T + 20))
            await host.send(fill(5, T + 40))
            await sink.until(lambda: 5 in sink.ids(BYBIT))
            assert sink.ids(BYBIT) == [1, 2, 3, 4, 5]
            assert not sink.outages

    asyncio.run(go())


def test_what_the_newest_page_does_not_reach_back_to_is_lost_by_its_time():
    async def go():
        page = [(1, T)]
        async with feeding(BYBIT, bybit(page)) as (host, sink):
            await sink.until(lambda: sink.ids(BYBIT) == [1])
            page[:] = [(10_000 + number, T + 5_000 + number) for number in range(1000)]
            await host.sockets[0].close(1012, "restart")
            await sink.until(lambda: len(sink.ids(BYBIT)) == 1001)
            (span,) = sink.outages
            assert (span.from_time_us, span.to_time_us) == (T * 1000, (T + 5_000) * 1000)

    asyncio.run(go())


def test_a_page_that_is_not_full_is_all_there_was():
    async def go():
        page = [(1, T)]
        async with feeding(BYBIT, bybit(page)) as (host, sink):
            await sink.until(lambda: sink.ids(BYBIT) == [1])
            page[:] = [(10, T + 5_000)]
            await host.sockets[0].close(1012, "restart")
            await sink.until(lambda: sink.ids(BYBIT) == [1, 10])
            assert not sink.outages

    asyncio.run(go())


def test_the_board_tells_what_is_known_of_a_session_with_a_span_missing():
    async def go():
        board = Watched(BYBIT)
        page = [(1, T)]
        async with feeding(BYBIT, bybit(page), sink=board) as (host, _):
            await board.until(1)
            page[:] = [(10_000 + number, T + 5_000 + number) for number in range(1000)]
            await host.sockets[0].close(1012, "restart")
            await board.until(1001)
            await host.send(fill(99, T + 10_000))
            await board.until(1002)
            state = board.state
            last_us = state.flow.last_time_us
            since = (last_us - T * 1000) / (last_us - state.flow.session.start_us)
            assert round(state.session_coverage() / since, 9) == 0.5, "5 of the 10 seconds since it began"
            assert state.duplicates == 0

    asyncio.run(go())


# --- OKX: ids that stand for several


def single(number, time_ms):
    fields = {"px": "64000", "sz": "1", "side": "buy", "ts": str(time_ms)}
    return {"instId": "BTC-USDT", "tradeId": str(number), **fields}


def summed(last, count, time_ms):
    data = [{**single(last, time_ms), "sz": str(count), "count": str(count)}]
    return {"arg": {"channel": "trades", "instId": "BTC-USDT"}, "data": data}


def okx(rows):
    """REST over single fills: those older than `after`, newest first."""

    def answer(path, query):
        if path == "history-trades":
            last = int(query.get("after", 10**9))
            found = [one for one in rows if one[0] < last][-int(query["limit"]) :]
            return {"code": "0", "msg": "", "data": [single(*one) for one in reversed(found)]}
        if path == "instruments":
            one = {
                "instId": "BTC-USDT",
                "instType": "SPOT",
                "state": "live",
                "tickSz": "0.1",
                "lotSz": "0.001",
            }
            return {"code": "0", "data": [{**one, "baseCcy": "BTC", "quoteCcy": "USDT"}]}
        if path == "time":
            return {"code": "0", "data": [{"ts": str(T)}]}
        return None

    return answer


def test_a_drop_in_a_tape_of_sums_is_filled_by_single_fills():
    async def go():
        rows = [(number, T + number) for number in range(1, 20)]
        async with feeding(OKX, okx(rows), trades_minutes=0) as (host, sink):
            await host.send(summed(5, 3, T + 5))
            await sink.until(lambda: sink.ids(OKX) == [3])
            await host.sockets[0].close(1012, "restart")
            await host.until(lambda: len(host.sockets) == 2)
            await host.send(summed(12, 2, T + 12))
            await sink.until(lambda: 11 in sink.ids(OKX))
            assert sink.ids(OKX) == [3, 6, 7, 8, 9, 10, 11]
            assert sum(one.size for one in sink.released[OKX]) == 10 * 1000, "ids 3..12, one coin each"

    asyncio.run(go())


def test_older_trades_come_by_id_while_it_is_live_already_and_count_once():
    async def go():
        board = Watched(OKX)
        rows = [(number, T - 399_500 + number * 1000) for number in range(1, 351)]
        gate = asyncio.Event()
        async with feeding(OKX, okx(rows), sink=board, gate=gate, trades_minutes=5) as (host, _):
            await host.send(summed(350, 2, T - 50_000))
            await board.until(1)
            gate.set()
            await board.until(251)
            await host.send(summed(353, 3, T - 40_000))
            await host.send(summed(356, 3, T - 30_000))
            await board.until(253)
            state = board.state
            assert state.tape.open_ids == 0
            coin = 10**state.market.size_decimals
            assert state.flow.start.volume == 257 * coin, "ids 100..356: the last five minutes, one coin each"
            assert state.known.from_us == (T - 299_500) * 1000
            assert all(int(query["limit"]) <= 100 for path, query in host.asked if path == "history-trades")

    asyncio.run(go())


# --- budgets and open interest


def test_a_budget_of_a_short_window_is_kept_in_that_window():
    limits = VENUES["okx"]().limits
    rest = Rest(VENUES["okx"](), share=1.0)
    assert (rest.budget.limit, limits.weight_window_s) == (20, 2.0)
    assert Rest(VENUES["bybit"](), share=0.5).budget.cap == 300
    assert Rest(VENUES["binance-usdm"](), share=1.0).budget.limit == 2400


def test_a_good_answer_that_says_too_often_is_a_pause():
    async def go():
        busy = {"retCode": 10006, "retMsg": "Too many visits!", "result": {}}
        paths = []

        def answer(path, query):
            paths.append(path)
            return busy if path == "recent-trade" else bybit([])(path, query)

        async with feeding(BYBIT, answer) as (host, sink):
            await sink.until_link("waiting", "too many requests", name="bybit/rest")
            await host.send(fill(1, T))
            await sink.until(lambda: sink.ids(BYBIT) == [1])
            assert paths.count("recent-trade") == 1, "no request is sent before the pause is over"

    asyncio.run(go())


def test_open_interest_is_asked_for_where_it_is_not_pushed():
    async def go():
        interest = iter(range(100, 200))

        def answer(path, _):
            if path == "openInterest":
                return {"symbol": "BTCUSDT", "openInterest": f"{next(interest)}.5", "time": T}
            return None

        async with feeding(USDM, answer, open_interest_s=0.05, history=False) as (_, sink):
            await sink.until(lambda: len(sink.open_interest) >= 2)
            assert [one.size for one in sink.open_interest[:2]] == [100_500, 101_500]

    asyncio.run(go())


def test_a_market_that_goes_while_its_history_is_on_its_way_takes_nothing_with_it():
    async def go():
        gate = asyncio.Event()
        rows = [(number, T - 1000 + number) for number in range(1, 20)]
        async with feeding(OKX, okx(rows), gate=gate, trades_minutes=5) as (host, sink):
            await host.until(lambda: any(path == "history-trades" for path, _ in host.asked))
            host.feed.remove("BTC-USDT")
            gate.set()
            host.feed.add(["BTC-USDT"])
            await host.until(lambda: sum('"subscribe"' in text for text in host.received) == 2)
            await host.send(summed(20, 1, T + 20))
            await sink.until(lambda: 20 in sink.ids(OKX))

    asyncio.run(go())
