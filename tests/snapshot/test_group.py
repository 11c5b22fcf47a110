"""Groups on the board against the same trades added up in fractions."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.board.board import Board
from cvdtui.model import Link, Market, View
from tests.board.viewer import snapshot_of
from tests.engine.hard_tapes import MONDAY, batch_of, examples, flow_maker, market_for, rows_of
from tests.engine.reference import Row

NOON = MONDAY + 43_200_000_000
SPOT = Market("binance", "PEPEUSDT", "PEPE", "USDT", "spot", 8, 0)
PERP = Market("binance-usdm", "1000PEPEUSDT", "1000PEPE", "USDT", "perp", 7, 0)
DOLLAR = Market("coinbase", "PEPE-USD", "PEPE", "USD", "spot", 8, 2)
EURO = Market("kraken", "PEPE/EUR", "PEPE", "EUR", "spot", 8, 2)
WANTED = View(market=SPOT.name, groups=True, group=True, anchor="start")


def grown(rows, market):
    fitted = market_for(rows, market)
    return Market(
        market.venue,
        market.symbol,
        market.base,
        market.quote,
        market.kind,
        fitted.price_decimals,
        fitted.size_decimals,
    )


def board_of(tapes, *, live=()):
    board = Board(flow_maker())
    for market, rows in tapes.items():
        board.add(market)
        if rows:
            board.on_trades(batch_of(rows, grown(rows, market)))
    for market in live:
        board.on_link(Link(f"{market.venue}", "live", markets=(market.name,)))
    return board


def trade(number, price, size, side, at=0):
    return Row(number, NOON + at, Decimal(price), Decimal(size), side)


def value_delta(rows):
    return sum((Fraction(row.price) * Fraction(row.size) * row.side for row in rows), Fraction(0))


@given(rows_of(), rows_of(), rows_of())
@examples(40)
def test_a_group_is_the_exact_sum_of_its_markets(spot, perp, dollar):
    board = board_of({SPOT: spot, PERP: perp, DOLLAR: dollar})
    now = max(state.flow.last_time_us for state in board.states.values())
    (group,) = snapshot_of(board, WANTED, now).groups
    spot_delta = value_delta(spot) + value_delta(dollar)
    assert group.spot == float(spot_delta)
    assert group.perp == float(value_delta(perp))
    assert group.cvd == float(spot_delta + value_delta(perp))
    assert group.spread == float(spot_delta - value_delta(perp))
    assert [part.cvd for part in group.parts] == [float(value_delta(rows)) for rows in (spot, perp, dollar)]


@given(rows_of(max_size=25), rows_of(max_size=25), st.sampled_from([5, 60, 3600]))
@examples(25)
def test_lines_stand_at_the_end_of_every_bar(spot, perp, timeframe):
    board = board_of({SPOT: spot, PERP: perp})
    now = max(state.flow.last_time_us for state in board.states.values())
    view = View(market=PERP.name, groups=True, group=True, anchor="start", timeframe=timeframe, bars=10_000)
    made = snapshot_of(board, view, now).group
    assert made.points[-1].spot == made.row.spot
    assert made.points[-1].perp == made.row.perp
    for point in made.points:
        end = point.time_us + timeframe * 1_000_000
        assert point.spot == pytest.approx(float(value_delta([r for r in spot if r.time_us < end])), abs=1e-6)
        assert point.perp == pytest.approx(float(value_delta([r for r in perp if r.time_us < end])), abs=1e-6)


def test_other_money_is_a_group_of_its_own():
    board = board_of({SPOT: [trade(1, "0.5", "10", 1)], EURO: [trade(1, "0.4", "10", 1)]})
    groups = snapshot_of(board, WANTED, NOON).groups
    assert [(group.name, group.cvd) for group in groups] == [("PEPE", 5.0), ("PEPE/EUR", 4.0)]


def test_a_stale_venue_is_left_out_and_named():
    tapes = {SPOT: [trade(1, "0.5", "10", 1)], PERP: [trade(1, "500", "1", -1)], DOLLAR: []}
    board = board_of(tapes, live=(SPOT,))
    board.on_link(Link("binance-usdm", "stale", text="silent", markets=(PERP.name,), last_data_us=NOON))
    (group,) = snapshot_of(board, WANTED, NOON + 14_000_000).groups
    assert group.cvd == group.spot == 5.0
    assert group.perp is None
    assert group.spread is None
    assert [(part.market.venue, part.why) for part in group.excluded] == [
        ("binance-usdm", "stale 14s"),
        ("coinbase", "no trade yet"),
    ]
    assert [part.share for part in group.parts] == [1.0, 0.0, 0.0]
    assert group.parts[1].cvd == -500.0


def test_a_group_of_nothing_but_silence_has_no_numbers():
    (group,) = snapshot_of(board_of({SPOT: [], PERP: []}), WANTED, NOON).groups
    assert group.cvd is None
    assert group.counted == 0
    assert group.last is None


def test_the_price_of_a_group_is_that_of_one_asset():
    board = board_of({SPOT: [], PERP: [trade(1, "0.0085", "1", 1)]})
    (group,) = snapshot_of(board, WANTED, NOON).groups
    assert group.lead.name == PERP.name
    assert group.last == pytest.approx(0.0000085)
    assert group.last_decimals == 10


def test_a_hole_lowers_the_coverage_of_the_group():
    board = board_of(
        {SPOT: [trade(1, "1", "10", 1), trade(2, "1", "10", 1)], DOLLAR: [trade(1, "1", "20", 1)]}
    )
    assert snapshot_of(board, WANTED, NOON).groups[0].coverage == 1.0
    board.on_trades(batch_of([trade(5, "1", "10", 1)], SPOT))
    assert snapshot_of(board, WANTED, NOON).groups[0].coverage < 1.0


def test_a_market_without_a_mark_is_left_out_of_the_sum_since_marks():
    board = board_of({SPOT: [trade(1, "1", "10", 1)], DOLLAR: [trade(1, "1", "20", 1)]})
    board.states[SPOT.name].flow.drop_mark(NOON)
    board.on_trades(batch_of([trade(2, "1", "3", 1, 1)], SPOT))
    (group,) = snapshot_of(board, View(groups=True, anchor="mark"), NOON + 1).groups
    assert group.cvd == 3.0
    assert [part.why for part in group.excluded] == ["no mark"]


def test_an_unchanged_group_is_the_same_object_and_none_is_made_unasked():
    board = board_of({SPOT: [trade(1, "1", "10", 1)], DOLLAR: [trade(1, "1", "20", 1)]})
    first = snapshot_of(board, WANTED, NOON).groups[0]
    assert snapshot_of(board, WANTED, NOON).groups[0] is first
    board.on_trades(batch_of([trade(2, "1", "3", 1, 1)], DOLLAR))
    assert snapshot_of(board, WANTED, NOON).groups[0] is not first
    assert snapshot_of(board, View(), NOON).groups == ()
    assert snapshot_of(board, View(market=SPOT.name), NOON).group is None
