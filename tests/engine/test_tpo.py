"""Time price opportunities, by a table made by hand, by a slow second count, and in the snapshot."""

from hypothesis import given
from hypothesis import strategies as st

from cvdtui.board.board import Board
from cvdtui.config import Config
from cvdtui.engine.flow import EVERYTHING, Flow
from cvdtui.engine.tpo import BRACKET_US, LETTERS, Tpo
from cvdtui.model import Bar, Market, Trade, Trades, View
from cvdtui.signals.peers import evaluator_maker
from tests.board.viewer import snapshot_of

START = 1_723_161_600_000_000  # 2024-08-09 00:00 UTC
MINUTE = 60_000_000
MARKET = Market("binance", "BTCUSDT", "BTC", "USDT", "spot", 2, 3, 1)


def bar(minute, low, high):
    return Bar(START + minute * MINUTE, low, high, low, high, 1, 1, 0, 0, 0, 0, 1)


def cells(*prices):
    return {price << 2 | 1: 5 for price in prices}


# Half hours A to D, rows of 10 (nearest multiple, ties up: 105 belongs to 110):
#        A: 100..120   B: 110..130   C: 120..150   D: 120, 130
#  150           C          1 letter
#  140           C          1
#  130         B C D        3
#  120       A B C D        4   most letters
#  110       A B            2
#  100       A              1   A trades at 95 as well: row 100
TABLE = ((0, 95, 120), (31, 105, 130), (65, 120, 145), (95, 120, 130))
LETTERS_DUE = {10: "A", 11: "AB", 12: "ABCD", 13: "BCD", 14: "C", 15: "C"}


def table():
    tpo = Tpo(START, 10)
    for minute, low, high in TABLE:
        tpo.add(bar(minute, low, high), None)
    return tpo


def test_the_table_by_hand():
    found = table().profile()
    assert found.letters == LETTERS_DUE
    assert found.poc == 12
    assert found.singles == (10, 14, 15)
    assert found.initial == (95, 130), "prices of the first hour, not rows"
    # 12 letters, 70 % are 8.4: 4 at 120; above 3 joins (7); then 2 below against 1 above (9)
    assert (found.val, found.vah) == (11, 13)
    assert table().is_exact is False


def test_a_row_that_no_trade_touched_gets_no_letter_where_the_trades_are_known():
    tpo = Tpo(START, 10)
    tpo.add(bar(0, 100, 130), cells(100, 104, 130))
    assert tpo.profile().letters == {10: "A", 13: "A"}
    assert tpo.is_exact
    assert tpo.profile().poc == 10, "of equals the lowest"
    tpo.add(bar(30, 100, 120), {})
    assert tpo.profile().letters == {10: "AB", 11: "B", 12: "B", 13: "A"}
    assert not tpo.is_exact


def test_the_open_bar_is_counted_in_a_copy():
    tpo = table()
    grown = tpo.with_open(bar(120, 150, 170), None)
    assert grown.profile().letters == {**LETTERS_DUE, 15: "CE", 16: "E", 17: "E"}
    assert grown.profile().initial == (95, 130)
    assert tpo.profile().letters == LETTERS_DUE
    assert tpo.with_open(None, None) is tpo


def test_a_day_has_letters_enough_and_what_is_outside_the_session_has_none():
    tpo = Tpo(START, 10)
    tpo.add(bar(24 * 60 - 1, 100, 100), None)
    tpo.add(bar(25 * 60 - 1, 110, 110), None)
    assert tpo.profile().letters == {10: "v", 11: "x"}, "the 48th, and the 50th of a day of 25 hours"
    tpo.add(bar(-1, 120, 120), None)
    tpo.add(bar(26 * 60, 120, 120), None)
    assert 12 not in tpo.profile().letters
    assert (len(LETTERS), Tpo(START, 10).profile().poc) == (52, None)
    assert Tpo(START, 10).profile().initial is None


@given(
    st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 60), st.integers(0, 12)), max_size=60),
    st.integers(1, 9),
)
def test_letters_are_those_of_a_slow_count(bars, row):
    tpo = Tpo(START, row)
    due = {}
    for minute, low, span in bars:
        tpo.add(bar(minute, low, low + span), None)
        for price in range(low, low + span + 1):
            due.setdefault((2 * price + row) // (2 * row), set()).add(LETTERS[minute // 30])
    found = tpo.profile()
    rows = {number: "".join(sorted(letters, key=LETTERS.index)) for number, letters in due.items()}
    assert found.letters == rows
    if rows:
        most = max(len(letters) for letters in rows.values())
        assert found.poc == min(number for number, letters in rows.items() if len(letters) == most)
        inside = sum(len(letters) for number, letters in rows.items() if found.val <= number <= found.vah)
        assert inside * 100 >= 70 * sum(len(letters) for letters in rows.values())


def board_of(trades):
    def flow(market):
        return Flow(market, timeframes=(60, 900), limits=EVERYTHING)

    board = Board(flow, welcomes_all=True, make_evaluator=evaluator_maker(Config(), lambda _: None))
    board.on_trades(Trades(MARKET, tuple(trades)))
    return board


def test_the_snapshot_counts_the_session_of_now_with_its_open_bar():
    path = [(0, 10_000), (10, 10_400), (29, 10_200), (31, 10_800), (95, 10_450), (96, 10_600)]
    trades = [Trade(n, START + at * MINUTE, price, 10, 1) for n, (at, price) in enumerate(path, 1)]
    board = board_of(trades)
    view = View(market=MARKET.name, tpo=True)
    tpo = snapshot_of(board, view, START + 97 * MINUTE).detail.tpo
    assert tpo.row == 0.2, "8 in 40 rows"
    assert [(row.price, row.letters) for row in tpo.rows] == [
        (100.0, "A"),
        (102.0, "A"),
        (104.0, "A"),
        (104.6, "D"),
        (106.0, "D"),
        (108.0, "B"),
    ]
    assert (tpo.initial, tpo.exact, tpo.singles) == ((100.0, 108.0), True, 6)
    assert (tpo.last, tpo.start_us) == (106.0, START)
    late = Trade(len(path) + 1, START + 97 * MINUTE, 10_000, 10, 1)
    board.on_trades(Trades(MARKET, (late,)))
    again = snapshot_of(board, view, START + 98 * MINUTE).detail.tpo
    assert again.rows[0].letters == "AD"
    assert (again.poc, again.rows[0].poc) == (100.0, True)
    assert snapshot_of(board, View(market=MARKET.name), START + 98 * MINUTE).detail.tpo is None


def test_rows_follow_the_keys_and_grow_with_the_range_of_the_session():
    board = board_of([Trade(1, START, 10_000, 10, 1), Trade(2, START + MINUTE, 10_400, 10, 1)])
    now = START + 2 * MINUTE
    assert snapshot_of(board, View(market=MARKET.name, tpo=True), now).detail.tpo.row == 0.1
    assert snapshot_of(board, View(market=MARKET.name, tpo=True, row_step=1), now).detail.tpo.row == 0.2
    board.on_trades(Trades(MARKET, (Trade(3, START + 2 * MINUTE, 13_000, 10, 1),)))
    wide = snapshot_of(board, View(market=MARKET.name, tpo=True), now).detail.tpo
    assert (wide.row, len(wide.rows)) == (1.0, 3)


def test_a_new_session_begins_without_letters():
    board = board_of([Trade(1, START, 10_000, 10, 1)])
    day = 48 * BRACKET_US
    board.on_trades(Trades(MARKET, (Trade(2, START + day + MINUTE, 10_100, 10, 1),)))
    tpo = snapshot_of(board, View(market=MARKET.name, tpo=True), START + day + 2 * MINUTE).detail.tpo
    assert [(row.price, row.letters) for row in tpo.rows] == [(101.0, "A")]
    assert snapshot_of(board, View(market=MARKET.name, tpo=True), START + 3 * day).detail.tpo is None
