"""The markets on one connection: their contracts looked up, their streams requested, known by number."""

import asyncio
from collections.abc import Callable, Iterable

from cvdtui.errors import VenueError
from cvdtui.feeds.ibkr.contracts import market_of, qualify, session_start, stream_contract
from cvdtui.feeds.ibkr.gateway import STREAMS, Gateway, Stream
from cvdtui.feeds.ibkr.line import Line
from cvdtui.feeds.ibkr.options import IbkrOptions
from cvdtui.feeds.ibkr.words import NO_CONTRACT
from cvdtui.model import Now, Sink
from cvdtui.venues.grammar.events import clean
from cvdtui.venues.ibkr import fields_of

OnHours = Callable[[str, str, str], None]
"""(market name, "HH:MM", zone): when its sessions begin by the exchange's hours."""
Note = Callable[[str], None]
Since = Callable[[str], int | None]
"""Market name -> time of its last trade, when another feed delivered some before."""


class Streams:
    """Every request has a number; a tick under a number that was cancelled is ignored."""

    def __init__(  # noqa: PLR0913 - the Sink, and what is reported to whom
        self, options: IbkrOptions, sink: Sink, *, now: Now, on_hours: OnHours, note: Note, since: Since
    ) -> None:
        self.lines: dict[str, Line] = {}
        self.by_request: dict[int, tuple[Line, Stream]] = {}
        self.refused_s: dict[Line, float] = {}
        """The loop's time of a refusal that may pass."""
        self._options = options
        self._sink = sink
        self._now = now
        self._since = since
        self._on_hours = on_hours
        self._note = note
        self._opening: set[Line] = set()
        self._fronts: dict[str, str] = {}

    @property
    def followed(self) -> tuple[Line, ...]:
        """Every market that is followed; a copy, so that callbacks may add and remove."""
        return tuple(self.lines.values())

    def add(self, symbols: Iterable[str]) -> None:
        """Markets to be followed; raises WireError for a text that names no contract."""
        for symbol in symbols:
            fields = self._options.contracts.get(symbol) or fields_of(symbol)
            if symbol not in self.lines:
                # ids go on growing when a feed takes over from another: microseconds outrun trades
                line = Line(symbol, fields, self._options, self._sink, first_id=self._now())
                line.gap_from_us = self._since(line.name)
                self.lines[symbol] = line

    def remove(self, gateway: Gateway | None, symbol: str) -> None:
        """A market to be followed no longer: its slots are free, and refused markets may try again."""
        line = self.lines.pop(symbol, None)
        if line is not None:
            self.cancel(gateway, line)
            line.waiting = None  # history that is on its way is dropped
            self._opening.discard(line)
            self.refused_s = dict.fromkeys(self.refused_s, 0.0)

    def drop(self, now_us: int) -> None:
        """The connection is gone."""
        self.by_request.clear()
        self.refused_s.clear()
        self._opening.clear()
        for line in self.lines.values():
            line.dropped(now_us)

    def take_unopened(self) -> list[Line]:
        """Markets that are not being opened on this connection yet."""
        fresh = [
            line
            for line in self.lines.values()
            if line.contract is None and not line.refused and line not in self._opening
        ]
        self._opening.update(fresh)
        return fresh

    async def open(self, gateway: Gateway, lines: list[Line]) -> None:
        """Looks the contracts up, then requests all trades before any quotes: there are about 5 streams."""
        await asyncio.gather(*(self._qualify(gateway, line) for line in lines))
        for stream in STREAMS:
            for line in lines:
                if line.contract is not None and self.lines.get(line.symbol) is line:
                    self.subscribe(gateway, line, stream)
        self._opening.difference_update(lines)

    def subscribe(self, gateway: Gateway, line: Line, stream: Stream) -> None:
        """Requests one stream of a market."""
        if line.contract is not None and not gateway.closed.is_set():
            request = gateway.subscribe(line.contract, stream)
            line.requests[stream] = request
            self.by_request[request] = (line, stream)

    def cancel(self, gateway: Gateway | None, line: Line) -> None:
        """Ends a market's streams."""
        for stream, request in line.requests.items():
            self.by_request.pop(request, None)
            if gateway is not None and line.contract is not None:
                gateway.cancel(line.contract, stream)
        line.requests.clear()
        self.refused_s.pop(line, None)

    def subscribe_anew(self, gateway: Gateway, line: Line, now_us: int) -> None:
        """Requests both streams again: their numbers change, so nothing can come twice."""
        if line.contract is None:
            return
        self.cancel(gateway, line)
        line.broke(now_us)
        line.clear_refusals()
        for stream in STREAMS:
            self.subscribe(gateway, line, stream)

    async def _qualify(self, gateway: Gateway, line: Line) -> None:
        try:
            details = await qualify(gateway, line.symbol, line.fields)
        except VenueError as error:
            if not gateway.closed.is_set():
                line.refused = str(error)
                if error.status != NO_CONTRACT:
                    self.refused_s[line] = asyncio.get_running_loop().time()
            return
        line.describe(market_of(details, line.market))
        start = session_start(details, self._options.hours)
        if start is not None:
            self._on_hours(line.name, *start)
        line.contract = stream_contract(details, line.fields)
        if line.fields.sec_type == "CONTFUT":
            self._note_front(line, line.contract.localSymbol)

    def _note_front(self, line: Line, front: str) -> None:
        before = self._fronts.get(line.symbol)
        self._fronts[line.symbol] = front
        if front != before:
            # The last price of another contract would give the tick rule a side it does not know.
            line.ticks.rule.forget()
            change = "follows" if before is None else f"leaves {clean(before, 20)} and follows"
            self._note(f"{line.name} {change} {clean(front, 20)}")
