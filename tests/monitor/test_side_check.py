"""Side rules checked on live markets: the demo exchange sends true sides and quotes."""

import asyncio

from msgspec.structs import replace

from cvdtui.board.setup import demo_config
from cvdtui.config import Config
from cvdtui.demo.process import DemoProcess, ExchangeOptions
from cvdtui.model import View
from cvdtui.monitor.monitor import Monitor


async def trials(count, *, wanted):
    """Trials of a Monitor on the demo exchange once `count` markets have some trades."""
    process = DemoProcess(ExchangeOptions(seed=3, markets=4, rate=800))
    await process.start()
    try:
        config = demo_config(replace(Config(), shadow_side=wanted), process.overrides)
        monitor = Monitor(config, config.markets)
        await monitor.start()
        try:
            async with asyncio.timeout(20):
                while True:
                    monitor.tick(View())
                    made = monitor.snapshot(View()).trials
                    traded = sum(state.flow.taken > 50 for state in monitor.board.states.values())
                    if sum(trial.trades > 50 for trial in made) >= count and (wanted or traded >= 2):
                        return made, monitor.board
                    await asyncio.sleep(0.05)  # quotes and trades need a moment to arrive
        finally:
            await monitor.stop()
    finally:
        await process.stop()


def test_every_market_with_true_sides_and_quotes_is_scored_beside_the_counts():
    made, board = asyncio.run(trials(2, wanted=True))
    for trial in made:
        found = {score.method: score for score in trial.scores}
        assert found["Lee-Ready"].true_cvd == found["tick rule"].true_cvd
        assert 0.3 < found["tick rule"].accuracy <= 1
        assert found["quote rule"].unassigned < 1, "quotes came"
    assert {trial.market for trial in made} <= set(board.states)
    assert any(name.endswith("/quotes") for name in board.links)
    assert not any(state.rejected for state in board.states.values())


def test_nothing_is_requested_unless_the_configuration_wants_it():
    made, board = asyncio.run(trials(0, wanted=False))
    assert made == ()
    assert not any(name.endswith("/quotes") for name in board.links)
