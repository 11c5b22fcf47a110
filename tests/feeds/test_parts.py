"""The small parts of the feeds: backoff, budget, watch, span, words."""

import asyncio
import socket
import ssl
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cvdtui.errors import VenueError
from cvdtui.feeds.backoff import Backoff
from cvdtui.feeds.budget import Budget
from cvdtui.feeds.error_text import explain, host_of, is_loopback, refusal, seconds_of
from cvdtui.feeds.history import HOUR_US, span
from cvdtui.feeds.market_watch import Watch
from cvdtui.model import MINUTE_US, Trade

MONDAY = 1_789_344_000_000_000
"""2026-09-14 00:00 UTC."""
DAY = 24 * HOUR_US


@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
def test_backoff_doubles_from_half_a_second_to_32_and_forgets_on_real_data(jitter):
    backoff = Backoff(jitter=lambda: jitter)
    waits = [backoff.next() for _ in range(40)]
    assert all(0.5 <= wait <= 32.0 for wait in waits)
    assert waits == sorted(waits)
    assert waits[7] > 20.0
    assert backoff.tries == 40
    backoff.reset()
    assert backoff.next() == waits[0]


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def test_a_budget_counts_what_others_on_the_address_used_too():
    clock = Clock()
    budget = Budget(1_000, share=0.5, clock=clock)
    asyncio.run(budget.spend(100))
    assert budget.used == 100
    budget.note(450)
    assert budget.used == 450
    budget.note(60)  # the host's own minute began anew, our sliding one did not
    assert budget.used == 450
    clock.now += 60
    assert budget.used == 0


def test_a_budget_waits_rather_than_exceeds():
    async def go():
        loop = asyncio.get_running_loop()
        budget = Budget(100, share=0.5, window_s=0.2)
        spent = []
        for _ in range(12):
            await budget.spend(10)
            spent.append(loop.time())
        for at in spent:
            assert sum(at <= other < at + 0.199 for other in spent) <= 5
        assert spent[-1] - spent[0] >= 0.39

    asyncio.run(go())


def test_urgent_questions_go_before_those_of_the_background():
    async def go():
        budget = Budget(100, window_s=0.2)
        order = []

        async def ask(name, *, urgent):
            await budget.spend(40, urgent=urgent)
            order.append(name)

        await budget.spend(80)
        background = [asyncio.create_task(ask("rows", urgent=False)) for _ in range(2)]
        await asyncio.sleep(0)
        urgent = [asyncio.create_task(ask("gap", urgent=True)) for _ in range(2)]
        await asyncio.gather(*background, *urgent)
        assert order == ["gap", "gap", "rows", "rows"]

    asyncio.run(go())


def test_a_question_dearer_than_the_budget_is_asked_when_nothing_else_was():
    async def go():
        budget = Budget(10, share=0.5, window_s=0.05)
        await budget.spend(20)
        await budget.spend(20)

    asyncio.run(go())


def test_a_pause_stops_everybody():
    async def go():
        budget = Budget(100)
        budget.pause(0.1)
        begin = asyncio.get_running_loop().time()
        await asyncio.gather(budget.spend(1), budget.spend(1, urgent=False))
        assert asyncio.get_running_loop().time() - begin >= 0.099
        assert budget.pause_s == 0.0

    asyncio.run(go())


def test_a_watch_asks_after_its_patience_and_is_more_patient_with_quiet_markets():
    watch = Watch(10.0)
    assert not any(watch.tick(1.0, 15.0) for _ in range(9))
    assert watch.tick(1.0, 15.0)
    assert not watch.note_newest(100), "the first answer only sets the mark"
    asked = [second for second in range(1, 100) if watch.tick(1.0, 15.0) and not watch.note_newest(100)]
    assert asked == [20, 60]
    while not watch.tick(1.0, 15.0):
        pass
    assert watch.note_newest(101), "the exchange has a newer trade than the stream brought"
    assert watch.stale
    watch.count += 1
    watch.last = Trade(101, 0, 1, 1, 1)
    assert not watch.tick(1.0, 15.0)
    assert not watch.stale


def test_a_busy_market_is_doubted_sooner_than_a_slow_one():
    busy, slow = Watch(10.0), Watch(10.0)
    for second in range(600):
        busy.count += 50
        slow.count += second % 60 == 0
        busy.tick(1.0, 15.0)
        slow.tick(1.0, 15.0)
    assert busy.patience_s == 15.0
    assert slow.patience_s == 300.0


def test_the_session_begins_in_minutes_and_the_week_in_hours():
    now = MONDAY + 2 * DAY + 10 * HOUR_US + 25 * MINUTE_US + 30_000_000
    found = span(MONDAY + 2 * DAY, MONDAY, now, 2_000_000)
    assert (found.hours_from, found.minutes_from) == (MONDAY, MONDAY + 2 * DAY)
    assert found.trades_from == MONDAY + 2 * DAY + 10 * HOUR_US + 25 * MINUTE_US


def test_just_after_a_minute_began_trades_begin_one_earlier():
    now = MONDAY + DAY + 5 * MINUTE_US + 1_999_999
    assert span(MONDAY + DAY, MONDAY, now, 2_000_000).trades_from == MONDAY + DAY + 4 * MINUTE_US
    assert span(MONDAY + DAY, MONDAY, now + 1, 2_000_000).trades_from == MONDAY + DAY + 5 * MINUTE_US


@given(
    session=some.integers(0, 1439),
    week=some.integers(-7 * 24, 0),
    into=some.integers(0, 36 * 3600),
)
def test_hours_minutes_and_trades_never_overlap_and_leave_no_hole(session, week, into):
    session_us = MONDAY + 3 * DAY + session * MINUTE_US
    week_us = session_us - session_us % HOUR_US + week * HOUR_US
    now = session_us + into * 1_000_000 + 500_000
    found = span(session_us, week_us, now, 2_000_000)
    assert found.hours_from <= found.minutes_from <= found.trades_from
    assert found.minutes_from <= session_us or found.trades_from == found.minutes_from
    assert found.trades_from % MINUTE_US == found.minutes_from % MINUTE_US == 0
    if found.hours_from < found.minutes_from:
        assert found.hours_from % HOUR_US == found.minutes_from % HOUR_US == 0
        assert found.hours_from >= week_us
    assert now - found.trades_from < 2 * MINUTE_US


def test_errors_of_the_network_are_told_in_words():
    assert "cannot resolve x.y" in str(explain(socket.gaierror(-2, "unknown"), "x.y"))
    assert "no secure connection to x.y" in str(explain(ssl.SSLCertVerificationError(1, "bad"), "x.y"))
    assert "did not answer in time" in str(explain(TimeoutError(), "x.y"))
    outer = OSError("All connection attempts failed")
    outer.__cause__ = ConnectionRefusedError(111, "refused")
    assert "x.y refuses connections" in str(explain(outer, "x.y"))
    assert "\x1b" not in str(explain(OSError("odd \x1b[31m"), "x.y"))


def test_a_turned_away_region_is_told_the_other_hosts():
    error = refusal(451, "api.x.y", "-1: no", retry_after=None, mirrors=("https://other.y",))
    assert isinstance(error, VenueError)
    assert error.status == 451
    assert "other hosts: https://other.y" in str(error)


def test_hosts_loopback_and_headers_are_read_safely():
    assert host_of("wss://user:secret@stream.x.y:9443/stream") == "stream.x.y:9443"
    assert is_loopback("http://127.0.0.1:80")
    assert is_loopback("ws://localhost")
    assert is_loopback("ws://[::1]:5")
    assert not is_loopback("https://api.x.y")
    assert not is_loopback("http://[")
    assert [seconds_of(text) for text in ("7", "-3", "Wed, 21 Oct", "", None)] == [7.0, 0.0, None, None, None]


def test_importing_the_feeds_loads_no_network_library_and_no_numpy():
    heavy = ("httpx2", "websockets", "numpy", "duckdb", "textual")
    code = f"import sys, cvdtui.feeds.venue_feed; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "[]"
