"""A small TWS: the classic socket protocol, as much of it as a reader of ticks needs, and its troubles."""

import asyncio
import calendar
import contextlib
import struct
import time

VERSION = 178
ORDER_LIKE = {3, 4, 5, 15, 16, 46, 52, 58}
"""placeOrder, cancelOrder, open orders of all kinds, exercise, global cancel."""


def contract(symbol, con_id, **more):
    """One instrument this server knows."""
    plain = {
        "symbol": symbol,
        "con_id": con_id,
        "sec_type": "STK",
        "exchange": "SMART",
        "currency": "USD",
        "local_symbol": symbol,
        "expiry": "",
        "primary": "NASDAQ",
        "min_tick": "0.01",
        "multiplier": "",
        "trading_class": symbol,
        "size_increment": "1",
        "zone": "US/Eastern",
        "hours": "20261121:CLOSED;20261123:0400-20261123:2000",
        "liquid": "20261121:CLOSED;20261123:0930-20261123:1600",
    }
    return {**plain, **more}


AAPL = contract("AAPL", 265598)
ES = contract(
    "ES",
    495512563,
    sec_type="FUT",
    exchange="CME",
    local_symbol="ESZ6",
    expiry="20261218",
    primary="",
    min_tick="0.25",
    multiplier="50",
    zone="US/Central",
    hours="20261121:CLOSED;20261122:1700-20261123:1600",
    liquid="20261122:CLOSED;20261123:0830-20261123:1500",
)
ES_FRONT = {**ES, "sec_type": "CONTFUT"}


class Tws:
    """Serves ticks of its contracts on a loopback port; to one client at a time."""

    def __init__(self, *contracts, slots=5):
        self.contracts = list(contracts) or [AAPL, ES, ES_FRONT]
        self.slots = slots
        self.refusals = {}
        """(con_id, stream) -> (code, text): how a subscription is answered."""
        self.taken_ids = set()
        """Client ids that another program holds."""
        self.is_silent = False
        """Accepts, and says nothing."""
        self.history = {}
        """con_id -> [(second, mask, price, size)] ascending."""
        self.history_refusal = None
        self.is_slow = False
        """Never answers requests for history."""
        self.streams = {}
        """(con_id, stream) -> request, of the connected client."""
        self.received = []
        """Every message, as its fields."""
        self.clients = 0
        self._changed = asyncio.Condition()
        self._writer = None
        self._server = None
        self._tasks = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()
        self.drop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- what a test makes it do

    async def wait_for(self, condition, seconds=10):
        """Until the condition holds for this server."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: condition(self))

    async def subscribed(self, *keys):
        """Until all of these streams are asked for."""
        await self.wait_for(lambda tws: all(key in tws.streams for key in keys))

    async def send(self, *messages):
        """These messages in one packet; the client may read meanwhile."""
        self._writer.write(b"".join(framed(message) for message in messages))
        await self._writer.drain()
        for _ in range(3):
            await asyncio.sleep(0)

    async def send_ticks(self, con_id, ticks, per_packet=1):
        """("q", bid, ask, bid_size, ask_size) and ("t", price, size, mask[, second]) in this order."""
        messages = [self.tick(con_id, tick) for tick in ticks]
        messages = [message for message in messages if message is not None]
        for at in range(0, len(messages), per_packet):
            await self.send(*messages[at : at + per_packet])

    def tick(self, con_id, tick):
        """One tick as a message; None when its stream was not requested."""
        if tick[0] == "q":
            request = self.streams.get((con_id, "BidAsk"))
            return None if request is None else f"99,{request},3,{int(time.time())},{','.join(tick[1:5])},0"
        request = self.streams.get((con_id, "AllLast"))
        second = tick[4] if len(tick) > 4 else int(time.time())
        return None if request is None else f"99,{request},2,{second},{tick[1]},{tick[2]},{tick[3]},NYSE,"

    async def error(self, code, text, request=-1):
        """TWS says something."""
        await self.send(["4", "2", request, code, text, ""])

    def drop(self):
        """The connection breaks."""
        self.streams = {}
        if self._writer is not None:
            self._writer.transport.abort()

    def drop_softly(self):
        """Everything that was sent arrives, then the connection ends."""
        self.streams = {}
        self._writer.close()

    @property
    def kinds(self):
        """Numbers of every kind of message that was received."""
        return {int(fields[0]) for fields in self.received}

    # --- one client

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        self._writer = writer
        self.streams = {}
        self.clients += 1
        await self._notify()
        try:
            await self._talk(reader, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self._tasks.discard(task)

    async def _talk(self, reader, writer):
        assert await reader.readexactly(4) == b"API\0"
        await read(reader)
        if self.is_silent:
            await reader.read()
            return
        writer.write(framed(f"{VERSION},20261121 09:30:00 GMT"))
        while True:
            fields = (await read(reader)).decode().split("\0")[:-1]
            self.received.append(fields)
            keeps = self._answer(fields, writer)
            await self._notify()
            await writer.drain()
            if not keeps:
                return

    async def _notify(self):
        async with self._changed:
            self._changed.notify_all()

    def _answer(self, fields, writer):
        """Answers one message; False ends the connection."""

        def send(text):
            writer.write(framed(text))

        kind = int(fields[0])
        if kind == 71:
            if int(fields[2]) in self.taken_ids:
                send("4,2,-1,326,Unable to connect as the client id is already in use.,")
                return False
            send("15,1,DU12345")
            send("9,1,1")
            send("4,2,-1,2104,Market data farm connection is OK:usfarm,")
        elif kind == 61:
            send("62,1")
        elif kind == 9:
            self._describe(fields, send)
        elif kind == 81:
            self._match(fields, send)
        elif kind == 97:
            self._subscribe(fields, send)
        elif kind == 98:
            self.streams = {key: one for key, one in self.streams.items() if one != int(fields[1])}
        elif kind == 96 and not self.is_slow:
            self._history(fields, send)
        return True

    def _describe(self, fields, send):
        request = fields[2]
        con_id, symbol, sec_type, expiry, _, _, _, exchange, _, currency, local = fields[3:14]
        wanted = {
            "con_id": int(con_id),
            "symbol": symbol,
            "sec_type": sec_type,
            "expiry": expiry,
            "exchange": exchange,
            "currency": currency,
            "local_symbol": local,
        }
        found = [
            one for one in self.contracts if all(one[key] == value for key, value in wanted.items() if value)
        ]
        if not found:
            send(f"4,2,{request},200,No security definition has been found for the request,")
            return
        for one in found:
            send(details(request, one))
        send(f"52,1,{request}")

    def _match(self, fields, send):
        found = [one for one in self.contracts if one["symbol"].startswith(fields[2].upper())]
        found = [one for one in found if one["sec_type"] in {"STK", "CASH", "CRYPTO"}]
        rows = [
            [
                one["con_id"],
                one["symbol"],
                one["sec_type"],
                one["primary"],
                one["currency"],
                "0",
                "a name",
                "",
            ]
            for one in found
        ]
        send(["79", fields[1], len(found), *(field for row in rows for field in row)])

    def _subscribe(self, fields, send):
        request, con_id, stream = int(fields[1]), int(fields[2]), fields[14]
        refusal = self.refusals.get((con_id, stream))
        if refusal is None and len(self.streams) >= self.slots:
            refusal = (10190, "Max number of tick-by-tick requests has been reached.")
        if refusal is not None:
            send(["4", "2", request, *refusal, ""])
        else:
            self.streams[con_id, stream] = request

    def _history(self, fields, send):
        request, con_id, start, what = fields[1], int(fields[2]), fields[15], fields[18]
        if self.history_refusal is not None:
            send(["4", "2", request, *self.history_refusal, ""])
            return
        assert what == "TRADES"
        begin = calendar.timegm(time.strptime(start, "%Y%m%d %H:%M:%S UTC"))
        rows = [row for row in self.history.get(con_id, []) if row[0] >= begin]
        page = [row for row in rows if row[0] <= rows[min(len(rows), 1000) - 1][0]] if rows else []
        texts = [f"{second},{mask},{price},{size},NYSE," for second, mask, price, size in page]
        send(",".join([f"98,{request},{len(page)}", *texts, "1"]))


def details(request, one):
    """contractData as server versions from 164 on write it."""
    hours = (one["zone"], one["hours"], one["liquid"])
    return [
        *("10", request, one["symbol"], one["sec_type"], one["expiry"], "0", "", one["exchange"]),
        *(one["currency"], one["local_symbol"], one["symbol"], one["trading_class"], one["con_id"]),
        *(one["min_tick"], one["multiplier"], "LMT", one["exchange"], "1", "0", "long name", one["primary"]),
        *(one["expiry"][:6], "", "", "", *hours, "", "0", "0", "1", "", "", "26", one["expiry"], "", "1"),
        *(one["size_increment"], "1"),
    ]


def framed(message):
    """A message as TWS sends it: its length, then its fields, each ended by a zero."""
    fields = message.split(",") if isinstance(message, str) else message
    body = "".join(f"{field}\0" for field in fields).encode()
    return struct.pack(">I", len(body)) + body


async def read(reader):
    (length,) = struct.unpack(">I", await reader.readexactly(4))
    return await reader.readexactly(length)
