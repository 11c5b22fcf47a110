"""History for markets whose candles give no delta: they start live, and again once older trades are there."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cvdtui.model import Missing, Sink, Trades

if TYPE_CHECKING:
    from cvdtui.feeds.trade_pages import TradePages

# OKX gives 100 trades a request and allows 20 requests in 2 s: 20,000 trades in 20 s.
ROUNDS = (10, 190)
"""Requests a market for the time before the start: a few minutes soon, then the rest."""
MOST_NEWER = 50


async def fetch_older(  # noqa: PLR0913 - its wires to the feed
    pages: "TradePages",
    sink: Sink,
    market: str,
    from_us: int,
    patience_s: float,
    on_missing: Callable[[Missing], None],
) -> None:
    """Start a market of contiguous ids again with its trades since a moment, as far as pages reach.

    Its numbers stay until everything is there. Raises VenueError or WireError when requests fail; then it
    goes on as it is.
    """
    symbol = market.partition(":")[2]
    known: list[Trades] = []
    for most in ROUNDS:
        before = sum(len(page.trades) for page in known)
        known, more = await pages.back(symbol, from_us, patience_s, most, known)
        if sum(len(page.trades) for page in known) == before:
            return
        known += await _since(pages, symbol, known[-1], patience_s)
        sink.hold(market)
        for page in known:
            sink.on_trades(page)
        missing = sink.expect(market, known[0].trades[0].id)
        if missing is not None:
            on_missing(missing)
        if not more:
            return


async def _since(pages: "TradePages", symbol: str, known: Trades, patience_s: float) -> list[Trades]:
    """What traded while the older trades were fetched; the rest of it is a hole like any other."""
    found: list[Trades] = []
    for _ in range(MOST_NEWER):
        last = (found[-1] if found else known).trades[-1]
        page = await pages.after(symbol, last.id + last.count, pages.size, patience_s, last.time_us)
        fresh = tuple(trade for trade in page.trades if trade.id > last.id)
        if not fresh:
            break
        found.append(Trades(page.market, fresh, page.id_rule, page.source))
    return found
