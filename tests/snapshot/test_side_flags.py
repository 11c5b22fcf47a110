"""A market whose sides are inferred says so: marks, shares, what lies outside the touch."""

import pytest

from cvdtui.board.board import Board
from cvdtui.board.setup import flow_maker
from cvdtui.config import Config
from cvdtui.engine.flow import MemoryLimits
from cvdtui.model import BUY, SELL, TIMEFRAMES, UNKNOWN, Link, Market, Trade, Trades, View
from cvdtui.snapshot.quality import percent
from tests.board.viewer import snapshot_of

ES = Market("ibkr", "ES@CME", "ES", "USD", "future", 2, 0, 25)
START = 1_790_000_000_000_000
NOW = START + 5_000_000


def row(*batches, link=None, market=ES):
    board = Board(flow_maker(Config(), TIMEFRAMES, MemoryLimits()), live=True)
    board.add(market)
    for place, (source, size, side, counts) in enumerate(batches):
        trades = (Trade(place, START + place, 587_125, size, side),)
        board.on_trades(Trades(market, trades, "ordered", source, **counts))
    if link is not None:
        board.on_link(link)
    (made,) = snapshot_of(board, View(), NOW).rows
    return made


def flags(made):
    return [f"{flag.glyph} {flag.text}" for flag in made.flags]


def test_shares_stand_beside_the_cvd_and_cover_is_marked():
    made = row(("quote", 970, BUY, {}), ("midpoint", 20, SELL, {}), ("tick", 10, SELL, {}))
    assert flags(made) == ["~ side 97q 2m 1t"]
    assert made.quality.text.startswith("~")
    assert len(made.quality.text) <= 9
    assert made.cvd == 940


def test_a_side_nobody_can_tell_is_shown_as_such():
    made = row(("quote", 95, BUY, {}), ("unknown", 5, UNKNOWN, {}))
    assert flags(made) == ["~ side 95q 5?"]
    assert made.cvd == 95
    assert made.volume == 100


def test_many_trades_outside_the_touch_are_flagged():
    made = row(("quote", 10, BUY, {"quoted": 1}), ("quote", 10, BUY, {"quoted": 3, "outside": 3}))
    assert flags(made) == ["~ side 100q", "! 75% outside"]
    assert made.quality.outside == 0.75


def test_a_halt_is_flagged():
    link = Link("ibkr:ES@CME", "quiet", text="HALTED at 14:31:07Z", markets=(ES.name,))
    assert flags(row(("quote", 1, BUY, {}), link=link))[0] == "! HALTED"


def test_the_exchanges_own_flags_need_no_mark():
    made = row(("taker", 10, BUY, {}), market=Market("binance", "BTCUSDT"))
    assert flags(made) == []
    assert "~" not in made.quality.text
    assert made.quality.outside is None


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100"), (0.999, "99"), (0.5, "50"), (0.001, "<1"), (0.0, "0")]
)
def test_percentages_never_claim_all_or_nothing(share, text):
    assert percent(share) == text
