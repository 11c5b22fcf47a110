"""Historical ticks of one span, page by page, within the pacing of Interactive Brokers."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from cvdtui.errors import VenueError
from cvdtui.feeds.budget import Budget
from cvdtui.feeds.ibkr.gateway import PAGE, Gateway
from cvdtui.feeds.ibkr.line import Line
from cvdtui.feeds.ibkr.options import IbkrOptions
from cvdtui.model import Now, Outage, Sink

if TYPE_CHECKING:
    from ib_async import Contract

Row = tuple[int, float, float, bool]
"""(second, price, size, unreported)."""
MOST_PAGES = 40
"""More would use up the requests of all other markets."""
# Trades alone are requested: a page of BID_ASK counts as two.
REQUESTS, WINDOW_S = 60, 600.0
"""Requests of history that IB allows in a window."""


class TickSpan:
    """Trades of from_us <= time < to_us; what came before a failure is kept."""

    def __init__(self, from_us: int, to_us: int) -> None:
        self.from_s = -(-from_us // 1_000_000)
        self.to_s = to_us // 1_000_000
        self.rows: list[Row] = []
        self.trouble = ""
        """Why it ends early; empty when it is whole."""

    async def fetch(self, gateway: Gateway, contract: "Contract", budget: Budget) -> None:
        """Requests pages until the span is whole, or IB has no more, or refuses."""
        next_s = self.from_s
        for _ in range(MOST_PAGES):
            await budget.spend(1)
            try:
                page = await gateway.history(contract, next_s)
            except VenueError as error:
                self.trouble = str(error)
                return
            # Times are whole seconds: a page holds all of its last one, so the next begins a second later.
            times = [int(tick.time.timestamp()) for tick in page]
            self.rows += [
                (time_s, tick.price, tick.size, tick.tickAttribLast.unreported)
                for time_s, tick in zip(times, page, strict=True)
                if next_s <= time_s < self.to_s
            ]
            if len(page) < PAGE or times[-1] + 1 >= self.to_s or times[-1] < next_s:
                return
            next_s = times[-1] + 1
        self.trouble = f"more than {MOST_PAGES} pages"


class TickBackfill:
    """Fetches spans for markets whose live trades wait meanwhile; all of them share IB's pacing."""

    def __init__(self, options: IbkrOptions, sink: Sink, now: Now, note: Callable[[str], None]) -> None:
        self._options = options
        self._sink = sink
        self._now = now
        self._note = note
        self._budget = Budget(REQUESTS, share=0.9, window_s=WINDOW_S)

    async def fill(self, gateway: Gateway, line: Line, span: TickSpan) -> None:
        """Hands over what came, whole or not, then what waited."""
        try:
            if line.contract is not None:
                async with asyncio.timeout(self._options.backfill_s):
                    await span.fetch(gateway, line.contract, self._budget)
        except TimeoutError:
            span.trouble = f"no more in {self._options.backfill_s:g} s"
        finally:
            if line.waiting is not None:
                self._end(line, span)

    def _end(self, line: Line, span: TickSpan) -> None:
        if line.end_history(span.rows, self._now()):
            begin, end = span.from_s * 1_000_000, span.to_s * 1_000_000
            self._sink.on_outage(Outage(line.name, begin, end, approximate=True))
        if span.trouble:
            self._note(f"{line.name}: history is not whole: {span.trouble}")
