"""REST of coin-margined Binance, Bybit and OKX: contracts, pages, failures in the exchange's own words."""

import json

import pytest

from cvdtui.errors import WireError
from cvdtui.model import SELL
from cvdtui.venues import VENUES

COINM = "BTCUSD_PERP"


def test_coin_margined_markets_candles_and_open_interest_in_base_units():
    reader = VENUES["binance-coinm"]([COINM], rest_url="http://h")
    filters = [
        {"filterType": "PRICE_FILTER", "tickSize": "0.1"},
        {"filterType": "LOT_SIZE", "stepSize": "1"},
    ]
    one = {"symbol": COINM, "contractStatus": "TRADING", "contractType": "PERPETUAL", "contractSize": 100}
    other = {**one, "symbol": "ETHUSD_261225", "contractSize": 10, "contractType": "CURRENT_QUARTER"}
    gone = {**one, "symbol": "OLDUSD_PERP", "contractStatus": "CLOSE"}
    body = json.dumps({"symbols": [{**each, "filters": filters} for each in (one, other, gone)]}).encode()
    found = reader.read_markets(body)
    assert [(each.symbol, each.contract_size, each.inverse, each.kind) for each in found] == [
        (COINM, "100", True, "perp"),
        ("ETHUSD_261225", "10", True, "future"),
    ]
    reader.learn(found[0])
    row = [1_790_000_040_000, "64000.0", "64010.0", "63990.0", "64000.1", "640", 1_790_000_099_999]
    candles = reader.read_candles(
        json.dumps([[*row, "1.00001234", 9, "320", "0.50000617", "0"]]).encode(), COINM, 60
    )
    (candle,) = candles.candles
    decimals = candles.market.price_decimals + candles.market.size_decimals
    assert (candle.volume, candle.taker_buy) == (10_000_123_400, 5_000_061_700)
    assert candle.quote_volume == 64_000 * 10**decimals
    assert candle.taker_buy_value == 32_000 * 10**decimals
    response = json.dumps({"symbol": COINM, "openInterest": "6400", "time": 1_790_000_040_000}).encode()
    with pytest.raises(WireError, match="no price yet"):
        reader.read_open_interest(response, COINM)
    trades = [{"a": 1, "p": "64000.0", "q": "64", "f": 1, "l": 1, "T": 1_790_000_040_000, "m": True}]
    page = reader.read_trades(json.dumps(trades).encode(), COINM)
    assert [(each.size, each.side) for each in page.batch.trades] == [(10**9, SELL)]
    columns = reader.read_columns(json.dumps(trades).encode(), COINM).columns
    assert list(columns.size) == [10**9]
    assert reader.read_open_interest(response, COINM).size == 10 * 10**10
    assert reader.ask_open_interest(COINM).url == f"http://h/dapi/v1/openInterest?symbol={COINM}"


@pytest.mark.parametrize(
    ("venue", "symbol", "wrong", "unknown"),
    [
        (
            "bybit",
            "BTCUSDT",
            {"retCode": 10002, "retMsg": "oh\u001b[2J no"},
            {"retCode": 10001, "retMsg": "x"},
        ),
        ("okx", "BTC-USDT", {"code": "50000", "msg": "oh\u001b[2J no"}, {"code": "51001", "msg": "x"}),
    ],
)
def test_a_failed_response_is_reported_in_the_exchanges_cleaned_text(venue, symbol, wrong, unknown):
    reader = VENUES[venue]([symbol])
    body = json.dumps(wrong).encode()
    for read in (reader.read_trades, reader.read_columns):
        with pytest.raises(WireError, match=r"oh .2J no"):
            read(body, symbol)
    with pytest.raises(WireError, match=r"oh .2J no"):
        reader.read_markets(body)
    with pytest.raises(WireError):
        reader.read_time(body)
    assert reader.read_failure(body)[1] == "oh [2J no"
    assert reader.read_failure(b"<html>") == (0, "")
    assert reader.read_markets(json.dumps(unknown).encode(), [symbol]) == ()


def test_okx_asks_by_type_and_pages_by_the_id_after_the_last_wanted():
    reader = VENUES["okx"](rest_url="http://h")
    requests = [
        one.url.partition("?")[2]
        for one in reader.ask_markets(["BTC-USDT", "BTC-USDT-SWAP", "BTC-USD-261225"])
    ]
    assert requests == [
        "instType=SPOT&instId=BTC-USDT",
        "instType=SWAP&instId=BTC-USDT-SWAP",
        "instType=FUTURES&instId=BTC-USD-261225",
    ]
    assert len(reader.ask_markets()) == 3
    url = reader.ask_trades("BTC-USDT", from_id=500, limit=20).url
    assert url == "http://h/api/v5/market/history-trades?instId=BTC-USDT&type=1&after=520&limit=20"
    with pytest.raises(WireError):
        reader.ask_trades("BTC-USDT", from_us=5)
    (frame,) = reader.subscribe(["BTC-USDT", "BTC-USDT-SWAP"], 7)
    assert json.loads(frame)["args"] == [
        {"channel": "trades", "instId": "BTC-USDT"},
        {"channel": "trades", "instId": "BTC-USDT-SWAP"},
        {"channel": "open-interest", "instId": "BTC-USDT-SWAP"},
        {"channel": "liquidation-orders", "instType": "SWAP"},
    ]


def test_okx_contracts_come_from_the_instruments_and_their_multiplier():
    reader = VENUES["okx"]()
    one = {"instId": "X-USDT-SWAP", "instType": "SWAP", "state": "live", "tickSz": "0.01", "lotSz": "0.1"}
    linear = {**one, "ctVal": "0.1", "ctMult": "10", "ctType": "linear", "instFamily": "X-USDT"}
    odd = {**one, "instId": "ODD-USDT-SWAP", "ctVal": "", "ctType": "linear"}
    body = json.dumps({"code": "0", "data": [linear, odd, {"instId": 5}]}).encode()
    (market,) = reader.read_markets(body)
    assert (market.base, market.quote, market.contract_size, market.size_decimals) == ("X", "USDT", "1", 1)


def test_bybit_rows_are_sorted_and_blocks_left_out():
    reader = VENUES["bybit"](["BTCUSDT"])
    row = {"symbol": "BTCUSDT", "price": "64000", "size": "1", "side": "Sell", "isBlockTrade": False}
    rows = [
        {**row, "execId": "4", "time": "1790000040002"},
        {**row, "execId": "3", "time": "1790000040001", "seq": "9"},
        {**row, "execId": "2", "time": "1790000040001", "seq": "8"},
        {**row, "execId": "1", "time": "1790000040000", "isBlockTrade": True},
        {**row, "execId": "0"},
        {**row, "execId": "0", "time": "9" * 5000},
    ]
    page = reader.read_trades(json.dumps({"retCode": 0, "result": {"list": rows}}).encode(), "BTCUSDT")
    assert [one.id for one in page.batch.trades] == [2, 3, 4]
    assert page.batch.excluded == 1
    assert len(page.refused) == 2
    assert page.rows == 6
    with pytest.raises(WireError, match="only the newest"):
        reader.ask_trades("BTCUSDT", from_id=5)
