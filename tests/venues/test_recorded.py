"""Recorded frames of real exchanges, where they are at hand: trades against the exchange's own candles."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest

from cvdtui.model import Trades
from cvdtui.venues import VENUES, Other

DATA = Path(__file__).parents[2].parent / "shared" / "data"
RAW = DATA / "binance_raw"
FUTURES = DATA / "venue_raw" / "BINANCE_FUTURES.ws.1.0"
MESSAGES = DATA / "venue_messages" / "binance"


@pytest.mark.skipif(not FUTURES.is_file(), reason="no recorded futures frames at ../shared/data")
def test_aggregate_trades_between_two_candle_updates_equal_their_volumes():
    venue = VENUES["binance-usdm"](any_symbol=True)
    ids, tape, before, windows = {}, {}, {}, 0
    frames = [line.partition(": ")[2] for line in FUTURES.read_text().splitlines()]
    sent = [(frame, json.loads(frame)["data"]) for frame in frames if frame.startswith('{"stream"')]
    for frame, data in sent:
        event = venue.decode(frame)
        if isinstance(event, Trades):
            (trade,) = event.trades
            symbol, unit = event.market.symbol, 10**event.market.size_decimals
            assert ids.get(symbol, trade.id - 1) == trade.id - 1
            ids[symbol] = trade.id
            size = Decimal(trade.size) / unit
            tape.setdefault(symbol, []).append((data["f"], data["l"], size, size * (trade.side > 0)))
    for _, data in sent:
        if data.get("e") != "kline":
            continue
        symbol, kline = data["s"], data["k"]
        last = before.get(symbol)
        before[symbol] = kline
        rows = tape.get(symbol, [])
        if last is None or last["t"] != kline["t"] or not rows or rows[0][0] > last["L"] + 1:
            continue
        if any(first <= edge < end for edge in (last["L"], kline["L"]) for first, end, _, _ in rows):
            continue  # the candle was cut within an aggregate
        inside = [row for row in rows if last["L"] < row[1] <= kline["L"]]
        assert sum(row[2] for row in inside) == Decimal(kline["v"]) - Decimal(last["v"])
        assert sum(row[3] for row in inside) == Decimal(kline["V"]) - Decimal(last["V"])
        windows += 1
    assert sum(len(rows) for rows in tape.values()) == 91
    assert windows >= 33


@pytest.mark.skipif(not RAW.is_dir(), reason="no recorded frames at ../shared/data")
@pytest.mark.parametrize(
    ("venue", "file", "trades", "cvd"),
    [
        ("binance-usdm", "usdm_btcusdt_20240808", 21_313, "73.786"),
        ("binance", "spot_btcusdt_20240808", 9_757, "-18.73079"),
        ("binance", "spot_btcusdt_20240809", 10_147, "-10.20249"),
    ],
)
def test_recorded_trades_add_up_and_every_other_frame_is_of_another_stream(venue, file, trades, cvd):
    reader = VENUES[venue](["BTCUSDT"])
    count = total = others = 0
    with gzip.open(RAW / f"{file}.gz") as lines:
        for line in lines:
            event = reader.decode(line.partition(b" ")[2])
            if isinstance(event, Trades):
                count += len(event.trades)
                total += sum(trade.side * trade.size for trade in event.trades)
            else:
                assert isinstance(event, Other)
                others += 1
    unit = 10 ** reader.market("BTCUSDT").size_decimals
    assert (count, total) == (trades, round(float(cvd) * 1e8) * unit // 10**8)
    assert others > 20_000


@pytest.mark.skipif(not MESSAGES.is_dir(), reason="no documented messages at ../shared/data")
def test_documented_messages_are_read_or_left_alone():
    futures = VENUES["binance-usdm"](["BTCUSDT"], now=lambda: 1_800_000_000_000_000)
    folder = MESSAGES / "futures" / "market_data_json"
    for name in (
        "book_ticker_stream",
        "depth_update_stream",
        "mark_price_stream",
        "ticker_stream",
    ):
        assert type(futures.decode((folder / f"{name}.json").read_bytes())).__name__ == "Other", name
    assert type(futures.decode((folder / "kline_stream_open.json").read_bytes())).__name__ == "FormingCandle"
    forced = futures.decode((folder / "liquidation_stream.json").read_bytes())
    assert not forced.complete
    assert [(one.side, one.size, one.price) for one in forced.events] == [(-1, 14, 991012)]
    agg = (folder / "agg_trade_stream.json").read_text().replace('"T": 123456785', '"T": 1790000000000')
    (trade,) = futures.decode(agg).trades
    assert (trade.id, trade.side) == (5933014, -1)
    spot = VENUES["binance"](["ETHBTC"])
    rest = MESSAGES / "spot" / "http_json"
    (market,) = spot.read_markets((rest / "exchange_info_response.json").read_bytes(), ["ETHBTC"])
    assert (market.base, market.quote) == ("ETH", "BTC")
    assert spot.read_time((rest / "server_time_response.json").read_bytes()) == 1_499_827_319_559_000
