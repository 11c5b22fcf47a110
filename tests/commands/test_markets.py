"""`cvdtui markets` against the demo exchange, and after it has gone."""

import asyncio

from cvdtui.demo.process import DemoProcess, ExchangeOptions
from tests.commands.running import finish, start


async def with_exchange(work):
    async with DemoProcess(ExchangeOptions(markets=12, rate=1)) as exchange:
        venues = exchange.overrides["venues"]
        words = [
            word
            for name in ("binance", "binance-usdm")
            for word in ("--set", f"venues.{name}.rest_url={venues[name]['rest_url']}")
        ]
        await asyncio.to_thread(work, words)
    return words


def test_instruments_are_listed_searched_kept_and_used_when_nothing_answers(tmp_path):
    def ask(*words):
        return finish(start(tmp_path, "markets", *words))

    def while_it_runs(at):
        code, out, err = ask("pepe", *at)
        assert code == 0, err
        assert [line.split()[:3] for line in out.splitlines()] == [
            ["binance:PEPEUSDT", "PEPE/USDT", "spot"],
            ["binance-usdm:1000PEPEUSDT", "1000PEPE/USDT", "perp"],
        ]
        assert "binance-usdm: 6 instruments, not a minute old" in err
        code, out, _ = ask("BTC/USD", "--venue", "binance", *at)
        assert (code, out.split()[0]) == (0, "binance:BTCUSDT")
        code, out, err = ask("zzz", *at)
        assert (code, out) == (0, "")
        assert 'nothing matches "zzz"' in err
        assert len(ask(*at)[1].splitlines()) == 12

    at = asyncio.run(with_exchange(while_it_runs))
    code, out, err = ask("eth-perp", "--refresh", *at)
    assert code == 0
    assert out.startswith("binance-usdm:ETHUSDT ")
    assert "refuses connections: nothing listens there)" in err
    code, out, err = finish(start(tmp_path, "run", "eth", "--json", *at))
    assert (code, out) == (64, "")
    assert err == 'cvdtui: "eth" may mean binance-usdm:ETHUSDT, binance:ETHUSDT; name one of them\n'
    for file in (tmp_path / ".cache/cvdtui/instruments").iterdir():
        file.write_text("{")
    code, out, err = ask("eth", *at)
    assert (code, out) == (69, "")
    assert "instruments unknown (127.0.0.1:" in err
