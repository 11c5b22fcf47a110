"""One WebSocket connection: opened once, read until it ends, with the reason of its end in words."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cvdtui.feeds.error_text import explain, host_of, is_loopback, refusal, seconds_of
from cvdtui.venues.grammar.events import clean

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from cvdtui.venues import Decode

MOST_BYTES = 4 * 2**20
"""Bybit packs up to 1,024 trades into a frame; nothing that a trade stream sends is near this."""
PING_S = 20.0
"""Our own pings find a dead line; they prove the socket, never the stream."""


class Connection:
    """An open connection, made by `dial`; `reader` ends with the reason, `ending`: the venue will close."""

    def __init__(self, ws: "ClientConnection", host: str, opened_s: float) -> None:
        self._ws = ws
        self.host = host
        self.opened_s = opened_s
        """Monotonic time of the handshake."""
        self.ending = asyncio.Event()
        self.decode: Decode
        """The venue's reading of its frames; set before `start`, made anew for every connection."""
        self.trades = 0
        """Frames with trades so far."""
        self.waiting_acks: set[int] = set()
        """Requests not answered yet."""
        self.reader: asyncio.Task[str]
        self._heart: asyncio.Task[None] | None = None

    @property
    def is_proven(self) -> bool:
        """Whether every request was answered and trades came."""
        return not self.waiting_acks and self.trades > 0

    def start(
        self,
        on_frame: Callable[["Connection", bytes], None],
        heartbeat: Callable[[], str | None] = lambda: None,
        every_s: float = 0.0,
    ) -> None:
        """Read frames from now on, and send what `heartbeat` gives every so many seconds (0: never)."""
        self.reader = asyncio.create_task(self._read(on_frame), name=f"read {self.host}")
        if every_s:
            self._heart = asyncio.create_task(
                self._send_heartbeats(heartbeat, every_s), name=f"heartbeat {self.host}"
            )

    async def _send_heartbeats(self, heartbeat: Callable[[], str | None], every_s: float) -> None:
        while not self.reader.done():
            await asyncio.sleep(every_s)
            frame = heartbeat()
            await self.send([] if frame is None else [frame], 0.0)

    async def _read(self, on_frame: Callable[["Connection", bytes], None]) -> str:
        from websockets.exceptions import ConnectionClosed

        receive = self._ws.recv
        try:
            while True:
                # decode=False gives bytes, which msgspec reads as they are; a str would be encoded again
                on_frame(self, await receive(decode=False))
        except ConnectionClosed as closed:
            return self._reason(closed)

    def _reason(self, closed: Exception) -> str:
        received = getattr(closed, "rcvd", None)
        if received is not None:
            reason = f": {clean(received.reason, 80)}" if received.reason else ""
            return f"{self.host} closed the connection ({received.code}{reason})"
        sent = getattr(closed, "sent", None)
        # websockets itself closes a line without pongs, with 1011 and "keepalive ping timeout".
        if sent is not None and "ping" in sent.reason:
            return f"{self.host} stopped answering"
        return f"the connection to {self.host} broke off"

    async def send(self, frames: Iterable[str], pause_s: float) -> None:
        """Send frames no faster than the venue allows; the end of a connection is reported by its reader."""
        from websockets.exceptions import ConnectionClosed

        try:
            # Binance spot cuts a client that sends more than 5 messages a second, pings included:
            # https://github.com/binance/binance-spot-api-docs/blob/master/web-socket-streams.md
            for number, frame in enumerate(frames):
                if number:
                    await asyncio.sleep(pause_s)
                await self._ws.send(frame)
        except ConnectionClosed:
            return

    async def close(self) -> None:
        """End it; never raises, never hangs for long."""
        ending = [task for task in (self.reader, self._heart) if task is not None]
        for task in ending:
            task.cancel()
        await asyncio.gather(self._ws.close(), *ending, return_exceptions=True)


async def dial(url: str, timeout_s: float, mirrors: tuple[str, ...]) -> Connection:
    """Connect once. Raises VenueError; proxies come from the environment, loopback is never proxied."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidStatus, WebSocketException

    host = host_of(url)
    try:
        ws = await connect(
            url,
            open_timeout=timeout_s,
            # A peer that is gone must not hold up a replacement for the default 10 s.
            close_timeout=2.0,
            # websockets answers the venue's pings with their payload, as Binance demands within a minute.
            ping_interval=PING_S,
            ping_timeout=PING_S,
            compression=None,  # frames of 200 bytes gain nothing by it
            max_size=MOST_BYTES,
            proxy=None if is_loopback(url) else True,  # True is from the environment, loopback included
            user_agent_header="cvdtui",
        )
    except InvalidStatus as error:
        answer = error.response
        raise refusal(
            answer.status_code,
            host,
            clean((answer.body or b"")[:200].decode(errors="replace"), 80),
            retry_after=seconds_of(answer.headers.get("Retry-After")),
            mirrors=mirrors,
        ) from None
    # ImportError: a SOCKS proxy in the environment, without the package that websockets needs for it.
    except (WebSocketException, OSError, TimeoutError, ImportError, ValueError, EOFError) as error:
        raise explain(error, host) from None
    return Connection(ws, host, asyncio.get_running_loop().time())
