"""Decimals and contract sizes as the venue describes them: before markets start, and again if it failed."""

import asyncio
from typing import TYPE_CHECKING

from cvdtui.errors import VenueError, WireError
from cvdtui.feeds.backoff import Backoff
from cvdtui.feeds.rest import Rest
from cvdtui.model import Link, Market, Now, Sink
from cvdtui.venues.grammar.decimals import grow

if TYPE_CHECKING:
    from cvdtui.venues import Venue

PATIENCE_S = 5.0
"""The start does not wait longer for the true decimals: each symbol has safe ones."""


class MarketDescriptions:
    """Keeps `wanted` (by symbol) as the venue describes them; those it does not know leave it, refused."""

    def __init__(self, venue: "Venue", rest: Rest, sink: Sink, now: Now, wanted: dict[str, Market]) -> None:
        self._venue = venue
        self._rest = rest
        self._sink = sink
        self._now = now
        self._wanted = wanted
        self._undescribed: set[str] = set()

    async def describe(self, symbols: list[str]) -> list[str]:
        """Learn the markets' decimals; those the venue does not know are refused, the others returned."""
        known: list[str] = []
        for symbol, market in (await self._described(symbols)).items():
            if symbol not in self._wanted:
                continue  # removed while the answer was on its way
            if isinstance(market, Market):
                self._learn(market)
                known.append(symbol)
            else:
                name = self._wanted.pop(symbol).name
                self._sink.on_link(Link(name, "refused", self._rest.host, market, (name,), self._now()))
        return known

    async def retry(self, symbols: list[str]) -> None:
        """Descriptions of markets that started without: their decimals may only grow now."""
        late = [symbol for symbol in symbols if symbol in self._undescribed and symbol in self._wanted]
        self._undescribed.difference_update(late)
        for symbol, market in (await self._described(late)).items() if late else ():
            if isinstance(market, Market) and symbol not in self._undescribed and symbol in self._wanted:
                now = self._venue.market(symbol)
                self._learn(grow(market, now.price_decimals, now.size_decimals))

    async def await_contract_sizes(self, symbols: list[str]) -> None:
        """Repeat the request until each contract size is known: without it every trade is rejected."""
        backoff = Backoff()
        while late := [
            symbol
            for symbol in symbols
            if symbol in self._wanted and not self._venue.market(symbol).contract_size
        ]:
            await asyncio.sleep(backoff.next())
            await self.retry(late)

    def _learn(self, market: Market) -> None:
        self._wanted[market.symbol] = market
        self._venue.learn(market)
        self._sink.on_market(market)

    async def _described(self, symbols: list[str]) -> dict[str, Market | str]:
        """Each symbol's market, or why there is none; without an answer what its symbol says."""
        found: dict[str, Market] = {}
        try:
            async with asyncio.timeout(PATIENCE_S):
                for request in self._venue.ask_markets(symbols):
                    markets = self._venue.read_markets(await self._rest.ask(request), symbols)
                    found |= {market.symbol: market for market in markets}
        except (VenueError, WireError, TimeoutError) as error:
            if getattr(error, "status", 0) == 400:
                return await self._one_by_one(symbols, str(error))
            wanted = [symbol for symbol in symbols if symbol in self._wanted]
            self._undescribed.update(symbol for symbol in wanted if symbol not in found)
            return {symbol: found.get(symbol) or self._wanted[symbol] for symbol in wanted}
        words = f"{self._rest.host} knows no"
        return {symbol: found.get(symbol) or f"{words} {symbol} ({self._venue.name})" for symbol in symbols}

    async def _one_by_one(self, symbols: list[str], reason: str) -> dict[str, Market | str]:
        """One wrong symbol fails the request for all: find it by halves."""
        if len(symbols) == 1:
            return {symbols[0]: f"{symbols[0]}: {reason}"}
        # Binance answers -1121 (invalid symbol) for the whole list and names none.
        middle = len(symbols) // 2
        return {**await self._described(symbols[:middle]), **await self._described(symbols[middle:])}
