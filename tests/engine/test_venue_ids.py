"""Trades that stand for several ids, spans of unknown trades, open interest and liquidations."""

from cvdtui.engine.flow import Flow
from cvdtui.engine.market_state import MarketState
from cvdtui.engine.open_interest import COARSE_US, FINE_US, OpenInterestHistory
from cvdtui.engine.tape import Tape
from cvdtui.model import Liquidation, Liquidations, Market, OpenInterest, Outage, Trade, Trades
from cvdtui.report.market import report

MARKET = Market("okx", "BTC-USDT", "BTC", "USDT", price_decimals=1, size_decimals=3)
START = 1_790_000_040_000_000


def trade(first, count=1, size=10, at=None):
    return Trade(first, START + (first if at is None else at) * 1_000_000, 640_000, size, 1, count)


def ids(trades):
    return [trade.id for trade in trades]


def test_a_trade_of_several_ids_is_followed_by_the_one_after_its_last():
    tape = Tape("okx:BTC-USDT")
    assert ids(tape.accept((trade(10, 3),))) == [10]
    assert ids(tape.accept((trade(13),))) == [13]
    assert tape.missing is None
    assert tape.next == 14


def test_the_hole_before_a_trade_of_several_ids_ends_at_its_first():
    tape = Tape("okx:BTC-USDT")
    tape.accept((trade(10),))
    assert ids(tape.accept((trade(14, 2),))) == []
    assert (tape.missing.first, tape.missing.last) == (11, 13)
    assert ids(tape.accept((trade(16),))) == []
    assert tape.missing is None, "16 follows 14 and 15"
    assert ids(tape.accept((trade(11, 2), trade(13)))) == [11, 13, 14, 16]
    assert tape.open_ids == 0
    assert [gap.state for gap in tape.gaps] == ["filled"]


def test_the_same_trade_of_several_ids_counts_once():
    tape = Tape("okx:BTC-USDT")
    tape.accept((trade(10, 3),))
    assert ids(tape.accept((trade(10, 3), trade(13)))) == [13]
    assert tape.duplicates == 1


def test_single_fills_that_fill_a_hole_are_not_counted_again_in_their_sum():
    tape = Tape("okx:BTC-USDT")
    tape.accept((trade(10),))
    tape.accept((trade(14),))
    assert ids(tape.accept((trade(12),))) == []
    assert ids(tape.accept((trade(11, 3),))) == [], "12 came by itself, so 11 and 13 will"
    assert tape.duplicates == 1
    assert ids(tape.accept((trade(11), trade(13)))) == [11, 12, 13, 14]
    assert tape.open_ids == 0


def test_a_sum_that_reaches_beyond_its_hole_is_skipped():
    tape = Tape("okx:BTC-USDT")
    tape.accept((trade(10),))
    tape.accept((trade(14),))
    assert ids(tape.accept((trade(12, 4),))) == []
    assert tape.open_ids == 3
    assert ids(tape.accept((trade(11), trade(12), trade(13)))) == [11, 12, 13, 14]


def test_history_in_single_fills_meets_the_stream_in_sums_without_hole_or_double():
    tape = Tape("okx:BTC-USDT")
    tape.hold()
    tape.accept((trade(5), trade(6), trade(7), trade(8)))
    tape.accept((trade(7, 3), trade(10)))
    assert ids(tape.expect(5)) == [5, 6, 7, 8]
    assert (tape.missing.first, tape.missing.last) == (9, 9), "the sum 7..9 came second: 9 is requested"
    other = Tape("okx:BTC-USDT")
    other.hold()
    other.accept((trade(7, 3), trade(10)))
    other.accept((trade(5), trade(6), trade(7), trade(8)))
    assert ids(other.expect(5)) == [5, 6, 7, 10]
    assert other.missing is None
    assert other.duplicates == 0


def test_growing_decimals_keep_the_count():
    tape = Tape("okx:BTC-USDT")
    tape.accept((trade(10),))
    tape.accept((trade(12, 2),))
    tape.rescale(10, 10)
    assert [one.count for one in tape.accept((trade(11),))] == [1, 2]


def state(rule="unique"):
    counted = MarketState(MARKET, Flow, live=True)
    counted.accept(Trades(MARKET, (trade(1, at=0), trade(2, at=50), trade(3, at=100)), rule))
    return counted


def test_coverage_of_ids_without_holes_is_the_share_of_seconds_nothing_is_missing_in():
    counted = state()
    assert counted.coverage(counted.flow.session, START) == 1.0 or counted.flow.session is None
    counted.flow.settle()
    session = counted.flow.session
    before = counted.coverage(session, counted.known.from_us)
    counted.lose_span(Outage("okx:BTC-USDT", START + 60_000_000, START + 85_000_000))
    assert counted.coverage(session, counted.known.from_us) / before == 0.75
    counted.lose_span(Outage("okx:BTC-USDT", START + 90_000_000, START + 90_000_001))
    assert counted.coverage(session, counted.known.from_us) < 0.75 * before


def test_a_span_of_unknown_trades_is_a_lost_gap_without_ids():
    counted = state()
    counted.lose_span(Outage("okx:BTC-USDT", START, START + 25_000_000))
    whole_report = report([counted], bar_seconds=60, rows={})
    (gap,) = whole_report["markets"]["okx:BTC-USDT"]["gaps"]
    assert gap == {
        "after": None,
        "before": None,
        "missing": None,
        "from_time_us": START,
        "to_time_us": START + 25_000_000,
        "state": "lost",
    }


def test_excluded_prints_are_counted_beside_a_trade_that_is_the_next_one():
    counted = state("contiguous")
    counted.accept(Trades(MARKET, (trade(4),), "contiguous", "taker", 2))
    counted.accept(Trades(MARKET, (trade(5),), "contiguous", "taker", 1))
    assert counted.excluded == 3
    counted.flow.settle()
    assert counted.flow.trades == 5


def test_open_interest_is_known_at_a_moment_long_ago():
    history = OpenInterestHistory()
    assert history.at(START) is None
    for second in range(0, 4 * 3600, 3):
        history.note(START + second * 1_000_000, 1_000 + second)
    assert history.latest == (START + 14_397_000_000, 15_397)
    assert history.at(START - 1) is None
    assert history.at(START + 14_397_000_000) == history.latest
    for ago, step in ((600, FINE_US), (3 * 3600, COARSE_US)):
        moment = START + (14_397 - ago) * 1_000_000
        time_us, size = history.at(moment)
        assert 0 <= moment - time_us <= step + 3_000_000
        assert size == 1_000 + (time_us - START) // 1_000_000
    history.note(START, 7)
    assert history.latest[1] == 15_397, "an older sample changes nothing"


def test_open_interest_and_liquidations_grow_with_the_market():
    counted = state()
    counted.note_open_interest(OpenInterest(MARKET, START, 2_500))
    forced = Liquidation(START, 640_000, 125, -1)
    counted.note_liquidations(Liquidations(MARKET, (forced,), complete=False))
    finer = Market("okx", "BTC-USDT", "BTC", "USDT", price_decimals=2, size_decimals=5)
    counted.adopt(finer)
    assert counted.open_interest.latest == (START, 250_000)
    assert [(one.price, one.size, one.side) for one in counted.liquidations.events] == [
        (6_400_000, 12_500, -1)
    ]
    counted.note_open_interest(OpenInterest(MARKET, START + 1, 2_600))
    assert counted.open_interest.latest == (START + 1, 260_000)
    assert not counted.liquidations.complete
