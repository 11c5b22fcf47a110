"""Open interest and liquidations on the board, by hand."""

import pytest

from cvdtui.board.board import Board
from cvdtui.model import BUY, SELL, Interest, Liquidated, Liquidation, Liquidations, OpenInterest, View
from tests.board.viewer import snapshot_of
from tests.engine.hard_tapes import MONDAY, flow_maker
from tests.snapshot.test_group import PERP, SPOT, board_of, trade

NOON = MONDAY + 43_200_000_000
MINUTE = 60_000_000


def row_of(board, now=NOON, **view):
    return next(row for row in snapshot_of(board, View(**view), now).rows if row.market.name == PERP.name)


def perp_board():
    """1000PEPE at 0.008, prices in 1e-7, sizes whole."""
    return board_of({SPOT: [], PERP: [trade(1, "0.008", "1", 1)]})


def test_the_latest_counts_with_its_change_since_the_session_began():
    board = perp_board()
    for at, size in ((MONDAY - 1, 1000), (MONDAY + 5 * MINUTE, 900), (NOON - 30_000_000, 1250)):
        board.on_open_interest(OpenInterest(PERP, at, size))
    assert row_of(board).interest == Interest(1250.0, NOON - 30_000_000, 0.25, MONDAY - 1)
    assert row_of(board, unit="quote").interest.size == 10.0
    assert row_of(board, NOON + 40_000_000).interest.old


def test_without_the_sessions_beginning_the_change_runs_from_the_first_sample():
    board = perp_board()
    board.on_open_interest(OpenInterest(PERP, NOON - 2 * MINUTE, 1000))
    assert row_of(board).interest.change is None
    board.on_open_interest(OpenInterest(PERP, NOON, 1100))
    assert row_of(board).interest.change == pytest.approx(0.1)
    assert row_of(board).interest.from_us == NOON - 2 * MINUTE


def test_a_market_without_open_interest_has_none():
    assert row_of(perp_board()).interest is None


def test_liquidations_of_the_session_are_counted_by_side():
    board = perp_board()
    emitted = [
        Liquidation(MONDAY - 1, 80_000, 7, SELL),
        Liquidation(NOON - MINUTE, 80_000, 3, SELL),
        Liquidation(NOON - 1, 90_000, 2, SELL),
        Liquidation(NOON, 70_000, 4, BUY),
    ]
    board.on_liquidations(Liquidations(PERP, tuple(emitted)))
    assert row_of(board).liquidated == Liquidated(2, 5.0, 1, 4.0, True)
    assert row_of(board, unit="quote").liquidated.long_size == pytest.approx(0.042)
    board.on_liquidations(Liquidations(PERP, (Liquidation(NOON, 70_000, 1, BUY),), complete=False))
    assert row_of(board).liquidated == Liquidated(2, 5.0, 2, 5.0, False)


def test_more_liquidations_than_are_kept_are_marked_as_too_few():
    board = perp_board()
    many = tuple(Liquidation(NOON, 80_000, 1, SELL) for _ in range(1_500))
    board.on_liquidations(Liquidations(PERP, many))
    assert row_of(board).liquidated.complete is False


def test_a_groups_open_interest_is_value_and_its_change_is_of_assets():
    board = perp_board()
    board.on_open_interest(OpenInterest(PERP, NOON - MINUTE, 1000))
    board.on_open_interest(OpenInterest(PERP, NOON, 1500))
    (group,) = snapshot_of(board, View(groups=True), NOON).groups
    assert group.open_interest == pytest.approx(12.0)
    assert group.open_interest_change == pytest.approx(0.5)
    assert snapshot_of(Board(flow_maker()), View(groups=True), NOON).groups == ()
