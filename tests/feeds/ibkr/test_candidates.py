"""What `cvdtui markets ibkr:ES` lists, and names that mean a contract."""

import asyncio
import sys

import pytest

from cvdtui.errors import ConfigError, WireError
from cvdtui.feeds.ibkr.candidates import candidates
from cvdtui.feeds.ibkr.options import IbkrOptions
from cvdtui.venues.ibkr import fields_of
from cvdtui.venues.lookup import market_named
from tests.commands.running import environment
from tests.feeds.ibkr.running import QUICK
from tests.feeds.ibkr.tws import AAPL, ES, ES_FRONT, Tws, contract

LATER = {**ES, "con_id": 7, "local_symbol": "ESH7", "expiry": "20270319"}
ESTEE = contract("ESTC", 8, primary="NYSE")


@pytest.mark.parametrize(
    ("symbol", "means"),
    [
        ("AAPL", ("STK", "AAPL", "", "SMART", "USD")),
        ("BRK.B", ("STK", "BRK B", "", "SMART", "USD")),
        ("SAP@IBIS", ("STK", "SAP", "", "IBIS", "USD")),
        ("ES@CME", ("CONTFUT", "ES", "", "CME", "")),
        ("ESZ6@CME", ("FUT", "", "ESZ6", "CME", "")),
        ("6EH27@CME", ("FUT", "", "6EH27", "CME", "")),
        ("J7@CME", ("CONTFUT", "J7", "", "CME", "")),
        ("EUR.USD", ("CASH", "EUR", "", "IDEALPRO", "USD")),
        ("BTC.USD", ("CRYPTO", "BTC", "", "PAXOS", "USD")),
        ("BTC.USD@ZEROHASH", ("CRYPTO", "BTC", "", "ZEROHASH", "USD")),
    ],
)
def test_a_name_means_one_contract(symbol, means):
    found = fields_of(symbol)
    assert (found.sec_type, found.symbol, found.local_symbol, found.exchange, found.currency) == means


@pytest.mark.parametrize("symbol", ["", "@CME", "ES@", "A@B@C", "a b", "x" * 41])
def test_what_names_no_contract_is_refused(symbol):
    with pytest.raises(WireError):
        fields_of(symbol)
    with pytest.raises(ConfigError):
        market_named(f"ibkr:{symbol}")


def test_a_pattern_finds_stocks_by_symbol_and_futures_with_their_front():
    async def go(pattern):
        async with Tws(AAPL, ES, ES_FRONT, LATER, ESTEE) as tws:
            return [one.market for one in await candidates(pattern, IbkrOptions(port=tws.port, **QUICK))]

    assert asyncio.run(go("ibkr:ES")) == ["ibkr:ES@CME", "ibkr:ESH7@CME", "ibkr:ESTC", "ibkr:ESZ6@CME"]
    assert asyncio.run(go("ibkr:ES@CME")) == ["ibkr:ES@CME", "ibkr:ESH7@CME", "ibkr:ESZ6@CME"]
    assert asyncio.run(go("ibkr:esz6@CME")) == ["ibkr:ESZ6@CME"]
    assert asyncio.run(go("ibkr:NOBODY")) == []


def test_the_command_lists_them_and_says_where_nothing_listens(tmp_path):
    async def run(port, pattern="ibkr:ES"):
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cvdtui", "markets", pattern, "--set", f"ibkr.port={port}"),
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(30):
            out, err = await child.communicate()
        return child.returncode, out.decode(), err.decode()

    async def go():
        async with Tws(ES, ES_FRONT) as tws:
            code, out, _ = await run(tws.port)
            assert code == 0
            assert [line.split()[:2] for line in out.splitlines()] == [
                ["ibkr:ES@CME", "CONTFUT"],
                ["ibkr:ESZ6@CME", "FUT"],
            ]
            port = tws.port
            assert (await run(port, "ibkr:"))[0] == 64
        code, out, err = await run(port)
        assert (code, out) == (69, "")
        assert "refuses connections" in err

    asyncio.run(go())
