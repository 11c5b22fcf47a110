"""Taker orders: fills of one time and side are one order, however they came."""

from itertools import groupby, pairwise

from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.columns.rows import slice_of, trades_of
from cvdtui.engine.orders import OrderLimits, TakerOrders
from cvdtui.model import Trades
from tests.engine.busy_tape import BEGIN_US, MARKET, counted, state, tape
from tests.engine.hard_tapes import examples

LIMITS = OrderLimits((5, 12, 30), 20, None)
SECONDS = 300


def truth(trades, limits, notional, seconds):
    """{bar: (signed size by class, [values of large orders])} by grouping the trades."""
    found = {}
    for (time_us, side), run in groupby(trades, key=lambda t: (t.time_us, t.side)):
        fills = list(run)
        value, size = sum(t.price * t.size for t in fills), sum(t.size for t in fills)
        place = sum(value >= bound * notional for bound in limits.classes)
        start = time_us - time_us % (seconds * 1_000_000)
        deltas, large = found.setdefault(start, ([0] * (len(limits.classes) + 1), []))
        deltas[place] += side * size
        if value >= limits.large * notional:
            large.append((time_us, side, size, value))
    return found


def read(orders, bars):
    return {
        bar.time_us: (
            list(found.deltas),
            [(one.time_us, one.side, one.size, one.value) for one in found.large],
        )
        for bar in bars
        if (found := orders.of(bar.time_us, SECONDS, bar.delta)) is not None
    }


@examples(60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 0, 0, 1_000_000, 70_000_000, 400_000_000]),
            st.integers(1, 40),
            st.integers(1, 9_000),
            st.sampled_from([1, -1, 0]),
        ),
        min_size=1,
        max_size=60,
    ),
    st.data(),
)
def test_classes_and_large_orders_are_those_of_the_grouped_trades(steps, data):
    columns = tape(trades=len(steps) + 1)
    time = BEGIN_US
    for place, (step, price, size, side) in enumerate(steps):
        time += step
        columns.time_us[place], columns.price[place] = time, price
        columns.size[place], columns.side[place] = size, side
    columns.time_us[len(steps)] = time + 400_000_000  # one more, so that the last order is whole
    trades = trades_of(columns)[:-1]
    notional = 10 ** (MARKET.price_decimals + MARKET.size_decimals)
    due = truth(trades, LIMITS, notional, SECONDS)
    cuts = sorted({0, len(steps) + 1, *data.draw(st.lists(st.integers(0, len(steps)), max_size=6))})
    ways = []
    for by_columns in (True, False):
        orders = TakerOrders(MARKET, 60_000_000, LIMITS)
        for low, high in pairwise(cuts):
            part = slice_of(columns, low, high)
            if by_columns and data.draw(st.booleans()):
                orders.add_columns(part)
            else:
                rows = trades_of(part)
                orders.add(rows, sum(t.size for t in rows) * max(t.price for t in rows))
        ways.append(orders)
    bars = counted(columns, SECONDS).flow.bars[SECONDS].closed
    for orders in ways:
        assert read(orders, bars) == due


def test_reading_in_the_middle_of_an_order_does_not_cut_it():
    columns = tape(trades=4)
    columns.time_us[:] = [BEGIN_US, BEGIN_US, BEGIN_US, BEGIN_US + 400_000_000]
    columns.side[:] = 1
    columns.price[:] = 600_000
    columns.size[:] = [8_000, 8_000, 8_000, 1]
    made = state(SECONDS)
    for trade in trades_of(columns):
        made.accept(Trades(MARKET, (trade,)))
        made.flow.settle()
    (bar,) = made.flow.bars[SECONDS].closed
    found = made.flow.orders.of(bar.time_us, SECONDS, bar.delta)
    assert found.deltas == (0, 0, 0, 24_000)
    assert [(one.size, one.value) for one in found.large] == [(24_000, 24_000 * 600_000)]


def test_bars_before_the_first_trade_are_not_known():
    orders = TakerOrders(MARKET, 60_000_000, LIMITS)
    assert orders.of(BEGIN_US, SECONDS, 0) is None
    orders.add(trades_of(tape(trades=3)), 0)
    assert orders.of(BEGIN_US - 300_000_000, SECONDS, 0) is None


def test_the_slots_kept_are_bounded():
    orders = TakerOrders(MARKET, 60_000_000, OrderLimits((1,), 1, 10))
    columns = tape(trades=500)
    orders.add_columns(columns)
    assert len(orders.finish()[2]) == 10
    first = int(columns.time_us[0])
    assert orders.of(first - first % 300_000_000, SECONDS, 0) is None
