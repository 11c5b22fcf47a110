"""Exact values as text, and the CoinGlass table to its last digit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.board.board import Board
from cvdtui.engine.decimals import to_float, to_text
from cvdtui.report.market import report
from tests.engine.hard_tapes import MARKET, MONDAY, batch_of, flow_maker
from tests.engine.reference import Row, text


@given(st.integers(), st.integers(0, 30))
def test_a_scaled_integer_is_the_plain_decimal(value, decimals):
    assert to_text(value, decimals) == text(Decimal(value).scaleb(-decimals)) or abs(value) >= 10**28
    assert Decimal(to_text(value, decimals)) == Decimal(f"{value}E-{decimals}")


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (-1050, 3, "-1.05"),
        (0, 8, "0"),
        (1, 8, "0.00000001"),
        (-5, 1, "-0.5"),
        (1200, 2, "12"),
        (7, -2, "700"),
    ],
)
def test_no_trailing_zero_no_exponent_no_minus_zero(value, decimals, shown):
    assert to_text(value, decimals) == shown
    assert to_float(value, decimals) == float(shown)


def test_the_coinglass_table_comes_out_to_the_last_digit():
    buys = ("461937243.0899", "390296231.4588", "461378798.1884")
    sells = ("415687343.2719", "469137635.9107", "450407935.7885")
    board = Board(flow_maker(), welcomes_all=True)
    for number, (buy, sell) in enumerate(zip(buys, sells, strict=True)):
        at = MONDAY + number * 3_600_000_000
        one = Row(2 * number, at, Decimal(100), Decimal(buy), 1)
        other = Row(2 * number + 1, at + 1, Decimal(100), Decimal(sell), -1)
        board.on_trades(batch_of([one, other]))
    found = report(board.states.values(), bar_seconds=3600, rows={})["markets"][MARKET.name]
    assert [bar["cvd"] for bar in found["bars"]] == [
        "46249899.818",
        "-32591504.6339",
        "-21620642.2340".rstrip("0"),
    ]
    assert found["cvd"]["start"] == "-21620642.234"
