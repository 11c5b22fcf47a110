"""The path of a snapshot, from the controller to the engine: short, never up again, evaluating nothing."""

import time

import pytest

from cvdtui.app.controller import Controller
from cvdtui.app.layout_state import LayoutState
from cvdtui.config import Config
from cvdtui.model import Snapshot, Trade, Trades, View
from cvdtui.monitor.monitor import Monitor
from cvdtui.sources.following import Following
from cvdtui.sources.keepers import Keepers
from cvdtui.sources.live import LiveSource
from tests.board.way import Way

MARKETS = ("binance:BTCUSDT", "binance-usdm:BTCUSDT", "binance:ETHUSDT")
EVERYTHING = {"groups": True, "group": True, "log": True, "tpo": True, "explain": True}


class Screen:
    """A real controller over a live source whose markets have traded for an hour."""

    def __init__(self, **view):
        config = Config(markets=MARKETS)
        self.monitor = Monitor(config, MARKETS)
        self.source = LiveSource(config)
        self.source._monitor = Following(self.monitor, Keepers())
        self.begin_us = time.time_ns() // 1000 - 3_600_000_000
        self.trades = 0
        self.trade(3_500)
        self.controller = Controller(self.source, View(**view), LayoutState())
        for _ in range(3):
            self.controller.tick()
        self.view = self.controller.view if view else View()

    def trade(self, count):
        for state in self.monitor.board.states.values():
            for number in range(self.trades, self.trades + count):
                at, side = self.begin_us + number * 1_000_000, 1 if number % 3 else -1
                trade = Trade(number + 1, at, 60_000 + number % 7, 5 + number % 3, side)
                self.monitor.board.on_trades(Trades(state.market, (trade,)))
        self.trades += count

    def ticked(self):
        way = Way()
        way.of(lambda: self.source.tick(self.view))
        return way

    def read(self):
        way = Way()
        shot = way.of(lambda: self.source.snapshot(self.view))
        assert isinstance(shot, Snapshot)
        assert len(shot.rows) == len(MARKETS)
        return way


def test_a_table_whose_markets_did_not_trade_crosses_fewer_than_ten_files():
    screen = Screen()
    screen.ticked()
    screen.read()
    way = screen.read()
    assert len(way.files) < 10, way.files
    assert way.climbs == []
    assert way.count("Evaluators.evaluator") == 0


def test_rows_made_anew_cross_fewer_than_ten_files_above_signals_and_engine():
    screen = Screen()
    screen.trade(1)
    screen.ticked()
    way = screen.read()
    above = [file for file in way.files if file.split("/")[0] not in ("signals", "engine", "model")]
    assert len(above) < 10, above
    assert way.climbs == []


@pytest.mark.parametrize("panes", [{}, EVERYTHING], ids=["detail", "every pane"])
def test_the_detail_of_the_selected_market_never_goes_up_either(panes):
    screen = Screen(market=MARKETS[1], **panes)
    screen.trade(60)
    screen.ticked()
    way = screen.read()
    assert way.count("DetailBuilder.detail") == 1
    assert way.climbs == []


@pytest.mark.parametrize("panes", [{}, EVERYTHING], ids=["detail", "every pane"])
def test_a_tick_evaluates_settles_and_audits_and_a_snapshot_does_none_of_it(panes):
    screen = Screen(market=MARKETS[1], **panes)
    screen.trade(60)
    working = (
        "SignalEvaluator.evaluate",
        "SignalEvaluator.catch_up",
        "MarketState.run_audit",
        "Flow._close_slot",
    )
    tick, read = screen.ticked(), screen.read()
    assert all(tick.count(name) for name in working)
    assert [name for name in working if read.count(name)] == []


def test_the_controller_ticks_before_it_reads():
    screen = Screen(market=MARKETS[0])
    screen.trade(60)
    way = Way()
    way.of(screen.controller.tick)
    order = [call.partition(":")[2] for call in way.calls]
    assert order.index("LiveSource.tick") < order.index("SignalEvaluator.evaluate")
    assert order.index("SignalEvaluator.evaluate") < order.index("LiveSource.snapshot")
