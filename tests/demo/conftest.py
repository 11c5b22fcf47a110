"""What every test of the demo exchange starts with: one whose clock stands still, and a REST client."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx2
import pytest
import websockets

from cvdtui.demo.exchange import Exchange, ManualClock

NOON_US = 1_795_005_432_100_000
"""Wednesday 2026-11-18, 12:37:12.1 UTC."""


class ExchangeClient:
    """An exchange and ways to talk to it over real sockets."""

    def __init__(self, exchange: Exchange, http: httpx2.AsyncClient) -> None:
        self.exchange = exchange
        self.http = http

    async def get(self, venue: str, path: str, **query):
        return await self.http.get(self.exchange.rest_url(venue) + path, params=query)

    async def trades(self, market: str, **query) -> list[dict]:
        venue, symbol = market.split(":")
        path = "/api/v3/aggTrades" if venue == "binance" else "/fapi/v1/aggTrades"
        answer = await self.get(venue, path, symbol=symbol, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def klines(self, market: str, interval: str, **query) -> list[list]:
        venue, symbol = market.split(":")
        path = "/api/v3/klines" if venue == "binance" else "/fapi/v1/klines"
        answer = await self.get(venue, path, symbol=symbol, interval=interval, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stream(self, venue: str, path: str):
        return websockets.connect(
            self.exchange.ws_url(venue) + path, compression=None, max_queue=None, proxy=None
        )

    async def read_to(self, socket, last_id: int) -> list[dict]:
        """Every frame's data up to the aggregate trade `last_id`; broken frames as {"broken": text}."""
        frames = []
        while True:
            text = await socket.recv()
            try:
                frame = json.loads(text)
                data = frame.get("data", frame)
            except (ValueError, AttributeError):
                frames.append({"broken": text})
                continue
            frames.append(data)
            if data.get("a") == last_id:
                return frames


@pytest.fixture
def exchange_client() -> Callable[..., AbstractAsyncContextManager[ExchangeClient]]:
    @asynccontextmanager
    async def opened(**options) -> AsyncIterator[ExchangeClient]:
        clock = options.pop("clock", None) or ManualClock(NOON_US)
        async with (
            httpx2.AsyncClient(trust_env=False) as http,
            Exchange(**{"markets": 4, "rate": 40.0, "clock": clock, **options}) as exchange,
        ):
            yield ExchangeClient(exchange, http)

    return opened
