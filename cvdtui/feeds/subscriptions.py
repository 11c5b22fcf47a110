"""Subscription requests of a venue's sockets, and which are not answered yet: by number or by symbol."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cvdtui.venues.grammar.events import Ack, Refusal

if TYPE_CHECKING:
    from cvdtui.feeds.connection import Connection
    from cvdtui.venues import Venue


class Subscriptions:
    """Numbers requests and keeps the markets of each until it is answered."""

    def __init__(self, venue: "Venue") -> None:
        self._venue = venue
        self._asked: dict[int, set[str]] = {}
        self._next = 1

    def ask(self, connection: "Connection", symbols: Sequence[str], most: int = 0) -> list[str]:
        """Frames that subscribe to markets, in as few requests as allowed (of at most `most` markets)."""
        frames: list[str] = []
        streams = max((len(self._venue.streams(symbol)) for symbol in symbols), default=1)
        # Bybit spot takes 10 topics a request; more are refused, all of them.
        size = most or max(1, self._venue.limits.streams_per_message // streams)
        for at in range(0, len(symbols), size):
            chunk = symbols[at : at + size]
            made = self._venue.subscribe(chunk, self._next)
            for _ in made:
                self._asked[self._next] = set(chunk)
                connection.waiting_acks.add(self._next)
                self._next += 1
            frames += made
        return frames

    def end(self, symbol: str) -> tuple[str, ...]:
        """Frames that end a market's streams."""
        frames = self._venue.unsubscribe([symbol], self._next)
        self._next += len(frames)
        return frames

    def accepted(self, connection: "Connection", ack: Ack) -> None:
        """A request, or one market of it, was accepted."""
        if ack.id is not None:
            self._asked.pop(ack.id, None)
            connection.waiting_acks.discard(ack.id)
        elif ack.symbol:
            self._settle(connection, ack.symbol)

    def refused(self, connection: "Connection", refusal: Refusal) -> list[str]:
        """The markets a refusal is about; of several, each is to be requested alone."""
        if refusal.symbol:
            self._settle(connection, refusal.symbol)
            return [refusal.symbol]
        if refusal.id is None:
            return []
        connection.waiting_acks.discard(refusal.id)
        return sorted(self._asked.pop(refusal.id, ()))

    def _settle(self, connection: "Connection", symbol: str) -> None:
        """One market was answered: its request is answered when all of its markets are."""
        for number in list(connection.waiting_acks):
            waiting = self._asked.get(number, set())
            waiting.discard(symbol)
            if not waiting:
                self._asked.pop(number, None)
                connection.waiting_acks.discard(number)
