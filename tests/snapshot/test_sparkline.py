"""The small CVD line of a row: where it begins, how it steps and that it ends at the CVD."""

from decimal import Decimal

from cvdtui.model import MINUTE_US
from tests.board.test_board import NOON, board_of, row, row_of
from tests.engine.hard_tapes import MARKET, MONDAY, batch_of
from tests.engine.reference import Row


def test_the_sparkline_ends_at_the_cvd_and_steps_by_whole_minutes():
    board = board_of([Row(0, MONDAY + 1, Decimal(100), Decimal(5), 1)])
    board.on_trades(
        batch_of([Row(n, MONDAY + n * MINUTE_US, Decimal(100), Decimal(1), 1) for n in range(1, 11)])
    )
    line = row_of(board, MONDAY + 10 * MINUTE_US + 30_000_000)
    assert line.spark_step_s == 60
    assert line.spark == (5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    assert line.spark[-1] == line.cvd
    later = row_of(board, MONDAY + 13 * MINUTE_US)
    assert later.spark == (*line.spark[:-1], 15, 15, 15), "a quiet stretch is drawn as long as it was"


def test_the_sparkline_begins_where_bars_do_not_with_a_flat_line_of_nothing():
    board = board_of([row(1, 0, 5), row(2, 10 * MINUTE_US, 4)])
    line = row_of(board, NOON + 40 * MINUTE_US)
    assert line.spark_step_s > 60, "the session is half over"
    steps = 40 * 60 // line.spark_step_s
    assert len(line.spark) <= steps + 2
    assert line.spark[-1] == line.cvd == 9


def test_the_sparkline_of_a_mark_begins_at_zero_in_the_middle_of_a_bar():
    board = board_of([row(1, 0, 50)])
    board.states[MARKET.name].flow.drop_mark(NOON + 1)
    board.on_trades(batch_of([row(2, 2, 3), row(3, MINUTE_US, 4), row(4, 2 * MINUTE_US, 1)]))
    line = row_of(board, NOON + 2 * MINUTE_US + 2, anchor="mark")
    assert line.spark == (7, 8, 8)
    assert line.cvd == 8
