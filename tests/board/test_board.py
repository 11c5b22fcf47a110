"""The snapshot against the report: every number of a row, a chart, a ladder, a profile and a quality."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.board.board import Board
from cvdtui.board.viewport import Viewport
from cvdtui.commands.printing import table
from cvdtui.model import ANCHORS, MINUTE_US, TIMEFRAMES, Link, Market, Missing, Trades, View
from cvdtui.report.market import report
from tests.board.viewer import snapshot_of
from tests.engine.hard_tapes import MARKET, MONDAY, arrivals_of, batch_of, examples, flow_maker, rows_of
from tests.engine.reference import Row

DAY_US = 86_400_000_000
NOON = MONDAY + DAY_US // 2
LIVE = Link("binance-usdm", "live", markets=(MARKET.name,))


def row(number, at, size=1, side=1, price=100):
    return Row(number, NOON + at, Decimal(price), Decimal(str(size)), side)


def board_of(*batches, live=False, **options):
    board = Board(flow_maker(**options), live=live)
    board.add(MARKET)
    for batch in batches:
        board.on_trades(batch_of(batch))
    return board


def row_of(board, now=NOON, **view):
    return snapshot_of(board, View(**view), now).rows[0]


def detail_of(board, now=NOON, **view):
    return snapshot_of(board, View(market=MARKET.name, **view), now).detail


@st.composite
def scenes(draw):
    return draw(
        arrivals_of(draw(rows_of(size=st.integers(1, 9_000).map(lambda units: Decimal(units) / 1000))))
    )


def exact(value):
    return float(Decimal(value))


@given(scenes(), st.sampled_from(TIMEFRAMES))
@examples(60)
def test_a_snapshot_shows_the_numbers_of_the_report(batches, timeframe):
    board = board_of(*batches, rolling=5)
    board.finish()
    state = board.states[MARKET.name]
    now = state.flow.last_time_us
    ours = {
        anchor: snapshot_of(
            board,
            View(market=MARKET.name, timeframe=timeframe, anchor=anchor, bars=10_000, footprints=10_000),
            now,
        )
        for anchor in ANCHORS
    }
    row_size = round(ours["start"].detail.ladder.row * 10**state.market.price_decimals)
    reported = report([state], bar_seconds=timeframe, rows={MARKET.name: row_size})["markets"][MARKET.name]
    session, week = state.flow.session, state.flow.week
    assert session.start_us <= now < session.end_us
    assert week.start_us <= now < week.end_us
    for anchor in ("session", "week", "rolling", "start"):
        assert ours[anchor].rows[0].cvd == exact(reported["cvd"][anchor])
    assert ours["mark"].rows[0].cvd is None
    line, detail = ours["session"].rows[0], ours["start"].detail
    assert line.volume == exact(Decimal(session.volume).scaleb(-state.market.size_decimals))
    assert line.trades == reported["trades"]
    assert line.last_trade_us == reported["last_time_us"]
    last = max((one for batch in batches for one in batch), key=lambda one: one.id)
    assert line.last == exact(last.price)
    assert line.last_side == last.side
    assert line.quality.coverage == reported["coverage"]
    assert line.quality.lost == reported["lost"]
    assert line.quality.duplicates == reported["duplicates"]
    assert dict(line.quality.sources) == reported["side_source"]
    check_chart(detail, reported)
    check_ladder(detail.ladder, reported)
    check_profile(detail.profile, reported)


def check_chart(detail, reported):
    assert [bar.time_us for bar in detail.bars] == [bar["time_us"] for bar in reported["bars"]]
    for bar, other in zip(detail.bars, reported["bars"], strict=True):
        for name in ("open", "high", "low", "close", "delta", "delta_high", "delta_low", "cvd"):
            assert getattr(bar, name) == exact(other[name]), name
        volume = Decimal(other["buy"]) + Decimal(other["sell"]) + Decimal(other["unknown"])
        assert bar.volume == exact(volume)
        assert bar.source == other["source"]
    assert [bar.closed for bar in detail.bars] == [True] * (len(detail.bars) - 1) + [False]


def check_ladder(ladder, reported):
    for bar, other in zip(ladder.bars, reported["bars"], strict=True):
        assert (bar.time_us, bar.trades) == (other["time_us"], other["trades"])
        drawn = [(number, cell.buy, cell.sell) for number, cell in sorted(bar.cells.items())]
        rows = [
            (float(Decimal(price) / Decimal(reported["profile"]["row"])), buy, sell)
            for price, buy, sell in other["rows"]
        ]
        assert drawn == [(number, exact(buy), exact(sell)) for number, buy, sell in rows]
        assert sum(cell.poc for cell in bar.cells.values()) == 1


def check_profile(profile, reported):
    theirs = reported["profile"]
    assert [(one.price, one.buy, one.sell) for one in profile.rows] == [
        tuple(exact(value) for value in values) for values in theirs["rows"]
    ]
    assert (profile.poc, profile.vah, profile.val) == tuple(
        exact(theirs[name]) for name in ("poc", "vah", "val")
    )
    assert [one.price for one in profile.rows if one.node == "hvn"] == [
        exact(price) for price in theirs["hvn"]
    ]
    assert {one.price for one in profile.rows if one.node == "lvn"} == {
        exact(price) for price in theirs["lvn"] if price not in theirs["hvn"]
    }
    assert profile.vwap == reported["vwap"]
    assert profile.share == 1.0
    assert [one.mark for one in profile.rows if one.price == profile.poc] == ["poc"]
    assert all((one.price >= profile.val) == one.in_value for one in profile.rows if one.price <= profile.vah)


def test_units_are_base_or_quote():
    board = board_of([row(1, 0, 2, price=100), row(2, 1, 1, -1, price=110)])
    base, quote = row_of(board), row_of(board, unit="quote")
    assert (base.volume, base.cvd, base.delta_bar, base.delta_5m) == (3, 1, 1, 1)
    assert (quote.volume, quote.cvd, quote.delta_bar, quote.delta_5m) == (310, 90, 90, 90)
    assert base.delta_ratio == quote.delta_ratio == 1 / 3
    assert base.change == quote.change == 0.1 or abs(base.change - 0.1) < 1e-15
    chart = detail_of(board, unit="quote").bars[0]
    assert (chart.volume, chart.delta, chart.cvd, chart.close) == (310, 90, 90, 110)
    assert detail_of(board, unit="quote").prints[0].size == 110


def test_anchors_begin_where_they_say():
    board = board_of([row(1, -DAY_US, 10), row(2, -5, 4), row(3, 0, 2), row(4, MINUTE_US, 1, -1)], rolling=2)
    board.states[MARKET.name].flow.drop_mark(NOON + MINUTE_US)
    board.on_trades(batch_of([row(5, 2 * MINUTE_US, 7)]))
    now = NOON + 2 * MINUTE_US
    cvds = {anchor: row_of(board, now, anchor=anchor).cvd for anchor in ANCHORS}
    assert cvds == {"session": 12, "week": 12, "rolling": 6, "start": 22, "mark": 7}
    begins = {anchor: detail_of(board, now, anchor=anchor).anchor_us for anchor in ANCHORS}
    assert begins == {
        "session": MONDAY,
        "week": MONDAY,
        "rolling": NOON + MINUTE_US,
        "start": NOON - DAY_US,
        "mark": NOON + MINUTE_US,
    }
    chart = detail_of(board, now, anchor="session").bars
    assert [bar.cvd for bar in chart] == [None, 4, 6, 5, 12]


def test_a_session_that_ended_without_a_successor_shows_zero_and_not_yesterday():
    board = board_of([row(1, 0, 5), row(2, 4, 3)])
    board.on_lost(Missing(MARKET.name, 0, 1, 0, 0))
    before = row_of(board, NOON + 5)
    after = row_of(board, MONDAY + DAY_US)
    assert (before.cvd, before.volume) == (8, 8)
    assert (after.cvd, after.volume, after.delta_bar, after.delta_5m) == (0, 0, 0, 0)
    assert (after.last, after.change, after.delta_ratio) == (100, None, None)
    assert row_of(board, MONDAY + DAY_US, anchor="week").cvd == 8
    assert row_of(board, MONDAY + DAY_US, anchor="start").cvd == 8
    assert detail_of(board, MONDAY + DAY_US).profile.rows == ()


def test_a_late_trade_of_yesterday_never_enters_today():
    board = board_of([row(1, -DAY_US, 10), row(2, 0, 2), row(3, -DAY_US, 100), row(4, 1, 1)])
    now = NOON + 1
    assert row_of(board, now).cvd == 3
    assert row_of(board, now).volume == 3
    assert row_of(board, now, anchor="start").cvd == 113
    assert detail_of(board, now).profile.share == 1.0


def test_loss_of_yesterday_does_not_lessen_the_coverage_of_today():
    board = board_of([row(1, -DAY_US), row(5, -DAY_US + 9)])
    board.on_lost(Missing(MARKET.name, 2, 4, 0, 0))
    now = NOON - DAY_US + 10
    assert row_of(board, now).quality.coverage == 2 / 5
    assert row_of(board, NOON).quality.coverage == 1.0
    board.on_trades(batch_of([row(6, 0)]))
    quality = row_of(board, NOON).quality
    assert (quality.coverage, quality.lost, quality.state, quality.text) == (1.0, 3, "live", "100")


def test_coverage_weighs_what_is_missing_by_volume_of_the_session_and_size_of_the_trades():
    board = board_of([row(1, 0, 4), row(2, 1, 4), row(5, 2, 4)])
    quality = row_of(board).quality
    assert (quality.open, quality.state, quality.text) == (2, "gap", "gap 2")
    assert quality.coverage == 8 / 16
    board.on_trades(batch_of([row(3, 1, 4), row(4, 1, 4)]))
    quality = row_of(board).quality
    assert (quality.coverage, quality.open, quality.text) == (1.0, 0, "100")


def test_coverage_is_never_one_while_anything_is_open():
    board = board_of([row(1, 0, 10**9)], [row(3, 1, "0.001")])
    for number in range(2, 400):
        board.on_trades(batch_of([row(2 * number, number, "0.001")]))
    for now in (NOON, MONDAY + 2 * DAY_US):
        quality = row_of(board, now).quality
        assert quality.coverage < 1
        assert quality.open


def test_rows_that_did_not_change_are_the_same_object():
    board = Board(flow_maker())
    other = Market("binance", "ETHUSDT", price_decimals=1, size_decimals=3)
    board.add(MARKET)
    board.add(other)
    board.on_trades(batch_of([row(1, 0)]))
    board.on_trades(Trades(other, batch_of([row(1, 0)]).trades))
    now = NOON + 10_000_000
    first = snapshot_of(board, View(), now).rows
    second = snapshot_of(board, View(), now + 1).rows
    assert second[0] is first[0]
    assert second[1] is first[1]
    board.on_trades(batch_of([row(2, 1)]))
    third = snapshot_of(board, View(), now + 2).rows
    assert third[0] is not first[0]
    assert third[1] is first[1]
    assert snapshot_of(board, View(), now + 1_500_000).rows[1] is first[1], "a second later, and equal still"
    board.finish()


def test_an_empty_market_says_so():
    board = board_of()
    line = row_of(board)
    assert (line.last, line.cvd, line.change, line.delta_bar, line.delta_5m) == (None,) * 5
    assert (line.quality.state, line.quality.text, line.quality.coverage) == ("waiting", "-", 1.0)
    detail = detail_of(board)
    assert (detail.bars, detail.ladder.bars, detail.profile.poc, detail.prints) == ((), (), None, ())


@pytest.mark.parametrize("state", ["connecting", "stale", "waiting", "closed", "refused", "live", "quiet"])
@pytest.mark.parametrize("silent_s", [0, 99, 100, 5_000, 6_000, 90_000, 400_000, 9_000_000, 1_700_000_000])
def test_a_quality_text_has_at_most_nine_characters(state, silent_s):
    board = board_of([row(1, 0)])
    board.on_link(Link("x", state, markets=(MARKET.name,)))
    quality = row_of(board, NOON + silent_s * 1_000_000).quality
    assert 1 <= len(quality.text) <= 9, quality.text
    assert quality.text == quality.text.strip()


@pytest.mark.parametrize("missing", [1, 9_999, 10_000, 9_999_999, 10**9, 10**12, 10**17])
def test_a_gap_of_any_size_fits_its_nine_characters(missing):
    board = board_of([row(1, 0)])
    board.on_trades(batch_of([row(missing + 2, 1), row(missing + 3, 1)]))
    quality = row_of(board).quality
    assert quality.open == missing
    assert len(quality.text) <= 9, quality.text


def test_the_condition_of_a_market_in_words():
    board = board_of([row(1, 0)])
    texts = [row_of(board).quality.text]
    board.on_progress(MARKET.name, 0.409)
    texts.append(row_of(board).quality.text)
    board.on_progress(MARKET.name, 1.0)
    board.on_link(Link("x", "stale", markets=(MARKET.name,), last_data_us=NOON))
    texts.append(row_of(board, NOON + 14_000_000).quality.text)
    board.on_link(Link("x", "refused", markets=(MARKET.name,)))
    texts.append(row_of(board).quality.text)
    assert texts == ["100", "fill 40 %", "stale 14s", "refused"]


def test_a_row_size_chosen_for_the_session_keeps_its_price_when_decimals_grow():
    board = board_of([row(1, 0, price=100), row(2, 1, price=130), row(3, MINUTE_US, price=100)])
    before = detail_of(board, NOON + MINUTE_US)
    assert before.ladder.row == 5.0
    board.on_trades(batch_of([row(4, MINUTE_US + 1, price="100.005")]))
    after = detail_of(board, NOON + MINUTE_US + 1)
    assert after.ladder.row == 5.0
    assert after.profile.row == 5.0


def test_a_fixed_row_keeps_its_price_when_decimals_grow():
    board = Board(flow_maker(), row_of=lambda market: 25 * 10 ** (market.price_decimals - 1))
    board.add(MARKET)
    board.on_trades(batch_of([row(1, 0)]))
    assert detail_of(board).ladder.row == 2.5
    board.on_trades(batch_of([row(2, 1, price="100.005")]))
    assert detail_of(board).ladder.row == 2.5


def test_trades_of_a_market_that_was_not_requested_change_nothing():
    board = board_of([row(1, 0)])
    assert board.on_trades(Trades(Market("x", "Y"), batch_of([row(9, 0)]).trades)) is None
    assert list(board.states) == [MARKET.name]


def test_many_market_objects_of_one_market_do_not_pile_up():
    board = board_of()
    for number in range(3_000):
        market = Market(MARKET.venue, MARKET.symbol, price_decimals=1, size_decimals=3)
        board.on_trades(batch_of([row(number, number)], market))
    assert len(board._known) <= 1_000
    assert row_of(board, NOON + 3_000).trades == 3_000


def test_what_is_rejected_and_ignored_is_counted_where_it_belongs():
    board = board_of([row(1, 0)])
    board.on_rejected(MARKET.name, "price: 'x'", 2)
    board.on_rejected(None, "no json")
    board.on_ignored(MARKET.name, 3)
    board.on_ignored("x:Y")
    state = board.states[MARKET.name]
    assert (state.rejected, board.rejected, state.ignored, board.ignored) == (2, 1, 3, 1)
    assert row_of(board).quality.rejected == 2
    assert board.notices == [f"{MARKET.name}: 2 rejected: price: 'x'", "unknown market: 1 rejected: no json"]


def test_time_and_sales_is_newest_first_and_filtered_by_size():
    board = board_of([row(n, n, n) for n in range(1, 6)])
    assert [one.size for one in detail_of(board).prints] == [5, 4, 3, 2, 1]
    assert [one.size for one in detail_of(board, min_size=4).prints] == [5, 4]
    assert [one.size for one in detail_of(board, min_size=400, unit="quote").prints] == [500, 400]


def test_unknown_sides_are_in_volume_vwap_and_poc_and_in_no_delta():
    board = board_of([row(1, 0, 1, 1, 100), row(2, 1, 9, 0, 110)])
    line, profile = row_of(board), detail_of(board).profile
    assert (line.volume, line.cvd) == (10, 1)
    assert profile.vwap == 109
    assert profile.poc == 110
    assert dict(line.quality.sources) == {"unknown": 0.9, "taker": 0.1}
    assert line.last_side == 0


@given(scenes(), st.sampled_from((5, 60, 3600)), st.sampled_from(ANCHORS), st.sampled_from(("base", "quote")))
@examples(40)
def test_a_chart_from_caches_is_the_chart_built_anew(batches, timeframe, anchor, unit):
    board = board_of(rolling=5)
    for place, batch in enumerate(batches):
        board.on_trades(batch_of(batch))
        if place == 1:
            board.states[MARKET.name].flow.drop_mark(NOON)
        now = max(board.states[MARKET.name].flow.last_time_us, NOON)
        view = View(market=MARKET.name, timeframe=timeframe, anchor=anchor, unit=unit, bars=3)
        again = snapshot_of(board, view, now).detail
        assert again.bars == Viewport(board).snapshot(view, now).detail.bars


def report_of(board):
    rows = {MARKET.name: 1}
    return report(list(board.states.values()), bar_seconds=60, rows=rows)["markets"][MARKET.name]


def test_a_market_that_began_amid_its_session_says_since_when_it_is_known():
    board = board_of([row(1, 0), row(2, 60_000_000)], live=True)
    late = row_of(board, NOON + 60_000_000).quality
    assert (late.coverage < 0.01, late.from_us) == (True, NOON)
    reported = report_of(board)
    assert reported["known_from_time_us"] == NOON
    assert "coverage 0.1387 % from 12:00 UTC" in table({"markets": {MARKET.name: reported}, "groups": {}})[1]
    replayed = board_of([row(1, 0), row(2, 60_000_000)])
    assert row_of(replayed, NOON + 60_000_000).quality.from_us == 0
    assert report_of(replayed)["known_from_time_us"] is None
