"""Candles, then trades at a bar boundary, then rows for the candles: sums unchanged, nothing twice."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.market_state import MarketState
from cvdtui.model import Candle
from cvdtui.report.market import report
from tests.engine.hard_tapes import (
    MARKET,
    MONDAY,
    batch_of,
    columns_of,
    examples,
    flow_maker,
    state_of,
    trade_of,
)
from tests.engine.reference import Row

MINUTE = 60_000_000
HOUR = 60 * MINUTE
SEVEN = MONDAY + 7 * HOUR
"""Where the minutes of these tests begin; earlier ones are known from candles of an hour."""


def candle_of(rows, start, seconds):
    """The candle a venue sends for these trades (all of one slot)."""
    trades = [trade_of(row, MARKET) for row in rows]
    notional = sum(trade.price * trade.size for trade in trades)
    buys = [trade for trade in trades if trade.side == 1]
    prices = [trade.price for trade in trades] or [0]
    return Candle(
        start,
        seconds,
        prices[0],
        max(prices),
        min(prices),
        prices[-1],
        sum(trade.size for trade in trades),
        sum(trade.size for trade in buys),
        notional,
        len(trades),
        taker_buy_value=sum(trade.price * trade.size for trade in buys),
    )


def candles_of(rows, begin, end, seconds):
    length = seconds * 1_000_000
    return [
        candle_of([row for row in rows if start <= row.time_us < start + length], start, seconds)
        for start in range(begin, end, length)
    ]


@st.composite
def days(draw):
    """Trades from an hour before SEVEN to some minutes after: no late ones, every side known."""
    rows, time_us = [], SEVEN - HOUR
    while time_us < SEVEN + 12 * MINUTE:
        rows.append(
            Row(
                500 + len(rows),
                time_us,
                Decimal(draw(st.integers(-20, 20))) / 10,
                Decimal(draw(st.integers(1, 900))) / 1000,
                draw(st.sampled_from([1, -1])),
            )
        )
        time_us += draw(st.sampled_from([1_500_000_000, 400_000_000, 61_000_000, 20_000_000, 3_000_000, 1]))
    return rows


def begun(rows, boundary, **options):
    """A state that knows hours, then minutes up to the boundary, then trades."""
    state = MarketState(MARKET, flow_maker(**options), live=True)
    state.hold()
    state.add_history(candles_of(rows, SEVEN - HOUR, SEVEN, 3600))
    state.add_history(candles_of(rows, SEVEN, boundary, 60))
    after = [row for row in rows if row.time_us >= boundary]
    for row in after:
        state.accept(batch_of([row], MARKET))
    state.expect(after[0].id if after else rows[-1].id + 1)
    state.flow.settle()
    return state


OF_TRADES = ("source", "delta_high", "delta_low", "rows", "imbalances", "stacked", "unfinished")
"""Fields that a bar known from a candle lacks."""


def minutes_of(state):
    return report([state], bar_seconds=60, rows={MARKET.name: 1})["markets"][MARKET.name]


@given(st.data(), days(), st.integers(1, 11))
@examples(60)
def test_candles_then_trades_then_rows_end_where_trades_alone_would_have(data, rows, minutes):
    boundary = SEVEN + minutes * MINUTE
    state = begun(rows, boundary)
    full = MarketState(MARKET, flow_maker())
    full.accept_columns(columns_of([row for row in rows if row.time_us >= SEVEN], MARKET))
    full.finish()
    before = minutes_of(state)
    theirs = minutes_of(full)
    assert sums(before) == sums(theirs)
    assert [bar["time_us"] for bar in before["bars"]] == [bar["time_us"] for bar in theirs["bars"]]
    for bar, other in zip(before["bars"], theirs["bars"], strict=True):
        if bar["time_us"] < boundary:
            assert bar["source"] == "taker/bar"
            assert (bar["delta_high"], bar["delta_low"], bar["rows"]) == (None, None, [])
            unknown = dict.fromkeys(OF_TRADES, 0)
            assert {**bar, **unknown} == {**other, **unknown}
        else:
            assert bar == other
    spans = [(start, start + MINUTE) for start in range(SEVEN, boundary, MINUTE)]
    order = data.draw(st.one_of(st.just(spans[::-1]), st.permutations(spans)))
    for start, end in order:
        state.fill(columns_of([row for row in rows if start <= row.time_us < end], MARKET), start, end)
        assert sums(minutes_of(state)) == sums(theirs)
    after = minutes_of(state)
    assert after["bars"] == theirs["bars"]
    assert after["profile"] == theirs["profile"]
    assert after["signals"] == theirs["signals"]
    assert after["side_source"] == {"taker": 1.0} or not after["bars"]
    for seconds in (5, 15, 300, 900):
        assert bars_of(state, seconds) == bars_of(full, seconds), seconds
    session = state.flow.session
    assert session is None or session.cell_volume == session.volume
    if order == spans[::-1] and full.flow.trades:
        assert [trade.id for trade in state.flow.prints(99)] == [trade.id for trade in full.flow.prints(99)]
        assert state.flow.rolling_delta() == full.flow.rolling_delta()
        now = full.flow.last_time_us
        assert state.flow.delta_5m(now) == full.flow.delta_5m(now)
    for state_again in order[:2]:  # the same rows again change nothing
        start, end = state_again
        state.fill(columns_of([row for row in rows if start <= row.time_us < end], MARKET), start, end)
    assert minutes_of(state)["bars"] == theirs["bars"]
    assert sums(minutes_of(state)) == sums(theirs)


def sums(found):
    return {name: found[name] for name in ("buy", "sell", "unknown", "vwap")} | {
        name: found["cvd"][name] for name in ("start", "session")
    }


def bars_of(state, seconds):
    bars = state.flow.bars[seconds]
    return [(bar, bars.cells(bar.time_us)) for bar in bars.all()]


def test_the_week_is_hours_then_minutes_then_trades():
    rows = [row(0, SEVEN - HOUR, 3), row(1, SEVEN - 1, 4), row(2, SEVEN, 10), row(3, SEVEN + MINUTE, 100)]
    state = begun(rows, SEVEN + MINUTE)
    cvd = minutes_of(state)["cvd"]
    assert cvd == {"start": "110", "session": "110", "week": "117", "rolling": "100"}


def test_the_cvd_of_a_bar_is_the_sum_of_the_bars_of_its_own_timeframe():
    rows = [row(0, SEVEN - HOUR, 3), row(1, SEVEN - 1, 4), row(2, SEVEN, 10), row(3, SEVEN + MINUTE, 100)]
    state = begun(rows, SEVEN + MINUTE)
    last = {seconds: bars.all()[-1].cvd for seconds, bars in state.flow.bars.items()}
    assert last == {
        5: 100_000,
        15: 100_000,
        60: 110_000,
        300: 110_000,
        900: 110_000,
        3600: 117_000,
        14400: 117_000,
        86400: 117_000,
    }


def test_a_feed_that_begins_again_with_the_same_history_counts_nothing_twice():
    rows = [row(n, SEVEN - HOUR + n * 7 * MINUTE, n + 1) for n in range(10)]
    state = MarketState(MARKET, flow_maker(), live=True)
    hours, minutes = (
        candles_of(rows, SEVEN - HOUR, SEVEN, 3600),
        candles_of(rows, SEVEN, SEVEN + 4 * MINUTE, 60),
    )
    for _ in range(3):
        state.hold()
        state.add_history(hours)
        state.add_history(minutes)
    once = minutes_of(state)
    assert once["cvd"]["week"] == "55"
    assert once["cvd"]["session"] == "10"
    state.add_history(candles_of(rows, SEVEN, SEVEN + 6 * MINUTE, 60))
    assert minutes_of(state)["cvd"] == once["cvd"]
    state.expect(99)
    state.accept(batch_of([row(99, SEVEN + 6 * MINUTE, 1)], MARKET))
    state.add_history(candles_of(rows, SEVEN, SEVEN + 9 * MINUTE, 60))
    assert minutes_of(state)["cvd"]["session"] == "11"


def test_minutes_known_from_candles_are_not_counted_again_by_hours():
    rows = [row(n, SEVEN + n * MINUTE, 1) for n in range(60)]
    state = state_of()
    state.add_history(candles_of(rows, SEVEN, SEVEN + 30 * MINUTE, 60))
    state.add_history(candles_of(rows, SEVEN, SEVEN + HOUR, 3600))
    assert minutes_of(state)["cvd"]["week"] == "30"


def test_a_trade_within_a_known_candle_is_not_counted_again():
    rows = [row(1, SEVEN, 5), row(2, SEVEN + MINUTE, 7)]
    state = begun(rows, SEVEN + MINUTE)
    state.accept(batch_of([row(3, SEVEN + MINUTE - 1, 1_000), row(4, SEVEN + MINUTE + 5, 1)], MARKET))
    found = minutes_of(state)
    assert found["cvd"]["session"] == "13"
    assert [bar["delta"] for bar in found["bars"]] == ["5", "8"]


def test_rows_reach_the_last_candle_while_no_trade_has_come_yet():
    rows = [row(1, SEVEN, 5), row(2, SEVEN + 1, 2)]
    state = begun(rows, SEVEN + MINUTE)
    state.fill(columns_of(rows, MARKET), SEVEN, SEVEN + MINUTE)
    found = minutes_of(state)
    assert [(bar["delta"], bar["cvd"], bar["source"], len(bar["rows"])) for bar in found["bars"]] == [
        ("7", "7", "taker", 1)
    ]
    assert found["cvd"]["session"] == "7"
    state.accept(batch_of([row(3, SEVEN + MINUTE, 1)], MARKET))
    assert [bar["cvd"] for bar in minutes_of(state)["bars"]] == ["7", "8"]


def test_an_empty_span_does_not_stop_the_rolling_window_from_reaching_back():
    rows = [row(1, SEVEN, 5), row(9, SEVEN + 3 * MINUTE, 1)]
    state = begun(rows, SEVEN + 3 * MINUTE)
    for start in (2, 1, 0):
        span = (SEVEN + start * MINUTE, SEVEN + (start + 1) * MINUTE)
        state.fill(columns_of([one for one in rows if span[0] <= one.time_us < span[1]], MARKET), *span)
    assert [trade.id for trade in state.flow.prints(9)] == [9, 1]
    assert minutes_of(state)["cvd"]["rolling"] == "6"


def test_the_shares_of_side_sources_follow_what_is_known():
    rows = [row(1, SEVEN, 3), row(2, SEVEN + MINUTE, 1)]
    state = begun(rows, SEVEN + MINUTE)
    assert minutes_of(state)["side_source"] == {"taker/bar": 0.75, "taker": 0.25}
    state.fill(columns_of(rows[:1], MARKET), SEVEN, SEVEN + MINUTE)
    assert minutes_of(state)["side_source"] == {"taker": 1.0}


def test_a_five_minute_bar_gets_its_rows_once_all_its_minutes_have_theirs():
    rows = [row(n, SEVEN + n * MINUTE, n + 1) for n in range(5)]
    state = begun(rows, SEVEN + 2 * MINUTE)
    five = state.flow.bars[300]
    state.fill(columns_of(rows[1:2], MARKET), SEVEN + MINUTE, SEVEN + 2 * MINUTE)
    assert five.all()[0].delta_high is None
    assert five.cells(SEVEN) is None
    state.fill(columns_of(rows[:1], MARKET), SEVEN, SEVEN + MINUTE)
    assert five.all()[0].delta_high == 15_000
    assert sum(five.cells(SEVEN).values()) == 15_000
    state.accept(batch_of([row(5, SEVEN + 4 * MINUTE + 1, 100)], MARKET))
    state.flow.settle()
    assert sum(five.cells(SEVEN).values()) == 115_000


@pytest.mark.parametrize(
    ("wrong", "residual"), [(None, 0), ("side", 7_000), ("size", 1_000), ("absent", 7_000)]
)
def test_the_audit_is_zero_on_right_data_and_the_error_on_wrong_data(wrong, residual):
    rows = [
        row(1, SEVEN, 1),
        row(2, SEVEN + MINUTE, 7),
        row(3, SEVEN + MINUTE + 9, 4, side=-1),
        row(4, SEVEN + 2 * MINUTE, 1),
    ]
    seen = list(rows)
    if wrong == "side":
        seen[1] = row(2, SEVEN + MINUTE, 7, side=-1)
    if wrong == "size":
        seen[1] = row(2, SEVEN + MINUTE, 8)
    if wrong == "absent":
        seen[1] = row(2, SEVEN + 2 * MINUTE, 7)
    state = begun(seen, SEVEN + MINUTE)
    state.expect_candles(candles_of(rows, SEVEN, SEVEN + 3 * MINUTE, 60))
    assert state.audit.compared == 1, "the candle's own minute and the open one are not compared"
    assert (state.audit.residual, state.audit.differing) == (residual, int(bool(wrong)))


def test_the_audit_waits_for_holes_and_skips_minutes_that_lost_trades():
    rows = [row(n, SEVEN + n * 20_000_000, 1) for n in range(10)]
    state = MarketState(MARKET, flow_maker(), live=True)
    state.add_history(candles_of([], SEVEN - MINUTE, SEVEN, 60))
    state.flow.begin_at(SEVEN)
    state.expect(0)
    state.accept(batch_of([*rows[:4], *rows[5:]], MARKET))
    state.expect_candles(candles_of(rows, SEVEN, SEVEN + 3 * MINUTE, 60))
    assert state.audit.compared == 0
    for missing in [gap for gap in state.gaps if gap.state == "open"]:
        state._apply(state.tape.give_up(missing.before - 1))
    state.run_audit()
    assert (state.audit.compared, state.audit.residual) == (2, 0), "the second minute lost a trade"


def row(number, time_us, size, side=1):
    return Row(number, time_us, Decimal(100), Decimal(size), side)
