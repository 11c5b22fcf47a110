"""Imbalance, stacked zones, absorption and unfinished auctions, by worked ladders and by definition."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.closed_bar import ClosedBar, MarketScale
from cvdtui.model import Bar
from cvdtui.signals.absorption import Absorption
from cvdtui.signals.imbalance import Imbalance
from cvdtui.signals.stacked import Stacked
from cvdtui.signals.unfinished import Unfinished
from tests.signals import reference
from tests.signals.bars import T

SCALE = MarketScale(1, 3)
"""Prices in tenths, sizes in thousandths."""


def shown(rows, *, high=None, low=None, close=None, row=10, cells=None):
    """A bar of these rows ({row number: (buy, sell, unknown)}); prices are in price units."""
    numbers = sorted(rows)
    high = numbers[-1] * row if high is None else high
    low = numbers[0] * row if low is None else low
    bar = Bar(T, low, high, low, close if close is not None else low, 0, 0, 0, 0, 0, 0, 1)
    return ClosedBar(bar, 60, SCALE, row=row, rows=rows, cells=cells)


def marked(rows, *, imbalance=None, stacked=None):
    closed = shown(rows)
    Imbalance(Imbalance.Parameters(**(imbalance or {}))).push(closed)
    emitted = list(Stacked(Stacked.Parameters(**(stacked or {}))).push(closed))
    return closed.marks, emitted


ladders = st.dictionaries(
    st.integers(0, 12), st.tuples(st.integers(0, 12), st.integers(0, 4), st.integers(0, 2)), min_size=1
)


def test_the_worked_diagonal_needs_its_volume_in_base_units():
    rows = {9: (0, 5_000, 0), 10: (30_000, 0, 0)}
    assert marked(rows, imbalance={"min_volume": 20})[0].imbalances == [(10, "buy")]
    assert marked(rows, imbalance={"min_volume": 31})[0].imbalances == []
    assert marked(rows, imbalance={"min_volume": 30.0001})[0].imbalances == []
    assert marked(rows, imbalance={"ratio": 6.1})[0].imbalances == []


def test_a_ratio_is_read_as_it_is_written():
    rows = {9: (0, 10, 0), 10: (11, 0, 0)}
    assert marked(rows, imbalance={"ratio": 1.1})[0].imbalances == [(10, "buy")], "11 is 1.1 times 10"


def test_an_empty_opposite_side_counts_when_configured():
    rows = {10: (30, 0, 0)}
    assert marked(rows)[0].imbalances == []
    assert marked(rows, imbalance={"ignore_zero": False})[0].imbalances == [(10, "buy")]


def test_the_worked_zone_is_emitted_with_its_ends_for_the_aggressor():
    rows = {
        n: (30 if n in (10, 11, 12, 15) else 0, 1 if n in (9, 10, 11, 14) else 0, 0) for n in range(9, 16)
    }
    marks, emitted = marked(rows)
    assert marks.stacked == [(10, 12, "buy", 3)]
    (signal,) = emitted
    assert (signal.signal, signal.side) == ("stacked", "buy")
    assert signal.values == {"low": "10", "high": "12", "rows": 3}
    assert marked(rows, stacked={"rows": 4})[1] == []
    assert marked(rows, imbalance={"enabled": False})[0].imbalances == []


@given(ladders, st.integers(0, 6))
def test_imbalances_and_zones_are_what_the_definitions_give(rows, least):
    marks, emitted = marked(rows, imbalance={"min_volume": least / 1000})
    assert list(marks.imbalances) == reference.imbalances(rows, least=least)
    assert list(marks.stacked) == reference.zones(marks.imbalances)
    assert [(one.side, one.values["rows"]) for one in emitted] == [zone[2:] for zone in marks.stacked]


# --- absorption


def absorbed(closed, **parameters):
    rule = Absorption(Absorption.Parameters(**parameters), 60)
    return [(one.side, {"price": one.values["price"]}) for one in rule.push(closed)]


TOP_HEAVY = {10: (1, 1, 0), 11: (1, 1, 0), 12: (1, 1, 0), 13: (1, 1, 0), 14: (10, 2, 0), 15: (10, 2, 0)}
"""Mean traded row: 32 / 6 = 5.33; the upper two: 12 each, delta 16 of 24."""


def test_buyers_absorbed_at_a_high_are_a_sell_and_name_the_extreme_row():
    assert absorbed(shown(TOP_HEAVY, close=100)) == [("sell", {"price": "15"})]
    assert absorbed(shown(TOP_HEAVY, close=130)) == [("sell", {"price": "15"})], "two rows back is enough"
    assert absorbed(shown(TOP_HEAVY, close=140)) == []
    assert absorbed(shown(TOP_HEAVY, close=100), volume=2.3) == []
    assert absorbed(shown(TOP_HEAVY, close=100), delta=0.7) == []
    assert absorbed(shown(TOP_HEAVY, close=140), back=1) == [("sell", {"price": "15"})]


def test_it_is_as_strong_as_the_extreme_rows_are_heavy():
    (emitted,) = Absorption(Absorption.Parameters(), 60).push(shown(TOP_HEAVY, close=100))
    assert isclose(emitted.values["strength"], 12 / (32 / 6))
    (light,) = Absorption(Absorption.Parameters(volume=0), 60).push(shown(TOP_HEAVY, close=100))
    assert light.values == emitted.values, "whatever is asked for"


def test_sellers_absorbed_at_a_low_are_a_buy():
    rows = {25 - number: (sell, buy, 0) for number, (buy, sell, _) in TOP_HEAVY.items()}
    assert absorbed(shown(rows, close=150)) == [("buy", {"price": "10"})]


def test_selling_into_a_high_is_no_absorption_of_buyers():
    rows = {number: (sell, buy, 0) for number, (buy, sell, _) in TOP_HEAVY.items()}
    assert absorbed(shown(rows, close=100)) == []


def test_a_bar_without_rows_absorbs_nothing():
    bar = Bar(T, 1, 9, 1, 1, 5, 5, 0, None, None, 0, 1)
    assert absorbed(ClosedBar(bar, 60, SCALE)) == []


@given(ladders, st.integers(0, 12))
def test_absorption_is_what_the_definition_gives(rows, close):
    rows = {number: row for number, row in rows.items() if any(row)} or {3: (1, 0, 0)}
    close = min(max(close, min(rows)), max(rows))
    due = reference.absorbed(rows, max(rows), min(rows), close)
    ours = [(float(values["price"]), side) for side, values in absorbed(shown(rows, close=close * 10))]
    assert ours == [(float(row), side) for row, side in due]


# --- unfinished


def test_both_sides_at_the_extreme_price_itself_leave_the_auction_unfinished():
    cells = {109 << 2 | 1: 5, 109 << 2 | 3: 1, 100 << 2 | 3: 4, 101 << 2 | 1: 7, 101 << 2 | 3: 7}
    closed = shown({10: (7, 11, 0), 11: (5, 1, 0)}, high=109, low=100, cells=cells)
    Unfinished(Unfinished.Parameters()).push(closed)
    assert closed.marks.unfinished == ["high"], "at the low only sellers; the row above it does not count"
    cells[100 << 2 | 1] = 1
    again = shown({10: (7, 11, 0), 11: (5, 1, 0)}, high=109, low=100, cells=cells)
    Unfinished(Unfinished.Parameters()).push(again)
    assert again.marks.unfinished == ["high", "low"]
