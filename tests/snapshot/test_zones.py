"""Stacked zones live until traded through; absorption and unfinished auctions stand at extremes."""

from decimal import Decimal

from cvdtui.board.board import Board
from cvdtui.config import Config
from cvdtui.engine.flow import EVERYTHING, Flow
from cvdtui.model import LadderMark, LadderZone, Market, Trade, Trades, View
from cvdtui.signals.peers import evaluator_maker
from tests.board.viewer import snapshot_of
from tests.engine.busy_tape import MARKET, batches, tape
from tests.snapshot.test_signals import SECONDS, board_of, settled

XYZ = Market("binance", "XYZUSDT", "XYZ", "USDT", "spot", 0, 0, 1)
MINUTE = 60_000_000
T = 1_723_161_600_000_000


def ladder_of(*minutes):
    """The ladder of minutes, each a list of (price, size, side); rows of 1, no threshold but 3 to 1."""

    def flow(market):
        return Flow(market, timeframes=(60,), limits=EVERYTHING)

    config = Config()
    board = Board(
        flow, welcomes_all=True, row_of=lambda _: 1, make_evaluator=evaluator_maker(config, lambda _: 1)
    )
    trades = [
        Trade(0, T + minute * MINUTE + place, price, size, side)
        for minute, rows in enumerate(minutes)
        for place, (price, size, side) in enumerate(rows)
    ]
    numbered = tuple(
        Trade(number, one.time_us, one.price, one.size, one.side) for number, one in enumerate(trades, 1)
    )
    board.on_trades(Trades(XYZ, numbered))
    view = View(market=XYZ.name)
    board.evaluate(60, limit=None)
    return snapshot_of(board, view, T + len(minutes) * MINUTE).detail.ladder


# the worked zone: buys of 30 at 10, 11, 12 over sells of 1 one row below each
ZONE = [(9, 1, -1), (10, 1, -1), (11, 1, -1), (10, 30, 1), (11, 30, 1), (12, 30, 1)]


def test_a_zone_holds_until_a_trade_below_its_lowest_row():
    still = [(13, 1, 1), (10, 1, 1)]
    (zone,) = ladder_of(ZONE, still, still, [(12, 1, 1)]).zones
    assert zone == LadderZone(10, 12, "buy", T, 0)
    (zone,) = ladder_of(ZONE, still, [(12, 1, 1), (9, 1, 1)], [(12, 1, 1)]).zones
    assert zone == LadderZone(10, 12, "buy", T, T + 2 * MINUTE)


def test_the_open_bar_trades_through_a_zone_too():
    (zone,) = ladder_of(ZONE, [(12, 1, 1)], [(8, 1, 1)]).zones
    assert zone.to_us == T + 2 * MINUTE


def test_a_zone_of_sellers_holds_until_a_trade_above_it():
    mirrored = [(11, 1, 1), (10, 1, 1), (9, 1, 1), (10, 30, -1), (9, 30, -1), (8, 30, -1)]
    (zone,) = ladder_of(mirrored, [(4, 1, 1), (10, 1, 1)], [(10, 1, 1)]).zones
    assert zone == LadderZone(8, 10, "sell", T, 0)
    (zone,) = ladder_of(mirrored, [(4, 1, 1)], [(11, 1, 1)], [(4, 1, 1)]).zones
    assert zone.to_us == T + 2 * MINUTE


def test_an_auction_is_unfinished_where_both_sides_traded_at_the_extreme():
    ladder = ladder_of([(10, 5, 1), (10, 5, -1), (12, 5, 1), (12, 2, -1), (11, 1, 1)], [(11, 1, 1)])
    assert ladder.marks == (
        LadderMark(T, 12, "unfinished", "sell"),
        LadderMark(T, 10, "unfinished", "buy"),
    )
    assert ladder_of([(10, 5, 1), (12, 5, 1)], [(11, 1, 1)]).marks == ()


def test_zones_are_those_of_a_slow_look_at_every_bar():
    board = board_of()
    for batch in batches(tape(), 500, 500):
        board.on_trades(batch)
        settled(board)
    detail = settled(board, footprints=60).detail
    evaluator = board.evaluators.evaluator(board.states[MARKET.name], SECONDS)
    closed, unit = evaluator.bars.closed, 10**MARKET.price_decimals
    bars = [*closed, *evaluator.bars.last(1)]
    shown = [bar.time_us for bar in detail.ladder.bars]
    due = []
    for signal in evaluator.signals:
        if signal.signal != "stacked" or signal.time_us < closed[-400].time_us:
            continue
        low, high = (Decimal(signal.values[end]) * unit for end in ("low", "high"))
        half = (high - low) / (signal.values["rows"] - 1) / 2
        to_us = 0
        for bar in bars:
            through = bar.low < low - half if signal.side == "buy" else bar.high >= high + half
            if bar.time_us > signal.time_us and through:
                to_us = bar.time_us
                break
        if (to_us == 0 or to_us > shown[0]) and signal.time_us < shown[-1]:
            due.append((signal.side, signal.time_us, to_us))
    assert due, "the tape must leave zones"
    assert [(zone.side, zone.from_us, zone.to_us) for zone in detail.ladder.zones] == due
    absorbed = {(one.time_us, one.side) for one in evaluator.signals if one.signal == "absorption"}
    drawn = {(mark.time_us, mark.side) for mark in detail.ladder.marks if mark.kind == "absorption"}
    assert drawn == {one for one in absorbed if one[0] >= shown[0]}
    cells = {bar.time_us: bar.cells for bar in detail.ladder.bars}
    assert all(mark.row in cells[mark.time_us] for mark in detail.ladder.marks), "at rows that traded"


def test_other_rows_of_the_ladder_move_zones_to_the_rows_that_hold_them():
    board = board_of()
    board.on_columns(tape())
    fine, coarse = (
        settled(board, footprints=60).detail.ladder,
        settled(board, footprints=60, row_step=2).detail.ladder,
    )
    assert len(fine.zones) == len(coarse.zones) > 0
    for one, other in zip(fine.zones, coarse.zones, strict=True):
        assert abs(one.low * fine.row - other.low * coarse.row) <= coarse.row / 2
        assert other.high - other.low < one.high - one.low
