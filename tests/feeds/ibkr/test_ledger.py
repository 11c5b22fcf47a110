"""The real client against the test server: every sum equals the server's own ledger."""

import asyncio

import pytest

from tests.feeds.ibkr.ledger import Ledger, tape
from tests.feeds.ibkr.running import running
from tests.feeds.ibkr.tws import AAPL, ES, ORDER_LIKE, Tws

BOTH = [(AAPL["con_id"], "AllLast"), (AAPL["con_id"], "BidAsk")]


async def counted(ticks, per_packet, **options):
    async with Tws() as tws, running(tws, "AAPL", **options) as (_, board):
        await tws.subscribed(*BOTH)
        await tws.send_ticks(AAPL["con_id"], ticks, per_packet)
        ledger = Ledger(include_unreported=options.get("include_unreported", False)).walk(ticks)
        state = board.states["ibkr:AAPL"]
        await board.until(lambda: state.flow.taken >= ledger.trades and state.excluded >= ledger.excluded)
        return board, ledger, tws


@pytest.mark.parametrize("per_packet", [1, 10, 50])
@pytest.mark.parametrize("seed", [1, 2])
def test_buy_sell_unknown_and_cvd_equal_the_ledger(per_packet, seed):
    ticks = tape(1_500, seed)
    board, ledger, tws = asyncio.run(counted(ticks, per_packet))
    assert board.sums("ibkr:AAPL") == (ledger.buy, ledger.sell, ledger.unknown, ledger.cvd)
    state = board.states["ibkr:AAPL"]
    assert (state.flow.trades, state.excluded) == (ledger.trades, ledger.excluded)
    assert state.excluded > 20
    assert state.rejected == 0
    shares = state.flow.sources.shares()
    assert sum(shares.values()) == pytest.approx(1)
    for source, volume in ledger.sources.items():
        assert shares[source] == pytest.approx(float(volume / ledger.volume))
    assert not tws.kinds & ORDER_LIKE


def test_unreported_prints_count_when_asked_to():
    ticks = tape(600, 3)
    board, ledger, _ = asyncio.run(counted(ticks, 10, include_unreported=True))
    assert board.sums("ibkr:AAPL") == (ledger.buy, ledger.sell, ledger.unknown, ledger.cvd)
    assert board.states["ibkr:AAPL"].excluded == 0


def test_trades_count_in_the_second_ib_gave_them_not_in_that_of_their_arrival():
    async def go():
        async with Tws() as tws, running(tws, "AAPL") as (_, board):
            await tws.subscribed(*BOTH)
            second = 1_790_000_000
            ticks = [("t", "10.01", "1", 0, second), ("t", "10.02", "2", 0, second + 61)]
            await tws.send_ticks(AAPL["con_id"], ticks, 2)
            state = board.states["ibkr:AAPL"]
            await board.until(lambda: state.flow.taken == 2)
            state.flow.settle()
            bars = state.flow.bars[60].all()
            assert [bar.time_us for bar in bars] == [
                (one - one % 60) * 1_000_000 for one in (second, second + 61)
            ]

    asyncio.run(go())


def test_a_continuous_future_streams_its_front_contract_with_its_tick_and_its_hours():
    async def go():
        async with Tws() as tws, running(tws, "ES@CME") as (_, board):
            await tws.subscribed((ES["con_id"], "AllLast"), (ES["con_id"], "BidAsk"))
            asked = next(fields for fields in tws.received if fields[0] == "97")
            assert asked[4] == "FUT"
            ticks = [("q", "5871.25", "5871.5", "9", "9"), ("t", "5871.5", "3", 0)]
            await tws.send_ticks(ES["con_id"], ticks)
            state = board.states["ibkr:ES@CME"]
            await board.until(lambda: state.flow.taken == 1)
            market = state.market
            assert (market.base, market.quote, market.tick, market.price_decimals) == ("ES", "USD", 25, 2)
            assert board.hours["ibkr:ES@CME"] == ("17:00", "US/Central")
            assert "ibkr:ES@CME follows ESZ6" in board.notices

    asyncio.run(go())


def test_rth_sessions_begin_with_regular_hours():
    async def go():
        async with Tws() as tws, running(tws, "AAPL", hours="rth") as (_, board):
            await tws.subscribed(*BOTH)
            assert board.hours["ibkr:AAPL"] == ("09:30", "US/Eastern")

    asyncio.run(go())
