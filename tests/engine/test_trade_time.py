"""One trade whose time cannot be moves nothing: it is excluded, with its reason."""

import pytest

from cvdtui.engine.market_state import MarketState
from cvdtui.engine.trade_time import AHEAD_US
from cvdtui.model import Market, Trade, Trades
from tests.engine.hard_tapes import flow_maker

MARKET = Market("binance-usdm", "BTCUSDT", "BTC", "USDT", "perp", 1, 3, 1)
NOON = 1_723_118_400_000_000
HOUR = 3_600_000_000
both = pytest.mark.parametrize("together", [False, True])


class Exchange:
    """A live market, known from midnight on, the trades of one exchange and its clock."""

    def __init__(self):
        self.now_us = NOON
        self.state = MarketState(
            MARKET, flow_maker(), live=True, ahead_of=lambda time_us: time_us - self.now_us
        )
        self.state.known.from_us = NOON - 12 * HOUR
        self.id = 100

    def trade(self, shift_us=0, size=1, side=1):
        self.id += 1
        self.now_us += 1_000
        return Trade(self.id, self.now_us + shift_us, 618_000, size, side)

    def send(self, *trades):
        self.state.accept(Trades(MARKET, trades))
        self.state.flow.settle()

    @property
    def numbers(self):
        flow = self.state.flow
        known = (flow.session.delta, flow.week.delta, flow.start.delta, flow.trades, flow.session.start_us)
        return (*known, self.state.session_coverage())


@both
@pytest.mark.parametrize("shift_us", [AHEAD_US + 1_000_000, 20 * HOUR, 200 * HOUR])
def test_a_trade_dated_ahead_takes_over_neither_session_nor_week(shift_us, together):
    exchange = Exchange()
    exchange.send(exchange.trade(), exchange.trade(side=-1, size=50))
    before = exchange.numbers
    ahead = exchange.trade(shift_us, size=7)
    if together:
        exchange.send(ahead, exchange.trade())
    else:
        exchange.send(ahead)
        exchange.send(exchange.trade())
    assert exchange.numbers == (before[0] + 1, before[1] + 1, before[2] + 1, 3, *before[4:])
    assert before[5] == 1.0
    assert exchange.state.excluded == 1
    seconds = (shift_us - 1_000 * together) // 1_000_000
    assert exchange.state.time.reason == f"dated {seconds} s ahead of the exchange"
    assert not exchange.state.gaps, "its id is known"


def test_a_trade_a_little_ahead_is_believed():
    exchange = Exchange()
    exchange.send(exchange.trade(), exchange.trade(AHEAD_US - 10_000))
    assert (exchange.state.flow.trades, exchange.state.excluded) == (2, 0)


@both
def test_a_trade_dated_before_the_start_minute_is_counted_as_excluded(together):
    exchange = Exchange()
    exchange.state.flow.begin_at(NOON)
    before, after = exchange.trade(-HOUR), exchange.trade()
    for frame in ((before, after),) if together else ((before,), (after,)):
        exchange.send(*frame)
    assert (exchange.state.flow.trades, exchange.state.excluded) == (1, 1)
    assert exchange.state.time.reason == "dated before the market's start minute"


def test_knowledge_begins_with_the_first_trade_that_is_believed():
    exchange = Exchange()
    exchange.state.known.from_us = None
    exchange.send(exchange.trade(20 * HOUR))
    assert exchange.state.known.from_us is None
    good = exchange.trade()
    exchange.send(good)
    assert exchange.state.known.from_us == good.time_us


def test_what_waited_behind_a_hole_is_judged_as_well():
    exchange = Exchange()
    exchange.send(exchange.trade())
    missing, ahead = exchange.trade(), exchange.trade(20 * HOUR)
    exchange.send(ahead)
    exchange.send(missing)
    assert (exchange.state.flow.trades, exchange.state.excluded) == (2, 1)


def test_a_recording_has_no_clock_and_believes_its_times():
    state = MarketState(MARKET, flow_maker())
    state.accept(Trades(MARKET, (Trade(1, NOON, 1, 1, 1), Trade(2, NOON + 20 * HOUR, 1, 1, 1))))
    state.flow.settle()
    assert (state.flow.trades, state.excluded) == (2, 0)
