"""The whole program against the test server: `cvdtui run ibkr:AAPL --headless --json`."""

import asyncio
import json
import sys
from decimal import Decimal

from tests.ibkr.ledger import Ledger, tape
from tests.ibkr.tws import AAPL, ORDER_LIKE, Tws
from tests.program.running import environment


async def report(tws, home, ticks, *words):
    """Runs the program while the server sends these ticks; (exit code, report, stderr)."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cvdtui", "run", "--headless", "--json"),
        *("--set", f"ibkr.port={tws.port}", "--set", "ibkr.backfill_minutes=0", *words),
        cwd=home,
        env=environment(home),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        await tws.subscribed((AAPL["con_id"], "AllLast"), (AAPL["con_id"], "BidAsk"))
        await tws.send_ticks(AAPL["con_id"], ticks, 10)
        async with asyncio.timeout(30):
            out, err = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return child.returncode, json.loads(out), err.decode()


def test_a_run_reports_the_ledger_of_the_server(tmp_path):
    async def go():
        async with Tws() as tws:
            ticks = tape(800, 5)
            code, made, err = await report(tws, tmp_path, ticks, "ibkr:AAPL", "--seconds", "4")
            assert code == 0, err
            assert not tws.kinds & ORDER_LIKE
            return made["markets"]["ibkr:AAPL"], Ledger().walk(ticks)

    market, ledger = asyncio.run(go())
    assert market["trades"] == ledger.trades
    assert market["excluded"] == ledger.excluded
    sums = {key: Decimal(market[key]) for key in ("buy", "sell", "unknown")}
    assert sums == {"buy": ledger.buy, "sell": ledger.sell, "unknown": ledger.unknown}
    assert Decimal(market["cvd"]["start"]) == ledger.cvd
    assert set(market["side_source"]) == {"quote", "midpoint", "tick", "unknown"}
    assert market["gaps"] == []
