"""Rows of many footprints at once are those of each."""

from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.footprint import group
from cvdtui.engine.row_columns import rows_of_all
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
