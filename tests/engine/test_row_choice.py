"""The automatic row of signals: by the bars closed so far, kept for the session."""

from cvdtui.engine.footprint import auto_row
from cvdtui.engine.row_choice import RowChoice
from cvdtui.model import Bar


def bar(height):
    return Bar(0, 0, height, 0, 0, 0, 0, 0, 0, 0, 0, 1)


def test_a_configured_row_is_kept():
    choice = RowChoice(7, 1)
    assert [choice.push(bar(height), begins=True) for height in (10, 1_000)] == [7, 7]


def test_it_is_chosen_anew_at_every_bar_until_a_hundred_have_closed():
    choice, bars = RowChoice(None, 5), []
    for height in range(1_000, 0, -10):
        bars.append(bar(height))
        assert choice.push(bars[-1], begins=len(bars) == 1) == auto_row(bars, 5)
    assert len(bars) == 100


def test_then_it_is_kept_until_the_next_session_begins():
    choice = RowChoice(None, 1)
    for place in range(100):
        chosen = choice.push(bar(120), begins=place == 0)
    assert chosen == 10
    assert {choice.push(bar(9_000), begins=False) for _ in range(100)} == {10}
    assert choice.push(bar(9_000), begins=True) == auto_row([bar(9_000)] * 100, 1) == 1_000
