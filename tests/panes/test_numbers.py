"""Numbers for display."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.panes import numbers


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (64123.4, 1, "64 123.4"),
        (5871.25, 2, "5 871.25"),
        (0.00001234, 8, "0.00001234"),
        (999.0, 0, "999"),
        (1000.0, 0, "1 000"),
        (-12.5, 2, "-12.50"),
        (1234567.0, 0, "1 234 567"),
    ],
)
def test_a_price_keeps_the_decimals_of_its_market(value, decimals, written):
    assert numbers.price(value, decimals) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1203.4, "+1 203.4"),
        (-88.1, "-88.10"),
        (12345.6, "+12 346"),
        (402.0, "+402.00"),
        (1203000.0, "+1.203M"),
        (-123456.0, "-123.5K"),
        (99999.4, "+99 999"),
        (99999.6, "+100.0K"),
        (999999.9, "+1.000M"),
        (2.5e9, "+2.500B"),
        (0.004, "0.00"),
        (-0.004, "0.00"),
        (0.0, "0.00"),
        (float("nan"), "-"),
        (float("inf"), "-"),
    ],
)
def test_a_delta_has_its_sign_and_few_digits(value, written):
    assert numbers.number(value, signed=True) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (12345.0, "12.3K"),
        (1203.4, "1 203"),
        (5.67e6, "5.67M"),
        (12.34e6, "12.3M"),
        (605.3e6, "605M"),
        (213.04, "213.0"),
        (99.996, "100.0"),
        (88.1, "88.10"),
        (9999.6, "10.0K"),
    ],
)
def test_a_narrow_screen_gets_the_suffix_sooner(value, written):
    assert "".join(numbers.split(value, tight=True)) == written


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (0.45, 2, "0.45"),
        (12.34, 1, "12.3"),
        (890.2, 0, "890"),
        (1210.0, 0, "1.2K"),
        (12345.0, 0, "12K"),
        (2.5e6, 0, "2.5M"),
        (-0.0, 0, "0"),
        (-0.2, 0, "0"),
        (999.6, 0, "1.0K"),
    ],
)
def test_a_ladder_cell_is_at_most_five_characters(value, decimals, written):
    assert numbers.short(value, decimals) == written


@pytest.mark.parametrize(
    ("volume", "decimals", "written"),
    [
        (0.0, 1, "0.0"),
        (0.4, 0, "<1"),
        (0.04, 1, "<.1"),
        (0.004, 2, "<.01"),
        (0.6, 0, "1"),
        (1210.0, 0, "1.2K"),
    ],
)
def test_a_volume_that_is_there_is_never_shown_as_nothing(volume, decimals, written):
    assert numbers.traded(volume, decimals) == written


@given(st.floats(-9.99e14, 9.99e14), st.integers(0, 8))
def test_a_number_of_a_narrow_screen_has_six_cells_with_its_sign(value, decimals):
    assert len("".join(numbers.split(value, decimals, signed=True, tight=True))) <= max(6, decimals + 3)


@given(st.floats(-9.99e14, 9.99e14))
def test_digits_are_not_lost_for_the_six_cells(value):
    text = "".join(numbers.split(value, 2, signed=True, tight=True))
    unit = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(text[-1], 1.0)
    read = float(text.rstrip("KMBT").replace(" ", "")) * unit
    assert abs(read - value) <= max(0.0051, abs(value) * 0.0051)


@given(st.floats(-1e14, 1e14), st.booleans())
def test_no_sum_is_wider_than_nine_characters_nor_rounds_to_another_number(value, tight):
    whole, part = numbers.split(value, 2, signed=True, tight=tight)
    text = (whole + part).replace(" ", "")
    assert len(whole) <= 7 or abs(value) >= 1e15
    assert len(part) <= 5
    unit = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(text[-1], 1.0)
    read = float(text.rstrip("KMBT")) * unit
    assert abs(read - value) <= max(0.0051, abs(value) * (0.06 if tight else 0.006))


def test_percent_keeps_its_width_in_bounds():
    assert numbers.percent(0.0124, signed=True) == "+1.24"
    assert numbers.percent(-0.00001, signed=True) == "0.00"
    assert numbers.percent(1.5) == "150.0"
    assert numbers.percent(25.0) == "2500"


@pytest.mark.parametrize(
    ("rough", "step"), [(0.3, 0.5), (1.0, 1.0), (1.1, 2.0), (7.0, 10.0), (40.0, 50.0), (0.0, 1.0)]
)
def test_steps_are_round(rough, step):
    assert numbers.nice_step(rough) == pytest.approx(step)


@pytest.mark.parametrize(
    ("typical", "decimals"), [(0.05, 2), (3.0, 1), (14.0, 0), (4000.0, 0), (0.001, 4), (0.0, 2)]
)
def test_decimals_follow_the_usual_trade_not_the_moment(typical, decimals):
    assert numbers.size_decimals(typical) == decimals
