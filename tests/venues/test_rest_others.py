"""REST of venues with trades alone: requests, responses, refusals, markets and their sizes."""

import json
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from cvdtui.errors import WireError
from cvdtui.model import BUY, SELL, UNKNOWN, Market
from cvdtui.venues import VENUES

T0 = 1_790_000_000
US = T0 * 1_000_000
ISO = "2026-09-21T14:13:20"
SYMBOLS = {
    "coinbase": "BTC-USD",
    "kraken": "BTC/USD",
    "hyperliquid": "BTC",
    "deribit": "BTC-PERPETUAL",
    "bitget": "BTCUSDT",
    "bitget-futures": "BTCUSDT",
    "gate": "BTC_USDT",
    "gate-futures": "BTC_USDT",
    "bitmex": "XBTUSD",
}


def venue_of(name, **options):
    return VENUES[name]([SYMBOLS[name]], **options)


def body(value):
    return json.dumps(value).encode()


def query(request):
    parts = urlsplit(request.url)
    return parts.path, {key: values[0] for key, values in parse_qs(parts.query).items()}


def rows(page):
    market = page.batch.market
    size = [Decimal(one.size).scaleb(-market.size_decimals).normalize() for one in page.batch.trades]
    return [(one.id, one.side) for one in page.batch.trades], size


@pytest.mark.parametrize("name", SYMBOLS)
def test_addresses_are_appended_to_the_base_urls_of_the_configuration(name):
    venue = venue_of(name, ws_url="ws://127.0.0.1:5/", rest_url="http://127.0.0.1:6/")
    assert venue.socket_url().startswith("ws://127.0.0.1:5")
    assert venue.ask_time().url.startswith("http://127.0.0.1:6/")
    assert all(one.url.startswith("http://127.0.0.1:6/") for one in venue.ask_markets())
    assert venue_of(name).socket_url().startswith("wss://")


@pytest.mark.parametrize("name", SYMBOLS)
def test_what_a_venue_does_not_have_is_refused_with_the_reason(name):
    venue, symbol = venue_of(name), SYMBOLS[name]
    assert venue.limits.candles_page == 0
    with pytest.raises(WireError, match="taker"):
        venue.ask_candles(symbol, 60, US, US + 60_000_000)
    with pytest.raises(WireError):
        venue.read_candles(b"[]", symbol, 60)
    if venue.ask_open_interest(symbol) is None:
        with pytest.raises(WireError):
            venue.read_open_interest(b"{}", symbol)


@pytest.mark.parametrize("name", SYMBOLS)
@pytest.mark.parametrize("symbol", ["", "A B", "\x1b[31m", "x" * 41])
def test_what_cannot_be_a_symbol_is_refused(name, symbol):
    with pytest.raises(WireError):
        VENUES[name]([symbol])


@pytest.mark.parametrize("name", SYMBOLS)
def test_a_forgotten_market_is_ignored_and_others_too(name):
    venue = venue_of(name)
    venue.forget(SYMBOLS[name])
    with pytest.raises(KeyError):
        venue.market(SYMBOLS[name])
    assert venue.markets() == ()


@pytest.mark.parametrize(
    ("name", "response"),
    [
        ("coinbase", []),
        ("kraken", {"error": [], "result": {"XXBTZUSD": [], "last": "1"}}),
        ("hyperliquid", []),
        ("deribit", {"result": {"trades": []}}),
        ("gate", []),
        ("bitmex", []),
    ],
)
def test_a_page_of_a_market_removed_while_it_was_on_its_way_is_refused(name, response):
    venue = venue_of(name)
    assert venue.read_trades(body(response), SYMBOLS[name]).rows == 0
    venue.forget(SYMBOLS[name])
    with pytest.raises(WireError, match="is not watched"):
        venue.read_trades(body(response), SYMBOLS[name])


@pytest.mark.parametrize("name", SYMBOLS)
@pytest.mark.parametrize("response", [b"[", b"{}", b'"x"', b"\xff", b"<html>"])
def test_what_is_no_response_is_refused_with_the_reason(name, response):
    venue = venue_of(name)
    for read in (venue.read_time, lambda body: venue.read_markets(body, [SYMBOLS[name]])):
        with pytest.raises(WireError):
            read(response)
    code, text = venue.read_failure(response)
    assert code == 0
    assert "\x1b" not in text


# --- Coinbase


def coinbase_row(number, side="sell", size="0.5"):
    return {"trade_id": number, "side": side, "size": size, "price": "61800.30", "time": f"{ISO}.000123Z"}


def test_coinbase_is_requested_by_the_id_above_and_responds_newest_first():
    venue = venue_of("coinbase")
    path, params = query(venue.ask_trades("BTC-USD", from_id=500, limit=3))
    assert (path, params) == ("/products/BTC-USD/trades", {"after": "503", "limit": "3"})
    assert "after" not in query(venue.ask_trades("BTC-USD", limit=1))[1]
    page = venue.read_trades(
        body([coinbase_row(502, "buy"), coinbase_row(501), coinbase_row(500, "none")]), "BTC-USD"
    )
    assert rows(page)[0] == [(501, BUY), (502, SELL)]
    assert (page.rows, len(page.refused)) == (3, 1)
    with pytest.raises(WireError, match="by id"):
        venue.ask_trades("BTC-USD", from_us=1)


def test_coinbase_products_give_decimals_and_unknown_symbols_are_left_out():
    one = {
        "id": "BTC-USD",
        "base_currency": "BTC",
        "quote_currency": "USD",
        "quote_increment": "0.01",
        "base_increment": "0.00000001",
        "status": "online",
    }
    response = body([one, one | {"id": "OLD-USD", "status": "delisted"}, one | {"id": "\u202eX"}])
    assert venue_of("coinbase").read_markets(response) == (
        Market("coinbase", "BTC-USD", "BTC", "USD", "spot", 2, 8, 1),
    )
    assert [one.symbol for one in venue_of("coinbase").read_markets(response, ["OLD-USD"])] == ["OLD-USD"]
    assert venue_of("coinbase").read_time(body({"iso": f"{ISO}.5Z", "epoch": 1.5})) == US + 500_000
    assert venue_of("coinbase").read_failure(b'{"message":"Not\\u001bFound"}') == (0, "Not Found")


def test_coinbase_and_bitmex_name_the_refused_symbol():
    coinbase = venue_of("coinbase").decode(
        body({"type": "error", "message": "Failed to subscribe", "reason": "FOO-USD is not a valid product"})
    )
    assert (coinbase.symbol, coinbase.text) == (
        "FOO-USD",
        "Failed to subscribe: FOO-USD is not a valid product",
    )
    refused = {"status": 400, "error": "Unknown", "request": {"op": "subscribe", "args": ["trade:FOO"]}}
    bitmex = venue_of("bitmex").decode(body(refused))
    assert (bitmex.symbol, bitmex.code) == ("FOO", 400)
    hyperliquid = venue_of("hyperliquid").decode(
        body({"channel": "error", "data": 'Invalid subscription {"type":"trades","coin":"FOO"}'})
    )
    assert hyperliquid.symbol == "FOO"


# --- Kraken


def kraken_body(*rows, last="1790000000000000000"):
    return body({"error": [], "result": {"XXBTZUSD": list(rows), "last": last}})


def test_kraken_is_requested_by_time_in_whole_pages_and_by_its_older_names():
    venue = venue_of("kraken")
    _, params = query(venue.ask_trades("BTC/USD", from_id=7, limit=3, hint_us=US))
    assert params == {"pair": "XBTUSD", "since": str(US * 1000 - 1), "count": "1000"}
    assert query(venue.ask_trades("DOGE/BTC", limit=1))[1] == {"pair": "XDGXBT", "count": "1"}
    assert venue.limits.pages_by == "time"
    with pytest.raises(WireError, match="hint_us"):
        venue.ask_trades("BTC/USD", from_id=7)


def test_kraken_times_keep_their_digits_and_wrong_rows_are_refused_alone():
    good = ["61800.30000", "0.00027625", 1790000000.1234567, "b", "l", "", 501]
    page = venue_of("kraken").read_trades(
        kraken_body(good, [*good[:3], "s", "m", "", 502], [*good[:3], "x", "m", "", 503], [1]), "BTC/USD"
    )
    assert rows(page)[0] == [(501, BUY), (502, SELL)]
    assert {one.time_us for one in page.batch.trades} == {US + 123_456}
    assert (page.rows, len(page.refused)) == (4, 2)


def test_kraken_refusals_come_with_status_200():
    venue = venue_of("kraken")
    response = body({"error": ["EGeneral:Too many requests"]})
    for read in (venue.read_time, venue.read_markets, lambda one: venue.read_trades(one, "BTC/USD")):
        with pytest.raises(WireError, match="Too many requests"):
            read(response)
    assert venue.read_failure(response) == (0, "EGeneral:Too many requests")


# --- Hyperliquid


def test_hyperliquid_requests_are_posts():
    venue = venue_of("hyperliquid")
    request = venue.ask_trades("BTC", limit=1)
    assert (request.method, json.loads(request.body)) == ("POST", {"type": "recentTrades", "coin": "BTC"})
    assert json.loads(venue.ask_markets()[0].body) == {"type": "meta"}
    frames = [json.loads(frame) for frame in venue.subscribe(["BTC", "ETH"])]
    assert [frame["subscription"]["coin"] for frame in frames] == ["BTC", "ETH"]


# --- Deribit


def deribit_body(result):
    return body({"jsonrpc": "2.0", "result": result, "usIn": 1, "usOut": 2, "usDiff": 1, "testnet": False})


def test_deribit_is_requested_by_sequence_and_responds_in_its_order():
    venue = venue_of("deribit")
    _, params = query(venue.ask_trades("BTC-PERPETUAL", from_id=500, limit=10))
    assert (params["start_seq"], params["end_seq"], params["count"], params["sorting"]) == (
        "500",
        "509",
        "10",
        "asc",
    )
    assert query(venue.ask_trades("BTC-PERPETUAL", limit=1))[1]["sorting"] == "desc"
    row = {
        "trade_seq": 2,
        "timestamp": T0 * 1000,
        "price": 62500.0,
        "amount": 62500.0,
        "direction": "sell",
        "instrument_name": "BTC-PERPETUAL",
        "trade_id": "9",
    }
    sent = [row, row | {"trade_seq": 1, "direction": "buy"}, row | {"trade_seq": 3, "block_trade_id": "b"}]
    page = venue.read_trades(deribit_body({"trades": sent, "has_more": False}), "BTC-PERPETUAL")
    assert rows(page) == ([(1, BUY), (2, SELL), (3, UNKNOWN)], [1, 1, 0])
    assert (page.rows, page.batch.excluded) == (3, 1)


def test_deribit_open_interest_is_in_base_units():
    venue = venue_of("deribit")
    response = deribit_body({"timestamp": T0 * 1000, "open_interest": 625000.0, "mark_price": 62500.0})
    sample = venue.read_open_interest(response, "BTC-PERPETUAL")
    assert Decimal(sample.size).scaleb(-sample.market.size_decimals) == 10
    assert sample.time_us == US
    spot = VENUES["deribit"](["BTC_USDC"])
    assert spot.ask_open_interest("BTC_USDC") is None


@pytest.mark.parametrize("symbol", ["BTC-27DEC26-100000-C", "BTC-FS-25DEC26_PERP", "BTC"])
def test_deribit_options_and_combinations_are_not_read(symbol):
    with pytest.raises(WireError, match="BTC-PERPETUAL"):
        VENUES["deribit"]([symbol])
    assert VENUES["deribit"]().default_market("BTC-25DEC26").kind == "future"


def test_deribit_test_requests_get_their_reply():
    venue = venue_of("deribit")
    reply = venue.decode('{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}')
    assert json.loads(reply.frame)["method"] == "public/test"
    assert [json.loads(frame)["method"] for frame in venue.greeting()] == ["public/set_heartbeat"]


@pytest.mark.parametrize(
    ("name", "symbol", "base", "quote", "kind"),
    [
        ("coinbase", "eth-btc", "ETH", "BTC", "spot"),
        ("kraken", "doge/usd", "DOGE", "USD", "spot"),
        ("hyperliquid", "kPEPE", "kPEPE", "USD", "perp"),
        ("deribit", "btc-perpetual", "BTC", "USD", "perp"),
        ("deribit", "SOL_USDC-PERPETUAL", "SOL", "USDC", "perp"),
        ("deribit", "ETH_USDC", "ETH", "USDC", "spot"),
        ("bitget", "pepeusdt", "PEPE", "USDT", "spot"),
        ("gate-futures", "eth_usdt", "ETH", "USDT", "perp"),
        ("bitmex", "ETHUSDT", "ETH", "USDT", "perp"),
        ("bitmex", "XBTUSD", "BTC", "USD", "perp"),
        ("bitmex", "XBT_USDT", "BTC", "USDT", "spot"),
    ],
)
def test_a_symbol_alone_gives_its_market(name, symbol, base, quote, kind):
    market = VENUES[name]().default_market(symbol)
    assert (market.base, market.quote, market.kind) == (base, quote, kind)
