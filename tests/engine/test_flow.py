"""Of a flow, beside the report: windows to the microsecond, side sources, marks, memory limits."""

from decimal import Decimal
from math import isclose

from cvdtui.engine.flow import MemoryLimits
from cvdtui.engine.latest import Latest
from cvdtui.model import BUY, SELL, Trade
from tests.engine.hard_tapes import MARKET, MONDAY, batch_of, flow_maker, state_of, trade_of
from tests.engine.reference import Row

SECOND = 1_000_000


def row(number, at, size=1, side=1, price=100):
    return Row(number, MONDAY + at, Decimal(price), Decimal(size), side)


def flow_of(*rows, **options):
    flow = flow_maker(**options)(MARKET)
    flow.apply([trade_of(one, MARKET) for one in rows])
    flow.settle()
    return flow


def test_a_trade_leaves_the_five_minutes_exactly_300_seconds_after_it():
    flow = flow_of(row(1, 0), row(2, 1, 10))
    now = MONDAY + 300 * SECOND
    assert flow.delta_5m(now - 1) == (11_000, 11_000_000)
    assert flow.delta_5m(now) == (10_000, 10_000_000)
    assert flow.delta_5m(now + 1) == (0, 0)


def test_a_late_trade_older_than_five_minutes_is_not_in_them():
    flow = flow_of(row(1, 1_000 * SECOND), row(2, 600 * SECOND, 50), row(3, 900 * SECOND, 7))
    assert flow.delta_5m(MONDAY + 1_000 * SECOND)[0] == 8_000
    assert flow.delta_5m(MONDAY + 1_200 * SECOND)[0] == 1_000


def test_the_rolling_window_is_the_last_n_by_order_of_the_venue():
    flow = flow_of(*(row(n, 10 * SECOND - n, n) for n in range(1, 6)), rolling=2)
    assert flow.rolling_delta()[0] == 9_000
    assert [trade.id for trade in flow.prints(3)] == [5, 4, 3]


def test_every_source_of_sides_has_its_share_and_a_bar_is_named_by_the_least_sure():
    state = state_of()
    sources = ["taker", "quote", "tick", "quote", "midpoint"]
    for number, source in enumerate(sources):
        state.accept(batch_of([row(number, number, number + 1)], id_rule="unique", source=source))
    state.accept(batch_of([row(9, 9, 15, 0)], id_rule="unique", source="tick"))
    state.finish()
    assert state.flow.sources.shares() == {
        "unknown": 0.5,
        "quote": 6 / 30,
        "midpoint": 5 / 30,
        "tick": 3 / 30,
        "taker": 1 / 30,
    }
    assert isclose(sum(state.flow.sources.shares().values()), 1)
    assert {bars.all()[0].source for bars in state.flow.bars.values()} == {"tick"}


def test_the_profile_holds_where_its_trades_begin():
    flow = flow_of(row(1, 13 * SECOND), row(2, 3 * SECOND), row(3, 50 * SECOND))
    assert flow.session.cells_from_us == MONDAY
    flow = flow_of(row(1, 65 * SECOND), row(2, 70 * SECOND))
    assert flow.session.cells_from_us == MONDAY + 65 * SECOND


def test_a_mark_splits_a_slot_between_two_trades():
    flow = flow_of(row(1, 0, 3))
    flow.drop_mark(MONDAY + 1)
    flow.apply([trade_of(row(2, 2, 4), MARKET)])
    flow.settle()
    assert flow.start.delta - flow.mark[1] == 4_000
    assert flow.bars[60].all()[0].delta_high == 7_000


def test_running_delta_starts_at_zero_unless_zero_is_excluded():
    rows = [row(1, 0, 5, -1), row(2, 1, 2), row(3, 2, 1, -1)]
    with_zero, without = flow_of(*rows), flow_of(*rows, excludes_zero=True)
    assert (with_zero.bars[60].all()[0].delta_high, with_zero.bars[60].all()[0].delta_low) == (0, -5_000)
    assert (without.bars[60].all()[0].delta_high, without.bars[60].all()[0].delta_low) == (-3_000, -5_000)


def test_running_delta_over_many_slots_is_that_of_the_whole_bar():
    rows = [row(1, 0, 5), row(2, 6 * SECOND, 9, -1), row(3, 12 * SECOND, 1)]
    bar = flow_of(*rows).bars[300].all()[0]
    assert (bar.delta_high, bar.delta_low) == (5_000, -4_000)


def test_memory_is_bounded_and_the_sums_go_on():
    limits = MemoryLimits(bars=10, footprints=3, prints=5, cells=4)
    rows = [row(n, n * 5 * SECOND, 1, price=100 + n % 7) for n in range(200)]
    flow = flow_of(*rows, limits=limits, rolling=3)
    bars = flow.bars[5]
    assert len(bars.closed) <= 13
    assert len(bars.footprints) <= 3
    assert bars.all()[-1].cvd == 200_000
    assert bars.closed_count == 199
    assert len(flow.prints(99)) == 5


def test_the_cells_of_all_bars_together_are_bounded():
    limits = MemoryLimits(bars=None, footprints=None, prints=5, cells=10)
    rows = [row(n, (n // 4) * 5 * SECOND, 1, price=100 + n % 4) for n in range(80)]
    bars = flow_of(*rows, limits=limits).bars[5]
    assert sum(len(bars.cells(time)) for time in bars.footprints) <= 10
    assert max(bars.footprints) == bars.closed[-1].time_us


def test_a_late_trade_older_than_every_bar_kept_still_counts_in_their_cvd():
    limits = MemoryLimits(bars=4, footprints=3, prints=5)
    flow = flow_of(*(row(n, n * 5 * SECOND) for n in range(1, 30)), row(99, 0, 100), limits=limits)
    assert flow.bars[5].all()[-1].cvd == 129_000
    assert flow.bars[5].all()[0].time_us > MONDAY


def test_reading_at_any_moment_changes_nothing():
    rows = [row(n, n * SECOND, n + 1, (1, -1, 0)[n % 3], 100 + n % 5) for n in range(100)]
    once, often = flow_of(*rows), flow_maker()(MARKET)
    for one in rows:
        often.apply([trade_of(one, MARKET)])
        often.rolling_delta()
        often.delta_5m(one.time_us)
        often.settle()
    for seconds, bars in once.bars.items():
        assert bars.all() == often.bars[seconds].all()
    assert once.session.cells == often.session.cells


def test_nothing_traded_gives_no_bar():
    state = state_of()
    state.accept(batch_of([row(1, 0), row(2, 180 * SECOND)]))
    state.finish()
    assert [bar.time_us for bar in state.flow.bars[60].all()] == [MONDAY, MONDAY + 180 * SECOND]


def test_what_left_the_five_minutes_is_forgotten_beyond_the_trades_that_are_kept():
    latest = Latest(rolling=80, prints=10, grain_us=5 * SECOND)
    for number in range(500):
        trade = Trade(number, number * 5 * SECOND, 100, 1, BUY)
        latest.add(trade.time_us, [trade], 1, 100, trade.time_us)
    assert len(latest._young) <= 62
    assert len(latest._young) + len(latest._older) == 80
    assert [trade.id for trade in latest.newest(1_000)] == list(range(499, 419, -1))
    assert latest.rolling_delta() == (80, 8_000)
    assert latest.delta_5m(499 * 5 * SECOND) == (60, 6_000)


def test_the_latest_trades_stay_in_order_when_older_ones_and_finer_decimals_come():
    latest = Latest(rolling=4, prints=6, grain_us=5 * SECOND)
    now = 1_000 * SECOND
    latest.add(now, [Trade(8, now, 100, 2, BUY), Trade(9, now, 101, 1, SELL)], 1, 99, now)
    earlier = [Trade(n, now - (8 - n) * 60 * SECOND, 100, 1, BUY) for n in range(1, 8)]
    latest.extend_left(earlier, now)
    latest.rescale(10, 10)
    assert [(trade.id, trade.price) for trade in latest.newest(3)] == [(9, 1_010), (8, 1_000), (7, 1_000)]
    assert latest.rolling_delta() == (10 + 10 + 20 - 10, (20 + 20 - 10) * 1_000 - 100)
    assert latest.delta_5m(now) == (10 + 40, (40 + 10) * 1_000 - 100)
    assert len(latest.newest(100)) == 6
