"""The real program on a real pty adds a market by completion, and keeps it."""

import asyncio
import tomllib

from cvdtui.demo.process import DemoProcess, ExchangeOptions
from tests.app.terminal import Terminal


async def with_exchange(work):
    async with DemoProcess(ExchangeOptions(markets=12, rate=20)) as exchange:
        venues = exchange.overrides["venues"]
        words = []
        for name in ("binance", "binance-usdm"):
            for key, url in venues[name].items():
                words += ["--set", f"venues.{name}.{key}={url}"]
        await asyncio.to_thread(work, words)


def test_a_market_is_added_by_completion_and_found_again_on_the_next_start(tmp_path):
    def work(words):
        argv = ["-m", "cvdtui", "run", "binance:BTCUSDT", "binance-usdm:BTCUSDT", *words]
        home = {"HOME": str(tmp_path), "XDG_STATE_HOME": "", "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": ""}
        with Terminal(argv, 100, 30, **home) as terminal:
            terminal.until(lambda text: "2/2 live" in text, 30)
            terminal.send("a")
            terminal.until(lambda text: "12 instruments known" in text, 20)
            terminal.send("pepe")
            terminal.until(lambda text: "binance-usdm:1000PEPEUSDT" in text)
            terminal.send("\r")
            terminal.until(lambda text: "2 markets have this name" in text)
            terminal.send("\x1b[B\t\r")
            terminal.until(lambda text: "3/3 live" in text, 30)
            terminal.send("q")
            assert terminal.until_ended() == 0
        kept = tomllib.loads((tmp_path / ".local/state/cvdtui/state.toml").read_text())
        assert kept["added"] in (["binance-usdm:1000PEPEUSDT"], ["binance:PEPEUSDT"])

    asyncio.run(with_exchange(work))
