"""Trades and quotes of one venue on one socket, frame by frame, for the comparison of side rules."""

import asyncio
from collections.abc import Callable

from cvdtui.errors import VenueError
from cvdtui.feeds.backoff import Backoff
from cvdtui.feeds.connection import Connection, dial
from cvdtui.feeds.error_text import host_of
from cvdtui.model import Link, LinkState, Now

TIMEOUT_S = 10.0


class QuoteFeed:
    """Calls `on_frame(frame, time of receipt)` until cancelled; what is missed meanwhile is not fetched."""

    def __init__(
        self,
        name: str,
        url: str,
        on_frame: Callable[[bytes, int], None],
        on_link: Callable[[Link], None],
        now: Now,
    ) -> None:
        self._name = name
        self._url = url
        self._on_frame = on_frame
        self._on_link = on_link
        self._now = now
        self._messages = 0
        self._backoff = Backoff()

    async def run(self) -> None:
        """Connects, reads, and connects again."""
        while True:
            self._emit("connecting", "")
            try:
                connection = await dial(self._url, TIMEOUT_S, ())
                try:
                    why = await self._read(connection)
                finally:
                    await connection.close()
            except VenueError as error:
                why = str(error)
            wait_s = self._backoff.next()
            self._emit("waiting", f"{why}; next try in {wait_s:.0f} s")
            await asyncio.sleep(wait_s)

    async def _read(self, connection: Connection) -> str:
        connection.start(self._take)
        return await connection.reader

    def _take(self, _: Connection, frame: bytes) -> None:
        # Quotes are the most frequent frames there are: the link is emitted once in a thousand.
        if not self._messages % 1000:
            self._emit("live", "")
        self._messages += 1
        self._backoff.reset()
        self._on_frame(frame, self._now())

    def _emit(self, state: LinkState, text: str) -> None:
        now = self._now()
        self._on_link(Link(self._name, state, host_of(self._url), text, (), now, now, self._messages))
