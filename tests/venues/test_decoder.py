"""A venue whose channel numbers mean something on their own connection alone, over real ones."""

import asyncio
import json

import pytest
from msgspec.structs import replace

from cvdtui.errors import WireError
from cvdtui.feeds.files.frames import FramesReader
from cvdtui.model import Trades
from cvdtui.venues import VENUES
from tests.feeds.test_every_venue import feeding
from tests.venues.recipe.saltmarsh import LIMITS, Saltmarsh

BTC, ETH = "saltmarsh:BTC-USD", "saltmarsh:ETH-USD"
MS = 1_790_000_000_000


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setitem(VENUES, "saltmarsh", Saltmarsh)


def subscribed(channel, symbol):
    return json.dumps({"event": "subscribed", "channel": channel, "symbol": symbol})


def trade(channel, number, amount=1.0):
    return json.dumps([channel, "te", [number, MS + number, amount, 100.5]])


def symbols_of(host):
    """What each connection has subscribed to, in the order of the connections."""
    return [sorted(json.loads(text)["symbol"] for text in texts) for texts in host.received]


def test_one_number_is_two_markets_on_two_connections_at_once(registered, monkeypatch):
    monkeypatch.setattr("tests.venues.recipe.saltmarsh.LIMITS", replace(LIMITS, streams_per_socket=1))

    async def scene():
        async with feeding("saltmarsh", ["BTC-USD", "ETH-USD"], ()) as (host, sink):
            await host.until(lambda: sum(len(one) for one in symbols_of(host)) == 2)
            assert sorted(symbols_of(host)) == [["BTC-USD"], ["ETH-USD"]]
            for socket, (symbol,) in zip(host.sockets, symbols_of(host), strict=True):
                await socket.send(subscribed(17, symbol))
            for number in (1, 2, 3):  # each is waited for, so that the two connections are read by turns
                for socket, (symbol,) in zip(host.sockets, symbols_of(host), strict=True):
                    before = len(sink.ids(BTC)) + len(sink.ids(ETH))
                    await socket.send(trade(17, number if symbol == "BTC-USD" else 100 + number))
                    await sink.until(lambda: len(sink.ids(BTC)) + len(sink.ids(ETH)) > before)  # noqa: B023
            assert (sink.ids(BTC), sink.ids(ETH)) == ([1, 2, 3], [101, 102, 103])
            assert not sink.rejected

    asyncio.run(scene())


def test_after_a_drop_a_number_means_what_the_new_connection_sent(registered):
    async def scene():
        async with feeding("saltmarsh", ["BTC-USD", "ETH-USD"], ()) as (host, sink):
            await host.until(lambda: symbols_of(host) == [["BTC-USD", "ETH-USD"]])
            for frame in (subscribed(17, "BTC-USD"), subscribed(18, "ETH-USD"), trade(17, 1), trade(18, 101)):
                await host.sockets[0].send(frame)
            await sink.until(lambda: sink.ids(BTC) and sink.ids(ETH))
            await host.sockets[0].close(1012, "restart")
            await host.until(lambda: symbols_of(host)[1:] == [["BTC-USD", "ETH-USD"]])
            for frame in (trade(17, 2), subscribed(17, "ETH-USD"), subscribed(18, "BTC-USD")):
                await host.sockets[1].send(frame)
            for frame in (trade(17, 102), trade(18, 2)):
                await host.sockets[1].send(frame)
            await sink.until(lambda: len(sink.ids(BTC)) + len(sink.ids(ETH)) == 4)
            assert (sink.ids(BTC), sink.ids(ETH)) == ([1, 2], [101, 102])
            ((market, reason),) = sink.rejected
            assert market is None
            assert "channel 17: not subscribed on this connection" in reason

    asyncio.run(scene())


def test_a_decoder_knows_nothing_of_another_connection_and_all_share_the_markets():
    venue = Saltmarsh(["BTC-USD"])
    first, second = venue.decoder(), venue.decoder()
    first(subscribed(17, "BTC-USD"))
    assert first(trade(17, 1, -2.0)).trades[0].side == -1
    with pytest.raises(WireError, match="channel 17"):
        second(trade(17, 2))


@pytest.mark.parametrize("venue", VENUES)
def test_a_venue_that_keeps_nothing_between_frames_has_one_bound_method_for_all(venue):
    made = VENUES[venue]()
    assert made.decoder() == made.decoder()


class Lines:
    def __init__(self, *lines):
        self._lines = [line.encode() for line in lines]

    def lines(self):
        return self._lines


def test_in_a_recording_a_note_of_a_new_connection_ends_what_numbers_meant():
    reader = FramesReader(Saltmarsh(["BTC-USD", "ETH-USD"]))
    opened = "wss://ws.example.org/stream <-> 1790000000.5"
    lines = [
        opened,
        'wss://ws.example.org/stream <- 1790000000.6: {"event":"subscribe","symbol":"BTC-USD"}',
        subscribed(17, "BTC-USD"),
        trade(17, 1),
        opened,
        trade(17, 2),
        subscribed(17, "ETH-USD"),
        trade(17, 101),
    ]
    parts = list(reader.read("tape", iter([Lines(*lines)])))
    batches = [(one.market.name, one.trades[0].id) for one in parts if isinstance(one, Trades)]
    assert batches == [(BTC, 1), (ETH, 101)]
    (lost,) = [one for one in parts if type(one).__name__ == "Rejected"]
    assert (lost.count, "channel 17" in lost.reason) == (1, True)
