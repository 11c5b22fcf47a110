"""Prints outside the book: their ids leave no hole, and they are in no number."""

from cvdtui.engine.market_state import MarketState
from cvdtui.model import BUY, UNKNOWN, Market, Trade, Trades
from tests.engine.hard_tapes import MONDAY, flow_maker

MARKET = Market("deribit", "BTC-PERPETUAL", "BTC", "USD", "perp", 1, 10, inverse=True)


def trade(number, size=5, side=BUY):
    return Trade(number, MONDAY + number * 1000, 1000 if size else 0, size, side)


def outside(number):
    return trade(number, 0, UNKNOWN)


def state_after(*batches):
    state = MarketState(MARKET, flow_maker())
    for trades in batches:
        state.accept(Trades(MARKET, trades, excluded=sum(not one.size for one in trades)))
    state.flow.settle()
    return state


def test_a_print_alone_in_a_message_moves_the_tape_and_nothing_else():
    state = state_after((trade(1),), (trade(2),), (outside(3),), (trade(4),))
    assert (state.tape.next, state.gaps, state.excluded) == (5, [], 1)
    assert (state.flow.trades, state.flow.trade_volume) == (3, 15)


def test_a_print_among_others_and_one_that_waits_behind_a_hole_are_left_out_too():
    state = state_after((trade(1), outside(2), trade(3)), (trade(6), outside(7)), (outside(4), trade(5)))
    assert (state.tape.next, state.tape.open_ids, state.excluded) == (8, 0, 3)
    assert (state.flow.trades, state.flow.trade_volume) == (4, 20)


def test_what_a_lost_hole_releases_is_filtered_as_well():
    state = state_after((trade(1),), (outside(3), trade(4)))
    state.finish()
    assert (state.flow.trades, state.lost) == (2, 1)
