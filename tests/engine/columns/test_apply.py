"""History by columns: the state of a flow is the same as by one trade at a time, at every cut."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.columns.apply import apply_columns
from cvdtui.engine.columns.rows import rescaled
from cvdtui.engine.flow import MemoryLimits
from cvdtui.engine.segment import unpack
from cvdtui.model import TIMEFRAMES, Market, Trades
from tests.engine.hard_tapes import (
    MARKET,
    MONDAY,
    STEPS,
    batch_of,
    columns_of,
    examples,
    flow_maker,
    market_for,
    rows_of,
    state_of,
    trade_of,
)
from tests.engine.reference import Row

sizes = st.one_of(
    st.integers(1, 5_000).map(lambda units: Decimal(units) / 1_000),
    st.sampled_from([Decimal(10**12), Decimal(4 * 10**15), Decimal("0.001")]),
)
prices = st.one_of(
    st.integers(-30, 60).map(lambda ticks: Decimal(ticks) / 10),
    st.sampled_from([Decimal(10**9), Decimal(-(10**9))]),
)
columns_rows = rows_of(price=prices, size=sizes, steps=(*STEPS, *STEPS[:5]))


def everything(flow):
    """All that can be read of a flow."""
    flow.settle()

    def of_period(period):
        sums = (period.buy, period.sell, period.unknown, period.value, period.value_delta)
        cells = (period.cells, period.cell_volume, period.cells_from_us)
        return period.start_us, period.end_us, period.open, period.high, period.low, period.close, sums, cells

    return {
        "bars": {
            seconds: (
                bars.all(),
                bars.cvd_before,
                bars.closed_count,
                {time: unpack(cells) for time, cells in bars.footprints.items()},
                bars.open and bars.open.cells,
            )
            for seconds, bars in flow.bars.items()
        },
        "sessions": {start: of_period(period) for start, period in flow.periods.sessions.items()},
        "weeks": {start: of_period(period) for start, period in flow.periods.weeks.items()},
        "start": of_period(flow.start),
        "sources": flow.sources.volumes,
        "counts": (flow.trades, flow.trade_volume, flow.first_time_us, flow.last_time_us),
        "rolling": flow.rolling_delta(),
        "five": flow.delta_5m(flow.last_time_us),
        "prints": flow.prints(10_000),
    }


@given(st.data(), columns_rows, st.sampled_from([(60,), TIMEFRAMES, (5, 60)]), st.booleans())
@examples(120)
def test_columns_leave_the_same_state_as_single_trades(data, rows, timeframes, excludes_zero):
    limits = data.draw(st.sampled_from([MemoryLimits(None, None, 20, None), MemoryLimits(3, 2, 5, 10)]))
    make = flow_maker(timeframes=timeframes, rolling=7, excludes_zero=excludes_zero, limits=limits)
    one, other = make(MARKET), make(MARKET)
    for row in rows:
        one.apply((trade_of(row, MARKET),))
        if data.draw(st.booleans()):
            one.settle()
    at = 0
    while at < len(rows):
        part = rows[at : at + data.draw(st.sampled_from([1, 2, 5, 50]))]
        at += len(part)
        if data.draw(st.integers(0, 3)):
            apply_columns(other, columns_of(part, MARKET))
        else:
            other.apply([trade_of(row, MARKET) for row in part])
    ours, theirs = everything(one), everything(other)
    if limits.bars is not None:  # what falls out may fall out at another moment
        for state in (ours, theirs):
            state["bars"] = {seconds: kept[0][-2:] for seconds, kept in state["bars"].items()}
    for name, value in ours.items():
        assert value == theirs[name], name


def rows_at(*numbers, size=1, price=100, step=1_000):
    return [Row(n, MONDAY + n * step, Decimal(price), Decimal(size), (1, -1)[n % 2]) for n in numbers]


def test_columns_then_trades_then_columns_count_every_trade_once():
    whole, mixed = state_of(), state_of()
    rows = rows_at(*range(30))
    whole.accept(batch_of(rows))
    mixed.accept_columns(columns_of(rows[:12]))
    mixed.accept(batch_of(rows[8:20]))
    mixed.accept_columns(columns_of(rows[15:30]))
    for state in (whole, mixed):
        state.finish()
    assert everything(mixed.flow) == everything(whole.flow)
    assert mixed.duplicates == 9
    assert (mixed.lost, mixed.gaps) == (0, [])


def test_rows_that_wait_behind_a_hole_go_over_to_the_tape_of_trades():
    state = state_of()
    rows = rows_at(*range(10))
    state.accept_columns(columns_of(rows[:3] + rows[6:8]))
    state.accept(batch_of(rows[3:6]))
    state.accept(batch_of(rows[8:]))
    state.finish()
    assert (state.flow.trades, state.lost, state.duplicates) == (10, 0, 0)


def test_holes_lost_by_columns_stay_on_record_when_trades_go_on():
    state = state_of()
    state = type(state)(MARKET, flow_maker(), hold_limit=1)
    rows = rows_at(*range(10))
    state.accept_columns(columns_of(rows[:3] + rows[5:8]))
    state.accept(batch_of([rows[4], *rows[8:]]))
    state.finish()
    assert [(gap.after, gap.before) for gap in state.gaps] == [(2, 5)]
    assert (state.lost, state.duplicates, state.flow.trades) == (2, 0, 8)


def test_ids_without_continuity_keep_the_order_of_the_file():
    state = state_of()
    columns = columns_of(rows_at(9, 3, 9, 7))
    columns.id_rule = "unique"
    state.accept_columns(columns)
    assert [trade.id for trade in reversed(state.flow.prints(9))] == [9, 3, 7]
    assert state.duplicates == 1


@pytest.mark.parametrize("waits", [False, True])
def test_rows_too_wide_for_a_machine_word_after_growing_come_as_trades(waits):
    state = state_of()
    rows = rows_at(0, 1, 2, size=4 * 10**15)
    first = [rows[0], rows[2]] if waits else rows
    state.accept_columns(columns_of(first))
    fine = [Row(3, MONDAY + 3_000, Decimal(100), Decimal("0.00000001"), 1)]
    grown = market_for(fine)
    state.adopt(grown)
    if waits:
        state.accept_columns(columns_of([rows[1]], MARKET))
    state.accept_columns(columns_of(fine, grown))
    state.finish()
    assert state.flow.start.delta == 4 * 10**15 * 10**8 + 1
    assert state.flow.trades == 4


def test_rows_are_brought_to_a_finer_scale_and_the_columns_given_are_left_alone():
    columns = columns_of(rows_at(1, 2), MARKET)
    grown = rescaled(columns, Market("binance-usdm", "BTCUSDT", price_decimals=3, size_decimals=4))
    assert grown.price.tolist() == [100_000, 100_000]
    assert grown.size.tolist() == [10_000, 10_000]
    assert columns.price.tolist() == [1_000, 1_000]
    assert rescaled(grown, Market("x", "y", price_decimals=3, size_decimals=30)) is None


def test_excluded_trades_and_empty_columns_change_nothing_but_their_count():
    state = state_of()
    state.accept(Trades(MARKET, (), excluded=3))
    state.accept_columns(columns_of([], MARKET))
    assert (state.excluded, state.flow.trades, state.flow.first_time_us) == (3, 0, 0)


def test_columns_between_two_trades_of_one_slot_keep_their_place():
    flow = flow_maker()(MARKET)
    rows = rows_at(0, 1, 2, 3)
    flow.apply([trade_of(rows[0], MARKET)])
    apply_columns(flow, columns_of(rows[1:3], MARKET))
    flow.apply([trade_of(rows[3], MARKET)])
    assert [trade.id for trade in flow.prints(9)] == [3, 2, 1, 0]
    assert flow.delta_5m(MONDAY)[0] == 0
