"""Recorded and documented messages of further exchanges, where they are at hand."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest

from cvdtui.model import BUY, SELL, Trades
from cvdtui.venues import VENUES, Other, Pong, Reply, Several

DATA = Path(__file__).parents[2].parent / "shared" / "data"
MESSAGES = DATA / "venue_messages"
COINBASE = DATA / "venue_raw" / "COINBASE.ws.28.0"
HYPERLIQUID = DATA / "venue_raw" / "hyperliquid_btcusd_20250126.gz"


def lacks(path):
    return pytest.mark.skipif(not path.exists(), reason=f"no {path.name} at ../shared/data")


def message(venue, name):
    return (MESSAGES / venue / f"{name}.json").read_bytes()


def cvd(trades, decimals):
    return Decimal(sum(trade.side * trade.size for trade in trades)).scaleb(-decimals)


@lacks(COINBASE)
def test_coinbase_matches_have_the_side_turned_round_and_ids_that_follow_across_the_subscription():
    venue, ids, sides, steps = VENUES["coinbase"](any_symbol=True), {}, 0, []
    for line in COINBASE.read_text().splitlines():
        frame = line.partition(": ")[2]
        if "<-" in line.split(": ")[0] or not frame.startswith("{"):
            continue
        event = venue.decode(frame)
        raw = json.loads(frame)
        if raw["type"] not in ("match", "last_match"):
            assert not isinstance(event, Trades), raw["type"]
            continue
        (trade,) = event.trades
        assert trade.side == (BUY if raw["side"] == "sell" else SELL)
        assert Decimal(trade.price).scaleb(-event.market.price_decimals) == Decimal(raw["price"])
        assert Decimal(trade.size).scaleb(-event.market.size_decimals) == Decimal(raw["size"])
        if event.market.symbol in ids:
            steps.append(trade.id - ids[event.market.symbol])
        ids[event.market.symbol] = trade.id
        sides += 1
    assert sides == 107
    assert steps.count(1) == len(steps) >= 89


@lacks(COINBASE)
def test_coinbase_takers_move_the_price_the_way_they_trade():
    """The maker's side is sent: taken as the taker's, buyers would push prices down."""
    venue, prices, along, against = VENUES["coinbase"](any_symbol=True), {}, 0, 0
    for line in COINBASE.read_text().splitlines():
        frame = line.partition(": ")[2]
        if '"type":"match"' not in frame:
            continue
        event = venue.decode(frame)
        (trade,) = event.trades
        move = trade.price - prices.get(event.market.symbol, trade.price)
        prices[event.market.symbol] = trade.price
        along += move * trade.side > 0
        against += move * trade.side < 0
    assert along > against


@lacks(HYPERLIQUID)
def test_hyperliquid_frames_repeat_no_trade_and_number_them_in_no_order():
    venue, seen = VENUES["hyperliquid"](["BTC"]), []
    with gzip.open(HYPERLIQUID) as lines:
        for line in lines:
            event = venue.decode(line.partition(b" ")[2])
            if isinstance(event, Trades):
                assert event.id_rule == "unique"
                seen += event.trades
            else:
                assert isinstance(event, Other)
    assert len(seen) == len({trade.id for trade in seen}) == 64
    assert [trade.id for trade in seen] != sorted(trade.id for trade in seen)


@lacks(MESSAGES)
def test_kraken_trades_of_a_day_add_up():
    venue = VENUES["kraken"]()
    (market,) = venue.read_markets(message("kraken", "http_asset_pairs"), ["BTC/USDT"])
    assert (market.base, market.quote, market.price_decimals, market.size_decimals) == ("BTC", "USDT", 1, 8)
    assert market.tick == 1
    venue.learn(market)
    page = venue.read_trades(message("kraken", "http_trades"), "BTC/USDT")
    trades = page.batch.trades
    assert (len(trades), page.refused, page.rows) == (1000, (), 1000)
    assert [trade.id for trade in trades] == list(range(trades[0].id, trades[0].id + 1000))
    assert cvd(trades, page.batch.market.size_decimals) == Decimal("75.65953755")
    columns = venue.read_columns(message("kraken", "http_trades"), "BTC/USDT").columns
    assert int((columns.side * columns.size).sum()) == 75_65953755
    (one, two) = VENUES["kraken"](["BTC/USD"]).decode(message("kraken", "ws_trade_update")).trades
    assert (one.side, two.side, two.id - one.id) == (BUY, SELL, 1)
    assert venue.read_time(message("kraken", "http_server_time")) == 1_762_820_224_000_000
    assert isinstance(venue.decode(message("kraken", "ws_pong")), Pong)
    for name in ("ws_book_update", "ws_ticker_snapshot", "ws_ohlc_update"):
        assert isinstance(venue.decode(message("kraken", name)), Other), name


@lacks(MESSAGES)
def test_hyperliquid_responses_are_read():
    venue = VENUES["hyperliquid"]()
    markets = venue.read_markets(message("hyperliquid", "http_meta_perp_sample"))
    assert [(one.symbol, one.size_decimals, one.price_decimals) for one in markets] == [
        ("BTC", 5, 1),
        ("ETH", 4, 2),
        ("ATOM", 2, 4),
    ]
    venue.learn(markets[0])
    trades = venue.read_trades(message("hyperliquid", "http_recent_trades_btc"), "BTC").batch.trades
    assert [trade.id for trade in trades] == [300_001, 300_002, 300_003]
    assert cvd(trades, 5) == Decimal(0)
    assert venue.read_time(message("hyperliquid", "http_l2_book_btc")) > 1_600_000_000_000_000


@lacks(MESSAGES)
def test_deribit_messages_are_read_without_prints_of_combinations():
    venue = VENUES["deribit"](any_symbol=True)
    batch = venue.decode(message("deribit", "ws_trades"))
    assert [(one.id, one.size > 0, one.side) for one in batch.trades] == [
        (271_252_854, False, 0),
        (271_252_855, True, SELL),
    ]
    size = Decimal(batch.trades[1].size).scaleb(-batch.market.size_decimals)
    assert (batch.excluded, size) == (1, (Decimal(750) / Decimal("92288.5")).quantize(Decimal("1e-10")))
    assert isinstance(venue.decode(message("deribit", "ws_test_request")), Reply)
    for name in ("ws_book_delta", "ws_ticker", "ws_quote", "ws_trades_option_combo"):
        assert isinstance(venue.decode(message("deribit", name)), Other), name
    venue.learn(venue.default_market("ETH-PERPETUAL"))
    page = venue.read_trades(message("deribit", "http_get_last_trades"), "ETH-PERPETUAL")
    assert [trade.id for trade in page.batch.trades] == list(range(203_024_587, 203_024_597))
    value = sum(trade.side * trade.size * trade.price for trade in page.batch.trades)
    assert round(Decimal(value).scaleb(-page.batch.market.price_decimals - 10), 4) == 106 - 9
    tagged = message("deribit", "http_get_last_trades_perpetual_with_combo_tags")
    page = venue.read_trades(tagged, "BTC-PERPETUAL")
    assert (page.batch.excluded, [trade.size for trade in page.batch.trades]) == (7, [0] * 7)
    assert venue.read_time(message("deribit", "http_get_time")) == 1_733_338_800_000_000
    (perpetual,) = venue.read_markets(message("deribit", "http_get_instrument"), ["BTC-PERPETUAL"])
    assert (perpetual.base, perpetual.quote, perpetual.kind, perpetual.inverse) == (
        "BTC",
        "USD",
        "perp",
        True,
    )
    assert (perpetual.price_decimals, perpetual.tick) == (1, 5)
    instrument = venue.read_markets(message("deribit", "http_get_instruments"))
    assert {one.kind for one in instrument} <= {"perp", "future", "spot"}
    assert not isinstance(venue.decode(message("deribit", "ws_error")), Several)


@lacks(MESSAGES)
def test_responses_of_coinbase_advanced_trade_are_no_frames_of_the_exchange():
    venue = VENUES["coinbase"](["BTC-USD"])
    assert isinstance(venue.decode(message("coinbase", "ws_market_trades")), Other)
