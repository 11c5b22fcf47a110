"""The signal log of all markets, the record of one signal, and snapshots of bars that are long past."""

from math import isclose

from cvdtui.signals.score import outcomes, scorecard
from cvdtui.snapshot.chart import AFTER
from tests.engine.busy_tape import MARKET, batches, tape
from tests.snapshot.test_signals import SECONDS, SPOT, board_of, settled


def two_markets():
    board = board_of()
    board.on_columns(tape())
    board.on_columns(tape(3, market=SPOT))
    return board


def test_the_log_holds_the_signals_of_all_markets_in_order_and_only_when_asked():
    board = two_markets()
    assert settled(board).log == ()
    log = settled(board, log=True).log
    firm = [one for one in log if not one.provisional]
    assert {one.market for one in firm} == {state.market for state in board.states.values()}
    assert [one.time_us for one in firm] == sorted(one.time_us for one in firm)
    assert [one.provisional for one in log] == sorted(one.provisional for one in log)
    emitted = [
        (name, one.signal, one.time_us, one.side)
        for name, state in board.states.items()
        for one in board.evaluators.evaluator(state, SECONDS).signals
    ]
    assert len(firm) == min(len(emitted), 500)
    assert {(one.market.name, one.signal, one.time_us, one.side) for one in firm} <= {*emitted}


def test_the_log_is_the_same_object_until_a_bar_closes():
    board = board_of()
    rows = iter(batches(tape(), 200, 200))
    for _ in range(40):
        board.on_trades(next(rows))
    first = settled(board, log=True).log
    assert settled(board, log=True).log is first
    for batch in rows:
        board.on_trades(batch)
    assert settled(board, log=True).log is not first


def test_the_record_is_that_of_the_market_its_bars_and_its_good_signals():
    board = board_of()
    board.on_columns(tape())
    card = settled(board, scored=(MARKET.name, "flip")).scorecard
    evaluator = board.evaluators.evaluator(board.states[MARKET.name], SECONDS)
    emitted = [one for one in evaluator.signals if one.signal == "flip" and not one.quality]
    due = scorecard(outcomes(evaluator.bars.closed, emitted))
    assert due, "the tape must have flips whose horizon has passed"
    assert (card.market, card.signal, card.bar_seconds) == (MARKET.name, "flip", SECONDS)
    assert (card.emitted, card.bars) == (len(emitted), len(evaluator.bars.closed))
    for line, score in zip(card.lines, due, strict=True):
        assert (line.horizon, line.count, line.apart) == (score.horizon, score.count, score.apart)
        assert isclose(line.rate, score.rate)
        assert (line.low, line.high, line.base) == (score.low, score.high, score.base)
    assert settled(board, scored=(MARKET.name, "flip")).scorecard is card, "made once a bar"
    assert settled(board, scored=(MARKET.name, "nothing")).scorecard.lines == ()
    assert settled(board, scored=("binance:NONE", "flip")).scorecard is None
    assert settled(board).scorecard is None


def test_chart_and_ladder_show_a_bar_that_is_long_past_with_the_cvd_it_had():
    board = board_of()
    board.on_columns(tape())
    closed = board.states[MARKET.name].flow.bars[SECONDS].closed
    at = closed[len(closed) // 2].time_us
    whole = settled(board, bars=10_000, anchor="start").detail
    past = settled(board, bars=60, footprints=8, anchor="start", at_us=at).detail
    times = [bar.time_us for bar in past.bars]
    assert past.at_us == at
    assert len(times) == 60
    assert times.index(at) == 60 - 1 - AFTER
    known = {bar.time_us: bar for bar in whole.bars}
    for bar in past.bars:
        assert isclose(bar.cvd, known[bar.time_us].cvd)
        assert (bar.close, bar.delta, bar.closed) == (
            known[bar.time_us].close,
            known[bar.time_us].delta,
            True,
        )
    ladder = past.ladder
    assert len(ladder.bars) == 8
    assert ladder.bars[-2].time_us == at
    assert abs(ladder.last_row * ladder.row - known[ladder.bars[-1].time_us].close) <= ladder.row / 2
    assert settled(board, bars=60, anchor="start").detail.bars[-1].closed is False


def test_a_bar_that_is_near_the_end_leaves_the_snapshot_at_now():
    board = board_of()
    board.on_columns(tape())
    closed = board.states[MARKET.name].flow.bars[SECONDS].closed
    now = settled(board, bars=60).detail
    near = settled(board, bars=60, at_us=closed[-3].time_us).detail
    assert near.bars == now.bars
    assert near.at_us == closed[-3].time_us


def test_levels_that_last_are_naked_pocs_the_session_before_and_those_dropped_in_order():
    board = board_of()
    board.on_columns(tape(4))
    board.evaluators.levels[MARKET.name] = ("60001.5",)
    detail = settled(board).detail
    evaluator = board.evaluators.evaluator(board.states[MARKET.name], SECONDS)
    assert len(evaluator.naked()) == 2, "the tape must leave two points of control alone"
    due = [("naked poc", price / 10, session_us) for price, session_us in evaluator.naked()]
    high, low = evaluator.previous()
    due += [("previous high", high / 10, 0), ("previous low", low / 10, 0), ("level", 60001.5, 0)]
    found = [(level.name, level.price, level.session_us) for level in detail.lasting]
    assert sorted(found) == sorted(due)
    assert [price for _, price, _ in found] == sorted(price for _, price, _ in found)
    start, end = evaluator.state.flow.periods.clock.bounds(evaluator.last.bar.time_us - 86_400_000_000)
    yesterday = [bar for bar in evaluator.bars.closed if start <= bar.time_us < end]
    assert (high, low) == (max(bar.high for bar in yesterday), min(bar.low for bar in yesterday))
