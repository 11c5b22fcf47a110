"""Viewers share the board and its evaluators, keep builders of their own, and change nothing by reading."""

import pytest

from cvdtui.board.board import Board
from cvdtui.board.viewport import Viewport
from cvdtui.config import Config
from cvdtui.engine.flow import EVERYTHING, Flow
from cvdtui.model import Link, Market, Trade, Trades, View
from cvdtui.signals.peers import evaluator_maker
from tests.board.deep import deep
from tests.engine.busy_tape import BEGIN_US, HOUR_US, MARKET, tape

SPOT = Market("binance", "BTCUSDT", "BTC", "USDT", "spot", 2, 5)
NOW = BEGIN_US + 50 * HOUR_US
NEXT_ID = 16_000
"""After those of the tapes."""
VIEWS = (
    View(market=MARKET.name, timeframe=300, log=True, scored=(MARKET.name, "flip"), explain=True),
    View(market=SPOT.name, timeframe=60, anchor="week", unit="quote", groups=True, group=True, tpo=True),
)


def board_of(hours=50):
    def flow(market):
        return Flow(market, timeframes=(60, 300), limits=EVERYTHING)

    board = Board(flow, welcomes_all=True, make_evaluator=evaluator_maker(Config(), lambda _: None))
    board.on_columns(tape(3, market=SPOT, hours=hours))
    board.on_columns(tape(hours=hours))
    board.on_link(Link("files", "live", markets=(MARKET.name, SPOT.name)))
    return board


def tick_to_the_end(board):
    """A tick evaluates only so many bars at once."""
    for _ in range(10):
        board.tick(VIEWS)


def test_two_viewers_with_different_views_read_unchanged_rows_as_the_same_objects():
    board = board_of(3)
    tick_to_the_end(board)
    viewports = [Viewport(board) for _ in VIEWS]
    pairs = list(zip(viewports, VIEWS, strict=True))
    first = [viewport.snapshot(view, NOW) for viewport, view in pairs]
    builders = [dict(viewport._builders) for viewport in viewports]
    board.tick(VIEWS)
    second = [viewport.snapshot(view, NOW) for viewport, view in pairs]
    for before, after in zip(first, second, strict=True):
        assert all(a is b for a, b in zip(before.rows, after.rows, strict=True))
        assert len(after.rows) == 2
        assert all(a is b for a, b in zip(before.detail.bars[:-1], after.detail.bars[:-1], strict=True))
    assert first[0].log is second[0].log
    assert first[0].scorecard is second[0].scorecard
    assert first[1].groups[0] is second[1].groups[0]
    for viewport, known in zip(viewports, builders, strict=True):
        assert {name: tuple(map(id, pair)) for name, pair in viewport._builders.items()} == {
            name: tuple(map(id, pair)) for name, pair in known.items()
        }


def test_viewers_share_the_evaluators():
    board = board_of(3)
    board.tick((VIEWS[0],))
    one, other = Viewport(board), Viewport(board)
    one.snapshot(VIEWS[0], NOW)
    other.snapshot(VIEWS[0], NOW)
    assert one._builders[MARKET.name][0].evaluator is other._builders[MARKET.name][0].evaluator is not None


def test_a_snapshot_changes_nothing_on_the_board_whatever_the_view():
    board = board_of(3)
    board.tick(VIEWS)
    viewport = Viewport(board)
    before = deep(board)
    for view in (*VIEWS, *VIEWS, View(timeframe=60), View(market="binance:NONE")):
        viewport.snapshot(view, NOW)
        assert deep(board) == before
    board.tick(VIEWS)
    viewport.snapshot(VIEWS[0], NOW)
    board.on_trades(Trades(SPOT, (Trade(NEXT_ID, NOW, 60_000_00, 10, 1),)))
    assert deep(board) != before, "the comparison sees a trade"


def test_bars_that_closed_since_the_last_tick_are_not_evaluated_by_reading():
    board = board_of(3)
    tick_to_the_end(board)
    state, seconds = board.states[SPOT.name], VIEWS[1].timeframe
    evaluator = board.evaluators.find(SPOT.name, state, seconds)
    evaluated, closed = evaluator.evaluated, state.flow.bars[seconds].closed_count
    assert evaluated == closed
    for number in range(5):
        later = Trade(NEXT_ID + number, BEGIN_US + 3 * HOUR_US + number * 60_000_000, 60_000_00, 10, 1)
        board.on_trades(Trades(SPOT, (later,)))
    assert state.flow.bars[seconds].closed_count > closed
    Viewport(board).snapshot(VIEWS[1], NOW)
    assert evaluator.evaluated == evaluated
    board.tick(VIEWS)
    assert evaluator.evaluated == state.flow.bars[seconds].closed_count > closed


def test_a_tick_evaluates_every_bar_length_in_view_and_the_selected_market_first():
    board = board_of(10)
    board.tick(VIEWS)
    evaluators = board.evaluators
    found = {
        (name, seconds): evaluators.find(name, state, seconds).evaluated
        for name, state in board.states.items()
        for seconds in (60, 300)
    }
    assert found[MARKET.name, 300] == 119, "all that closed in ten hours"
    assert found[SPOT.name, 300] == 81, "200 bars at once"
    assert found[SPOT.name, 60] == 200
    assert found[MARKET.name, 60] == 0


def test_the_selected_market_changes_no_peer_of_another():
    """The spread is to the first other market of the asset, in the order they were announced."""
    board = board_of(3)
    third = Market("okx", "BTC-USDT", "BTC", "USDT", "spot", 1, 3)
    board.on_columns(tape(5, market=third, hours=3))
    evaluators, partners = board.evaluators, []
    for selected in (None, MARKET.name, SPOT.name, third.name):
        board.tick((View(market=selected, timeframe=300),))
        partners.append(evaluators.find(third.name, board.states[third.name], 300).pair)
    assert partners[0].is_of(board.states[SPOT.name])
    assert all(pair is partners[0] for pair in partners)


@pytest.mark.parametrize("again", [False, True])
def test_builders_of_a_removed_market_are_dropped_and_made_anew_when_it_comes_back(again):
    board = board_of(3)
    board.tick(VIEWS)
    viewport = Viewport(board)
    viewport.snapshot(VIEWS[0], NOW)
    before = viewport._builders[SPOT.name]
    state = board.remove(SPOT.name)
    if not again:
        assert [row.market for row in viewport.snapshot(VIEWS[0], NOW).rows] == [MARKET]
        assert set(viewport._builders) == {MARKET.name}
        board.restore(state)
    board.add(SPOT)
    board.tick(VIEWS)
    viewport.snapshot(VIEWS[0], NOW)
    assert viewport._builders[SPOT.name] is not before
