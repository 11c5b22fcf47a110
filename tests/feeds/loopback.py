"""A small exchange on loopback for the feeds: a list of trades, answered by id, and sent live on request."""

import asyncio
import json
import time
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.http11 import Response

MINUTE = 60_000
START = 1_790_000_040_000
"""A minute's start, in ms."""


def trade(number, time_ms, price="61800.10", size="0.001", seller=False):
    return {"a": number, "p": price, "q": size, "f": number, "l": number, "T": time_ms, "m": seller}


class Exchange:
    """Speaks the USD-M dialect; every request and frame that came is kept."""

    def __init__(self, trades=(), now_ms=START + 30_000, symbols=("BTCUSDT",)):
        self.trades = {symbol: list(trades) for symbol in symbols}
        self.now_ms = now_ms
        self.requests = []
        self.asked = []
        self.sockets = set()
        self.connects = 0
        self.candles = {}
        self.acknowledge = True
        self.refuse_streams = set()
        self.script = []
        """(status, headers) for the next REST requests; status 200 answers as usual with those headers."""
        self.ws_status = 0
        self.changed = asyncio.Event()
        self.port = 0
        self.gate = None
        """While set, REST answers only after this event."""
        self.only = ""
        """The script is for paths that end so."""

    # --- what a test does

    def emit(self, symbol, row, stream="aggTrade"):
        """Append a trade and send it live."""
        self.trades[symbol].append(row)
        self.broadcast(symbol, row)

    def broadcast(self, symbol, row):
        data = {"e": "aggTrade", "E": row["T"], "s": symbol, **row}
        self.send(json.dumps({"stream": f"{symbol.lower()}@aggTrade", "data": data}, separators=(",", ":")))

    def send(self, text):
        for ws in list(self.sockets):
            self.tasks.add(asyncio.ensure_future(ws.send(text)))

    async def cut(self, code=1001, reason=""):
        for ws in list(self.sockets):
            await ws.close(code, reason)

    async def until(self, condition, seconds=10.0):
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    # --- the server

    async def handle(self, ws):
        self.connects += 1
        self.sockets.add(ws)
        self.changed.set()
        try:
            async for text in ws:
                self.requests.append(json.loads(text))
                await self.answer(ws, self.requests[-1])
                self.changed.set()
        finally:
            self.sockets.discard(ws)
            self.changed.set()

    async def answer(self, ws, request):
        wrong = self.refuse_streams & set(request["params"])
        if wrong:
            text = {"error": {"code": 2, "msg": f"Invalid request: {min(wrong)}"}, "id": request["id"]}
            await ws.send(json.dumps(text))
        elif self.acknowledge:
            await ws.send(json.dumps({"result": None, "id": request["id"]}))

    async def rest(self, connection, request):
        split = urlsplit(request.path)
        if split.path.endswith("/stream"):
            return response(self.ws_status, {}, {"msg": "no"}) if self.ws_status else None
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        self.asked.append((split.path, query, time.monotonic()))
        self.changed.set()
        if self.gate is not None:
            await self.gate.wait()
        headers = {}
        if self.script and split.path.endswith(self.only):
            status, headers = self.script.pop(0)
            if status != 200:
                return response(status, headers, {"code": -1003, "msg": "Too many \u001b[31mrequests"})
        return response(200, headers, self.body(split.path.rpartition("/")[2], query))

    def body(self, path, query):
        if path == "time":
            return {"serverTime": self.now_ms}
        if path == "exchangeInfo":
            return {"symbols": [instrument(symbol) for symbol in self.trades]}
        if path == "klines":
            step = 60_000 if query["interval"] == "1m" else 3_600_000
            rows = self.candles.get(query["interval"], [])
            first, last = int(query["startTime"]), int(query["endTime"])
            return [row for row in rows if first <= row[0] <= last and row[0] + step][: int(query["limit"])]
        rows = self.trades[query["symbol"]]
        if "fromId" in query:
            rows = [row for row in rows if row["a"] >= int(query["fromId"])]
            return rows[: int(query["limit"])]
        return rows[-int(query["limit"]) :]

    @asynccontextmanager
    async def open(self):
        self.tasks = set()
        async with serve(
            self.handle, "127.0.0.1", 0, process_request=self.rest, ping_interval=None
        ) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield self
            if self.gate is not None:
                self.gate.set()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    @property
    def urls(self):
        return {"ws_url": f"ws://127.0.0.1:{self.port}", "rest_url": f"http://127.0.0.1:{self.port}"}


def instrument(symbol):
    filters = [
        {"filterType": "PRICE_FILTER", "tickSize": "0.10"},
        {"filterType": "LOT_SIZE", "stepSize": "0.001"},
    ]
    return {
        "symbol": symbol,
        "status": "TRADING",
        "baseAsset": symbol[:-4],
        "quoteAsset": "USDT",
        "filters": filters,
    }


def kline(open_ms, volume="1.000", taker="0.600", step=MINUTE):
    quote, taken = str(float(volume) * 61800), str(float(taker) * 61800)
    prices = ["61800.00", "61810.00", "61790.00", "61805.00"]
    return [open_ms, *prices, volume, open_ms + step - 1, quote, 10, taker, taken, "0"]


def response(status, headers, body):
    text = json.dumps(body).encode()
    every = {
        "Content-Type": "application/json",
        "Content-Length": str(len(text)),
        "Connection": "close",
        **headers,
    }
    return Response(status, "answer", Headers(every), text)
