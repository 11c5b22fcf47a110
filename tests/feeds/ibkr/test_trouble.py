"""All that goes wrong between TWS and a reader of ticks: reported in words, nothing counted twice."""

import asyncio
import time
from decimal import Decimal

import pytest

from cvdtui.feeds.ibkr import IbkrFeed, IbkrOptions
from tests.feeds.ibkr.ledger import Ledger, tape
from tests.feeds.ibkr.playing import BOTH, CON, NAME, play, walked
from tests.feeds.ibkr.running import QUICK, Watched, running
from tests.feeds.ibkr.tws import ES, Tws


def test_after_a_drop_everything_is_asked_for_anew_and_the_break_is_a_span_of_time():
    @play
    async def go(tws, _, board):
        ledger = Ledger()
        for _ in range(3):
            await tws.subscribed(*BOTH)
            await walked(tws, board, ledger, tape(300, 4))
            ledger.forget_quote()
            clients = tws.clients
            tws.drop()
            await board.until_link(NAME, "waiting", "closed the connection")
            await tws.wait_for(lambda server, before=clients: server.clients == before + 1)
        await tws.subscribed(*BOTH)
        await walked(tws, board, ledger, tape(300, 4))
        outages = board.states[NAME].known.outages
        assert len(outages) == 3
        assert all(one.from_time_us < one.to_time_us for one in outages)
        assert board.links["ibkr"].reconnects == 3
        assert board.states[NAME].session_coverage() < 1

    asyncio.run(go())


def test_until_the_first_quote_after_a_drop_the_tick_rule_alone_speaks():
    @play
    async def go(tws, _, board):
        await tws.subscribed(*BOTH)
        ticks = [("q", "10.00", "10.10", "1", "1"), ("t", "10.00", "1", 0), ("t", "10.10", "2", 0)]
        await tws.send_ticks(CON, ticks)
        flow = board.states[NAME].flow
        await board.until(lambda: flow.taken == 2)
        tws.drop()
        await board.until_link(NAME, "waiting")
        await tws.subscribed(*BOTH)
        await tws.send_ticks(CON, [("t", "10.05", "4", 0)])
        await board.until(lambda: flow.taken == 3)
        assert board.batches[-1].source == "tick"
        assert board.batches[-1].trades[0].side == -1

    asyncio.run(go())


def test_1101_resubscribes_and_what_comes_under_the_old_numbers_is_nobodys():
    @play
    async def go(tws, _, board):
        ledger = Ledger()
        await tws.subscribed(*BOTH)
        await walked(tws, board, ledger, tape(200, 6))
        old = dict(tws.streams)
        await tws.error(1100, "Connectivity between IB and Trader Workstation has been lost.")
        await board.until_link("ibkr", "waiting", "lost its connection to IB")
        await tws.error(1101, "Connectivity between IB and TWS has been restored- data lost.")
        await tws.wait_for(lambda server: set(server.streams) == set(BOTH) and server.streams != old)
        ledger.forget_quote()
        for stream, request in old.items():
            text = "2,{},10.5,7,0,NYSE," if stream[1] == "AllLast" else "3,{},1,2,3,4,0"
            await tws.send(f"99,{request},{text.format(int(time.time()))}")
        await walked(tws, board, ledger, tape(200, 7))
        assert board.ignored == 2
        assert len(board.states[NAME].known.outages) == 1
        assert await board.until_link("ibkr", "live")
        assert tws.clients == 1

    asyncio.run(go())


def test_1102_keeps_the_streams_but_a_silence_after_it_asks_anew():
    @play
    async def go(tws, _, board):
        ledger = Ledger()
        await tws.subscribed(*BOTH)
        await walked(tws, board, ledger, tape(100, 8))
        kept = dict(tws.streams)
        await tws.error(1100, "lost")
        await tws.error(1102, "restored, data maintained")
        ledger.forget_quote()
        await walked(tws, board, ledger, tape(100, 9))
        assert tws.streams == kept
        await tws.error(1100, "lost")
        await tws.error(1102, "restored, data maintained")
        await tws.wait_for(lambda server: set(server.streams) == set(BOTH) and server.streams != kept)
        assert f"{NAME}: silent after a break, requested again" in board.notices
        assert not [fields for fields in tws.received if fields[0] == "62"], (
            "ib_async asked about the account"
        )

    asyncio.run(go())


def test_a_farm_that_fails_and_comes_back_is_a_gap_unless_ticks_went_on():
    @play
    async def go(tws, _, board):
        ledger = Ledger()
        await tws.subscribed(*BOTH)
        await walked(tws, board, ledger, tape(100, 10))
        await tws.error(2103, "Market data farm connection is broken:usfuture")
        await walked(tws, board, ledger, tape(100, 11))
        await tws.error(2104, "Market data farm connection is OK:usfuture")
        await walked(tws, board, ledger, tape(100, 12))
        assert board.states[NAME].known.outages == [], "ticks went on: another farm's trouble"
        old = dict(tws.streams)
        await tws.error(2103, "Market data farm connection is broken:usfarm")
        await tws.error(2104, "Market data farm connection is OK:usfarm")
        await tws.wait_for(lambda server: set(server.streams) == set(BOTH) and server.streams != old)
        ledger.forget_quote()
        await walked(tws, board, ledger, tape(100, 13))
        (outage,) = board.states[NAME].known.outages
        assert outage.to_time_us - outage.from_time_us > 350_000, "it lasts from the failure to the next tick"

    asyncio.run(go())


def test_1102_without_1100_is_a_break_too():
    @play
    async def go(tws, _, board):
        ledger = Ledger()
        await tws.subscribed(*BOTH)
        await walked(tws, board, ledger, tape(50, 17))
        await tws.error(1102, "restored, data maintained")
        ledger.forget_quote()
        await walked(tws, board, ledger, tape(50, 18))
        assert len(board.states[NAME].known.outages) == 1

    asyncio.run(go())


def test_a_halt_is_shown_until_the_next_trade_and_counts_as_none():
    @play
    async def go(tws, _, board):
        await tws.subscribed(*BOTH)
        await tws.send_ticks(CON, [("t", "10.01", "1", 0), ("t", "0", "0", 1), ("q", "10", "10.1", "1", "1")])
        await board.until_link(NAME, "quiet", "HALTED")
        await tws.send_ticks(CON, [("t", "10.05", "2", 0)])
        await board.until_link(NAME, "live")
        assert board.states[NAME].flow.taken == 2
        assert board.states[NAME].rejected == 0

    asyncio.run(go())


def test_quotes_that_run_ahead_turn_sides_a_lag_repairs_them_and_the_share_outside_shows_it():
    async def sums(lag):
        async with Tws() as tws, running(tws, "AAPL", quote_lag_ms=lag) as (_, board):
            await tws.subscribed(*BOTH)
            bid = Decimal("10.00")
            await tws.send_ticks(CON, [("q", str(bid), str(bid + Decimal("0.01")), "1", "1")])
            await asyncio.to_thread(time.sleep, 0.06)  # the lag is real time: the first quote must age
            for step in range(1, 21):  # each trade lifts the ask; the quote it causes arrives first
                ahead = bid + step * Decimal("0.01")
                quote = ("q", str(ahead), str(ahead + Decimal("0.01")), "1", "1")
                await tws.send_ticks(CON, [quote, ("t", str(ahead), "1", 0)], 2)
            flow = board.states["ibkr:AAPL"].flow
            await board.until(lambda: flow.taken == 20)
            return board.sums("ibkr:AAPL"), board.states["ibkr:AAPL"].outside

    (buy, sell, _, _), _ = asyncio.run(sums(0))
    assert (buy, sell) == (0, 20), "at the bid of the quote it caused"
    (buy, sell, _, _), outside = asyncio.run(sums(50))
    assert (buy, sell) == (20, 0)
    assert outside > 0.8, "above the ask of an older quote"


def test_a_new_front_contract_is_followed_from_the_next_connection_on_and_told():
    async def go():
        async with Tws() as tws, running(tws, "ES@CME") as (_, board):
            await tws.subscribed((ES["con_id"], "AllLast"))
            flow = board.states["ibkr:ES@CME"].flow
            await tws.send_ticks(ES["con_id"], [("t", "5870.25", "1", 0), ("t", "5870.5", "1", 0)])
            await board.until(lambda: flow.taken == 2)
            later = {**ES, "con_id": 7, "local_symbol": "ESH7", "expiry": "20270319"}
            tws.contracts = [ES, later, {**later, "sec_type": "CONTFUT"}]
            tws.drop()
            await tws.subscribed((7, "AllLast"), (7, "BidAsk"))
            assert "ibkr:ES@CME leaves ESZ6 and follows ESH7" in board.notices
            await tws.send_ticks(7, [("t", "5930.25", "1", 0)])
            await board.until(lambda: flow.taken == 3)
            assert board.batches[-1].source == "unknown", (
                "the price of another contract says nothing of its side"
            )

    asyncio.run(go())


def test_what_cannot_be_a_trade_or_a_message_is_counted_as_rejected_and_nothing_else_is_lost():
    @play
    async def go(tws, _, board):
        await tws.subscribed(*BOTH)
        last = tws.streams[BOTH[0]]
        bad = [
            f"99,{last},2,{int(time.time())},nonsense,1,0,NYSE,",
            f"99,{last},2,17,10.01,1,0,NYSE,",
            f"99,{last},2,{int(time.time())},-5,1,0,NYSE,",
            f"99,{last},2,{int(time.time())},1e300,1,0,NYSE,",
        ]
        good = tws.tick(CON, ("t", "10.02", "3", 0))
        await tws.send(*bad, good)
        await board.until(lambda: board.states[NAME].flow.taken == 1)
        assert (board.states[NAME].rejected, board.rejected) == (3, 1)
        assert board.sums(NAME)[2] == 3

    asyncio.run(go())


def test_negative_prices_count_only_where_the_contract_may_trade_there():
    async def go(allowed):
        options = {"allow_negative": frozenset({"ES@CME"})} if allowed else {}
        async with Tws() as tws, running(tws, "ES@CME", **options) as (_, board):
            await tws.subscribed((ES["con_id"], "AllLast"), (ES["con_id"], "BidAsk"))
            ticks = [("q", "-37.75", "-37.25", "5", "5"), ("t", "-37.25", "2", 0), ("t", "-37.75", "3", 0)]
            await tws.send_ticks(ES["con_id"], [*ticks, ("t", "-1", "0", 0), ("t", "5", "1", 0)])
            state = board.states["ibkr:ES@CME"]
            await board.until(lambda: state.flow.taken == (3 if allowed else 1))
            return board.sums("ibkr:ES@CME"), state.rejected

    assert asyncio.run(go(allowed=True)) == ((3, 3, 0, 0), 0)
    assert asyncio.run(go(allowed=False))[1] == 2


def test_an_error_of_the_board_ends_the_feed_instead_of_losing_the_rest_of_the_packet():
    async def go():
        async with Tws() as tws:
            board = Watched()
            feed = IbkrFeed(
                ["AAPL"],
                board,
                now=lambda: time.time_ns() // 1000,
                options=IbkrOptions(port=tws.port, **QUICK),
            )
            board.on_trades = lambda _: 1 // 0
            running_feed = asyncio.create_task(feed.run())
            await tws.subscribed(*BOTH)
            await tws.send_ticks(CON, [("t", "10.02", "3", 0)])
            async with asyncio.timeout(10):
                await running_feed

    with pytest.raises(ZeroDivisionError):
        asyncio.run(go())
