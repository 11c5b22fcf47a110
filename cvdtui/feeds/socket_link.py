"""The link of one socket: its state and text, its counts, and how many messages a second come."""

from collections.abc import Mapping

from cvdtui.feeds.market_watch import Watch
from cvdtui.feeds.message_rate import MessageRate
from cvdtui.feeds.options import FeedOptions
from cvdtui.model import Link, LinkState, Now, Sink


class SocketLink:
    """Emits the link of a socket to the Sink, whenever something in it has changed."""

    def __init__(  # noqa: PLR0913 - what its texts name
        self,
        name: str,
        host: str,
        watches: Mapping[str, Watch],
        sink: Sink,
        *,
        venue: str,
        now: Now,
        options: FeedOptions,
    ) -> None:
        self.messages = 0
        """Frames of any kind so far."""
        self.connects = 0
        """Handshakes that succeeded."""
        self.status = 0
        """HTTP status of the last refused handshake; 0 since one succeeded."""
        self._watches = watches
        self._sink = sink
        self._venue = venue
        self._now = now
        self._options = options
        self._rate = MessageRate()
        self._link = Link(name, "idle", host)

    @property
    def host(self) -> str:
        """Host (and port) of the socket."""
        return self._link.host

    def connecting(self, reason: str) -> None:
        """The next handshake begins; `reason`: why the connection before it ended."""
        after = f" after: {reason}" if reason else ""
        self._emit("connecting", f"connecting to {self.host}{after}")

    def waiting(self, state: LinkState, reason: str, seconds: float) -> None:
        """The next handshake is so many seconds away."""
        retry_at_us = self._now() + int(seconds * 1e6)
        self._emit(state, f"{reason}; trying again in {seconds:.1f} s", retry_at_us=retry_at_us)

    def closed(self) -> None:
        """The feed has ended."""
        self._emit("closed", "")

    def check(self, *, flowed: bool) -> None:
        """The state that follows from the markets' silences; `flowed`: trades came since the last check."""
        watches = self._watches.values()
        stale = [symbol for symbol, watch in self._watches.items() if watch.stale]
        if stale:
            self._emit("stale", f"no trades of {', '.join(stale)} although the exchange has newer ones")
        elif any(watch.count and watch.silent_s < self._options.stall_s for watch in watches):
            self._emit("live", "", flowed=flowed)
        elif not any(watch.count for watch in watches):
            # Connected is not live: an acknowledged stream may never send a frame.
            text = f"connected to {self.host}, no trade yet" if self._watches else "no market"
            self._emit("connecting" if self._watches else "idle", text)
        else:
            silent_s = min(watch.silent_s for watch in watches)
            self._emit("quiet", f"no trades for {silent_s:.0f} s; the connection answers")

    def refused(self, symbol: str, reason: str) -> None:
        """The venue refuses a market: that market's own link, apart from the socket's."""
        name = f"{self._venue}:{symbol}"
        text = f"{self.host} refuses {symbol}: {reason}"
        self._sink.on_link(Link(name, "refused", self.host, text, (name,), self._now()))

    def _emit(self, state: LinkState, text: str, *, retry_at_us: int = 0, flowed: bool = False) -> None:
        old = self._link
        now = self._now()
        self._link = Link(
            old.name,
            state,
            old.host,
            text,
            tuple(f"{self._venue}:{symbol}" for symbol in self._watches),
            old.since_us if state == old.state else now,
            now if flowed else old.last_data_us,
            self.messages,
            max(0, self.connects - 1),
            retry_at_us=retry_at_us,
            rate=self._rate.rate(self.messages, now),
            status=self.status,
        )
        if self._link != old:
            self._sink.on_link(self._link)
