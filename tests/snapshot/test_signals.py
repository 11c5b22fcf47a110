"""Signals on the way to the screen: flags, views and dashboard of the bars in view; each handed out once."""

import pytest

from cvdtui.board.board import Board
from cvdtui.config import Config
from cvdtui.engine.flow import EVERYTHING, Flow
from cvdtui.model import Candle, Market, Signal, View
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.signals.peers import evaluator_maker
from cvdtui.signals.registry import EMITTING
from cvdtui.snapshot.signals import signal_text, signal_views
from tests.board.viewer import snapshot_of
from tests.engine.busy_tape import BEGIN_US, HOUR_US, MARKET, batches, counted, tape
from tests.signals import reference

SECONDS = 300
SPOT = Market("binance", "BTCUSDT", "BTC", "USDT", "spot", 2, 5)
NOW = BEGIN_US + 50 * HOUR_US


def board_of(config=None):
    def flow(market):
        return Flow(market, timeframes=(60, SECONDS), limits=EVERYTHING)

    return Board(flow, welcomes_all=True, make_evaluator=evaluator_maker(config or Config(), lambda _: None))


def view(**asked):
    return View(market=MARKET.name, timeframe=SECONDS, **asked)


def settled(board, **asked):
    """Snapshots until no bar is pending."""
    while not board.evaluate(SECONDS):
        pass
    return snapshot_of(board, view(**asked), NOW)


def test_what_the_evaluator_emitted_is_in_the_detail_oldest_first():
    board = board_of()
    board.on_columns(tape())
    detail = settled(board).detail
    evaluator = SignalEvaluator(counted(tape(), SECONDS), SECONDS)
    evaluator.catch_up()
    emitted = [one for one in detail.signals if not one.provisional]
    assert [(one.signal, one.time_us, one.side, one.values) for one in emitted] == [
        (one.signal, one.time_us, one.side, one.values) for one in evaluator.signals[-200:]
    ]
    last = evaluator.last.marks
    shown = detail.dashboard
    assert (shown.z, shown.efficiency, shown.phase) == (last.z, last.efficiency, last.phase)
    assert sum(shown.orders) * 1000 == evaluator.last.bar.delta
    assert detail.bars[-2].z == last.z


def test_views_carry_what_is_drawn_and_every_signal_has_words():
    evaluator = SignalEvaluator(counted(tape(), SECONDS), SECONDS)
    evaluator.catch_up()
    views = signal_views(evaluator, 10_000)
    divergence = next(one for one in views if one.signal == "divergence")
    assert len(divergence.pivots) == 2
    assert divergence.pivots[0][0] < divergence.pivots[1][0] < divergence.time_us
    zone = next(one for one in views if one.signal == "stacked").zone
    assert zone[0] < zone[1]
    assert next(one for one in views if one.signal == "absorption").price > 0
    texts = {one.signal: one.text for one in views}
    assert texts.keys() == {*EMITTING} - {"spread", "accumulation"}
    assert all(text != "-" and "None" not in text and len(text) < 80 for text in texts.values())
    assert signal_text(Signal("other", 0, 60, "buy", {})) == "other"


def test_the_table_flags_signals_of_the_bar_that_closed_last_and_no_older_ones():
    board, seen = board_of(), set()
    for batch in batches(tape(), 30, 30):
        board.on_trades(batch)
        row = snapshot_of(board, view(), NOW).rows[0]
        evaluator = board.evaluators.evaluator(board.states[MARKET.name], SECONDS)
        due = {
            one.signal
            for one in evaluator.signals
            if evaluator.last and one.time_us == evaluator.last.bar.time_us
        }
        texts = [flag.text for flag in row.flags]
        assert ("div" in texts) == ("divergence" in due)
        assert ("abs" in texts) == ("absorption" in due)
        assert any("imb" in text for text in texts) == ("stacked" in due)
        assert ("climax" in texts) == ("climax" in due)
        seen |= {*texts}
    assert {"div", "abs", "climax", "flip", "large", "3×imb"} <= seen


def test_each_signal_is_handed_out_once_with_its_market():
    board = board_of()
    board.add(MARKET)
    board.add(SPOT)
    theirs, emitted = batches(tape(3, market=SPOT), 200, 200), []
    for batch in batches(tape(), 200, 200):
        board.on_trades(batch)
        board.on_trades(next(theirs))
        board.evaluate(SECONDS)
        emitted += board.evaluators.take()
    board.evaluate(SECONDS, limit=None)
    emitted += board.evaluators.take()
    assert board.evaluators.take() == []
    for market in (MARKET, SPOT):
        evaluator = board.evaluators.evaluator(board.states[market.name], SECONDS)
        assert sorted((one.time_us, one.signal) for name, one in emitted if name == market.name) == sorted(
            (one.time_us, one.signal) for one in evaluator.signals
        )
        assert any(one.signal == "spread" for one in evaluator.signals)


def test_one_call_evaluates_so_many_bars_and_those_of_the_selected_market_first():
    board = board_of()
    board.on_columns(tape(3, market=SPOT))
    board.on_columns(tape())
    assert not board.evaluate(SECONDS, first=[MARKET.name], limit=50)
    evaluators = {name: board.evaluators.evaluator(state, SECONDS) for name, state in board.states.items()}
    assert (evaluators[MARKET.name].evaluated, evaluators[SPOT.name].evaluated) == (50, 0)
    while not board.evaluate(SECONDS, first=[MARKET.name], limit=100):
        pass
    assert {evaluator.pending for evaluator in evaluators.values()} == {0}


def test_a_market_that_began_anew_with_its_history_repeats_nothing():
    board = board_of()
    board.add(MARKET)
    rows = list(batches(tape(), 1_000, 1_000))
    for batch in rows[:8]:
        board.on_trades(batch)
    board.evaluate(SECONDS, limit=None)
    before = board.evaluators.take()
    assert before
    first = rows[0].trades[0]
    board.hold(MARKET.name)
    minute = first.time_us - first.time_us % 60_000_000
    candle = Candle(minute - 60_000_000, 60, 600_000, 600_000, 600_000, 600_000, 10, 5, 6_000_000, 2)
    board.on_history(MARKET, (candle,))
    board.expect(MARKET.name, first.id)
    for batch in rows[:8]:
        board.on_trades(batch)
    board.evaluate(SECONDS, limit=None)
    keys = [(one.signal, one.time_us, one.side) for _, one in board.evaluators.take()]
    assert {*keys}.isdisjoint({(one.signal, one.time_us, one.side) for _, one in before})


def test_parameters_of_the_configuration_are_in_force():
    quiet = Config(signals={name: {"enabled": False} for name in EMITTING if name != "climax"})
    board = board_of(quiet)
    board.on_columns(tape())
    assert {one.signal for one in settled(board).detail.signals} == {"climax"}
    short = Config(signals={"climax": {"n": 5, "extreme": 1.0}})
    board = board_of(short)
    board.on_columns(tape())
    snapshot = settled(board)
    assert snapshot.rows[0].z == snapshot.detail.dashboard.z, "the table, the chart and the dashboard agree"


def test_a_board_without_an_evaluator_has_no_signals_and_no_z():
    board = Board(lambda market: Flow(market, timeframes=(60, SECONDS)), welcomes_all=True)
    board.on_columns(tape())
    snapshot = snapshot_of(board, view(), NOW)
    assert snapshot.detail.signals == ()
    assert board.evaluate(SECONDS)
    assert {bar.z for bar in snapshot.detail.bars} == {None}
    (row,) = snapshot.rows
    assert (row.z, row.z_before, row.climax) == (None, None, False)


def test_table_chart_and_dashboard_show_the_z_that_the_evaluator_marked_bar_by_bar():
    board, climaxes = board_of(), 0
    for batch in batches(tape(), 60, 60):
        board.on_trades(batch)
        snapshot = snapshot_of(board, view(), NOW)
        row, detail = snapshot.rows[0], snapshot.detail
        closed = [bar for bar in detail.bars if bar.closed]
        if not closed:
            continue
        due = reference.z_raw([bar.cvd for bar in board.states[MARKET.name].flow.bars[SECONDS].closed])
        assert closed[-1].z_raw == (None if due is None else pytest.approx(due, abs=1e-9))
        marks = board.evaluators.evaluator(board.states[MARKET.name], SECONDS).latest
        assert row.z == detail.dashboard.z == closed[-1].z == marks.z
        assert row.z_before == detail.dashboard.z_before == marks.z_before
        assert row.climax == any(flag.text == "climax" for flag in row.flags) == marks.climax
        climaxes += row.climax
    assert climaxes


def test_on_its_way_through_history_the_evaluator_gives_no_old_z_flag_or_input_as_that_of_now():
    board = board_of()
    board.on_columns(tape())
    behind = snapshot_of(board, view(explain=True), NOW)
    evaluator = board.evaluators.evaluator(board.states[MARKET.name], SECONDS)
    assert evaluator.pending > 1
    assert evaluator.last is not None
    assert (behind.rows[0].z, behind.detail.dashboard.z, behind.detail.facts.z) == (None, None, None)
    assert behind.rows[0].flags == ()
    done = settled(board, explain=True)
    assert done.rows[0].z == done.detail.dashboard.z is not None
    closed = [bar for bar in done.detail.bars if bar.closed]
    assert [bar.z for bar in closed] == [evaluator.marks[bar.time_us].z for bar in closed]
    assert done.detail.facts.z is not None


def test_while_the_newest_bar_waits_the_z_of_the_bar_before_stands():
    state = counted(tape(), SECONDS)
    evaluator = SignalEvaluator(state, SECONDS)
    evaluator.catch_up(evaluator.pending - 1)
    assert evaluator.pending == 1
    assert evaluator.latest is evaluator.marks[state.flow.bars[SECONDS].closed[-2].time_us]
