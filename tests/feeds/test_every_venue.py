"""Every venue on a loopback server that plays its fixture: silence found out, drops that double nothing."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.server import serve

from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.venue_feed import LiveFeed
from cvdtui.model import Trades
from cvdtui.venues import VENUES, Ack
from tests.feeds.loopback import response
from tests.feeds.running import QUICK
from tests.feeds.sink import Kept
from tests.venues.test_fixtures import fixture, parts

NOW_US = 1_790_000_400_000_000


class Host:
    """Takes every connection, keeps what it is sent; REST answers 500."""

    def __init__(self):
        self.sockets = []
        self.paths = []
        self.received = []
        self.asked = []
        self.changed = asyncio.Event()

    async def handle(self, ws):
        self.sockets.append(ws)
        self.received.append([])
        mine = self.received[-1]
        self.changed.set()
        async for text in ws:
            mine.append(text)
            self.changed.set()

    async def rest(self, _, request):
        if request.headers.get("Upgrade", "").lower() != "websocket":
            self.asked.append(urlsplit(request.path).path)
            self.changed.set()
            return response(500, {}, {"msg": "no"})
        self.paths.append(urlsplit(request.path).path)
        return None

    async def until(self, condition, seconds=10.0):
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def feeding(venue, symbols, markets, **options):
    host, sink = Host(), Kept()
    async with serve(host.handle, "127.0.0.1", 0, process_request=host.rest, ping_interval=None) as server:
        at = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        feed = LiveFeed(
            venue,
            symbols,
            sink,
            now=lambda: NOW_US,
            anchors=lambda _, now_us: (now_us, now_us),
            ws_url=f"ws://{at}",
            rest_url=f"http://{at}",
            options=FeedOptions(
                **{**QUICK, "history": False, "timeout_s": 0.4, "open_interest_s": 0, **options}
            ),
        )
        task = asyncio.create_task(feed.run())
        try:
            await host.until(lambda: host.received and host.received[0])
            for market in markets:
                if market.symbol in symbols:
                    feed.venue.learn(market)
            yield host, sink
            if task.done():
                task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def two_frames(venue):
    """A market and two of its frames: of contiguous ids such that follow one another."""
    reader, rows = fixture(venue)
    decoded = []
    for row in rows:
        if row.get("trades"):
            batches = [part for part in parts(reader.decode(row["frame"])) if isinstance(part, Trades)]
            decoded += [(batch, row["frame"]) for batch in batches]
    for first, frame in decoded:
        for second, other in decoded:
            ids = {one.id for one in first.trades}
            last = first.trades[-1]
            follows = second.trades[0].id == last.id + last.count or first.id_rule != "contiguous"
            if (
                second.market.name == first.market.name
                and second.id_rule == first.id_rule == reader.id_rule
                and follows
                and not ids & {one.id for one in second.trades}
            ):
                return reader, first, frame, second, other
    raise AssertionError(f"{venue}'s fixture has no two frames of one market that follow one another")


@pytest.mark.parametrize("venue", VENUES)
def test_what_was_told_before_a_drop_and_again_after_it_counts_once(venue):
    reader, first, frame, second, other = two_frames(venue)
    name = first.market.name
    wanted = [one.id for one in (*first.trades, *second.trades)]

    async def go():
        async with feeding(venue, [first.market.symbol], reader.markets()) as (host, sink):
            await host.sockets[0].send(frame)
            await sink.until(lambda: len(sink.ids(name)) == len(first.trades))
            await host.sockets[0].close(1012, "restart")
            await host.until(lambda: len(host.received) == 2 and host.received[1])
            assert host.received[1] == host.received[0] or len(host.received[1]) == len(host.received[0])
            await host.sockets[1].send(frame)
            await host.sockets[1].send(other)
            await sink.until(lambda: len(sink.ids(name)) >= len(wanted))
            assert sorted(sink.ids(name)) == sorted(wanted)
            assert not sink.outages, "the stream itself reached back to the last trade known"
            assert {urlsplit(reader.socket_url()).path or "/"} == set(host.paths)

    asyncio.run(go())


@pytest.mark.parametrize("venue", VENUES)
def test_no_question_about_a_market_needs_the_market_to_be_known(venue):
    symbol = two_frames(venue)[1].market.symbol
    grammar = VENUES[venue]()
    assert not grammar.markets()
    for request in (*grammar.ask_markets([symbol]), grammar.ask_open_interest(symbol)):
        assert request is None or request.url.startswith("https://")
    assert grammar.subscribe([symbol])


@pytest.mark.parametrize("venue", VENUES)
def test_open_interest_is_asked_for_beside_the_trades_and_never_before_the_market_is_known(venue):
    """Markets are described only when the first question has failed: polling meanwhile ends nothing."""
    reader, first, frame, _, _ = two_frames(venue)
    symbol, name = first.market.symbol, first.market.name

    async def go():
        async with feeding(venue, [symbol], reader.markets(), open_interest_s=0.01) as (host, sink):
            await host.sockets[0].send(frame)
            await sink.until(lambda: len(sink.ids(name)) == len(first.trades))
            question = reader.ask_open_interest(symbol)
            if question is not None:
                await host.until(lambda: host.asked.count(urlsplit(question.url).path) > 1)

    asyncio.run(go())


@pytest.mark.parametrize("venue", [name for name in VENUES if VENUES[name]().id_rule != "contiguous"])
def test_where_ids_tell_no_hole_a_drop_that_nothing_bridges_is_told_as_a_span_of_time(venue):
    reader, first, frame, second, other = two_frames(venue)
    later = [one for one in second.trades if one.time_us > first.trades[-1].time_us]

    async def go():
        async with feeding(venue, [first.market.symbol], reader.markets()) as (host, sink):
            await host.sockets[0].send(frame)
            await sink.until(lambda: sink.ids(first.market.name))
            await host.sockets[0].close(1012, "restart")
            await host.until(lambda: len(host.received) == 2 and host.received[1])
            await host.sockets[1].send(other)
            await sink.until(lambda: len(sink.ids(first.market.name)) > len(first.trades))
            spans = [(one.from_time_us, one.to_time_us) for one in sink.outages]
            reached = any(one.time_us < first.trades[-1].time_us for one in second.trades)
            span = (first.trades[-1].time_us, second.trades[0].time_us)
            assert spans == ([] if reached else [span]), (later, spans)

    asyncio.run(go())


@pytest.mark.parametrize("venue", VENUES)
def test_an_accepted_subscription_without_data_is_found_out(venue):
    reader, rows = fixture(venue)
    acks = [
        row["frame"]
        for row in rows
        if row.get("event") == "Ack" and isinstance(reader.decode(row["frame"]), Ack)
    ]
    _, first, *_ = two_frames(venue)

    async def go():
        async with feeding(venue, [first.market.symbol], reader.markets(), unasked_s=0.5) as (host, sink):
            for ack in acks:
                await host.sockets[0].send(ack)
            await host.until(lambda: len(host.received) >= 2 and host.received[1])
            assert any("no trade of any market" in link.text for link in sink.links)
            assert len(host.received[1]) == len(host.received[0]), "all is asked for again"

    asyncio.run(go())


@pytest.mark.parametrize("venue", [name for name in VENUES if VENUES[name]().limits.heartbeat_s])
def test_a_venue_that_wants_a_sign_of_life_hears_it(venue):
    reader, first, *_ = two_frames(venue)

    async def go():
        async with feeding(venue, [first.market.symbol], reader.markets(), heartbeat_s=0.05) as (host, _):
            asked = len(reader.greeting()) + len(reader.subscribe([first.market.symbol]))
            await host.until(lambda: len(host.received[0]) >= asked + 2)
            beat = VENUES[venue](now=lambda: NOW_US).heartbeat()
            assert set(host.received[0][asked:]) == {beat}

    asyncio.run(go())


def demands(venue):
    """Frames of the fixture by which the venue asks for a sign of life."""
    reader, rows = fixture(venue)
    frames = [row["frame"] for row in rows if row.get("event") == "Reply"]
    return [(frame, reader.decode(frame).frame) for frame in frames]


@pytest.mark.parametrize("venue", [name for name in VENUES if demands(name)])
def test_a_venue_that_asks_for_a_sign_of_life_is_answered_at_once(venue):
    reader, first, *_ = two_frames(venue)
    ((frame, answer), *_) = demands(venue)

    async def go():
        async with feeding(venue, [first.market.symbol], reader.markets()) as (host, _):
            asked = len(reader.greeting()) + len(reader.subscribe([first.market.symbol]))
            await host.until(lambda: len(host.received[0]) == asked)
            await host.sockets[0].send(frame)
            await host.until(lambda: len(host.received[0]) > asked)
            assert host.received[0][asked:] == [answer]

    asyncio.run(go())


def test_every_venue_has_a_way_to_keep_a_quiet_connection():
    """Our own frame, the answer to the venue's, or heartbeats it is asked for; Binance pings by WebSocket."""
    alone = {name for name in VENUES if not VENUES[name]().limits.heartbeat_s and not demands(name)}
    assert {name for name in alone if not name.startswith("binance")} == {"coinbase"}, "its heartbeat channel"
    assert any(stream.startswith("heartbeat") for stream in VENUES["coinbase"]().streams("BTC-USD"))
