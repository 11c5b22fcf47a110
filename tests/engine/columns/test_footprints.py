"""Rows of many footprints at once are those of each."""

from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.columns.footprints import STRETCH, RowsAhead, rows_of_all
from cvdtui.engine.footprint import group
from cvdtui.engine.segment import pack

CELLS = st.dictionaries(
    st.tuples(st.integers(-500, 500), st.sampled_from((0, 1, 3))).map(lambda key: key[0] << 2 | key[1]),
    st.integers(1, 10**9),
    min_size=1,
    max_size=30,
)


@given(st.lists(CELLS, min_size=1, max_size=8), st.integers(1, 60))
def test_rows_of_many_footprints_are_those_of_each(footprints, row):
    kept = {number * 60_000_000: pack(cells) for number, cells in enumerate(footprints)}
    due = {number * 60_000_000: group(cells, row) for number, cells in enumerate(footprints)}
    assert rows_of_all(kept, row) in (due, {})


def test_a_usual_bar_is_grouped_and_a_sum_too_large_for_a_double_is_left_alone():
    cells = {100 << 2 | 1: 5, 101 << 2 | 3: 7, 109 << 2 | 0: 2}
    assert rows_of_all({0: pack(cells)}, 10) == {0: {10: [5, 7, 0], 11: [0, 0, 2]}}
    assert rows_of_all({0: pack({100 << 2 | 1: 1 << 60})}, 10) == {}
    assert rows_of_all({}, 10) == {}


def test_rows_ahead_are_those_of_each_bar_in_every_row_size_and_none_where_cells_are_not_packed():
    known = {bar: {(1000 + bar + step) << 2 | 1: 1 + step for step in range(5)} for bar in range(1200)}
    kept = {number: pack(cells) for number, cells in known.items() if number % 7}
    kept[8] = known[8]
    ahead = RowsAhead(kept, range(1200))
    for number in range(1200):
        for row in (2, 3 + number // 500):
            due = group(known[number], row) if number in kept and number != 8 else None
            assert ahead.rows(number, row) == due
    assert ahead.rows(STRETCH, 2) == group(known[STRETCH], 2)
    assert ahead.rows(1200, 2) is None
