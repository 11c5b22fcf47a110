"""Pages of a market's trades over REST: by id forwards, and backwards to a moment."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cvdtui.errors import VenueError
from cvdtui.model import Trade, Trades

if TYPE_CHECKING:
    from cvdtui.feeds.rest import Rest
    from cvdtui.model import Sink
    from cvdtui.venues import Page, Venue

MOST_PAGES = 200
"""No minute of trades fills more pages; more is an error of paging."""


class TradePages:
    """Requests trades of one venue; rows that do not parse are reported to the Sink and left out."""

    def __init__(self, venue: "Venue", rest: "Rest", sink: "Sink") -> None:
        self._venue = venue
        self._rest = rest
        self._sink = sink
        self.size = venue.limits.trades_page

    async def newest(self, symbol: str, limit: int = 1) -> Trades:
        """The newest trades; may be empty. One try."""
        body = await self._rest.ask(self._venue.ask_trades(symbol, limit=limit))
        return self._kept(self._venue.read_trades(body, symbol))

    async def page(self, symbol: str, limit: int, patience_s: float) -> "Page":
        """The newest trades, and how many rows the answer had."""
        body = await self._rest.persist(self._venue.ask_trades(symbol, limit=limit), patience_s)
        page = self._venue.read_trades(body, symbol)
        self._kept(page)
        return page

    async def after(
        self, symbol: str, from_id: int, limit: int, patience_s: float, hint_us: int = 0
    ) -> Trades:
        """Trades from an id on, this included; where pages go by time, from `hint_us` on."""
        return await self._persist(symbol, patience_s, from_id, limit, hint_us)

    async def back(
        self, symbol: str, time_us: int, patience_s: float, most: int, known: Sequence[Trades] = ()
    ) -> "tuple[list[Trades], bool]":
        """Trades at or after a moment as far as `most` requests reach, ascending and without a hole.

        They extend the `known` ones backwards; also whether older ones remain to be requested. Raises
        VenueError or WireError when requests fail.
        """
        if self._venue.limits.pages_by == "time":
            return await self._forth(symbol, time_us, patience_s, MOST_PAGES), False
        pages = list(known)
        for _ in range(most):
            oldest = pages[0].trades[0] if pages else None
            if oldest is None:
                page = await self._persist(symbol, patience_s, None, self.size, urgent=False)
            else:
                first = max(0, oldest.id - self.size)
                older = await self._persist(symbol, patience_s, first, oldest.id - first, urgent=False)
                # One OKX trade may stand for several ids, and a page by ids may begin within one.
                page = _adjoining(older, oldest.id)
            due = replace(page, trades=tuple(trade for trade in page.trades if trade.time_us >= time_us))
            if due.trades:
                pages.insert(0, due)
            if len(due.trades) < len(page.trades) or not due.trades or due.trades[0].id == 0:
                return pages, False
        return pages, True

    async def _forth(self, symbol: str, time_us: int, patience_s: float, most: int) -> list[Trades]:
        """The same where pages go by time: forwards, the latest run of ids without a hole."""
        pages: list[Trades] = []
        for _ in range(most):
            request = self._venue.ask_trades(symbol, from_us=time_us, limit=self.size)
            body = await self._rest.persist(request, patience_s, urgent=False)
            answer = self._venue.read_trades(body, symbol)
            last = pages[-1].trades[-1].id if pages else -1
            page = self._kept(answer)
            fresh = replace(page, trades=tuple(trade for trade in page.trades if trade.id > last))
            if not fresh.trades:
                break
            if pages and fresh.trades[0].id != last + 1:
                pages = []
            pages.append(fresh)
            if answer.rows < self.size:
                break
            # Not the time after it: further trades may share the last one's (Kraken's pages go by time).
            time_us = fresh.trades[-1].time_us
        return pages

    async def since(self, symbol: str, time_us: int, patience_s: float) -> "tuple[int | None, list[Trades]]":
        """Every trade at or after a moment, ascending, and the id of the first (None: never a trade).

        Goes back by ids from the newest: USD-M refuses windows of an hour or more. With no trade since, the
        id is the next one. Raises VenueError when requests fail for longer than the patience.
        """
        pages: list[Trades] = []
        page = await self._persist(symbol, patience_s, None, self.size)
        if not page.trades:
            return None, []
        for _ in range(MOST_PAGES):
            pages.insert(0, page)
            oldest = page.trades[0]
            if oldest.time_us < time_us or oldest.id == 0:
                return _begin(pages, time_us)
            first = max(0, oldest.id - self.size)
            older = await self._persist(symbol, patience_s, first, oldest.id - first)
            page = replace(older, trades=tuple(trade for trade in older.trades if trade.id < oldest.id))
            # USD-M keeps the aggTrades of 48 hours, and a young market has none before its first.
            if not page.trades:
                return _begin(pages, time_us)  # the venue keeps no older trades: a young market
        raise VenueError(
            f"{self._rest.host}: the trades of one minute of {symbol} fill more than {MOST_PAGES} pages"
        )

    async def _persist(  # noqa: PLR0913 - a request and its limits
        self,
        symbol: str,
        patience_s: float,
        from_id: int | None,
        limit: int,
        hint_us: int = 0,
        *,
        urgent: bool = True,
    ) -> Trades:
        hint = hint_us or None
        request = self._venue.ask_trades(symbol, from_id=from_id, limit=limit, hint_us=hint)
        body = await self._rest.persist(request, patience_s, urgent=urgent)
        return self._kept(self._venue.read_trades(body, symbol))

    def _kept(self, page: "Page") -> Trades:
        for reason in page.refused:
            self._sink.on_rejected(page.batch.market.name, reason)
        return page.batch


def _begin(pages: list[Trades], time_us: int) -> tuple[int, list[Trades]]:
    """Cut pages to what lies at or after a moment; the first id is the next one when nothing does."""
    first: int | None = None
    for page in pages:
        first = next((trade.id for trade in page.trades if trade.time_us >= time_us), None)
        if first is not None:
            break
    if first is None:
        return pages[-1].trades[-1].id + 1, []
    begin = first
    return begin, trim(pages, lambda trade: trade.id >= begin)


def _adjoining(page: Trades, before: int) -> Trades:
    """The trades of a page that end right before an id, back to the first hole."""
    kept: list[Trade] = []
    for trade in reversed(page.trades):
        if trade.id + trade.count == before:
            kept.append(trade)
            before = trade.id
    return replace(page, trades=tuple(reversed(kept)))


def trim(pages: list[Trades], keep: Callable[[Trade], bool]) -> list[Trades]:
    """Pages with only the trades wanted; empty pages are dropped."""
    cut = [replace(page, trades=tuple(trade for trade in page.trades if keep(trade))) for page in pages]
    return [page for page in cut if page.trades]
