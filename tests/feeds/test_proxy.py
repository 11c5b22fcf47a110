"""Proxies come from the environment for other hosts, and never for loopback."""

import asyncio
import socket

import pytest

from cvdtui.feeds.rest import Rest
from cvdtui.venues import VENUES
from tests.feeds.loopback import START, Exchange, trade
from tests.feeds.running import MARKET, running

PROXIES = ("http_proxy", "https_proxy", "ws_proxy", "wss_proxy", "all_proxy")


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in (*PROXIES, "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_rest_of_another_host_goes_through_the_proxy_of_the_environment(monkeypatch):
    requests = []

    async def serve(reader, writer):
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        body = b'{"serverTime": 1790000040000}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    async def go():
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as proxy:
            port = proxy.sockets[0].getsockname()[1]
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
            venue = VENUES["binance"](rest_url="http://api.example.test")
            async with Rest(venue, share=1.0) as rest:
                assert venue.read_time(await rest.ask(venue.ask_time())) == 1790000040000 * 1000

    asyncio.run(go())
    assert requests[0].startswith(b"GET http://api.example.test/api/v3/time HTTP/1.1\r\n")


def test_a_loopback_exchange_is_reached_although_the_proxy_of_the_environment_is_dead(monkeypatch):
    with socket.socket() as taken:  # bound and not listening: it refuses connections
        taken.bind(("127.0.0.1", 0))
        for name in PROXIES:
            monkeypatch.setenv(name, f"http://127.0.0.1:{taken.getsockname()[1]}")

        async def go():
            async with (
                Exchange([trade(number, START + number) for number in range(3)]).open() as exchange,
                running(exchange) as (_, sink),
            ):
                await exchange.until(lambda: exchange.requests)
                exchange.emit("BTCUSDT", trade(3, START + 20_000))
                await sink.until(lambda: sink.ids(MARKET) == [0, 1, 2, 3])

        asyncio.run(go())
