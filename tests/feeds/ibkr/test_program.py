"""The whole program against the test server: `cvdtui run ibkr:AAPL --headless --json`."""

import asyncio
import json
import socket
import subprocess
import sys
import time
import tomllib
from datetime import datetime
from decimal import Decimal

import pytest

from cvdtui.config import Config, IbkrConfig, SessionConfig, SessionTime, load
from cvdtui.monitor.ibkr import ibkr_feed
from cvdtui.monitor.monitor import Monitor
from cvdtui.venues.lookup import market_named
from tests.commands.running import environment, finish, start
from tests.feeds.ibkr.ledger import Ledger, tape
from tests.feeds.ibkr.running import Watched
from tests.feeds.ibkr.tws import AAPL, ES, ORDER_LIKE, Tws, contract

BOTH = [(AAPL["con_id"], "AllLast"), (AAPL["con_id"], "BidAsk")]


async def report(tws, home, talk, *words):
    """Runs the program while the server talks to it; (exit code, report, stderr)."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cvdtui", "run", "--headless", "--json"),
        *("--set", f"ibkr.port={tws.port}", "--set", "ibkr.backfill_minutes=0", *words),
        cwd=home,
        env=environment(home),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        await tws.subscribed(*BOTH)
        await talk(tws)
        async with asyncio.timeout(30):
            out, err = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return child.returncode, json.loads(out), err.decode()


def test_nothing_that_listens_ends_with_69_and_says_what_to_look_at(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code, out, err = finish(
        start(tmp_path, "run", "ibkr:AAPL", "--json", "--seconds", "1", "--set", f"ibkr.port={port}")
    )
    assert code == 69
    assert json.loads(out)["markets"]["ibkr:AAPL"]["trades"] == 0
    assert "refuses connections: is TWS or the Gateway running" in err


def test_without_such_a_market_ib_async_is_never_loaded(tmp_path):
    program = (
        "import sys, cvdtui.monitor.monitor, cvdtui.commands.headless\n"
        "assert not {'ib_async', 'cvdtui.monitor.ibkr'} & {*sys.modules}"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment(tmp_path), check=False
    )
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("configured", "start_of_session"),
    [({}, "2026-11-16T17:00-06:00"), ({"start": "08:30", "zone": "UTC"}, "2026-11-16T08:30+00:00")],
)
def test_sessions_begin_by_the_exchanges_hours_unless_configured(configured, start_of_session):
    async def go():
        name = "ibkr:ES@CME"
        session = SessionConfig(markets={name: SessionTime(**configured)} if configured else {})
        async with Tws() as tws:
            config = Config(
                markets=(name,), session=session, ibkr=IbkrConfig(port=tws.port, backfill_minutes=0)
            )
            monitor = Monitor(config, config.markets)
            await monitor.start()
            try:
                await tws.subscribed((ES["con_id"], "AllLast"), (ES["con_id"], "BidAsk"))
                second = int(datetime.fromisoformat("2026-11-17T01:00+00:00").timestamp())
                await tws.send_ticks(ES["con_id"], [("t", "5871.25", "3", 0, second)])
                flow = monitor.board.states[name].flow
                async with asyncio.timeout(10):
                    while not flow.taken:  # noqa: ASYNC110 - the board has no event for it
                        await asyncio.sleep(0.01)
                flow.settle()
                return flow.session.start_us
            finally:
                await monitor.stop()

    expected = datetime.fromisoformat(start_of_session)
    assert asyncio.run(go()) == int(expected.timestamp()) * 1_000_000


def test_a_run_reports_the_ledger_of_the_server(tmp_path):
    async def go():
        async with Tws() as tws:
            ticks = tape(800, 5)

            async def talk(server):
                await server.send_ticks(AAPL["con_id"], ticks, 10)

            code, report_, err = await report(tws, tmp_path, talk, "ibkr:AAPL", "--seconds", "4")
            assert code == 0, err
            assert not tws.kinds & ORDER_LIKE
            return report_["markets"]["ibkr:AAPL"], Ledger().walk(ticks)

    market, ledger = asyncio.run(go())
    assert market["trades"] == ledger.trades
    assert market["excluded"] == ledger.excluded
    sums = {key: Decimal(market[key]) for key in ("buy", "sell", "unknown")}
    assert sums == {"buy": ledger.buy, "sell": ledger.sell, "unknown": ledger.unknown}
    assert Decimal(market["cvd"]["start"]) == ledger.cvd
    assert set(market["side_source"]) == {"quote", "midpoint", "tick", "unknown"}
    assert market["gaps"] == []


def test_a_drop_mid_stream_stands_in_the_report_as_a_span_of_time(tmp_path):
    first, second = tape(300, 8), tape(300, 9)
    ledger = Ledger().walk(first)
    ledger.forget_quote()
    ledger.walk(second)

    async def talk(tws):
        await tws.send_ticks(AAPL["con_id"], first, 10)
        tws.drop_softly()
        await tws.wait_for(lambda server: server.clients == 2)
        await tws.subscribed(*BOTH)
        await tws.send_ticks(AAPL["con_id"], second, 10)

    async def go():
        async with Tws() as tws:
            return await report(tws, tmp_path, talk, "ibkr:AAPL", "--seconds", "5")

    code, report_, err = asyncio.run(go())
    assert code == 0, err
    market = report_["markets"]["ibkr:AAPL"]
    (gap,) = market["gaps"]
    assert (gap["after"], gap["before"], gap["missing"], gap["state"]) == (None, None, None, "lost")
    assert gap["from_time_us"] < gap["to_time_us"]
    assert market["coverage"] < 1
    assert (market["trades"], Decimal(market["cvd"]["start"])) == (ledger.trades, ledger.cvd)


def test_a_feed_that_takes_over_from_one_that_failed_drops_nothing_and_tells_the_break():
    async def go():
        name, board = "ibkr:AAPL", Watched()
        board.add(market_named(name))
        async with Tws() as tws:
            config = Config(ibkr=IbkrConfig(port=tws.port, backfill_minutes=0))
            for turn in (1, 2):
                feed = ibkr_feed(config, ["AAPL"], board, lambda: time.time_ns() // 1000)
                task = asyncio.create_task(feed.run())
                await tws.subscribed(*BOTH)
                await tws.send_ticks(AAPL["con_id"], [("t", "10.01", "1", 0), ("t", "10.02", "2", 0)])
                await board.until(lambda due=2 * turn: board.states[name].flow.taken == due)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                tws.streams = {}
            return board.states[name]

    state = asyncio.run(go())
    assert (state.duplicates, len(state.known.outages)) == (0, 1)


def test_a_contract_by_its_fields_in_the_configuration_is_what_is_asked_for(tmp_path):
    option = contract("SPX", 77, sec_type="OPT", expiry="20261218", local_symbol="SPX 261218C06000000")
    own = tmp_path / "mine.toml"
    own.write_text(
        'markets = ["ibkr:SPX-6000C"]\n[ibkr]\nbackfill_minutes = 0\n[ibkr.contracts."ibkr:SPX-6000C"]\n'
        'sec_type = "OPT"\nsymbol = "SPX"\nexpiry = "20261218"\nexchange = "SMART"\n'
    )

    async def go():
        async with Tws(option) as tws:
            config = load(
                [(str(own), tomllib.loads(own.read_text())), ("--set", {"ibkr": {"port": tws.port}})]
            )
            monitor = Monitor(config, config.markets)
            await monitor.start()
            try:
                await tws.subscribed((77, "AllLast"), (77, "BidAsk"))
                return next(fields for fields in tws.received if fields[0] == "9")
            finally:
                await monitor.stop()

    asked = asyncio.run(go())
    assert asked[4:7] == ["SPX", "OPT", "20261218"]
