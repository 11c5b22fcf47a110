"""The demo exchange's sockets: one port a venue, WebSocket and HTTP on it; knows no venue's wire format."""

import asyncio
import logging
from collections import deque
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit
from weakref import WeakKeyDictionary

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State

from cvdtui.demo.budget import DemoBudget
from cvdtui.demo.dialect import ClientSession, Dialect, HttpAnswer, Message
from cvdtui.demo.faults import ConnectionFault, Faults
from cvdtui.demo.tapes import News
from cvdtui.model import Now

HOST = "127.0.0.1"
_MOST_BUFFERED = 16 * 2**20
"""Bytes a client may lag behind before it is cut off."""
_QUIET = logging.getLogger("cvdtui.demo")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class Client:
    """One open WebSocket and what waits to be sent to it."""

    def __init__(self, connection: ServerConnection, session: ClientSession) -> None:
        self.connection = connection
        self.session = session
        self.subscribed: set[str] = set()
        self.outbox: list[bytes] = []
        self.lost_until_us = 0
        """Data before this moment is lost to this client."""
        self.held_until_us = 0
        """Data is kept back until this moment."""

    def put(self, text: str) -> None:
        """Queue a text frame."""
        self.outbox.append(framed(text.encode()))

    def flush(self, now_us: int) -> None:
        """Write what waits in one go; a client that cannot keep up is cut off."""
        if not self.outbox or now_us < self.held_until_us:
            return
        # Frames of one moment leave in one write, past websockets' own send, which writes each by itself.
        if self.connection.protocol.state is State.OPEN:
            self.connection.transport.write(b"".join(self.outbox))
            if self.connection.transport.get_write_buffer_size() > _MOST_BUFFERED:
                self.cut()
        self.outbox.clear()

    def apply(self, fault: ConnectionFault, now_us: int) -> None:
        """Apply a connection fault."""
        until = now_us + int(fault.seconds * 1e6)
        if fault.kind == "drop":
            self.cut()
        elif fault.kind == "stall":
            self.lost_until_us = until
        else:
            self.held_until_us = until

    def cut(self) -> None:
        """End the connection without a closing handshake."""
        self.connection.transport.abort()


class ServerPort:
    """Serves one dialect on one port of the loopback."""

    def __init__(self, dialect: Dialect, faults: Faults, now: Now, clock: Now) -> None:
        self.dialect = dialect
        self.port = 0
        self.budget = DemoBudget(dialect.limits.weight)
        self.clients: list[Client] = []
        self.frozen = False
        """The market stands still: a new subscription is sent the newest trade instead."""
        self._faults = faults
        self._now = now
        """Trades up to now; returns the market's time, which stands still once frozen."""
        self._clock = clock
        """The time by which budgets and limits end, which never stands still."""
        self._topics: dict[str, list[Client]] = {}
        self._sessions: WeakKeyDictionary[ServerConnection, ClientSession] = WeakKeyDictionary()
        self._server: Server | None = None

    async def start(self, port: int) -> None:
        """Listen; raises OSError when the port is taken."""
        limits = self.dialect.limits
        self._server = await serve(
            self._serve,
            HOST,
            port,
            process_request=self._request,
            # As the clients here ask for none.
            compression=None,
            ping_interval=limits.ping_seconds,
            ping_timeout=limits.pong_seconds,
            close_timeout=1,
            max_size=2**16,
            logger=_QUIET,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Close every connection and the port."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def publish(self, news: list[News], now_us: int) -> None:
        """Send what just traded to its subscribers, faults included."""
        if self._topics:
            for message in self._faults.distort(self.dialect.publish(news, now_us, self._topics)):
                self._deliver(message, self._topics.get(message.topic, ()), now_us)
        for client in self.clients:
            client.flush(now_us)

    def repeat_last(self, now_us: int) -> None:
        """Lift every delay and send all subscribers the newest trade (again), so that every gap is seen."""
        self.frozen = True
        for client in self.clients:
            client.lost_until_us = client.held_until_us = 0
        for topic, clients in self._topics.items():
            for message in self.dialect.recent(topic, 1, now_us):
                self._deliver(message, clients, now_us)
        for client in self.clients:
            client.flush(now_us)

    def _deliver(self, message: Message, clients: "list[Client] | tuple[()]", now_us: int) -> None:
        for client in clients:
            if now_us >= client.lost_until_us:
                client.put(self.dialect.wrap(client.session, message))

    async def _request(self, connection: ServerConnection, request: Request) -> Response | None:
        parts = urlsplit(request.path)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        if request.headers.get("Upgrade", "").lower() == "websocket":
            refused = self._faults.refuse.get(self.dialect.venue)
            opened = self.dialect.refusal(refused, 0) if refused else self.dialect.open(path, query)
            if isinstance(opened, HttpAnswer):
                return _response(opened, {})
            self._sessions[connection] = opened
            return None
        fault = self._faults.request(self.dialect.venue, self._clock())
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        answer = self._answer(path, query, fault.status, fault.retry_after)
        return _response(answer, self.dialect.stamp(self.budget.used))

    def _answer(self, path: str, query: dict[str, str], status: int, retry_after: int) -> HttpAnswer:
        now_us = self._now()
        if status:
            return self.dialect.refusal(status, retry_after)
        refused = self.budget.spend(self.dialect.weight(path, query), self._clock())
        return self.dialect.refusal(*refused) if refused else self.dialect.answer(path, query, now_us)

    async def _serve(self, connection: ServerConnection) -> None:
        client = Client(connection, self._sessions.pop(connection))
        self.clients.append(client)
        try:
            self._follow(client)
            await self._listen(client)
        except ConnectionClosed:
            pass
        finally:
            self.clients.remove(client)
            client.session.topics.clear()
            self._follow(client)

    async def _listen(self, client: Client) -> None:
        arrivals: deque[float] = deque(maxlen=self.dialect.limits.messages + 1)
        loop = asyncio.get_running_loop()
        async for frame in client.connection:
            arrivals.append(loop.time())
            # Binance cuts a client that sends more messages a second than it allows.
            if len(arrivals) == arrivals.maxlen and arrivals[-1] - arrivals[0] < 1:
                await client.connection.close(1008, "Too many requests")
                return
            text = frame.decode(errors="replace") if isinstance(frame, bytes) else frame
            for reply in self.dialect.receive(client.session, text):
                client.put(reply)
            self._follow(client)

    def _follow(self, client: Client) -> None:
        """Bring the index of topics in line with what the session now subscribes to."""
        now_us = self._now()
        wanted = {topic for topic in client.session.topics if self.dialect.delivers(client.session, topic)}
        for topic in client.subscribed - wanted:
            self._topics[topic].remove(client)
            if not self._topics[topic]:
                del self._topics[topic]
        for topic in wanted - client.subscribed:
            self._topics.setdefault(topic, []).append(client)
            old = max(self._faults.replay, 1 if self.frozen else 0)
            for message in self.dialect.recent(topic, old, now_us) if old else ():
                self._deliver(message, [client], now_us)
        client.subscribed = wanted
        client.flush(now_us)


def framed(payload: bytes) -> bytes:
    """One unmasked, uncompressed text frame (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def _response(answer: HttpAnswer, stamp: dict[str, str]) -> Response:
    headers = {
        "Content-Type": "application/json;charset=UTF-8",
        "Content-Length": str(len(answer.body)),
        "Connection": "close",
        **stamp,
        **answer.headers,
    }
    return Response(answer.status, HTTPStatus(answer.status).phrase, Headers(headers), answer.body)
