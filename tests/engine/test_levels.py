"""Key levels and naked points of control, as of every bar, against the raw trades."""

from fractions import Fraction

from cvdtui.engine.columns.rows import trades_of
from cvdtui.engine.footprint import group, row_number
from cvdtui.engine.levels import Levels
from cvdtui.engine.session import SessionClock
from cvdtui.model import Bar
from tests.engine.busy_tape import BEGIN_US, HOUR_US, counted, tape

SECONDS, ROW = 300, 50
DAY_US = 24 * HOUR_US


def levels_of(columns):
    """(bar, levels by name, touched) of every closed bar."""
    made = counted(columns, SECONDS)
    levels = Levels(SessionClock(), lambda _start, _row: None)
    levels.row = ROW
    bars = made.flow.bars[SECONDS]
    for bar in bars.closed:
        levels.begin(bar.time_us)
        touched = levels.push(bar, group(bars.cells(bar.time_us), ROW))
        yield bar, levels, touched


def poc(trades):
    volumes = {}
    for trade in trades:
        number = row_number(trade.price, ROW)
        volumes[number] = volumes.get(number, 0) + trade.size
    return min(number for number, volume in volumes.items() if volume == max(volumes.values())) * ROW


def test_levels_are_those_of_the_trades_up_to_the_bar_and_of_the_session_before():
    columns = tape()
    trades = trades_of(columns)
    naked = {}
    for place, (bar, levels, touched) in enumerate(levels_of(columns)):
        end_us = bar.time_us + SECONDS * 1_000_000
        start_us = bar.time_us - (bar.time_us - BEGIN_US) % DAY_US
        before = [t for t in trades if start_us - DAY_US <= t.time_us < start_us]
        if start_us not in naked and before:
            naked[start_us] = poc(before)
        gone = {price for price in naked.values() if price is not None and bar.low <= price <= bar.high}
        assert {price for price, _ in touched} == gone & {
            price for price in naked.values() if price is not None
        }
        naked = {start: None if price in gone else price for start, price in naked.items()}
        assert {price for price, _ in levels.naked} == {
            price for price in naked.values() if price is not None
        }
        if place % 37 and not touched:
            continue  # the rest now and then: the slow way is slow
        now = [t for t in trades if start_us <= t.time_us < end_us]
        found = {level.name: level.price for level in levels.levels()}
        assert found["session high"] == max(t.price for t in now)
        assert found["session low"] == min(t.price for t in now)
        assert found["vwap"] == Fraction(sum(t.price * t.size for t in now), sum(t.size for t in now))
        assert found["poc"] == poc(now)
        if before:
            assert found["previous high"] == max(t.price for t in before)
            assert found["previous low"] == min(t.price for t in before)


def bar(minute, price, *, low=None, high=None):
    return Bar(
        BEGIN_US + minute * 60_000_000,
        price,
        high or price,
        low or price,
        price,
        2,
        1,
        0,
        1,
        0,
        0,
        1,
        3 * price,
    )


def test_a_session_known_without_rows_leaves_no_point_of_control():
    levels = Levels(SessionClock(), lambda _start, _row: None)
    levels.row = 10
    levels.begin(BEGIN_US)
    levels.push(bar(0, 100), None)
    levels.begin(BEGIN_US + DAY_US)
    assert levels.naked == []
    assert "poc" not in {level.name for level in levels.levels()}


def test_a_past_session_that_is_known_otherwise_leaves_its_own():
    levels = Levels(
        SessionClock(), lambda start, row: {9: [5, 0, 0], 10: [1, 0, 0]} if start == BEGIN_US else None
    )
    levels.row = 10
    levels.begin(BEGIN_US)
    levels.push(bar(0, 100), None)
    levels.begin(BEGIN_US + DAY_US)
    assert levels.naked == [(90, BEGIN_US)]
    assert levels.push(bar(1440, 95, low=91, high=99), None) == []
    assert levels.push(bar(1441, 92, low=90, high=94), None) == [(90, BEGIN_US)]
    assert levels.naked == []


def test_levels_that_the_user_dropped_count():
    levels = Levels(SessionClock(), lambda _start, _row: None)
    levels.begin(BEGIN_US)
    levels.dropped = (123,)
    levels.push(bar(0, 100), None)
    assert ("level", 123) in [(level.name, level.price) for level in levels.levels()]
