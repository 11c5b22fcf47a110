"""Every documented message of public trades and every recording: read, or named with the reason."""

from pathlib import Path

import pytest

from cvdtui.model import Trades
from cvdtui.venues import VENUES
from tests.venues.test_fixtures import parts

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MESSAGES = DATA / "venue_messages"
lacks = pytest.mark.skipif(not MESSAGES.is_dir(), reason="no recorded data at ../shared/data")

STREAMED = [
    ("binance-usdm", "binance/futures/market_data_json/agg_trade_stream", 1),
    ("binance-usdm", "binance/futures/market_data_json/trade_stream", 1),
    ("bybit", "bybit/ws_public_trade", 1),
    ("deribit", "deribit/ws_trades", 2),
    ("kraken", "kraken/ws_trade_update", 2),
    ("okx", "okx/ws_trades", 1),
]
"""(venue, file, trades in it)."""
REQUESTED = [
    ("bybit", "BTCUSDT", "bybit/http_get_trades_recent", 1),
    ("deribit", "ETH-PERPETUAL", "deribit/http_get_last_trades", 10),
    ("deribit", "BTC-PERPETUAL", "deribit/http_get_last_trades_perpetual_with_combo_tags", 7),
    ("hyperliquid", "BTC", "hyperliquid/http_recent_trades_btc", 3),
    ("kraken", "BTC/USDT", "kraken/http_trades", 1000),
    ("okx", "BTC-USDT", "okx/http_get_trades", 2),
]
"""(venue, symbol, file, rows in it)."""
OTHERS = {
    "binance/spot/http_json/trades_response": "single trades of the past: aggregate ones are requested",
    "coinbase/ws_market_trades": "Advanced Trade, another interface than the Exchange's",
    "deribit/http_get_last_trades_future_combo": "a combination",
    "deribit/http_get_last_trades_historical_combo": "a combination",
    "deribit/http_get_last_trades_option_combo": "a combination",
    "deribit/ws_trades_option_combo": "a combination",
    "kraken/http_futures_candles_trade": "candles of Kraken's futures",
    "kraken/http_trades_history": "of an account",
    "kraken/ws_futures_trade": "Kraken's futures, another venue than its spot",
    "kraken/ws_futures_trade_snapshot": "Kraken's futures",
    "okx/http_get_spread_trades": "spreads of two instruments",
    "okx/http_get_trade_fee_response": "fees of an account",
}
RECORDINGS = {
    "BINANCE_FUTURES.ws.1.0": "test_recorded.py: volumes between candle updates",
    "COINBASE.ws.28.0": "test_recorded_others.py: sides against the price's moves, ids",
    "OKX.ws.1.0": "test_limits.py: the known sum of 74 trades",
    "hyperliquid_btcusd_20250126.gz": "test_recorded_others.py: no trade twice",
}


@lacks
def test_no_message_about_trades_is_left_out():
    there = {str(path.relative_to(MESSAGES).with_suffix("")) for path in MESSAGES.rglob("*trade*.json")}
    assert there == {file for _, file, _ in STREAMED} | {file for *_, file, _ in REQUESTED} | OTHERS.keys()
    assert {path.name for path in (DATA / "venue_raw").iterdir()} == RECORDINGS.keys()


@lacks
@pytest.mark.parametrize(("venue", "file", "count"), STREAMED)
def test_a_documented_frame_of_trades_is_read(venue, file, count):
    text = (MESSAGES / f"{file}.json").read_text()
    text = text.replace('"T": 123456785', '"T": 1790000000000')  # a moment before any exchange
    batches = [
        part for part in parts(VENUES[venue](any_symbol=True).decode(text)) if isinstance(part, Trades)
    ]
    assert [len(part.trades) for part in batches] == [count]


@lacks
@pytest.mark.parametrize(("venue", "symbol", "file", "rows"), REQUESTED)
def test_a_documented_response_of_trades_is_read_to_its_last_row(venue, symbol, file, rows):
    page = VENUES[venue]([symbol]).read_trades((MESSAGES / f"{file}.json").read_bytes(), symbol)
    assert (page.rows, len(page.batch.trades), page.refused) == (rows, rows, ())
