"""REST requests and responses of the venues: exact integers, rows refused alone, growth, weights, windows."""

import json
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cvdtui.errors import WireError
from cvdtui.model import Market, Trades
from cvdtui.venues import VENUES

T0 = 1_790_000_040_000
SYMBOL = "BTCUSDT"


def venue_of(name="binance-usdm", **options):
    return VENUES[name]([SYMBOL], **options)


def row(number=1, price="61800.30", size="0.006", time=T0, seller=False):
    return {"a": number, "p": price, "q": size, "f": 1, "l": 2, "T": time, "m": seller}


def body(*rows):
    return json.dumps(rows).encode()


def query(request):
    return {key: values[0] for key, values in parse_qs(urlsplit(request.url).query).items()}


def test_routes_are_appended_to_the_base_urls_of_the_configuration():
    usdm = venue_of(ws_url="ws://127.0.0.1:5/", rest_url="http://127.0.0.1:6")
    assert usdm.socket_url() == "ws://127.0.0.1:5/market/stream"
    assert usdm.ask_time().url == "http://127.0.0.1:6/fapi/v1/time"
    assert venue_of("binance").socket_url() == "wss://stream.binance.com:9443/stream"
    assert venue_of("binance").ask_time().url == "https://api.binance.com/api/v3/time"
    assert venue_of().socket_url() == "wss://fstream.binance.com/market/stream"


def test_subscriptions_are_numbered_and_cut_to_the_limit():
    venue = venue_of()
    frames = [json.loads(text) for text in venue.subscribe([f"A{n}USDT" for n in range(60)], 7)]
    assert [frame["id"] for frame in frames] == [7, 8]
    assert [len(frame["params"]) for frame in frames] == [100, 80]
    assert frames[0]["params"][:2] == ["a0usdt@aggTrade", "a0usdt@kline_1m"]
    assert frames[0]["params"][2] == "a0usdt@forceOrder"
    assert json.loads(venue.unsubscribe(["A0USDT"])[0])["method"] == "UNSUBSCRIBE"


def test_trades_are_requested_by_id_or_by_time_but_never_both():
    venue = venue_of()
    assert query(venue.ask_trades(SYMBOL, from_id=5, limit=10)) == {
        "symbol": SYMBOL,
        "fromId": "5",
        "limit": "10",
    }
    params = query(venue.ask_trades(SYMBOL, from_us=T0 * 1000, to_us=T0 * 1000 + 999_999))
    assert (params["startTime"], params["endTime"]) == (str(T0), str(T0 + 999))
    with pytest.raises(ValueError, match="not both"):
        venue.ask_trades(SYMBOL, from_id=5, from_us=1)


@pytest.mark.parametrize(
    ("name", "minutes", "weight"), [("binance", 1440, 2), ("binance-usdm", 99, 1), ("binance-usdm", 1440, 10)]
)
def test_candles_cost_what_the_venue_documents_and_end_before_the_next_one_opens(name, minutes, weight):
    venue = venue_of(name)
    request = venue.ask_candles(SYMBOL, 60, T0 * 1000, (T0 + minutes * 60_000) * 1000)
    params = query(request)
    assert request.weight == weight
    assert int(params["endTime"]) == T0 + minutes * 60_000 - 1
    assert int(params["limit"]) == min(minutes, venue.limits.candles_page)


def test_markets_take_their_decimals_from_the_filters_and_unknown_symbols_are_left_out():
    filters = [
        {"filterType": "PRICE_FILTER", "minPrice": "556.80", "tickSize": "0.50"},
        {"filterType": "LOT_SIZE", "stepSize": "0.001", "minQty": "0.001"},
        {"filterType": "MAX_NUM_ORDERS", "limit": 200},
    ]
    one = {
        "symbol": SYMBOL,
        "baseAsset": "BTC",
        "quoteAsset": "USDT",
        "contractType": "PERPETUAL",
        "filters": filters,
    }
    dated = one | {"symbol": "BTCUSDT_261225", "contractType": "CURRENT_QUARTER"}
    bare = {"symbol": "ODDUSDT", "baseAsset": "\x1b[31mODD"}
    response = json.dumps({"symbols": [one, dated, bare, one | {"symbol": "\u202eEVIL"}]}).encode()
    found = venue_of().read_markets(response, [SYMBOL, "BTCUSDT_261225", "ODDUSDT", "\u202eEVIL"])
    assert found[0] == Market("binance-usdm", SYMBOL, "BTC", "USDT", "perp", 2 - 1, 3, 5)
    assert found[1].kind == "future"
    assert (found[2].base, found[2].price_decimals, found[2].size_decimals) == ("[31mODD", 8, 8)
    assert len(found) == 3


def test_a_page_of_trades_keeps_the_good_rows_and_names_the_others():
    rows = [
        row(1),
        row(2, size="0"),
        row(3, price="x"),
        row(-4),
        row(5, time=5),
        {"a": 6},
        row(7, seller=True),
    ]
    page = venue_of().read_trades(body(*rows), SYMBOL)
    assert [(trade.id, trade.side) for trade in page.batch.trades] == [(1, 1), (7, -1)]
    assert [text.partition(":")[0] for text in page.refused] == ["row 1", "row 2", "row 3", "row 4", "row 5"]
    assert page.rows == 7


@pytest.mark.parametrize("response", [b"{}", b"[", b'{"code":-1121}', b"[1]", b"\xff"])
def test_what_is_no_page_is_refused_or_empty(response):
    venue = venue_of()
    if response == b"[1]":
        assert len(venue.read_trades(response, SYMBOL).refused) == 1
        return
    with pytest.raises(WireError):
        venue.read_trades(response, SYMBOL)


def test_columns_are_the_same_as_trades_even_when_a_row_is_finer():
    rows = [row(n, f"{61800 + n / 10:.2f}", f"0.00{n}", T0 + n, n % 2 == 0) for n in range(1, 9)]
    rows[5] = row(6, "61800.123456", "12345678901.12345678", (T0 + 6) * 1000)
    trades = venue_of().read_trades(body(*rows), SYMBOL).batch
    columns = venue_of().read_columns(body(*rows), SYMBOL).columns
    assert columns.market == trades.market
    assert (columns.market.price_decimals, columns.market.size_decimals) == (6, 8)
    values = list(zip(columns.ids, columns.time_us, columns.price, columns.size, columns.side, strict=True))
    assert [tuple(int(value) for value in one) for one in values] == [
        (trade.id, trade.time_us, trade.price, trade.size, trade.side) for trade in trades.trades
    ]
    assert columns.price.dtype == "int64"


def test_columns_refuse_what_does_not_fit_63_bits():
    rows = [row(1, size="0.000000000000000001"), row(2, size="123456789")]
    with pytest.raises(WireError, match="63 bits"):
        venue_of().read_columns(body(*rows), SYMBOL)


@given(
    price=some.decimals(min_value="0.00000001", max_value="999999999", places=8),
    size=some.decimals(min_value="0.00000001", max_value="99999999999", places=8),
    wrapped=some.booleans(),
)
def test_every_price_and_size_is_exact_to_the_last_digit(price, size, wrapped):
    venue = VENUES["binance"](markets=[Market("binance", SYMBOL, "BTC", "USDT", "spot", 2, 5)])
    data = {"e": "aggTrade", "E": T0, "s": SYMBOL, **row(1, str(price), str(size))}
    frame = json.dumps(
        {"stream": "btcusdt@aggTrade", "data": data} if wrapped else data, separators=(",", ":")
    )
    event = venue.decode(frame.encode())
    assert isinstance(event, Trades)
    (trade,) = event.trades
    assert Decimal(trade.price).scaleb(-event.market.price_decimals) == price
    assert Decimal(trade.size).scaleb(-event.market.size_decimals) == size
    assert venue.market(SYMBOL) == event.market


def kline(open_ms=T0, volume="12.500", taker="7.250", quote="772500.00", taken="448000.00"):
    prices = ["61800.10", "61805.50", "61799.90", "61801.00"]
    return [open_ms, *prices, volume, open_ms + 59_999, quote, 21, taker, taken, "0"]


def test_klines_give_exact_volumes_counted_from_index_0():
    page = venue_of().read_candles(body(kline(), kline(T0 + 60_000)), SYMBOL, 60)
    (one, two) = page.candles
    assert (one.time_us, two.time_us) == (T0 * 1000, T0 * 1000 + 60_000_000)
    assert (one.open, one.high, one.low, one.close) == (6180010, 6180550, 6179990, 6180100)
    assert (one.volume, one.taker_buy, one.trades) == (12_500, 7_250, 21)
    assert (one.quote_volume, one.taker_buy_value) == (77_250_000_000, 44_800_000_000)


def test_a_candle_finer_than_the_market_scales_the_whole_response():
    page = venue_of().read_candles(body(kline(), kline(T0 + 60_000, volume="12.50001")), SYMBOL, 60)
    assert page.market.size_decimals == 5
    assert [candle.volume for candle in page.candles] == [1_250_000, 1_250_001]
    assert page.candles[0].quote_volume == 7_725_000_000_000


def test_wrong_candles_are_refused_alone():
    rows = [
        kline(),
        kline(T0 + 1),
        kline(T0 + 60_000, taker="99"),
        kline(T0 + 120_000, volume="NaN"),
        [1, 2],
        kline(),
    ]
    page = venue_of().read_candles(body(*rows), SYMBOL, 60)
    assert len(page.candles) == 2
    assert len(page.refused) == 4


def test_times_are_plausible_up_to_a_day_ahead_of_the_clock_that_was_handed_in():
    clock = [T0 * 1000]
    venue = venue_of(now=lambda: clock[0])
    later = T0 + 2 * 86_400_000
    frame = json.dumps({"e": "aggTrade", "E": 1, "s": SYMBOL, **row(time=later)})
    with pytest.raises(WireError, match="one day ahead"):
        venue.decode(frame)
    clock[0] += 2 * 86_400_000_000
    assert venue.decode(frame).trades[0].time_us == later * 1000


def test_files_may_welcome_every_symbol():
    venue = VENUES["binance"](any_symbol=True)
    frame = {"e": "trade", "E": 1, "s": "DOGEEUR", "t": 1, "p": "0.1", "q": "5", "T": T0, "m": True}
    market = venue.decode(json.dumps(frame)).market
    assert (market.name, market.base, market.quote) == ("binance:DOGEEUR", "DOGE", "EUR")
    frame["s"] = "\u202eX"
    assert type(venue.decode(json.dumps(frame))).__name__ == "Other"


@pytest.mark.parametrize(
    ("name", "symbol", "base", "quote", "kind"),
    [
        ("binance", "ETHBTC", "ETH", "BTC", "spot"),
        ("binance", "btcfdusd", "BTC", "FDUSD", "spot"),
        ("binance-usdm", "1000PEPEUSDT", "1000PEPE", "USDT", "perp"),
        ("binance-usdm", "BTCUSDT_261225", "BTC", "USDT", "future"),
        ("binance-usdm", "BTCUSD_PERP", "BTC", "USD", "perp"),
        ("binance", "WHATEVER", "WHATEVER", "", "spot"),
    ],
)
def test_a_symbol_alone_gives_its_market(name, symbol, base, quote, kind):
    market = VENUES[name]().default_market(symbol)
    assert (market.symbol, market.base, market.quote, market.kind) == (symbol.upper(), base, quote, kind)


@pytest.mark.parametrize("symbol", ["", "A B", "x" * 41, "\x1b[31m", "[/x]", "BTC\nUSDT"])
def test_what_cannot_be_a_symbol_is_refused_with_the_reason(symbol):
    with pytest.raises(WireError, match="cannot be a symbol"):
        VENUES["binance"]([symbol])


def test_a_forgotten_market_is_ignored():
    venue = venue_of()
    venue.forget(SYMBOL)
    frame = json.dumps({"stream": "btcusdt@aggTrade", "data": {"e": "aggTrade", "s": SYMBOL, **row()}})
    assert type(venue.decode(frame)).__name__ == "Other"


def test_failures_of_requests_are_read_and_cleaned():
    venue = venue_of()
    assert venue.read_failure(b'{"code":-1121,"msg":"Invalid \\u001b[31msymbol."}') == (
        -1121,
        "Invalid  [31msymbol.",
    )
    assert venue.read_failure(b"<html>") == (0, "")
    assert venue.read_time(b'{"serverTime":1499827319559}') == 1_499_827_319_559_000
