"""Rows, diagonal imbalances, stacked zones and the automatic row, by the worked examples and by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.footprint import auto_row, group, row_number, stepped_row
from cvdtui.engine.segment import PackedCells, pack, unpack
from cvdtui.model import Bar
from cvdtui.signals.imbalance import imbalances
from cvdtui.signals.stacked import stacked
from tests.engine.hard_tapes import batch_of, state_of
from tests.engine.reference import Row, row_of

T = 1_723_161_255_000_000


def bar(high, low):
    return Bar(0, low, high, low, high, 0, 0, 0, 0, 0, 0, 1)


def test_the_seed_footprint_rows_come_out():
    rows = [(43700, 890, 1210, -320), (43650, 1450, 680, 770), (43600, 340, 1890, -1550)]
    state = state_of(timeframes=(60,))
    trades = []
    for price, buy, sell, _ in rows:
        trades.append(Row(len(trades), T, Decimal(price), Decimal(buy), 1))
        trades.append(Row(len(trades), T + 1, Decimal(price + 24), Decimal(sell), -1))
    state.accept(batch_of(trades))
    state.flow.settle()
    found = group(state.flow.bars[60].cells(T - T % 60_000_000), 500)
    units = 1000
    assert {number * 50: [sums[0] // units, sums[1] // units] for number, sums in found.items()} == {
        price: [buy, sell] for price, buy, sell, _ in rows
    }
    assert {number * 50: (sums[0] - sums[1]) // units for number, sums in found.items()} == {
        price: delta for price, _, _, delta in rows
    }


def test_a_row_is_the_nearest_multiple_and_ties_go_up():
    assert [row_number(price, 10) for price in (4, 5, 14, 15, -5, -6, -15, 0)] == [0, 1, 1, 2, 0, -1, -1, 0]


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_the_row_of_a_price_is_floor_of_price_by_row_plus_a_half(price, row):
    assert row_number(price, row) * row == row_of(Decimal(price), Decimal(row))


def test_a_diagonal_imbalance_needs_its_ratio_and_its_volume():
    rows = {9: [0, 5, 0], 10: [30, 0, 0]}
    assert imbalances(rows, min_volume=20) == [(10, "buy")]
    assert imbalances(rows, min_volume=30) == [(10, "buy")]
    assert imbalances(rows, min_volume=31) == []
    assert imbalances({9: [0, 10, 0], 10: [30, 0, 0]}) == [(10, "buy")]
    assert imbalances({9: [0, 10, 0], 10: [29, 0, 0]}) == []


def test_a_sell_imbalance_compares_one_row_up():
    assert imbalances({9: [0, 30, 0], 10: [10, 0, 0]}) == [(9, "sell")]
    assert imbalances({9: [0, 29, 0], 10: [10, 0, 0]}) == []


def test_an_empty_or_untraded_opposite_row_gives_no_imbalance():
    assert imbalances({9: [7, 0, 0], 10: [30, 0, 0]}) == []
    assert imbalances({8: [0, 5, 0], 10: [30, 0, 0]}) == [], "the compared row is one row away, traded or not"
    assert imbalances({9: [0, 0, 50], 10: [30, 0, 0]}) == [], "unknown volume is on no side"


def test_an_imbalance_of_huge_sums_is_compared_exactly():
    sell = 10**17 + 1
    assert imbalances({0: [0, sell, 0], 1: [3 * sell, 0, 0]}) == [(1, "buy")]
    assert imbalances({0: [0, sell, 0], 1: [3 * sell - 1, 0, 0]}) == []


def test_stacked_zones_are_three_of_a_side_that_touch():
    rows = {number: [0, 1, 0] for number in (9, 14)}
    for number in (10, 11, 12, 15):
        rows[number] = [30, 1, 0]
    found = imbalances(rows)
    assert [number for number, side in found if side == "buy"] == [10, 11, 12, 15]
    assert stacked(found) == [(10, 12, "buy", 3)]


def test_zones_of_both_sides_do_not_mix():
    found = [(1, "buy"), (2, "sell"), (2, "buy"), (3, "sell"), (3, "buy"), (4, "sell"), (5, "buy")]
    assert stacked(found) == [(1, 3, "buy", 3), (2, 4, "sell", 3)]
    assert stacked(found[:4]) == []


@pytest.mark.parametrize(
    ("ranges", "tick", "row"),
    [
        ([12], 1, 1),
        ([13], 1, 2),
        ([24], 1, 2),
        ([25], 1, 5),
        ([61], 1, 10),
        ([12, 14], 1, 2),  # median 13
        ([12, 12, 1000], 1, 1),
        ([0, 0], 1, 1),
        ([], 5, 5),
        ([300], 5, 25),
        ([301], 5, 50),
    ],
)
def test_the_automatic_row_is_the_smallest_step_with_at_most_twelve_rows_in_the_median_bar(ranges, tick, row):
    assert auto_row([bar(span, 0) for span in ranges], tick) == row


def test_the_automatic_row_uses_the_last_hundred_bars():
    assert auto_row([bar(10_000, 0)] * 500 + [bar(12, 0)] * 100, 1) == 1


@given(st.lists(st.integers(0, 10**7), max_size=120), st.sampled_from([1, 5, 25]))
def test_the_automatic_row_is_that_of_a_slow_search(ranges, tick):
    from statistics import median

    last = ranges[-100:]
    expected = next(
        digit * 10**power * tick
        for power in range(12)
        for digit in (1, 2, 5)
        if not last or median(Fraction(span, digit * 10**power * tick) for span in last) <= 12
    )
    assert auto_row([bar(span, 0) for span in ranges], tick) == expected


def test_steps_walk_the_1_2_5_scale_and_stop_at_the_tick():
    assert [stepped_row(10, 1, steps) for steps in (-5, -2, -1, 0, 1, 2, 3)] == [1, 2, 5, 10, 20, 50, 100]
    assert stepped_row(50, 5, -1) == 25


def test_a_row_between_two_steps_goes_to_its_neighbours():
    assert stepped_row(25, 1, 1) == 50
    assert stepped_row(25, 1, -1) == 20
    assert stepped_row(25, 1, 0) == 25


@given(st.dictionaries(st.integers(-(2**70), 2**70), st.integers(0, 2**70)))
def test_packed_cells_come_back_as_they_were(cells):
    assert unpack(pack(cells)) == cells


@given(
    st.dictionaries(st.tuples(st.integers(-300, 300), st.sampled_from((0, 1, 3))), st.integers(0, 10**15)),
    st.integers(-300, 300),
)
def test_packed_cells_are_those_that_were_packed(known, price):
    cells = {price << 2 | code: size for (price, code), size in known.items()}
    packed = pack(cells)
    assert isinstance(packed, tuple)
    packed_cells = PackedCells(packed)
    assert (dict(packed_cells), len(packed_cells), group(packed_cells, 7)) == (
        cells,
        len(cells),
        group(cells, 7),
    )
    assert [packed_cells.get(price << 2 | code) for code in (0, 1, 3)] == [
        cells.get(price << 2 | code) for code in (0, 1, 3)
    ]


def test_a_packed_cell_is_not_mistaken_for_bytes_of_two_others():
    two = (1 << 56) | 1, 0x0202020202020202
    astride = int.from_bytes(
        (two[0].to_bytes(8, "little") + two[1].to_bytes(8, "little"))[4:12], "little", signed=True
    )
    packed = pack({two[0]: 5, two[1]: 6})
    assert isinstance(packed, tuple)
    assert PackedCells(packed).get(astride) is None
    assert PackedCells(packed)[two[1]] == 6
