"""The feed of Interactive Brokers: one connection after the other, and what TWS sends on it."""

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
from cvdtui.feeds.ibkr.recovery import Recovery
from cvdtui.feeds.ibkr.streams import Note, OnHours, Since, Streams
from cvdtui.model import LinkState, Now, Sink
from cvdtui.venues.grammar.events import clean
from cvdtui.venues.ibkr import NAME


class IbkrFeed:
    """Feeds the Sink with contracts of Interactive Brokers until `run` is cancelled.

    Trouble never ends it: it is reported on the link `ibkr` (the connection) and on one link a market.
    Nothing but descriptions, ticks and historical ticks is ever requested.
    """

    def __init__(  # noqa: PLR0913 - the Sink, and what is reported to whom
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
        self._wake = asyncio.Event()
        self._recovery = Recovery(
            options, self._streams, now=now, note=note, guard=self._guard, wake=self._wake.set
        )
        self._links = Links(sink, now, options)
        self._gateway: Gateway | None = None
        self._group: asyncio.TaskGroup | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._backoff = Backoff(options.backoff_first_s, options.backoff_most_s)
        self._backfill = TickBackfill(options, sink, now, note)
        self._touched: dict[Line, None] = {}
        """Markets with ticks in the packet that is being read."""
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
            for line in self._streams.followed:
                line.close(self._now())

    # --- one connection after the other

    async def _once(self) -> None:
        """One try to connect, the life of the connection, and the pause after its end."""
        address = self._options.address
        self._report("connecting", f"connecting to {address}")
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
        # ib_async neither reconnects nor subscribes again, and TWS restarts every day.
        wait_s = max(least_s, self._backoff.next())
        self._report("waiting", f"{why}; next try in {wait_s:.0f} s", self._now() + round(wait_s * 1e6))
        await asyncio.sleep(wait_s)

    async def _live(self, gateway: Gateway) -> None:
        """Opens the markets and watches them until the connection ends."""
        self._report("live", "")
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
                self._recovery.check(gateway)
                self._emit_links()
            self._group = None
            for task in self._tasks:
                task.cancel()  # the answers that they wait for will not come

    def _spawn(self, group: asyncio.TaskGroup, work: Coroutine[object, object, None]) -> None:
        task = group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self, gateway: Gateway, lines: list[Line]) -> None:
        with contextlib.suppress(VenueError):  # the connection ended meanwhile, which `_once` reports
            await self._streams.open(gateway, lines)
        self._emit_links()

    # --- the StreamListener

    def on_last(  # noqa: PLR0913 - the fields of the tick
        self, request: int, time_s: int, price: float, size: float, *, past_limit: bool, unreported: bool
    ) -> None:
        """A trade, or a halt."""
        found = self._streams.by_request.get(request)
        if found is None:
            self._sink.on_ignored(None)
            return
        (line, stream), now = found, self._now()
        self._guard(self._on_tick, line, stream, now)
        self._guard(line.last, time_s, price, size, now, past_limit, unreported)

    def on_quote(self, request: int, bid: float, ask: float, bid_size: float, ask_size: float) -> None:
        """A quote."""
        found = self._streams.by_request.get(request)
        if found is None:
            self._sink.on_ignored(None)
            return
        (line, stream), now = found, self._now()
        self._guard(self._on_tick, line, stream, now)
        self._guard(line.quote, bid, ask, bid_size, ask_size, now)

    def on_packet(self) -> None:
        """One read of the socket is over: what it brought is handed on."""
        # Once a read of the socket, not once a tick: trades of one packet go on as one batch.
        touched, self._touched = self._touched, {}
        for line in touched:
            self._guard(line.flush)
            if line.wants_history_us is not None:
                self._fetch_history(line)

    def on_error(self, request: int, code: int, text: str) -> None:
        """An error or a notice of TWS."""
        meaning = words.meaning_of(code, request)
        if meaning == "refused":
            self._recovery.on_refusal(request, code, text)
        elif meaning == "lost":
            self._report("waiting", f"TWS has lost its connection to IB ({code}); it reconnects by itself")
            self._recovery.all_broke()
        elif meaning in ("restored", "resubscribe"):
            self._report("live", "")
            self._recovery.all_broke()
            if self._gateway is not None:
                self._recovery.restored(self._gateway, anew=meaning == "resubscribe")
        elif meaning == "farm lost":
            self._recovery.farm_lost()
            self._note(f"{NAME}: {clean(text, 100)} ({code})")
        elif meaning == "farm back":
            self._recovery.farm_back()
        elif request < 0 and not 2100 <= code < 2200:
            self._note(f"{NAME}: TWS says: {clean(text, 100)} ({code})")
        self._wake.set()

    def on_undecoded(self, text: str) -> None:
        """A message that ib_async could not read."""
        self._sink.on_rejected(None, f"{NAME}: {text}")

    def _on_tick(self, line: Line, stream: Stream, now: int) -> None:
        line.on_tick(now, _loop_s(), is_trade=stream == "AllLast")
        self._links.messages += 1
        self._links.last_data_us = now
        self._touched[line] = None
        self._backoff.reset()

    def _fetch_history(self, line: Line) -> None:
        span_us, line.wants_history_us = line.wants_history_us, None
        if span_us is not None and self._group is not None and self._gateway is not None:
            self._spawn(self._group, self._backfill.fill(self._gateway, line, TickSpan(*span_us)))

    # --- inside

    def _report(self, state: LinkState, text: str, retry_at_us: int = 0) -> None:
        """Report the connection's state; while it is live every market has its own."""
        self._links.set_connection(state, text, retry_at_us)
        self._emit_links()

    def _emit_links(self) -> None:
        self._links.emit(self._streams.followed)

    def _guard(self, call: Callable[..., object], *arguments: object) -> None:
        """Keep an error for `run`: ib_async swallows it, and the rest of the packet with it."""
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
