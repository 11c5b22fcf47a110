"""What the explanation of numbers is made of, against plain sums over the same trades."""

from statistics import fmean, pstdev

import pytest

from cvdtui.engine.columns.rows import slice_of, trades_of
from cvdtui.model import ANCHORS, BUY
from tests.board.viewer import snapshot_of
from tests.engine.busy_tape import BEGIN_US, HOUR_US, tape
from tests.snapshot.test_signals import MARKET, NOW, SECONDS, board_of, settled

DAY_US = 24 * HOUR_US
SIZE = 1_000
PRICE = 10


@pytest.fixture(scope="module")
def seen():
    columns = tape()
    board = board_of()
    half = len(columns) // 2
    board.on_columns(slice_of(columns, 0, half))
    board.states[MARKET.name].flow.drop_mark(NOW)
    board.on_columns(slice_of(columns, half, len(columns)))
    return trades_of(columns), settled(board, explain=True).detail, half


def signed(trades):
    return sum(trade.size * (1 if trade.side == BUY else -1) for trade in trades) / SIZE


def notional(trades):
    return sum(trade.size * trade.price * (1 if trade.side == BUY else -1) for trade in trades) / SIZE / PRICE


def test_cvd_since_every_anchor_in_both_units(seen):
    trades, detail, half = seen
    begin = NOW - NOW % DAY_US
    due = {
        "session": [trade for trade in trades if trade.time_us >= begin],
        "week": trades,
        "rolling": trades[-1_000:],
        "start": trades,
        "mark": trades[half:],
    }
    assert tuple(one.anchor for one in detail.facts.anchors) == ANCHORS
    for one in detail.facts.anchors:
        assert one.base == pytest.approx(signed(due[one.anchor]), abs=1e-9)
        assert one.quote == pytest.approx(notional(due[one.anchor]), abs=1e-6)


def test_the_sums_of_session_week_and_forming_bar(seen):
    trades, detail, _ = seen
    begin, bar = NOW - NOW % DAY_US, NOW // (SECONDS * 1_000_000) * SECONDS * 1_000_000
    last = detail.bars[-1]
    facts = detail.facts
    for sums, first in ((facts.session, begin), (facts.week, 0), (facts.bar, last.time_us)):
        mine = [trade for trade in trades if trade.time_us >= first]
        bought = sum(trade.size for trade in mine if trade.side == BUY) / SIZE
        sold = sum(trade.size for trade in mine if trade.side != BUY) / SIZE
        assert (sums.buy, sums.sell, sums.unknown) == (bought, sold, 0)
        assert sums.value == pytest.approx(sum(trade.size * trade.price for trade in mine) / SIZE / PRICE)
        assert sums.value_delta == pytest.approx(notional(mine))
        assert sums.vwap == pytest.approx(sums.value / (bought + sold))
    assert bar >= last.time_us
    assert facts.session_open == next(t for t in trades if t.time_us >= begin).price / PRICE
    assert facts.week_open == trades[0].price / PRICE


def test_the_price_a_day_ago_is_that_of_the_last_bar_that_had_ended(seen):
    trades, detail, _ = seen
    ended = (NOW - DAY_US) // 60_000_000 * 60_000_000
    assert detail.facts.day_ago == [t for t in trades if t.time_us < ended][-1].price / PRICE


def test_what_costs_more_is_only_there_when_it_is_asked_for():
    board = board_of()
    board.on_columns(tape(hours=2, trades=2_000))
    facts = settled(board).detail.facts
    assert facts.areas == ()
    assert facts.imbalances == ()
    assert [one.anchor for one in facts.anchors if one.base is None] == ["rolling", "mark"]


def test_before_a_day_has_passed_nobody_knows_it():
    columns = tape(hours=20)
    board = board_of()
    board.on_columns(columns)
    view = settled(board).view
    assert snapshot_of(board, view, BEGIN_US + 20 * HOUR_US).detail.facts.day_ago is None


def test_the_inputs_of_z_give_the_z_of_the_last_closed_bar(seen):
    _, detail, _ = seen
    closed = [bar for bar in detail.bars if bar.closed]
    z = detail.facts.z
    deltas = [bar.delta for bar in closed[-20:]]
    assert z.level == detail.dashboard.z_raw == closed[-1].z_raw
    assert z.level == pytest.approx((z.cvd - z.mean) / z.deviation)
    assert z.moved == pytest.approx(sum(deltas))
    assert z.flow == pytest.approx(sum(deltas) / (pstdev(deltas) * 20**0.5))
    cvds = [detail.facts.anchors[3].base - detail.bars[-1].delta]
    for bar in reversed(closed[-19:]):
        cvds.append(cvds[-1] - bar.delta)
    assert z.cvd == pytest.approx(cvds[0])
    assert (z.mean, z.deviation) == pytest.approx((fmean(cvds), pstdev(cvds)))


def test_the_first_value_area_is_the_one_in_force_and_68_percent_lies_inside_70(seen):
    _, detail, _ = seen
    areas = detail.facts.areas
    assert [(area.share, area.rule) for area in areas] == [
        (70, "one-row"),
        (70, "two-row"),
        (68, "one-row"),
        (68, "two-row"),
    ]
    assert (areas[0].low, areas[0].high) == (detail.profile.val, detail.profile.vah)
    ladder = detail.ladder.bars[-1]
    marked = [cell.imbalance for cell in ladder.cells.values()]
    counts = {one.ratio: (one.buys, one.sells) for one in detail.facts.imbalances}
    assert counts[3.0] == (marked.count("buy"), marked.count("sell"))
    for wide, slim in ((areas[0], areas[2]), (areas[1], areas[3])):
        assert wide.low <= slim.low <= slim.high <= wide.high
    volumes = {row.price: row.buy + row.sell for row in detail.profile.rows}
    for area in areas:
        inside = sum(volume for price, volume in volumes.items() if area.low <= price <= area.high)
        assert inside >= area.share / 100 * sum(volumes.values()) * 0.999999


def test_a_market_without_trades_has_facts_that_say_so():
    board = board_of()
    columns = tape()
    board.on_columns(slice_of(columns, 0, 1))
    facts = settled(board).detail.facts
    assert facts.z is None
    assert facts.day_ago is not None or facts.session is None
