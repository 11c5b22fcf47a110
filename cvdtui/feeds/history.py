"""The start of one market: candles up to a minute, every trade from there on, no overlap and no hole.

Binance's candles carry taker-buy volume, so the delta of a past bar is exact: 2 x taker buy - volume. In 40
of 40 recorded windows between candle updates both agreed with the aggTrades to the last digit.
"""

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct

from cvdtui.errors import WireError
from cvdtui.model import MINUTE_US, Candle, Market, Missing, Trades

if TYPE_CHECKING:
    from cvdtui.feeds.rest import Rest
    from cvdtui.feeds.trade_pages import TradePages
    from cvdtui.model import Sink
    from cvdtui.venues import Venue

HOUR_US = 60 * MINUTE_US


class HistorySpan(Struct, frozen=True):
    """What comes as candles: whole hours first, then minutes, up to where trades begin."""

    hours_from: int
    minutes_from: int
    trades_from: int


def span(session_us: int, week_us: int, now_us: int, settle_us: int) -> HistorySpan:
    """Where hours, minutes and trades begin.

    Trades begin at the current minute, or the one before while its candle may not be final. Minutes begin
    with the hour the session begins in (or with the week, when both begin together), hours with the week's
    first whole hour.
    """
    trades_from = now_us - now_us % MINUTE_US
    if now_us - trades_from < settle_us:
        trades_from -= MINUTE_US
    begin = min(session_us, trades_from)
    minutes_from = begin - begin % HOUR_US
    if week_us >= minutes_from:
        first = min(week_us, begin)
        minutes_from = first - first % MINUTE_US
        return HistorySpan(minutes_from, minutes_from, trades_from)
    return HistorySpan(week_us + -week_us % HOUR_US, minutes_from, trades_from)


class HistoryStart(Struct, frozen=True):
    """Where a market's own trades begin, for the rows of the hour before."""

    first_id: int
    trades_from: int
    minutes_from: int


class History:
    """Fetches the start of a market; `patience_s` is how long REST may fail before live goes on alone."""

    def __init__(  # noqa: PLR0913 - its wires to the feed
        self,
        venue: "Venue",
        rest: "Rest",
        pages: "TradePages",
        sink: "Sink",
        patience_s: float,
        settle_s: float,
    ) -> None:
        self._venue = venue
        self._rest = rest
        self._pages = pages
        self._sink = sink
        self._patience_s = patience_s
        self._settle_us = int(settle_s * 1e6)

    async def fetch(self, symbol: str, session_us: int, week_us: int, now_us: int) -> "FetchedHistory":
        """Everything of one market before now. Raises VenueError or WireError when requests fail."""
        wanted = span(session_us, week_us, now_us, self._settle_us)
        # A week of minutes is 10,080 candles, 7 requests of weight 10 on USD-M; its hours are one request.
        hours = await self._candles(symbol, 3600, wanted.hours_from, wanted.minutes_from)
        minutes = await self._candles(symbol, 60, wanted.minutes_from, wanted.trades_from)
        trades_from = wanted.trades_from
        if minutes and minutes[-1].time_us + MINUTE_US < trades_from:
            # REST had no candle of the last minute yet: it is asked for once more.
            minutes += await self._candles(symbol, 60, minutes[-1].time_us + MINUTE_US, trades_from)
            trades_from = minutes[-1].time_us + MINUTE_US  # what no candle covers, trades must
        first_id, pages = await self._pages.since(symbol, trades_from, self._patience_s)
        begun = None if first_id is None else HistoryStart(first_id, trades_from, wanted.minutes_from)
        return FetchedHistory(self._venue.market(symbol), tuple(hours), tuple(minutes), begun, tuple(pages))

    async def _candles(self, symbol: str, seconds: int, from_us: int, to_us: int) -> list[Candle]:
        """Closed candles of from_us <= open < to_us, in as many pages as it takes."""
        found: list[Candle] = []
        market: Market | None = None
        while from_us < to_us:
            request = self._venue.ask_candles(symbol, seconds, from_us, to_us)
            answer = self._venue.read_candles(
                await self._rest.persist(request, self._patience_s), symbol, seconds
            )
            if answer.refused:
                raise WireError(
                    f"{answer.market.name}: candles: {answer.refused[0]}", market=answer.market.name
                )
            fresh = [candle for candle in answer.candles if from_us <= candle.time_us < to_us]
            if not fresh:
                break
            found = rescaled(found, market or answer.market, answer.market) + fresh
            market = answer.market
            from_us = fresh[-1].time_us + seconds * 1_000_000
            await asyncio.sleep(0)
        return rescaled(found, market, self._venue.market(symbol)) if market else found


class FetchedHistory(Struct, frozen=True):
    """The start of one market, ready to be handed over in one go."""

    market: Market
    hours: tuple[Candle, ...]
    minutes: tuple[Candle, ...]
    begun: HistoryStart | None
    pages: tuple[Trades, ...]

    @property
    def newest_id(self) -> int:
        """The newest id known to exist; -1 when none does."""
        if self.pages:
            return self.pages[-1].trades[-1].id
        return self.begun.first_id - 1 if self.begun is not None else -1


def hand_over(fetched: FetchedHistory, sink: "Sink", first_live: int | None) -> Missing | None:
    """Hands over candles, the trades that did not come live, and the tape's first id; what is missing.

    `first_live` is the first id that came live and waits in the tape; older ones join it there before
    `expect` releases them, so that a start leaves no hole on record.
    """
    for candles in (fetched.hours, fetched.minutes):
        if candles:
            sink.on_history(fetched.market, candles)
    if fetched.begun is None:
        return None
    for page in fetched.pages:
        older = tuple(trade for trade in page.trades if first_live is None or trade.id < first_live)
        if older:
            sink.on_trades(Trades(page.market, older, page.id_rule, page.source))
    return sink.expect(fetched.market.name, fetched.begun.first_id)


def rescaled(candles: list[Candle], old: Market, new: Market) -> list[Candle]:
    """The same candles in a market that grew meanwhile."""
    price = 10 ** (new.price_decimals - old.price_decimals)
    size = 10 ** (new.size_decimals - old.size_decimals)
    if price == size == 1:
        return candles
    return [
        Candle(
            one.time_us,
            one.seconds,
            one.open * price,
            one.high * price,
            one.low * price,
            one.close * price,
            one.volume * size,
            one.taker_buy * size,
            one.quote_volume * price * size,
            one.trades,
            one.closed,
            one.taker_buy_value * price * size,
        )
        for one in candles
    ]
