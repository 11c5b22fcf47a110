"""The same bars give the same signals, however they came; nothing looks ahead, nothing is emitted twice."""

import random
from collections import Counter

import pytest
from msgspec.structs import replace

from cvdtui.engine.columns.rows import slice_of
from cvdtui.engine.flow import MemoryLimits
from cvdtui.model import MINUTE_US, Market, Missing, Outage, Trades
from cvdtui.report.market import report
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.signals.registry import EMITTING, SIGNALS
from cvdtui.signals.spread import Spread
from cvdtui.signals.spread_pair import Pair
from tests.engine.busy_tape import BEGIN_US, HOUR_US, MARKET, batches, counted, state, tape

SECONDS = 300
SPOT = Market("binance", "BTCUSDT", "BTC", "USDT", "spot", 2, 5)


def evaluator_of(made, seconds=SECONDS, **options):
    evaluator = SignalEvaluator(made, seconds, **options)
    evaluator.catch_up()
    return evaluator


def marks_of(evaluator):
    names = type(next(iter(evaluator.marks.values()))).__slots__
    return {time: [getattr(mark, name) for name in names] for time, mark in evaluator.marks.items()}


@pytest.fixture(scope="module")
def whole():
    return counted(tape(), SECONDS)


def test_a_busy_tape_makes_every_signal_of_one_market_emit(whole):
    evaluator = evaluator_of(whole)
    assert {one.signal for one in evaluator.signals} == {*EMITTING} - {"spread", "accumulation"}
    times = [one.time_us for one in evaluator.signals]
    assert times == sorted(times)
    assert max(times) <= whole.flow.bars[SECONDS].closed[-1].time_us
    assert all(one.bar_seconds == SECONDS and one.quality == "" for one in evaluator.signals)


def test_every_prefix_of_the_tape_emits_what_the_whole_tape_emits_up_to_there(whole):
    columns, evaluator = tape(), evaluator_of(whole)
    emitted, wrote = evaluator.signals, marks_of(evaluator)
    rng = random.Random(5)
    for cut in [1, 2, 3, *(rng.randrange(4, len(columns)) for _ in range(12))]:
        part = counted(slice_of(columns, 0, cut), SECONDS)
        prefix = evaluator_of(part)
        open_us = part.flow.bars[SECONDS].open.time_us
        assert prefix.signals == [one for one in emitted if one.time_us < open_us]
        assert (marks_of(prefix) if prefix.marks else {}) == {
            time: mark for time, mark in wrote.items() if time < open_us
        }


def test_trades_one_frame_at_a_time_emit_what_columns_emit_and_each_signal_as_its_bar_closes(whole):
    live = state(SECONDS, 5, 60)
    evaluator, emitted = SignalEvaluator(live, SECONDS), []
    for batch in batches(tape(), 1, 40):
        live.accept(batch)
        for signal in evaluator.catch_up():
            assert signal.time_us + SECONDS * 1_000_000 <= batch.trades[-1].time_us
            emitted.append(signal)
    assert emitted == evaluator.signals == evaluator_of(whole).signals


def test_evaluating_a_few_bars_at_a_time_changes_nothing(whole):
    evaluator, emitted = SignalEvaluator(whole, SECONDS), []
    while evaluator.pending:
        emitted += evaluator.catch_up(7)
    assert emitted == evaluator.signals == evaluator_of(whole).signals
    assert evaluator.catch_up() == []


def test_the_same_tape_twice_gives_the_same_report(whole):
    assert report([whole], bar_seconds=SECONDS, rows={}) == report(
        [counted(tape(), SECONDS)], bar_seconds=SECONDS, rows={}
    )


def test_bars_that_change_are_evaluated_again_and_what_was_emitted_is_not_repeated():
    live = state(SECONDS)
    evaluator = SignalEvaluator(live, SECONDS)
    for batch in batches(tape(), 500, 500):
        live.accept(batch)
        evaluator.catch_up()
    before = list(evaluator.signals)
    late = live.flow.bars[SECONDS].closed[-3]
    trade = replace(batch.trades[-1], id=batch.trades[-1].id + 1, time_us=late.time_us + 5, size=1)
    live.accept(Trades(MARKET, (trade,)))
    live.flow.settle()
    assert evaluator.pending == len(live.flow.bars[SECONDS].closed)
    assert [one for one in evaluator.catch_up() if one.time_us < late.time_us] == []
    assert [one for one in evaluator.signals if one.time_us < late.time_us] == [
        one for one in before if one.time_us < late.time_us
    ]


def test_finer_decimals_change_no_signal(whole):
    fine = counted(tape(), SECONDS)
    evaluator = evaluator_of(fine)
    emitted = list(evaluator.signals)
    fine.adopt(replace(MARKET, price_decimals=4, size_decimals=6, tick=1000))
    assert evaluator.catch_up() == []
    assert evaluator.signals == emitted
    again = evaluator_of(fine, row=None)
    assert [(one.signal, one.time_us, one.side) for one in again.signals] == [
        (one.signal, one.time_us, one.side) for one in emitted
    ]


def test_what_is_switched_off_is_silent_and_still_feeds_the_others(whole):
    off = {
        "climax": SIGNALS["climax"].Parameters(enabled=False),
        "large": SIGNALS["large"].Parameters(enabled=False),
    }
    evaluator = evaluator_of(whole, parameters=off)
    assert {one.signal for one in evaluator.signals}.isdisjoint(off)
    assert evaluator.last.marks.z is not None
    assert [one for one in evaluator_of(whole).signals if one.signal not in off] == evaluator.signals


def test_what_is_remembered_is_bounded_by_the_bars_that_are_kept(whole):
    live = state(SECONDS, limits=MemoryLimits(120, 60, 10))
    evaluator, emitted = SignalEvaluator(live, SECONDS), []
    for batch in batches(tape(), 100, 100):
        live.accept(batch)
        emitted += evaluator.catch_up()
    assert emitted == evaluator_of(whole).signals, "forgetting changes nothing of what is emitted"
    kept = live.flow.bars[SECONDS].closed
    assert len(evaluator.marks) <= 2 * len(kept)
    assert len(evaluator.signals) < len(emitted)
    assert evaluator.signals == emitted[-len(evaluator.signals) :]


def test_signals_after_a_loss_are_marked_until_the_next_session():
    made = state(SECONDS)
    missing = None
    for place, batch in enumerate(batches(tape(), 100, 100)):
        if place in (20, 21):
            continue
        missing = made.accept(batch) or missing
        if place == 22:
            made.lose(Missing(MARKET.name, missing.first, missing.last, 0, 0))
    evaluator = evaluator_of(made)
    (gap,) = made.gaps
    first_day = {
        one.quality for one in evaluator.signals if one.time_us < gap.from_time_us - SECONDS * 1_000_000
    }
    assert first_day == {""}
    hurt = [one for one in evaluator.signals if gap.to_time_us <= one.time_us < BEGIN_US + 24 * HOUR_US]
    assert hurt
    assert all(one.quality.startswith("coverage 9") for one in hurt)
    assert {one.quality for one in evaluator.signals if one.time_us >= BEGIN_US + 24 * HOUR_US} == {""}
    assert {one.quality for one in evaluator_of(made, coverage=0.5).signals} == {""}


def test_signals_after_an_outage_are_marked_by_its_share_of_the_session():
    made = counted(tape(), SECONDS)
    begin = BEGIN_US + 2 * HOUR_US
    made.known.outages.append(Outage(MARKET.name, begin, begin + HOUR_US))
    evaluator = evaluator_of(made)
    by_time = {one.time_us: one.quality for one in evaluator.signals}
    assert {quality for time, quality in by_time.items() if time < begin - SECONDS * 1_000_000} == {""}
    for time_us, quality in by_time.items():
        if begin + HOUR_US <= time_us < BEGIN_US + 24 * HOUR_US:
            span = time_us + SECONDS * 1_000_000 - BEGIN_US
            assert quality == f"coverage {100 * (1 - HOUR_US / span):.1f}"
    assert {quality for time, quality in by_time.items() if time >= BEGIN_US + 24 * HOUR_US} == {""}


# --- two markets


def test_the_spread_of_two_markets_is_seen_from_both_sides_and_never_ahead():
    ours, theirs = tape(1), tape(3, market=SPOT)
    one, other = counted(ours, SECONDS), counted(theirs, SECONDS, market=SPOT)
    there, back = (Pair(a, b, SECONDS, Spread.Parameters()) for a, b in ((one, other), (other, one)))
    emitted, answered = there.catch_up(), back.catch_up()
    assert emitted
    assert [(a.time_us, a.side) for a in emitted] == [
        (b.time_us, {"buy": "sell", "sell": "buy"}[b.side]) for b in answered
    ]
    assert {signal.values["partner"] for signal in emitted} == {SPOT.name}
    part = counted(slice_of(theirs, 0, 9_000), SECONDS, market=SPOT)
    open_us = part.flow.bars[SECONDS].open.time_us
    assert Pair(one, part, SECONDS, Spread.Parameters()).catch_up() == [
        signal for signal in emitted if signal.time_us < open_us
    ]


def test_a_spread_evaluated_as_it_comes_is_the_one_evaluated_at_the_end():
    one, other = state(SECONDS), state(SECONDS, market=SPOT)
    pair, emitted = Pair(one, other, SECONDS, Spread.Parameters()), []
    theirs = batches(tape(3, market=SPOT), 300, 300)
    for batch in batches(tape(1), 300, 300):
        one.accept(batch)
        one.flow.settle()
        other.accept(next(theirs))
        emitted += pair.catch_up()
    assert emitted == Pair(one, other, SECONDS, Spread.Parameters()).catch_up()


# --- the report


def test_the_report_has_bars_and_signals_as_the_readme_shows_them(whole):
    made = report([whole], bar_seconds=SECONDS, rows={MARKET.name: 50})["markets"][MARKET.name]
    *closed, last = made["bars"]
    assert (last["z"], last["z_raw"], last["efficiency"], last["slope_z"]) == (None, None, None, None)
    assert closed[18]["z"] is None
    assert isinstance(closed[19]["z"], float)
    counts = Counter(one["signal"] for one in made["signals"])
    assert counts["stacked"] == sum(len(bar["stacked"]) for bar in closed)
    by_time = {bar["time_us"]: bar for bar in closed}
    for one in made["signals"]:
        assert list(one) == ["signal", "time_us", "bar_seconds", "side", "values"]
        bar = by_time[one["time_us"]]
        if one["signal"] == "stacked":
            values = one["values"]
            assert [values["low"], values["high"], one["side"], values["rows"]] in bar["stacked"]
        if one["signal"] == "climax":
            assert one["values"] == {"z": bar["z"]}


def test_the_report_marks_bars_in_its_own_rows_where_signals_see_others(whole):
    made = report([whole], bar_seconds=SECONDS, rows={})["markets"][MARKET.name]
    fixed = report([whole], bar_seconds=SECONDS, rows={MARKET.name: int(float(made["profile"]["row"]) * 10)})[
        "markets"
    ][MARKET.name]
    assert made["bars"] == fixed["bars"]


def test_signals_carry_the_length_of_their_bars(whole):
    assert MINUTE_US == 60_000_000
    assert {
        one["bar_seconds"]
        for one in report([whole], bar_seconds=SECONDS, rows={})["markets"][MARKET.name]["signals"]
    } == {300}
