"""Bars, sessions and ages are of the exchange's time: a local clock that is wrong changes no number."""

import pytest
from msgspec.structs import replace

from cvdtui.board.exchange_clock import SAMPLES, ExchangeClock
from cvdtui.board.setup import live_board
from cvdtui.board.viewport import Viewport
from cvdtui.config import Config
from cvdtui.model import Link, Market, Trade, Trades, View
from cvdtui.panes.header import Header
from tests.panes.snapshots import frame, texts

BTC = Market("binance-usdm", "BTCUSDT", "BTC", "USDT", "perp", 1, 3, 1)
NOON = 1_723_118_400_000_000
SECOND, HOUR = 1_000_000, 3_600_000_000
OFF = (0, 90 * SECOND, -90 * SECOND, 25 * HOUR, -25 * HOUR)


class Screen:
    """A live board whose local clock is off, at 12:00:30 of the exchange."""

    def __init__(self, off_us, *, reads_clock):
        self.exchange_us = NOON + 30 * SECOND
        self.board = live_board(Config(), lambda: self.exchange_us + off_us)
        self.off_us = off_us
        self.board.add(BTC)
        if reads_clock:
            self.link("binance-usdm/rest", ahead_us=-off_us + 7)
        self.link("binance-usdm", markets=(BTC.name,))
        self.viewport = Viewport(self.board)
        self.id = 0

    def link(self, name, **more):
        local_us = self.exchange_us + self.off_us
        self.board.on_link(Link(name, "live", since_us=local_us, last_data_us=local_us, **more))

    def trade(self, time_us, size=1):
        self.id += 1
        self.board.on_trades(Trades(BTC, (Trade(self.id, time_us, 600_000, size, 1),)))

    def shot(self):
        self.board.tick([View(market=BTC.name)])
        return self.viewport.snapshot(View(market=BTC.name), self.exchange_us + self.off_us)


def filled(off_us, *, reads_clock):
    screen = Screen(off_us, reads_clock=reads_clock)
    for shift in (-20 * HOUR, -6 * 60 * SECOND, -200 * SECOND, -SECOND, -SECOND // 2):
        screen.trade(screen.exchange_us + shift, size=1_000)
    return screen


@pytest.mark.parametrize("reads_clock", [True, False])
@pytest.mark.parametrize("off_us", OFF)
def test_a_local_clock_that_is_off_changes_no_number(off_us, reads_clock):
    screen = filled(off_us, reads_clock=reads_clock)
    shot = screen.shot()
    (row,) = shot.rows
    assert (row.delta_bar, row.delta_5m, row.cvd) == (2.0, 3.0, 4.0), "the session, not yesterday's trade"
    assert row.quality.state == "live"
    assert screen.board.states[BTC.name].excluded == 0
    assert abs(shot.time_us - screen.exchange_us) <= 2 * SECOND
    assert {link.last_data_us for link in shot.links} <= {*range(shot.time_us - 2 * SECOND, shot.time_us + 1)}


@pytest.mark.parametrize("off_us", OFF)
def test_a_trade_of_the_future_is_excluded_by_the_exchanges_clock(off_us):
    screen = filled(off_us, reads_clock=True)
    screen.trade(screen.exchange_us + 20 * HOUR)
    (row,) = screen.shot().rows
    assert (row.cvd, screen.board.states[BTC.name].excluded) == (4.0, 1)


def test_the_newest_trades_stand_for_a_clock_that_was_not_read_and_one_misdated_does_not():
    clock = ExchangeClock(lambda: NOON)
    assert not clock.is_known
    for number in range(SAMPLES):
        clock.ahead_of(NOON + {3: 20 * HOUR, 5: -HOUR}.get(number, 25 * SECOND))
    assert clock.ahead_us == 25 * SECOND
    clock.read(-300_000)
    assert clock.ahead_us == 0, "the way of a request takes as long"
    clock.read(-3 * HOUR)
    assert clock.ahead_us == -3 * HOUR


@pytest.mark.parametrize(
    ("ahead_us", "words"),
    [
        (90 * SECOND, "clock 90s slow"),
        (-25 * HOUR, "clock 25h fast"),
        (-5 * 60 * SECOND, "clock 5m fast"),
        (900_000, ""),
        (None, ""),
    ],
)
def test_the_header_says_that_the_local_clock_is_off(ahead_us, words):
    shot = filled(0, reads_clock=True).shot()
    links = tuple(replace(link, ahead_us=ahead_us) for link in shot.links)
    head = texts(Header().paint(frame(120, 1, replace(shot, links=links))))[0]
    assert ("clock" in head) == bool(words)
    assert words in head
