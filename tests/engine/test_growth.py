"""A venue that sends a finer value: every integer grows with it, at any moment."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.scale import at_scale, finer
from cvdtui.model import Candle, Market
from tests.engine.columns.test_apply import everything
from tests.engine.hard_tapes import (
    MARKET,
    MONDAY,
    arrivals_of,
    batch_of,
    columns_of,
    examples,
    rows_of,
    state_of,
)
from tests.engine.reference import Row

FINE = Market("binance-usdm", "BTCUSDT", price_decimals=9, size_decimals=8)


@given(st.data(), rows_of())
@examples(80)
def test_growing_in_the_middle_ends_where_growing_first_would_have(data, rows):
    batches = data.draw(arrivals_of(rows))
    first, middle = state_of(rolling=5), state_of(rolling=5)
    first.adopt(FINE)
    for number, batch in enumerate(batches):
        grown = batch_of(batch)
        first.accept_scaled(grown)
        middle.accept_scaled(grown)
        if data.draw(st.integers(0, 9)) == 0:
            middle.flow.settle()
        if number == len(batches) // 2:
            for state in (first, middle):
                state.flow.drop_mark(7)
    middle.adopt(FINE)
    first.finish()
    middle.finish()
    assert everything(middle.flow) == everything(first.flow)
    assert middle.flow.mark == first.flow.mark
    assert middle.gaps == first.gaps


def test_trades_that_wait_for_a_hole_grow_too():
    state = state_of()
    state.accept(batch_of([row(1), row(3, size="0.002")]))
    state.adopt(FINE)
    state.accept_scaled(batch_of([row(2)]))
    assert [trade.size for trade in state.flow.prints(9)] == [200_000, 100_000, 100_000]


def test_columns_that_wait_for_a_hole_grow_too():
    state = state_of()
    state.accept_columns(columns_of([row(1), row(3, size="0.002")]))
    state.adopt(FINE)
    state.accept_columns(columns_of([row(2)], MARKET))
    state.finish()
    assert [trade.size for trade in state.flow.prints(9)] == [200_000, 100_000, 100_000]


def test_candles_that_wait_for_the_audit_grow_too():
    state = state_of()
    state.accept(batch_of([row(1), row(2, at=60_000_000)]))
    state.expect_candles([Candle(MONDAY + 60_000_000, 60, 1_000, 1_000, 1_000, 1_000, 1, 1, 1_000, 1)])
    state.adopt(FINE)
    state.accept_scaled(batch_of([row(3, at=120_000_000)]))
    state.run_audit()
    assert (state.audit.compared, state.audit.residual) == (1, 0)


def test_a_coarser_batch_never_takes_decimals_back_nor_the_tick():
    state = state_of()
    state.adopt(Market("binance-usdm", "BTCUSDT", price_decimals=3, size_decimals=4, tick=5))
    state.accept_scaled(batch_of([row(1)], MARKET))
    assert (state.market.price_decimals, state.market.size_decimals, state.market.tick) == (3, 4, 5)
    assert state.flow.last_trade.price == 100_000


def test_the_tick_is_kept_in_the_finer_decimals():
    update = Market("x", "Y", price_decimals=1, size_decimals=3, tick=5)
    assert finer(Market("x", "Y", price_decimals=3, size_decimals=2), update).tick == 500
    assert at_scale(batch_of([row(1)], MARKET), MARKET)[0].price == 1_000


def row(number, size="0.001", at=0):
    return Row(number, MONDAY + at + number, Decimal(100), Decimal(size), 1)
