"""History from IB: whole seconds, the tick rule, never twice with what came live, and never called exact."""

import asyncio
import time

from tests.feeds.ibkr.running import running
from tests.feeds.ibkr.tws import AAPL, Tws

CON = AAPL["con_id"]
BOTH = [(CON, "AllLast"), (CON, "BidAsk")]
NAME = "ibkr:AAPL"
NOW = int(time.time())


def rows(first, last, a_second=1):
    """Trades from second `first` up to `last`, that one included, by turns at 10.01 and 10.02."""
    count = (last - first + 1) * a_second
    return [(first + at // a_second, 0, "10.01" if at % 2 else "10.02", "2") for at in range(count)]


def test_history_goes_before_the_live_trades_and_ends_in_the_second_they_begin():
    async def go():
        async with Tws() as tws, running(tws, "AAPL", backfill_minutes=1) as (_, board):
            tws.history[CON] = [*rows(NOW - 100, NOW + 3), (NOW + 3, 2, "11", "5")]
            await tws.subscribed(*BOTH)
            await tws.send_ticks(CON, [("t", "10.05", "1", 0, NOW), ("t", "10.06", "1", 0, NOW + 1)])
            state = board.states[NAME]
            await board.until(lambda: state.flow.taken == 62)
            state.flow.settle()
            assert [trade.time_us // 1_000_000 for trade in state.flow.prints(99)] == [
                NOW + 1,
                NOW,
                *range(NOW - 1, NOW - 61, -1),
            ]
            (outage,) = state.known.outages
            assert outage.approximate
            assert (outage.from_time_us, outage.to_time_us) == ((NOW - 60) * 1_000_000, NOW * 1_000_000)
            assert {"tick", "unknown"} == set(state.flow.sources.shares())
            assert state.session_coverage() < 1
            assert f"{NAME}: trades of 60.0 s from history, approximate" in board.notices

    asyncio.run(go())


def test_pages_follow_one_another_and_a_second_that_ends_a_page_comes_once():
    async def go():
        async with Tws() as tws, running(tws, "AAPL", backfill_minutes=1) as (_, board):
            tws.history[CON] = rows(NOW - 90, NOW, 47)
            await tws.subscribed(*BOTH)
            await tws.send_ticks(CON, [("t", "10.05", "1", 0, NOW)])
            state = board.states[NAME]
            await board.until(lambda: state.flow.taken == 60 * 47 + 1)
            assert len([fields for fields in tws.received if fields[0] == "96"]) == 3

    asyncio.run(go())


def test_a_break_is_filled_between_the_trades_around_it_and_stays_a_break():
    async def go():
        async with Tws() as tws, running(tws, "AAPL", backfill_minutes=1) as (_, board):
            tws.history_refusal = (162, "Historical Market Data Service error message:no")
            await tws.subscribed(*BOTH)
            await tws.send_ticks(CON, [("t", "10.05", "1", 0, NOW - 20)])
            state = board.states[NAME]
            await board.until(lambda: state.flow.taken == 1)
            assert any("history is not whole: history refused (162)" in one for one in board.notices)
            tws.history_refusal = None
            tws.history[CON] = rows(NOW - 100, NOW)
            tws.drop()
            await tws.subscribed(*BOTH)
            await tws.send_ticks(CON, [("t", "10.07", "1", 0, NOW - 9)])
            await board.until(lambda: state.flow.taken == 12)
            times = [trade.time_us // 1_000_000 - NOW for trade in reversed(state.flow.prints(99))]
            assert times == [-20, *range(-19, -9), -9]
            assert [one.approximate for one in state.known.outages] == [False, True]

    asyncio.run(go())


def test_live_trades_that_wait_for_history_are_counted_when_the_connection_breaks():
    async def go():
        async with Tws() as tws, running(tws, "AAPL", backfill_minutes=1, backfill_s=30) as (_, board):
            tws.is_slow = True
            await tws.subscribed(*BOTH)
            await tws.send_ticks(CON, [("t", "10.05", "1", 0, NOW), ("t", "10.06", "1", 0, NOW)])
            await tws.wait_for(lambda server: any(fields[0] == "96" for fields in server.received))
            assert board.states[NAME].flow.taken == 0
            tws.drop()
            await board.until(lambda: board.states[NAME].flow.taken == 2)

    asyncio.run(go())
