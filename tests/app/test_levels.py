"""Key levels: added and removed by one key, drawn on chart and ladder, kept, handed to the signals."""

import asyncio
from decimal import Decimal

import pytest
from msgspec.structs import replace

from cvdtui.app.levels import toggled
from cvdtui.board.setup import flow_maker, live_limits
from cvdtui.cli.config_layers import checked
from cvdtui.commands.screen import kept_levels, remember_levels
from cvdtui.config import Config
from cvdtui.engine.market_state import MarketState
from cvdtui.errors import ConfigError
from cvdtui.model import View
from cvdtui.monitor.monitor import Monitor
from cvdtui.panes.chart import ChartPane
from cvdtui.panes.footprint import FootprintPane
from cvdtui.panes.styles import plain
from cvdtui.signals.evaluators import Evaluators
from cvdtui.signals.peers import evaluator_maker
from cvdtui.sources.live import LiveSource
from cvdtui.sources.options import DemoOptions, ReplayOptions
from cvdtui.sources.replay import ReplaySource
from cvdtui.store import user_state
from tests.app.keypresses import make_controller, press, settle
from tests.panes import snapshots


def test_a_price_snaps_to_the_tick_and_levels_stay_in_order():
    prices, words = toggled(snapshots.detail(levels=(64200.0,)), 64123.437, 5.0)
    assert prices == ("64123.40", "64200.00")
    assert words.startswith("level 64123.40 added")


def test_the_nearest_level_goes_where_one_is_near():
    prices, words = toggled(snapshots.detail(levels=(64120.0, 64124.0, 64200.0)), 64123.4, 5.0)
    assert prices == ("64120.00", "64200.00")
    assert words == "level 64124.00 removed"


def test_l_adds_a_level_at_the_last_price_of_the_selected_market():
    controller = make_controller()

    async def scene():
        press(controller, "l")
        await settle()

    asyncio.run(scene())
    detail = controller.snapshot.detail
    (price,) = controller.source.levels[detail.market.name]
    unit = 10**detail.market.price_decimals
    assert abs(Decimal(price) - Decimal(detail.bars[-1].close)) <= Decimal(detail.market.tick) / unit
    assert "added" in controller.message


def test_the_crosshair_points_at_the_close_or_at_its_price_line():
    chart = ChartPane()
    frame = snapshots.frame(60, 22)
    chart.paint(frame)
    assert chart.pointed is None
    chart.press("left")
    chart.paint(frame)
    assert chart.pointed == snapshots.bars()[-1].close
    chart.press("down")
    chart.paint(frame)
    assert snapshots.bars()[-1].close - 4 * chart.grain < chart.pointed < snapshots.bars()[-1].close


def test_a_level_is_a_faint_line_behind_the_candles():
    shot = snapshots.snapshot(detail=snapshots.detail(levels=(64050.0,)))
    lines = ChartPane().paint(snapshots.frame(60, 22, shot))
    ruled = [line for line in lines if any("╌" in text and role == "faint" for text, role in line)]
    assert len(ruled) == 1
    assert "-" in plain(snapshots.texts(ruled)[0])
    without = snapshots.texts(ChartPane().paint(snapshots.frame(60, 22)))
    assert (
        snapshots.texts(lines)[lines.index(ruled[0])].replace("╌", " ").rstrip()
        == without[lines.index(ruled[0])]
    )


@pytest.mark.parametrize("level", [1.0, 99999.0])
def test_a_level_beyond_the_chart_is_left_out(level):
    shot = snapshots.snapshot(detail=snapshots.detail(levels=(level,)))
    assert "╌" not in "".join(snapshots.texts(ChartPane().paint(snapshots.frame(60, 22, shot))))


def test_the_ladder_rules_the_row_that_holds_the_level():
    shot = snapshots.snapshot(detail=snapshots.detail(levels=(64149.9,)))
    lines = snapshots.texts(FootprintPane().paint(snapshots.frame(56, 14, shot)))
    assert [line[:6] for line in lines if "╌" in line] == ["64 140"]
    assert "9.0×41.0▲┃" in next(line for line in lines if "╌" in line)


def test_levels_are_kept_by_market_and_what_is_no_price_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert remember_levels("binance:BTCUSDT", ("64120.00",)) == ""
    assert remember_levels("okx:ETH-USDT", ("1e999999", "-3", "2481.5", "nan")) == ""
    assert kept_levels() == {"binance:BTCUSDT": ("64120.00",), "okx:ETH-USDT": ("2481.5",)}
    assert remember_levels("binance:BTCUSDT", ()) == ""
    assert list(user_state.load_state().levels) == ["okx:ETH-USDT"]


def test_the_signals_hear_of_levels_in_the_price_units_of_the_market():
    config = Config()
    state = MarketState(
        snapshots.BTC, flow_maker(config, [60], live_limits(config)), hold_limit=100, live=False
    )
    evaluators = Evaluators(evaluator_maker(config, lambda _: None))
    evaluators.levels[snapshots.BTC.name] = ("64120.50", "64200")
    evaluators.evaluate({snapshots.BTC.name: state}, 60)
    assert evaluators.evaluator(state, 60).dropped == (6412050, 6420000)
    state.adopt(replace(snapshots.BTC, price_decimals=3, tick=100))
    evaluators.evaluate({snapshots.BTC.name: state}, 60)
    assert evaluators.evaluator(state, 60).dropped == (64120500, 64200000)


def test_levels_of_the_configuration_reach_every_jury_and_those_of_the_screen_take_their_place(tmp_path):
    config = checked([("here", {"levels": {snapshots.BTC.name: [64120.5, "64200", 64200]}})])
    assert config.levels == {snapshots.BTC.name: ("64120.5", "64200")}
    state = MarketState(
        snapshots.BTC, flow_maker(config, [60], live_limits(config)), hold_limit=100, live=False
    )
    report = evaluator_maker(config, lambda _: None)(state, 60)
    assert report.dropped == (6412050, 6420000), "a report has no evaluators of its own"
    monitor = Monitor(config, [snapshots.BTC.name])
    assert monitor.board.evaluators.levels == config.levels
    file = tmp_path / "trades.jsonl"
    file.write_text('{"id": 1, "time_us": 1723161255342000, "price": "61.6", "size": "2", "side": "buy"}\n')
    options = ReplayOptions(config=config, files=(file,), venue="binance", symbol="BTCUSDT")
    replayed = ReplaySource(options, levels={"binance:BTCUSDT": ("61",)})
    assert replayed.board.evaluators.levels == {
        snapshots.BTC.name: ("64120.5", "64200"),
        "binance:BTCUSDT": ("61",),
    }
    again = ReplaySource(options, levels={snapshots.BTC.name: ("1",)})
    assert again.board.evaluators.levels == {snapshots.BTC.name: ("1",)}


@pytest.mark.parametrize("prices", [64000, ["auto"], [-1], ["x"], [0], [True], [1e30]])
def test_what_is_no_list_of_prices_is_refused(prices):
    with pytest.raises(ConfigError) as caught:
        checked([("here", {"levels": {"binance:BTCUSDT": prices}})])
    assert 'levels."binance:BTCUSDT": expected a list of prices above 0' in str(caught.value)


def test_the_demo_begins_with_the_levels_of_the_screen():
    source = LiveSource(
        Config(),
        exchange=DemoOptions(config=Config(), markets=2, rate=20),
        levels={snapshots.BTC.name: ("64120.5",)},
    )

    async def go():
        await source.start()
        try:
            return source.snapshot(View(market=snapshots.BTC.name)), dict(
                source._monitor.monitor.board.evaluators.levels
            )
        finally:
            await source.stop()

    _, levels = asyncio.run(go())
    assert levels == {snapshots.BTC.name: ("64120.5",)}
