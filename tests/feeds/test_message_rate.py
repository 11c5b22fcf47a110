"""Messages a second, from a counter looked at now and then."""

from cvdtui.feeds.message_rate import Pace

SECOND = 1_000_000


def test_the_rate_is_that_of_the_last_ten_seconds():
    pace = Pace()
    assert pace.rate(0, 0) == 0.0
    assert [pace.rate(10 * at, at * SECOND) for at in range(1, 12)] == [10.0] * 11
    assert pace.rate(110, 21 * SECOND) == 0.0
    assert pace.rate(310, 22 * SECOND) > 0.0


def test_two_looks_at_one_moment_are_no_rate():
    pace = Pace()
    pace.rate(1, SECOND)
    assert pace.rate(5, SECOND) == 0.0


def test_it_remembers_no_more_than_it_needs():
    pace = Pace()
    for at in range(10_000):
        pace.rate(at, at * SECOND)
    assert len(pace._seen) < 15
