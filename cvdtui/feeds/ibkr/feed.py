"""The feed of Interactive Brokers: one connection after the other, and everything that may go wrong."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterable

from cvdtui.errors import VenueError
from cvdtui.feeds.backoff import Backoff
from cvdtui.feeds.ibkr import words
from cvdtui.feeds.ibkr.gateway import BusyError, Gateway, Stream
from cvdtui.feeds.ibkr.history import TickBackfill, TickSpan
from cvdtui.feeds.ibkr.line import Line
from cvdtui.feeds.ibkr.links import Links
from cvdtui.feeds.ibkr.options import IbkrOptions
from cvdtui.feeds.ibkr.streams import Note, OnHours, Since, Streams
from cvdtui.model import LinkState, Now, Sink
from cvdtui.venues.grammar.events import clean
from cvdtui.venues.ibkr import NAME

_PASSING = frozenset({words.NO_SLOT, words.COMPETING})
"""Refusals that may pass by themselves."""


class IbkrFeed:
    """Feeds the Sink with contracts of Interactive Brokers until `run` is cancelled.

    Trouble never ends it: it is told on the link `ibkr` (the connection) and on one link a market. Nothing
    but descriptions, ticks and historical ticks is ever asked for.
    """

    def __init__(  # noqa: PLR0913 - the Sink, and who is told what
        self,
        symbols: Iterable[str],
        sink: Sink,
        *,
        now: Now,
        options: IbkrOptions,
        on_hours: OnHours = lambda *_: None,
        note: Note = lambda _: None,
        since: Since = lambda _: None,
    ) -> None:
        self._options = options
        self._sink = sink
        self._now = now
        self._note = note
        self._streams = Streams(options, sink, now=now, on_hours=on_hours, note=note, since=since)
        self._links = Links(sink, now, options)
        self._gateway: Gateway | None = None
        self._group: asyncio.TaskGroup | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._backoff = Backoff(options.backoff_first_s, options.backoff_most_s)
        self._backfill = TickBackfill(options, sink, now, note)
        self._touched: dict[Line, None] = {}
        """Markets of the packet at hand."""
        self._failure: Exception | None = None
        """What the Sink raised inside a callback."""
        self.add(symbols)

    def add(self, symbols: Iterable[str]) -> None:
        """Feed these markets too; raises WireError for a text that names no contract."""
        self._streams.add(symbols)
        self._wake.set()

    def remove(self, symbol: str) -> None:
        """Feed this market no longer."""
        self._streams.remove(self._gateway, symbol)
        self._wake.set()

    async def run(self) -> None:
        """Feeds until cancelled; raises what the Sink raised."""
        try:
            while True:
                await self._once()
        finally:
            for line in self._lines:
                line.close(self._now())

    # --- one connection after the other

    async def _once(self) -> None:
        """One try to connect, the life of the connection, and the pause after its end."""
        address = self._options.address
        self._say("connecting", f"connecting to {address}")
        gateway = self._gateway = Gateway(self._options, self, on_close=self._wake.set)
        least_s = 0.0
        try:
            await gateway.open()
            self._links.connects += 1
            await self._live(gateway)
            why = f"{address} closed the connection (TWS restarts every day)"
        except VenueError as error:
            why = str(error)
            least_s = self._options.busy_s if isinstance(error, BusyError) else 0.0
        finally:
            self._gateway = None
            gateway.close()
        self._touched.clear()
        self._streams.drop(self._now())
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        wait_s = max(least_s, self._backoff.next())
        self._say("waiting", f"{why}; next try in {wait_s:.0f} s", self._now() + round(wait_s * 1e6))
        await asyncio.sleep(wait_s)

    async def _live(self, gateway: Gateway) -> None:
        """Opens the markets and watches them until the connection ends."""
        self._say("live", "")
        async with asyncio.TaskGroup() as group:
            self._group = group
            while not gateway.closed.is_set():
                self._wake.clear()
                fresh = self._streams.take_unopened()
                if fresh:
                    self._spawn(group, self._open(gateway, fresh))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._options.check_s):
                        await self._wake.wait()
                self._look(gateway)
            self._group = None
            for task in self._tasks:
                task.cancel()  # nobody answers what they wait for

    def _spawn(self, group: asyncio.TaskGroup, work: Coroutine[object, object, None]) -> None:
        task = group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self, gateway: Gateway, lines: list[Line]) -> None:
        with contextlib.suppress(VenueError):  # the connection ended meanwhile, which is told elsewhere
            await self._streams.open(gateway, lines)
        self._tell()

    # --- the Listener

    def on_last(  # noqa: PLR0913 - the fields of the tick
        self, request: int, time_s: int, price: float, size: float, *, past_limit: bool, unreported: bool
    ) -> None:
        """A trade, or a halt."""
        found = self._streams.by_request.get(request)
        if found is None:
            self._sink.on_ignored(None)
            return
        (line, stream), now = found, self._now()
        self._guard(self._hear, line, stream, now)
        self._guard(line.last, time_s, price, size, now, past_limit, unreported)

    def on_quote(self, request: int, bid: float, ask: float, bid_size: float, ask_size: float) -> None:
        """A quote."""
        found = self._streams.by_request.get(request)
        if found is None:
            self._sink.on_ignored(None)
            return
        (line, stream), now = found, self._now()
        self._guard(self._hear, line, stream, now)
        self._guard(line.quote, bid, ask, bid_size, ask_size, now)

    def on_packet(self) -> None:
        """One read of the socket is over: what it brought is handed on."""
        touched, self._touched = self._touched, {}
        for line in touched:
            self._guard(line.flush)
            if line.wants_history_us is not None:
                self._fetch_history(line)

    def on_error(self, request: int, code: int, text: str) -> None:
        """TWS says something."""
        meaning = words.meaning_of(code, request)
        if meaning == "refused":
            self._on_refusal(request, code, text)
        elif meaning == "lost":
            self._say("waiting", f"TWS has lost its connection to IB ({code}); it reconnects by itself")
            self._each_broke()
        elif meaning in ("restored", "resubscribe"):
            self._say("live", "")
            self._each_broke()
            self._restored(anew=meaning == "resubscribe")
        elif meaning == "farm lost":
            now = self._now()
            for line in self._lines:
                line.suspected_us = now
            self._note(f"{NAME}: {clean(text, 100)} ({code})")
        elif meaning == "farm back":
            self._farm_back()
        elif request < 0 and not 2100 <= code < 2200:
            self._note(f"{NAME}: TWS says: {clean(text, 100)} ({code})")
        self._wake.set()

    def on_undecoded(self, text: str) -> None:
        """A message that ib_async could not read."""
        self._sink.on_rejected(None, f"{NAME}: {text}")

    # --- what the messages mean

    def _hear(self, line: Line, stream: Stream, now: int) -> None:
        line.hear(now, _loop_s(), is_trade=stream == "AllLast")
        self._links.messages += 1
        self._links.last_data_us = now
        self._touched[line] = None
        self._backoff.reset()

    def _on_refusal(self, request: int, code: int, text: str) -> None:
        found = self._streams.by_request.get(request)
        if found is None:
            return  # a description or a page of history: whoever asked is told
        line, stream = found
        why = words.refusal(code, text)
        if stream == "BidAsk" and code != words.COMPETING:
            if why != line.no_quotes:
                self._note(f"{line.name}: quotes refused, tick rule only: {why}")
            line.no_quotes, line.no_quotes_code = why, code
            line.ticks.forget_quote()
        else:
            line.refused, line.refused_code = why, code
            self._guard(line.broke, self._now())
        self._streams.refused_s[line] = _loop_s()

    def _each_broke(self) -> None:
        now = self._now()
        for line in self._lines:
            self._guard(line.broke, now)

    def _restored(self, *, anew: bool) -> None:
        """1101: the streams are gone. 1102: they are kept, if ticks prove it."""
        gateway = self._gateway
        if gateway is None:
            return
        for line in self._lines:
            if anew:
                self._guard(self._streams.subscribe_anew, gateway, line, self._now())
            else:
                line.proof_due_s = _loop_s() + self._options.silent_s

    def _farm_back(self) -> None:
        """After 2103 and 2104 feeds have stayed dead: whoever was silent meanwhile must prove itself."""
        for line in self._lines:
            if line.suspected_us is not None:
                self._guard(line.broke, line.suspected_us)
                line.proof_due_s = _loop_s() + self._options.silent_s

    def _fetch_history(self, line: Line) -> None:
        span_us, line.wants_history_us = line.wants_history_us, None
        if span_us is not None and self._group is not None and self._gateway is not None:
            self._spawn(self._group, self._backfill.fill(self._gateway, line, TickSpan(*span_us)))

    # --- watching

    def _look(self, gateway: Gateway) -> None:
        """Asks again where silence or a refusal has lasted long enough."""
        now_s = _loop_s()
        for line in self._lines:
            if line.proof_due_s is not None and now_s >= line.proof_due_s:
                self._note(f"{line.name}: silent after a break, asked for anew")
                self._guard(self._streams.subscribe_anew, gateway, line, self._now())
            refused_s = self._streams.refused_s.get(line)
            if refused_s is not None and now_s - refused_s >= self._options.retry_s:
                self._retry(gateway, line)
        self._tell()

    def _retry(self, gateway: Gateway, line: Line) -> None:
        """A refusal that may have passed: quotes alone are asked for again without touching the trades."""
        del self._streams.refused_s[line]
        if line.contract is None:
            line.refused = ""
            self._wake.set()
        elif line.refused and line.refused_code in _PASSING:
            self._guard(self._streams.subscribe_anew, gateway, line, self._now())
        elif line.no_quotes and line.no_quotes_code in _PASSING:
            self._streams.by_request.pop(line.requests.pop("BidAsk", -1), None)
            self._guard(self._streams.subscribe, gateway, line, "BidAsk")

    # --- inside

    @property
    def _lines(self) -> tuple[Line, ...]:
        return tuple(self._streams.lines.values())

    def _say(self, state: LinkState, text: str, retry_at_us: int = 0) -> None:
        """The connection's state; "live" lets every market speak for itself."""
        self._links.say(state, text, retry_at_us)
        self._tell()

    def _tell(self) -> None:
        self._links.tell(self._lines)

    def _guard(self, call: Callable[..., object], *arguments: object) -> None:
        """What is raised inside a callback, ib_async would swallow, and the rest of the packet with it."""
        try:
            call(*arguments)
        except VenueError as error:
            self._note(f"{NAME}: {error}")
        except Exception as error:  # noqa: BLE001 - kept whole, and raised by `run`
            self._failure = self._failure or error
            if self._gateway is not None:
                self._gateway.end()


def _loop_s() -> float:
    return asyncio.get_running_loop().time()
