"""Messages a second, from a counter looked at now and then."""

from cvdtui.feeds.message_rate import MessageRate

SECOND = 1_000_000


def test_the_rate_is_that_of_the_last_ten_seconds():
    rate = MessageRate()
    assert rate.rate(0, 0) == 0.0
    assert [rate.rate(10 * at, at * SECOND) for at in range(1, 12)] == [10.0] * 11
    assert rate.rate(110, 21 * SECOND) == 0.0
    assert rate.rate(310, 22 * SECOND) > 0.0


def test_two_looks_at_one_moment_are_no_rate():
    rate = MessageRate()
    rate.rate(1, SECOND)
    assert rate.rate(5, SECOND) == 0.0


def test_it_remembers_no_more_than_it_needs():
    rate = MessageRate()
    for at in range(10_000):
        rate.rate(at, at * SECOND)
    assert len(rate._seen) < 15
