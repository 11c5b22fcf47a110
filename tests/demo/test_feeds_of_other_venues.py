"""Bybit and OKX end to end: the demo exchange misbehaves, and the live feed's tape is exactly its own."""

import asyncio
from contextlib import asynccontextmanager
from decimal import ROUND_HALF_EVEN, Decimal

import pytest

from cvdtui.demo.exchange import Exchange, wall_clock
from cvdtui.feeds.venue_feed import LiveFeed
from tests.feeds.running import QUICK, FeedOptions
from tests.feeds.sink import Kept

FAULTS = [("drop", "dup", "skip", "malformed"), ("slow", "stall", "429")]
MARKETS = ("bybit:BTCUSDT", "bybit-spot:BTCUSDT", "bybit-inverse:BTCUSD", "okx:BTC-USDT-SWAP")


@asynccontextmanager
async def fed(exchange, market, kept):
    venue, symbol = market.split(":")
    feed = LiveFeed(
        venue,
        [symbol],
        kept,
        now=wall_clock,
        anchors=lambda _, now_us: (now_us, now_us),
        options=FeedOptions(**{**QUICK, "history": False}),
        ws_url=exchange.ws_url(venue),
        rest_url=exchange.rest_url(venue),
    )
    task = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def truth_after(exchange, market, time_us):
    """(volume, delta) of the exchange's own tape after a moment."""
    tape = exchange._tapes.by_name[market]
    ticks = tape.history.ticks(tape.history.index_at(time_us), tape.position)
    told = list(zip(*(column.tolist() for column in (ticks.price, ticks.size, ticks.side)), strict=True))
    sizes = [(size_of(tape.listing.market, price, size), side) for price, size, side in told]
    return sum(size for size, _ in sizes), sum(side * size for size, side in sizes)


def size_of(market, price, size):
    """Base units: dollars of an inverse market are divided by the price and rounded to ten decimals."""
    if not market.inverse:
        return Decimal(size).scaleb(-market.size_decimals)
    notional = Decimal(size) / Decimal(price).scaleb(-market.price_decimals)
    return notional.quantize(Decimal("1e-10"), ROUND_HALF_EVEN)


@pytest.mark.parametrize("faults", FAULTS, ids=lambda names: "+".join(names) or "none")
@pytest.mark.parametrize("market", MARKETS)
def test_the_tape_is_the_exchanges_whatever_went_wrong(market, faults):
    async def run():
        kept = Kept()
        async with (
            Exchange(markets=24, rate=2000.0, faults=faults, seed=3) as exchange,
            fed(exchange, market, kept) as feed,
        ):
            await kept.until(lambda: len(kept.released.get(market, ())) > 20, 20)
            for _ in range(2):
                if "drop" in faults:
                    exchange.drop(market.split(":")[0])
                count = len(kept.released[market])
                await kept.until(lambda count=count: len(kept.released[market]) > count + 20, 20)
            last = exchange.freeze()[market]
            await kept.until(lambda: kept.tape(market).has(last) and feed.is_idle, 20)
            begin = min(trade.time_us for trade in kept.released[market])  # its millisecond may be cut
            whole = [trade for trade in kept.released[market] if trade.time_us > begin]
            unit = 10 ** feed.venue.market(market.split(":")[1]).size_decimals
            volume = Decimal(sum(trade.size for trade in whole)) / unit
            delta = Decimal(sum(trade.side * trade.size for trade in whole)) / unit
            assert (volume, delta) == truth_after(exchange, market, begin)
            assert kept.outages == []
            assert kept.lost == []

    asyncio.run(run())


def test_a_contract_that_was_not_told_at_first_is_asked_for_until_it_is():
    market = "okx:XRP-USDT-SWAP"

    async def run():
        kept = Kept()
        async with Exchange(markets=32, rate=2000.0, seed=3) as exchange:
            exchange.fail_requests(5, status=500)
            async with fed(exchange, market, kept) as feed:
                await kept.until(lambda: len(kept.released.get(market, ())) > 20, 20)
                assert feed.venue.market("XRP-USDT-SWAP").contract_size == "100"
                assert kept.rejected, "until then no size could be told"
                begin = min(trade.time_us for trade in kept.released[market])
                last = exchange.freeze()[market]
                await kept.until(lambda: kept.tape(market).has(last) and feed.is_idle, 20)
                whole = [trade for trade in kept.released[market] if trade.time_us > begin]
                unit = 10 ** feed.venue.market("XRP-USDT-SWAP").size_decimals
                assert (
                    Decimal(sum(one.size for one in whole)) / unit == truth_after(exchange, market, begin)[0]
                )

    asyncio.run(run())
