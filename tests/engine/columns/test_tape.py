"""The tape by columns: released as trade by trade, and what files bring in another order."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.columns.rows import trades_of
from cvdtui.engine.columns.tape import ColumnTape
from cvdtui.engine.tape import Tape
from cvdtui.model import Gap, Market, Trade
from tests.engine.hard_tapes import arrivals_of, columns_of, examples, rows_of, trade_of
from tests.engine.reference import Row

GARBLED = 10**15


def trade(number, time_us=None):
    return Trade(number, number * 10 if time_us is None else time_us, 100, 1, 1)


def ids(trades):
    return [one.id for one in trades]


def as_lists(gaps):
    return [(gap.after, gap.before, gap.missing, gap.from_time_us, gap.to_time_us) for gap in gaps]


@given(st.data(), rows_of(price=st.just(1), size=st.just(1)), st.sampled_from([0, 2, 5, 50_000]))
@examples(150)
def test_columns_and_trades_are_released_alike(data, rows, hold_limit):
    rows = [Row(row.id, row.time_us, Decimal(1), Decimal(1), row.side) for row in rows]
    batches = data.draw(arrivals_of(rows))
    market = Market("x", "Y", price_decimals=0, size_decimals=0)
    tape, by_columns = Tape("x:Y", hold_limit=hold_limit), ColumnTape(hold_limit=hold_limit)
    one, other = [], []
    for batch in batches:
        one += tape.accept([trade_of(row, market) for row in batch])
        other += trades_of(by_columns.accept(columns_of(batch, market)))
        assert one == other
        assert tape.duplicates == by_columns.duplicates
    one += tape.finish()
    rest = by_columns.finish()
    other += trades_of(rest) if rest is not None else []
    assert one == other
    assert (tape.duplicates, tape.lost) == (by_columns.duplicates, by_columns.lost)
    assert as_lists(tape.lost_gaps) == as_lists(by_columns.gaps)
    assert ids(one) == sorted(set(ids(one)))


def in_blocks(tape, trades, block):
    """Rows through a ColumnTape, block by block, to the end."""
    out = []
    for at in range(0, len(trades), block):
        out += trades_of(tape.accept(of_trades(trades[at : at + block])))
    rest = tape.finish()
    return out + (trades_of(rest) if rest is not None else [])


@pytest.mark.parametrize("block", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("numbers", [[5, 6, 7, 1, 2, 3, 4], [7, 6, 5, 4, 3, 2, 1], [3, 4, 1, 2, 5, 7, 6]])
def test_a_file_in_another_order_loses_nothing(block, numbers):
    tape = ColumnTape(hold_limit=None)
    assert sorted(ids(in_blocks(tape, [trade(number) for number in numbers], block))) == [*range(1, 8)]
    assert (tape.duplicates, tape.lost, tape.gaps) == (0, 0, [])


@pytest.mark.parametrize("block", [1, 2, 3, 100])
def test_a_hole_among_late_rows_is_lost_and_repeats_of_them_are_duplicates(block):
    tape = ColumnTape(hold_limit=None)
    rows = [trade(number) for number in (7, 8, 1, 2, 5, 2, 7)]
    assert sorted(ids(in_blocks(tape, rows, block))) == [1, 2, 5, 7, 8]
    assert (tape.duplicates, tape.lost) == (2, 3)


@pytest.mark.parametrize("block", [1, 7, 50, 1_000])
def test_two_halves_in_turns_are_one_tape(block):
    """As Binance shipped USD-M aggTrades of 2023-05: row by row, the second half far ahead."""
    half = 300
    rows = [
        trade(number + shift * 10_000_000 if shift else number, (number + shift * half) * 1_000_000)
        for number in range(half)
        for shift in (0, 1)
    ]
    rows += [trade(number, 600 * 1_000_000) for number in range(half, 10_000_000, 9_000_000)]
    tape = ColumnTape(hold_limit=None)
    out = ids(in_blocks(tape, rows[: 2 * half], block))
    assert out == sorted(out)
    assert len(out) == 2 * half
    assert tape.duplicates == 0


@pytest.mark.parametrize("block", [1, 2, 3, 7, 100])
def test_ids_that_begin_anew_in_a_file_are_a_new_epoch(block):
    old = [trade(number, number) for number in range(1_000, 1_050)]
    new = [trade(number, 5_000 + number) for number in range(1, 81)]
    tape = ColumnTape(hold_limit=None)
    assert ids(in_blocks(tape, old + new, block)) == [*range(1_000, 1_050), *range(1, 81)]
    assert (tape.duplicates, tape.lost) == (0, 0)
    assert tape.restarts == [Gap(1_049, 1, 0, 1_049, 5_001, "anew")]


@pytest.mark.parametrize("block", [1, 2, 3, 7, 100])
def test_a_garbled_id_in_a_file_is_refused_whatever_the_blocks(block):
    numbers = [1, 2, 3, GARBLED, 4, 5, 6]
    tape = ColumnTape()
    out = []
    for at in range(0, len(numbers), block):
        out += trades_of(tape.accept(of_ids(numbers[at : at + block])))
    rest = tape.finish()
    out += trades_of(rest) if rest is not None else []
    assert ids(out) == [1, 2, 3, 4, 5, 6]
    assert (tape.refused, tape.lost, tape.gaps) == (1, 0, [])


@pytest.mark.parametrize("block", [1, 2, 5])
def test_a_real_jump_in_a_file_is_a_lost_hole(block):
    numbers = [1, 2, 5_000_000, 5_000_001, 5_000_002]
    tape = ColumnTape()
    out = []
    for at in range(0, len(numbers), block):
        out += trades_of(tape.accept(of_ids(numbers[at : at + block])))
    rest = tape.finish()
    out += trades_of(rest) if rest is not None else []
    assert ids(out) == numbers
    assert tape.lost == 4_999_997


def of_trades(trades):
    market = Market("x", "Y", price_decimals=0, size_decimals=0)
    return columns_of([Row(one.id, one.time_us, Decimal(1), Decimal(1), one.side) for one in trades], market)


def of_ids(numbers):
    market = Market("x", "Y", price_decimals=0, size_decimals=0)
    return columns_of([Row(number, number * 10, Decimal(1), Decimal(1), 1) for number in numbers], market)
