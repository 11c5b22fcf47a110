"""Conditions: their values, what they refuse and where; Python gives the same where both can evaluate."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.alerts.condition import NUMBERS, TRUTHS, Condition
from cvdtui.alerts.tokens import MOST_SIGNS, ConditionError
from cvdtui.errors import UsageError

KNOWN = {"z": 2.5, "coverage": 0.995, "last": 61800.5, "cvd": -12.0, "climax": True, "z_before": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("z > 2 and coverage > 0.99", True),
        ("z > 2 and coverage > 0.999", False),
        ("z<2 or climax", True),
        ("not (z > 2)", False),
        ("not not climax", True),
        ("1 < z < 3", True),
        ("1 < z <= 2.4", False),
        ("abs(cvd) == 12", True),
        ("max(z, 3) - min(1, z) * 2 == 1", True),
        ("-cvd / 4 + .5 >= 3.5e0", True),
        ("2 - 1 - 1 == 0 and 8 / 4 / 2 == 1", True),
        ("- -z > 2", True),
        ("z_before > 0", None),
        ("not z_before > 0", None),
        ("z_before > 0 or z > 0", True),
        ("z_before > 0 and z > 0", None),
        ("z_before > 0 and z < 0", False),
        ("z / 0 > 1", None),
        ("volume > 0", None),
        ("live", None),
        ("1e308 * 10 > 0", None),
        ("z != 1", True),
    ],
)
def test_a_condition_says_yes_no_or_not_known(text, expected):
    assert Condition(text)(KNOWN) is expected


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "expected a condition"),
        ("   ", 1, "expected a condition"),
        ("z", 1, "expected a comparison here"),
        ("z > 2 and 3", 11, "expected a comparison here"),
        ("climax + 1 > 2", 1, "expected a number here"),
        ("(z > 1) > 2", 1, "expected a number here"),
        ("z >", 4, "not the end"),
        ("z > > 2", 5, 'not ">"'),
        ("(z > 2", 7, 'expected ")", not the end'),
        ("z > 2)", 6, 'expected "and", "or" or the end, not ")"'),
        ("z > 2 3", 7, 'not "3"'),
        ("zz > 2", 1, 'no name "zz"; did you mean z?'),
        ("z > 2 and covrage > 1", 11, "did you mean coverage?"),
        ("qqqqqqq > 1", 1, "known: last, change"),
        ("z = 2", 3, '"=" is not understood; write =='),
        ("z > 2 && climax", 7, "write and"),
        ("z > 99%", 7, "write a fraction"),
        ("z > 2x", 5, '"2x" is neither a number nor a name'),
        ("z > 1e999", 5, "too large a number"),
        ("abs z > 1", 5, 'expected "(" after abs'),
        ("min(z) > 1", 1, "min takes 2 numbers, not 1"),
        ("abs(z > 1)", 7, 'expected ")"'),
        ("z > 2; import os", 6, '";" is not understood'),
        ("z > '2'", 5, "is not understood"),
        ("z.real > 2", 2, '"." is not understood'),
        ("z[0] > 1", 2, "is not understood"),
        ("z > 2 \x1b[0m", 7, "character 0x1b is not understood"),
        ("__import__(1) > 2", 1, 'no name "__import__"'),
        ("(" * 60 + "z" + ")" * 60 + " > 1", 51, "nested deeper than 50"),
        ("not " * 200 + "climax", 201, "nested deeper than 50"),
        ("z > " + "-" * 300 + "1", 55, "nested deeper than 50"),
        ("z > 1" + " " * MOST_SIGNS, MOST_SIGNS + 1, "longer than"),
    ],
)
def test_a_bad_condition_is_refused_with_the_column_where_it_goes_wrong(text, column, words):
    with pytest.raises(ConditionError) as caught:
        Condition(text)
    assert caught.value.column == column
    assert str(caught.value).startswith(f"column {column}: ")
    assert words in str(caught.value)
    assert isinstance(caught.value, UsageError)


def test_the_names_it_asks_for_come_in_order_and_once():
    assert Condition("z > 1 and (cvd < z or climax)").names == ("z", "cvd", "climax")


def test_every_name_is_explained_and_can_be_asked_for():
    for name, words in NUMBERS.items():
        assert Condition(f"{name} > 0")({name: 1.0}) is True
        assert words
    for name in TRUTHS:
        assert Condition(name)({name: True}) is True


@given(st.text(max_size=60) | st.text(alphabet="z climaxorndot().<>=!+-*/,0123456789e", max_size=60))
def test_any_text_is_a_condition_or_refused_at_a_column_within_it(text):
    try:
        found = Condition(text)(KNOWN)
    except ConditionError as error:
        column = error.column
    else:
        assert found in (True, False, None)
        column = 1
    assert 1 <= column <= len(text) + 1


NUMBER = st.sampled_from(["z", "cvd", "1", "2.5", "0.5", "last"])
SUMS = st.recursive(
    NUMBER,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(" ".join)
        | inner.map(lambda one: f"({one})")
        | inner.map(lambda one: f"-{one}")
        | inner.map(lambda one: f"abs({one})")
    ),
    max_leaves=6,
)
COMPARISONS = st.tuples(SUMS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), SUMS).map(" ".join)
CONDITIONS = st.recursive(
    COMPARISONS | st.just("climax"),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join)
        | inner.map(lambda one: f"not {one}")
        | inner.map(lambda one: f"({one})")
    ),
    max_leaves=6,
)


@given(CONDITIONS, st.floats(-10, 10), st.floats(-10, 10), st.booleans())
def test_where_everything_is_known_python_says_the_same(text, z, cvd, climax):
    values = {"z": z, "cvd": cvd, "last": 3.0, "climax": climax}
    found = Condition(text)(values)
    try:
        expected = eval(text, {"__builtins__": {"abs": abs}}, dict(values))  # noqa: S307 - made by our own grammar
    except ZeroDivisionError:
        return
    # `and` and `or` of Python stop early, so a division by zero may hide from it
    assert found is None or found is expected or not math.isfinite(z)
