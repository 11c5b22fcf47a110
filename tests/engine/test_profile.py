"""Point of control, value area and nodes: the worked examples, and Python's own percentiles on fractions."""

from fractions import Fraction
from statistics import quantiles

from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.profile import nodes, point_of_control, profile, value_area
from tests.engine.reference import slow_profile, text

LADDER = {10: 1, 11: 4, 12: 10, 13: 4, 14: 1}


def test_one_row_and_two_row_value_areas_break_ties_up():
    assert value_area(LADDER, 12) == (12, 13)
    assert value_area(LADDER, 12, step=2) == (12, 14)


def test_one_row_with_a_target_of_388_ends_at_105_to_108():
    volumes = {104: 10, 105: 70, 106: 150, 107: 90, 108: 80, 109: 50}
    steps = [value_area(volumes, 106, target=due) for due in (150, 240, 320, 388, 390)]
    assert steps == [(106, 106), (106, 107), (106, 108), (105, 108), (105, 108)]


def test_rows_that_did_not_trade_are_no_neighbours():
    assert value_area({10: 50, 20: 40, 21: 10}, 10) == (10, 20)


def test_the_whole_ladder_is_the_value_area_when_all_of_it_is_needed():
    assert value_area({1: 1, 2: 1}, 1) == (1, 2)
    assert value_area({7: 5}, 7) == (7, 7)


def test_the_point_of_control_is_the_lowest_of_equals():
    assert point_of_control({3: 9, 1: 9, 2: 1}) == 1


def test_fewer_than_two_rows_have_no_nodes():
    assert nodes({5: 10}) == ((), ())
    assert profile({}) == (None, None, None, (), ())
    assert profile({5: [0, 0, 0]}) == (None, None, None, (), ())


def test_unknown_volume_counts_for_the_point_of_control():
    assert profile({1: [5, 5, 0], 2: [0, 0, 11]}).poc == 2


volumes = st.dictionaries(
    st.integers(-50, 50), st.one_of(st.integers(1, 9), st.integers(1, 10**30)), min_size=2, max_size=40
)


@given(volumes)
def test_nodes_are_those_of_python_s_percentiles_on_fractions(found):
    cuts = quantiles([Fraction(size) for size in found.values()], n=100, method="exclusive")
    high = tuple(number for number, size in sorted(found.items()) if Fraction(size) >= cuts[69])
    low = tuple(number for number, size in sorted(found.items()) if Fraction(size) <= cuts[29])
    assert nodes(found) == (high, low)


@given(volumes)
def test_a_profile_is_that_of_the_slow_computation(found):
    ours = profile({number: [size, 0, 0] for number, size in found.items()})
    theirs = slow_profile({number: [size, 0, 0] for number, size in found.items()})
    assert [text(ours.poc), text(ours.vah), text(ours.val)] == [theirs["poc"], theirs["vah"], theirs["val"]]
    assert [text(number) for number in ours.hvn] == theirs["hvn"]
    assert [text(number) for number in ours.lvn] == theirs["lvn"]
