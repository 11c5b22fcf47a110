"""The links of the IBKR feed: the connection, and one a market, emitted where they changed."""

import asyncio
from collections.abc import Iterable

from cvdtui.feeds.ibkr.line import Line
from cvdtui.feeds.ibkr.options import IbkrOptions
from cvdtui.model import Link, LinkState, Now, Sink
from cvdtui.venues.ibkr import NAME


class Links:
    """The connection's state is that of its markets until it is live: then each has its own."""

    def __init__(self, sink: Sink, now: Now, options: IbkrOptions) -> None:
        self.connects = 0
        self.messages = 0
        self.last_data_us = 0
        self._sink = sink
        self._now = now
        self._options = options
        self._known: dict[str, Link] = {}
        self._connection: tuple[LinkState, str, int] = ("connecting", "", 0)

    def set_connection(self, state: LinkState, text: str, retry_at_us: int = 0) -> None:
        """Set the connection's state."""
        self._connection = state, text, retry_at_us

    def emit(self, lines: Iterable[Line]) -> None:
        """Emits what changed to the Sink."""
        state, text, _ = self._connection
        self._emit_one(NAME, state, text, ())
        loop_s = asyncio.get_running_loop().time()
        # A market's own state says nothing while the connection is gone.
        for line in lines:
            own = line.state(self._options.silent_s, loop_s) if state == "live" else (state, text)
            self._emit_one(line.name, *own, (line.name,))

    def _emit_one(self, name: str, state: LinkState, text: str, markets: tuple[str, ...]) -> None:
        old = self._known.get(name)
        since = old.since_us if old is not None and old.state == state else self._now()
        link = Link(
            name,
            state,
            self._options.address,
            text,
            markets,
            since,
            self.last_data_us,
            self.messages,
            max(0, self.connects - 1),
            retry_at_us=self._connection[2],
        )
        if link != old:
            self._known[name] = link
            self._sink.on_link(link)
