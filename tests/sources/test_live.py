"""The live source before and after its monitor runs: one object answers, and changes are kept."""

import asyncio
import inspect

import pytest

from cvdtui.app.source import Source
from cvdtui.config import Config
from cvdtui.model import View
from cvdtui.monitor.monitor import Monitor
from cvdtui.sources.following import Following
from cvdtui.sources.keepers import Keepers
from cvdtui.sources.live import LiveSource
from cvdtui.sources.replay import ReplaySource
from cvdtui.sources.starting import LATER, Starting

BTC = "binance:BTCUSDT"


@pytest.mark.parametrize("source", [LiveSource, ReplaySource])
def test_a_source_has_every_method_of_the_protocol_and_awaits_the_same(source):
    for name, method in vars(Source).items():
        if inspect.isfunction(method) and not name.startswith("_"):
            ours = getattr(source, name)
            assert inspect.iscoroutinefunction(ours) == inspect.iscoroutinefunction(method), name


def test_until_the_monitor_runs_the_markets_wait_and_every_action_is_put_off():
    source = LiveSource(Config(markets=(BTC,)), notices=("hello",))
    assert isinstance(source._monitor, Starting)
    view = View(market=BTC)
    source.tick(view)
    shot = source.snapshot(view)
    assert [(row.market.name, row.last) for row in shot.rows] == [(BTC, None)]
    assert shot.notices == ("hello",)
    source.drop_mark(BTC)
    assert (source.offline(), source.alerts_of(BTC)) == ((), ())

    async def answers():
        return [
            await source.set_levels(BTC, ("1",)),
            await source.add_market("okx:BTC-USDT"),
            await source.remove_market(BTC),
            await source.add_alert(BTC),
            await source.remove_alert("a"),
            await source.remove_alerts(BTC),
        ]

    assert asyncio.run(answers()) == [LATER] * 6
    assert asyncio.run(source.load_instruments("binance")) is None
    asyncio.run(source.stop())


def test_changes_are_kept_and_what_cannot_be_kept_is_a_notice():
    kept = []

    def keep(*change):
        kept.append(change)
        return "disk full" if change == (BTC, False) else ""

    monitor = Monitor(Config(markets=(BTC,)), (BTC,))
    following = Following(monitor, Keepers(market=keep, alerts=keep, levels=keep))

    async def changes():
        return [
            await following.set_levels(BTC, ("64000",)),
            await following.add_alert(BTC, "z > 2"),
            await following.add_alert(BTC, "z > 2"),
            await following.add_alert(BTC, "nonsense here"),
            await following.remove_alert("nobody"),
            await following.remove_alerts(BTC),
            await following.remove_market(BTC),
            await following.remove_market(BTC),
        ]

    answers = asyncio.run(changes())
    assert answers[:3] == ["", None, f"{BTC} alerts on that already"]
    assert answers[3]
    assert answers[4:] == [
        "a rule of the configuration is removed there",
        None,
        None,
        f"{BTC} is not among the markets",
    ]
    assert [len(change) for change in kept] == [2, 1, 1, 2]
    assert "disk full" in monitor.board.notices
    assert monitor.board.evaluators.levels[BTC] == ("64000",)
    assert following.venues == ()
