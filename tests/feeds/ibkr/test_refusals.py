"""What TWS refuses is reported in words, and asked for again where it may pass."""

import asyncio
import socket
import time

import pytest

from tests.feeds.ibkr.ledger import Ledger, tape
from tests.feeds.ibkr.playing import BOTH, CON, NAME, play, walked
from tests.feeds.ibkr.running import running
from tests.feeds.ibkr.tws import AAPL, Tws, contract


@pytest.mark.parametrize(
    ("code", "words"),
    [(354, "subscription"), (10089, "subscription"), (10190, "slot"), (10197, "another session")],
)
def test_refused_trades_say_why(code, words):
    async def go():
        async with Tws() as tws:
            tws.refusals[BOTH[0]] = (code, "Refused, as IB would say, with a comma.")
            async with running(tws, "AAPL") as (_, board):
                link = await board.until_link(NAME, "refused", words)
                assert str(code) in link.text

    asyncio.run(go())


def test_a_competing_session_that_leaves_is_noticed_and_its_time_is_a_gap():
    @play
    async def go(tws, _, board):
        ledger = Ledger()
        await tws.subscribed(*BOTH)
        await walked(tws, board, ledger, tape(50, 14))
        old = dict(tws.streams)
        tws.refusals = dict.fromkeys(BOTH, (10197, "No market data during competing live session"))
        await tws.error(10197, "No market data during competing live session", old[BOTH[0]])
        await board.until_link(NAME, "refused", "another session")
        tws.streams.clear()
        tws.refusals.clear()
        await tws.subscribed(*BOTH)
        ledger.forget_quote()
        await walked(tws, board, ledger, tape(50, 15))
        await board.until_link(NAME, "live")
        assert len(board.states[NAME].known.outages) == 1

    asyncio.run(go())


def test_refused_quotes_leave_the_tick_rule_alone_and_say_so():
    async def go():
        async with Tws() as tws:
            tws.refusals[BOTH[1]] = (10190, "Max number of tick-by-tick requests has been reached.")
            async with running(tws, "AAPL", retry_s=60) as (_, board):
                await tws.subscribed(BOTH[0])
                ledger = Ledger()
                ticks = [tick for tick in tape(400, 16) if tick[0] == "t"]
                await walked(tws, board, ledger, ticks)
                link = await board.until_link(NAME, "live", "quotes refused, tick rule only")
                assert "slot" in link.text
                assert set(board.states[NAME].flow.sources.shares()) == {"tick", "unknown"}

    asyncio.run(go())


def test_quotes_do_not_make_a_market_live_whose_trades_are_refused():
    async def go():
        async with Tws() as tws:
            tws.refusals[BOTH[0]] = (354, "Requested market data is not subscribed.")
            async with running(tws, "AAPL", check_s=0.01) as (_, board):
                await board.until_link(NAME, "refused", "subscription")
                await tws.send_ticks(CON, [("q", "10", "11", "1", "1")] * 3)
                seen = len(tws.received)
                with pytest.raises(TimeoutError):
                    await board.until(lambda: board.links[NAME].state != "refused", 0.2)
                assert len(tws.received) == seen
                assert board.links["ibkr"].messages == 3 or board.links["ibkr"].state == "live"

    asyncio.run(go())


def test_quotes_that_stay_refused_are_told_once():
    async def go():
        async with Tws() as tws:
            tws.refusals[BOTH[1]] = (10190, "Max number of tick-by-tick requests has been reached.")
            async with running(tws, "AAPL", retry_s=0.05) as (_, board):
                await tws.wait_for(lambda server: sum(one[0] == "97" for one in server.received) > 4)
                refusals = [one for one in board.notices if "quotes refused" in one]
                assert len(refusals) == 1
                tws.refusals.clear()
                await tws.subscribed(*BOTH)
                ticks = [("q", "10", "11", "1", "1"), ("t", "11", "1", 0)]
                await tws.send_ticks(CON, ticks)
                link = await board.until_link(NAME, "live")
                assert "refused" not in link.text
                assert board.batches[-1].source == "quote"

    asyncio.run(go())


def test_with_few_slots_every_market_gets_trades_first_and_a_freed_slot_is_taken():
    async def go():
        others = [contract(name, 100 + place) for place, name in enumerate(("MSFT", "NVDA"))]
        async with (
            Tws(AAPL, *others, slots=4) as tws,
            running(tws, "AAPL", "MSFT", "NVDA") as (feed, board),
        ):
            await tws.wait_for(lambda server: len(server.streams) == 4)
            assert [stream for _, stream in tws.streams].count("AllLast") == 3
            await board.until(lambda: any("ibkr:NVDA: quotes refused" in one for one in board.notices))
            feed.remove("AAPL")
            await tws.subscribed((101, "AllLast"), (101, "BidAsk"), (100, "AllLast"), (100, "BidAsk"))
            assert not [key for key in tws.streams if key[0] == CON]

    asyncio.run(go())


def test_a_client_id_in_use_is_said_at_once_and_connects_when_it_is_free():
    async def go():
        async with Tws() as tws:
            tws.taken_ids.add(7)
            began = time.monotonic()
            async with running(tws, "AAPL", connect_s=30) as (_, board):
                await board.until_link("ibkr", "waiting", "client id 7 is in use")
                assert time.monotonic() - began < 5
                tws.taken_ids.clear()
                await tws.subscribed(*BOTH)
                await board.until_link("ibkr", "live")

    asyncio.run(go())


def test_a_closed_port_and_a_silent_server_are_told_apart():
    async def go():
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        async with running(port, "AAPL") as (_, board):
            await board.until_link(NAME, "waiting", "refuses connections")
        async with Tws() as tws:
            tws.is_silent = True
            async with running(tws, "AAPL", connect_s=0.2) as (_, board):
                await board.until_link("ibkr", "waiting", "does not answer as TWS does")

    asyncio.run(go())


def test_a_contract_nobody_knows_and_one_that_fits_twice_say_what_to_add():
    async def go():
        twin = contract("AAPL", 999, primary="MEXI", currency="MXN")
        async with Tws(AAPL, twin) as tws, running(tws, "ESZ6", "AAPL") as (_, board):
            link = await board.until_link("ibkr:ESZ6", "refused", "no contract fits")
            assert "A future needs its exchange" in link.text
            await tws.subscribed(*BOTH)
        both = contract("ES", 1, sec_type="FUT", exchange="CME", local_symbol="ESZ6")
        again = contract("ES", 2, sec_type="FUT", exchange="CME", local_symbol="ESZ6", expiry="20361218")
        async with Tws(both, again) as tws, running(tws, "ESZ6@CME") as (_, board):
            link = await board.until_link("ibkr:ESZ6@CME", "refused", "2 contracts fit")
            assert "con_id 2" in link.text
            assert '[ibkr.contracts."ibkr:ESZ6@CME"]' in link.text

    asyncio.run(go())
