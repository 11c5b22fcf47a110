"""Slope, tape speed and spread explained: the value in force is the one that its inputs give."""

import pytest

from tests.engine.busy_tape import tape
from tests.panes.explain.test_values import entry, here, number
from tests.snapshot.test_signals import SPOT, board_of, settled


@pytest.fixture(scope="module")
def shot():
    board = board_of()
    board.on_columns(tape(3, market=SPOT))
    board.on_columns(tape())
    settled(board)
    return settled(board, explain=True)


def test_the_slope_is_shown_plain_and_among_its_own(shot):
    page = entry(shot, "zscore", "slope z")
    inputs = {word: number(value.split(" BTC")[0]) for word, value in page.inputs}
    z = (inputs["slope"] - inputs["mean of 100 slopes"]) / inputs["deviation"]
    assert number(here(page).values[0]) == pytest.approx(z, abs=0.01)
    assert number(page.value) == pytest.approx(z, abs=0.02)
    assert "0.25 ATR: " in page.notes[0]


def test_speed_is_shown_by_trades_and_by_volume(shot):
    page = entry(shot, "zscore", "tape")
    (now, seconds), (before, span) = (
        [float(word) for word in value.removesuffix(" s").split(" in ")] for _, value in page.inputs[:2]
    )
    trades, volume = (float(way.values[0].removesuffix("×")) for way in page.ways)
    assert trades == pytest.approx(now / seconds / (before / span), abs=1e-4)
    mine, theirs = (number(value) for _, value in page.inputs[2:])
    assert volume == pytest.approx(mine / seconds / (theirs / span), rel=1e-3)


def test_the_spread_is_shown_with_b_both_cvds_and_both_methods(shot):
    page = entry(shot, "zscore", "spread z")
    inputs = dict(page.inputs)
    b = number(inputs["deviation of our delta"]) / number(inputs["of theirs"])
    assert number(inputs["b"]) == pytest.approx(b, rel=1e-3)
    z = (number(inputs["spread"]) - number(inputs["its mean"])) / number(inputs["its deviation"])
    assert number(here(page).values[0]) == pytest.approx(z, abs=1e-3)
    assert number(page.value) == pytest.approx(z, abs=0.01)
    assert [way.words.split(":")[0] for way in page.ways] == ["cvd", "sum20"]
    assert inputs["window"] == "100 bars"
