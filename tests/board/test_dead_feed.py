"""A connection that is down: coverage falls up to now, the report names the span, until it is back."""

import pytest
from msgspec.structs import replace

from cvdtui.board.setup import live_board
from cvdtui.board.viewport import Viewport
from cvdtui.config import Config
from cvdtui.model import Link, Market, Trade, Trades, View
from cvdtui.report.market import report

BTC = Market("binance-usdm", "BTCUSDT", "BTC", "USDT", "perp", 1, 3, 1)
MIDNIGHT = 1_723_075_200_000_000
SECOND, HOUR = 1_000_000, 3_600_000_000


class Running:
    """A live market known from midnight; the local clock may be off."""

    def __init__(self, off_us=0):
        self.now_us = MIDNIGHT + HOUR
        self.off_us = off_us
        self.board = live_board(Config(), lambda: self.now_us + off_us)
        self.state = self.board.add(BTC)
        self.state.known.from_us = MIDNIGHT
        self.viewport = Viewport(self.board)
        self.board.on_link(Link("binance-usdm/rest", "live", ahead_us=-off_us))
        self.board.settle()
        self.link("live")
        self.id = 0

    def link(self, state, *, ago_us=0):
        local_us = self.now_us + self.off_us - ago_us
        self.board.on_link(Link("binance-usdm", state, markets=(BTC.name,), last_data_us=local_us))

    def trade(self):
        self.id += 1
        self.board.on_trades(Trades(BTC, (Trade(self.id, self.now_us, 600_000, 1_000, 1),)))

    @property
    def market(self):
        self.board.settle()
        return report([self.state], bar_seconds=60, rows={})["markets"][BTC.name]


@pytest.mark.parametrize("off_us", [0, 25 * HOUR, -90 * SECOND])
@pytest.mark.parametrize("state", ["stale", "waiting", "connecting", "closed"])
def test_a_dead_connection_lowers_the_coverage_up_to_now_and_is_an_open_gap(state, off_us):
    run = Running(off_us)
    run.trade()
    assert (run.market["coverage"], run.market["gaps"]) == (1.0, [])
    run.link(state)
    died_us = run.now_us
    run.now_us += HOUR
    market = run.market
    assert market["coverage"] == pytest.approx(0.5)
    (gap,) = market["gaps"]
    assert (gap["state"], gap["missing"], gap["after"]) == ("open", None, None)
    assert (gap["from_time_us"], gap["to_time_us"]) == (died_us, run.now_us)
    run.board.tick([View()])
    (row,) = run.viewport.snapshot(View(), run.now_us + off_us).rows
    assert row.quality.coverage == pytest.approx(0.5)
    assert row.quality.state == "stale"


def test_a_connection_that_is_back_owes_nothing_by_itself():
    run = Running()
    run.trade()
    run.link("stale")
    run.now_us += HOUR
    assert run.market["coverage"] < 1
    run.link("live")
    run.trade()
    assert (run.market["coverage"], run.market["gaps"]) == (1.0, []), "ids tell that nothing was missed"
    run.link("stale", ago_us=10 * SECOND)
    run.link("waiting")
    (gap,) = run.market["gaps"]
    assert gap["from_time_us"] == run.now_us - 10 * SECOND, "down since its first moment"


def test_a_connection_that_never_delivered_is_not_known_at_all():
    run = Running()
    run.state.known.from_us = None
    run.board.on_link(replace(run.board.links["binance-usdm"], state="waiting", last_data_us=0))
    assert run.market["coverage"] == 0.0
