"""When sessions and weeks begin, across zones and daylight saving."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine import session
from cvdtui.engine.session import SessionClock
from tests.engine.reference import session_start, week_start


def us(text, zone="UTC"):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1_000_000


def test_a_session_holds_its_first_microsecond_and_not_its_last():
    clock = SessionClock()
    midnight = us("2024-08-09T00:00")
    assert clock.bounds(midnight) == (midnight, midnight + 86_400_000_000)
    assert clock.bounds(midnight - 1) == (midnight - 86_400_000_000, midnight)


def test_a_session_may_begin_at_any_time_of_a_zone():
    clock = SessionClock("17:00", "America/New_York")
    five = us("2024-08-08T17:00", "America/New_York")
    assert clock.bounds(five) == (five, us("2024-08-09T17:00", "America/New_York"))
    assert clock.bounds(five - 1)[1] == five


@pytest.mark.parametrize(
    ("day", "hours"), [("2024-03-09", 23), ("2024-03-10", 24), ("2024-11-02", 25), ("2024-11-03", 24)]
)
def test_the_session_over_a_clock_change_is_an_hour_shorter_or_longer(day, hours):
    start, end = SessionClock("17:00", "America/New_York").bounds(us(day + "T18:00", "America/New_York"))
    assert start == us(day + "T17:00", "America/New_York")
    assert (end - start) // 3_600_000_000 == hours


def test_a_week_begins_on_monday_midnight_utc():
    monday = us("2024-08-12T00:00")
    assert session.week_start(monday) == monday
    assert session.week_start(monday - 1) == monday - 7 * 86_400_000_000
    assert session.week_start(us("2024-08-18T23:59:59")) == monday


times = st.integers(us("2009-01-01T00:00"), us("2035-01-01T00:00"))
zones = st.sampled_from(
    ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Europe/London", "America/Sao_Paulo"]
)


@given(times, st.integers(0, 23), st.sampled_from([0, 30, 59]), zones)
def test_a_session_is_the_one_a_slow_search_finds(time_us, hours, minutes, zone):
    start = f"{hours:02}:{minutes:02}"
    begin, end = SessionClock(start, zone).bounds(time_us)
    assert begin <= time_us < end
    assert begin == session_start(time_us, start, zone)
    assert SessionClock(start, zone).bounds(end)[0] == end, "sessions follow one another without hole"
    assert session.week_start(time_us) == week_start(time_us)
