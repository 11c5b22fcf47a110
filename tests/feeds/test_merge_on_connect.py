"""The merge of one market alone: what is handed over, in which order, and what is reported as missing."""

import asyncio

import pytest

from cvdtui.errors import VenueError
from cvdtui.feeds.market_watch import Watch
from cvdtui.feeds.merge_on_connect import ConnectMerge
from cvdtui.model import Market, Trade, Trades
from cvdtui.venues import VENUES, Page
from tests.feeds.sink import Kept

NAME = "bybit:BTCUSDT"
START = 1_790_000_400_000_000


class Pages:
    """REST whose answer is given beforehand; None is a failure."""

    size = 3

    def __init__(self, trades):
        self.trades = trades

    async def page(self, symbol, limit, patience_s):
        if self.trades is None:
            raise VenueError("no")
        market = Market("bybit", symbol, price_decimals=2, size_decimals=3)
        return Page(Trades(market, tuple(self.trades), "unique"), rows=min(limit, len(self.trades)))


class Flowing:
    """A connection whose requests were all answered."""

    waiting_acks = frozenset()


def at(number, second, size=1):
    return Trade(number, START + second * 1_000_000, 6_400_000, size, 1)


def merged(pages, *, known=None, during=(), after=()):
    """What the Sink got: (ids, outages in seconds, trades) of one connection begun anew."""
    venue, sink, watch = VENUES["bybit"](["BTCUSDT"]), Kept(), Watch(10.0, by_time=True)
    connect_merge = ConnectMerge(venue, Pages(pages), sink, 1.0)
    watch.last = known

    def send(trades):
        for trade in trades:
            batch = Trades(venue.market("BTCUSDT"), (trade,), "unique", excluded=1)
            if watch.waiting is None:
                sink.on_trades(batch)
                continue
            watch.waiting.append(batch)
            if watch.page_missing:
                connect_merge.take("BTCUSDT", watch)

    async def go():
        connect_merge.hold("BTCUSDT", watch)
        send(during)
        await connect_merge.merge("BTCUSDT", watch, Flowing())
        send(after)

    asyncio.run(go())
    spans = [((one.from_time_us - START) // 10**6, (one.to_time_us - START) // 10**6) for one in sink.outages]
    return sink.ids(NAME), spans, watch


@pytest.mark.parametrize(
    ("pages", "known", "during", "after", "ids", "spans"),
    [
        pytest.param([at(1, 1), at(2, 2)], None, [at(3, 3)], [at(4, 4)], [1, 2, 3, 4], [], id="a beginning"),
        pytest.param([at(2, 2), at(3, 3)], None, [at(3, 3)], [], [2, 3], [], id="both know a trade"),
        pytest.param(
            [at(1, 1), at(3, 3), at(4, 4)], at(3, 3), [], [], [3, 4], [], id="the page reaches back"
        ),
        pytest.param([at(5, 5), at(6, 6), at(7, 7)], at(3, 3), [], [], [5, 6, 7], [(3, 5)], id="it does not"),
        pytest.param([at(5, 5)], at(3, 3), [], [], [5], [], id="a page that is not full is all there is"),
        pytest.param(None, at(3, 3), [at(9, 9)], [], [9], [(3, 9)], id="no page: the stream's first trade"),
        pytest.param(
            None, at(3, 3), [at(3, 3), at(9, 9)], [], [3, 9], [], id="the stream itself reaches back"
        ),
        pytest.param(
            None, at(3, 3), [], [at(9, 9), at(10, 10)], [9, 10], [(3, 9)], id="page_missing until a trade"
        ),
        pytest.param(None, None, [], [at(9, 9)], [9], [], id="nothing known before: nothing missing"),
        pytest.param([at(9, 9), at(8, 9)], at(3, 3), [at(7, 8)], [], [7, 9, 8], [], id="in order of time"),
    ],
)
def test_the_newest_page_and_the_stream_become_one(pages, known, during, after, ids, spans):
    got, lost, watch = merged(pages, known=known, during=during, after=after)
    assert (got, lost) == (ids, spans)
    assert watch.waiting is None
    assert not watch.page_missing


def test_a_second_drop_while_joining_loses_nothing_that_came():
    venue, sink, watch = VENUES["bybit"](["BTCUSDT"]), Kept(), Watch(10.0, by_time=True)
    connect_merge = ConnectMerge(venue, Pages(None), sink, 1.0)
    watch.last = at(1, 1)

    async def go():
        connect_merge.hold("BTCUSDT", watch)
        first = asyncio.ensure_future(connect_merge.merge("BTCUSDT", watch, Flowing()))
        watch.waiting.append(Trades(venue.market("BTCUSDT"), (at(5, 5),), "unique"))
        connect_merge.hold("BTCUSDT", watch)
        assert sink.ids(NAME) == [5]
        await first
        assert watch.waiting == [], "the first page is none of the second connection's"
        assert watch.before.id == 5
        watch.waiting.append(Trades(venue.market("BTCUSDT"), (at(9, 9),), "unique"))
        await connect_merge.merge("BTCUSDT", watch, Flowing())
        assert sink.ids(NAME) == [5, 9]
        assert len(sink.outages) == 2

    asyncio.run(go())


def test_a_page_in_coarser_decimals_is_brought_to_the_grown_market():
    venue, sink, watch = VENUES["bybit"](), Kept(), Watch(10.0, by_time=True)
    venue.learn(Market("bybit", "BTCUSDT", price_decimals=4, size_decimals=5))
    asyncio.run(joined_in(venue, sink, watch))
    assert [(one.price, one.size) for one in sink.released[NAME]] == [(640_000_000, 200)]


async def joined_in(venue, sink, watch):
    connect_merge = ConnectMerge(venue, Pages([at(1, 1, size=2)]), sink, 1.0)
    connect_merge.hold("BTCUSDT", watch)
    await connect_merge.merge("BTCUSDT", watch, Flowing())
