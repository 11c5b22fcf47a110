"""The groups of the report, exact, and the reasons of markets left out."""

from fractions import Fraction

from hypothesis import given

from cvdtui.report.market import report
from tests.engine.hard_tapes import examples, rows_of
from tests.snapshot.test_group import DOLLAR, EURO, PERP, SPOT, board_of, trade, value_delta


def groups_of(board, **options):
    return report(board.states.values(), bar_seconds=60, rows={}, **options)["groups"]


@given(rows_of(), rows_of(), rows_of())
@examples(30)
def test_group_sums_are_exact_decimals(spot, perp, dollar):
    (group,) = groups_of(board_of({SPOT: spot, PERP: perp, DOLLAR: dollar})).values()
    here, there = value_delta(spot) + value_delta(dollar), value_delta(perp)
    assert Fraction(group["spot"]["start"]) == here
    assert Fraction(group["perp"]["start"]) == there
    assert Fraction(group["cvd"]["start"]) == here + there
    assert Fraction(group["spot_minus_perp"]["start"]) == here - there
    assert Fraction(group["parts"][DOLLAR.name]["cvd"]["start"]) == value_delta(dollar)


def test_silent_and_empty_markets_are_left_out_with_their_reason():
    board = board_of({SPOT: [trade(1, "0.5", "10", 1)], PERP: [trade(1, "500", "1", -1)], DOLLAR: []})
    group = groups_of(board, silent={PERP.name: "stale"})["PEPE"]
    assert group["excluded"] == {PERP.name: "stale", DOLLAR.name: "no trades"}
    assert group["cvd"]["session"] == group["spot"]["session"] == "5"
    assert group["perp"]["session"] == "0"
    assert group["volume"] == "5"
    assert group["parts"][PERP.name] == {
        "side": "perp",
        "multiple": 1000,
        "volume": "500",
        "cvd": {"start": "-500", "session": "-500", "week": "-500", "rolling": "-500"},
    }


def test_every_market_stands_in_exactly_one_group():
    board = board_of({SPOT: [], PERP: [], EURO: []})
    groups = groups_of(board)
    assert {name: list(group["parts"]) for name, group in groups.items()} == {
        "PEPE": [SPOT.name, PERP.name],
        "PEPE/EUR": [EURO.name],
    }
    assert [group["money"] for group in groups.values()] == ["USD", "EUR"]
