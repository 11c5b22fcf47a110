"""REST of Bitget, Gate and BitMEX: instruments, contract sizes, refusals."""

import json
from decimal import Decimal

import pytest

from cvdtui.errors import WireError
from cvdtui.model import BUY, SELL, UNKNOWN, Market
from cvdtui.venues import VENUES
from tests.venues.test_rest_others import ISO, T0, US, body, query, rows, venue_of


def test_bitget_instruments_give_decimals_and_refusals_come_with_status_200():
    one = {
        "symbol": "BTCUSDT",
        "category": "SPOT",
        "baseCoin": "BTC",
        "quoteCoin": "USDT",
        "pricePrecision": "2",
        "quantityPrecision": "6",
        "status": "online",
    }
    response = body({"code": "00000", "msg": "success", "requestTime": 1, "data": [one]})
    assert venue_of("bitget").read_markets(response) == (
        Market("bitget", "BTCUSDT", "BTC", "USDT", "spot", 2, 6),
    )
    assert query(venue_of("bitget-futures").ask_markets()[0])[1] == {"category": "USDT-FUTURES"}
    with pytest.raises(WireError, match="40309: gone"):
        venue_of("bitget").read_markets(body({"code": "40309", "msg": "gone", "data": None}))
    clock = body({"code": "00000", "msg": "", "data": {"serverTime": str(T0 * 1000)}})
    assert venue_of("bitget").read_time(clock) == US
    frames = venue_of("bitget").subscribe([f"A{number}USDT" for number in range(41)])
    assert [len(json.loads(frame)["args"]) for frame in frames] == [40, 1]
    assert all(len(frame) <= venue_of("bitget").limits.frame_bytes for frame in frames)
    with pytest.raises(WireError, match="stream alone"):
        venue_of("bitget").ask_trades("BTCUSDT")


def contract(name="BTC_USDT", multiplier="0.0001", step="0.1"):
    return {"name": name, "quanto_multiplier": multiplier, "order_price_round": step, "in_delisting": False}


@pytest.mark.parametrize(
    ("multiplier", "notional", "inverse", "places"),
    [("0.0001", "0.0001", False, 4), ("10", "10", False, 0), ("0", "1", True, 0), ("1.50", "1.5", False, 1)],
)
def test_gate_contracts_hold_their_multiplier_of_base_and_0_is_one_dollar(
    multiplier, notional, inverse, places
):
    (market,) = venue_of("gate-futures").read_markets(body([contract(multiplier=multiplier)]), ["BTC_USDT"])
    assert (market.contract_size, market.inverse, market.size_decimals) == (notional, inverse, places)
    assert (market.price_decimals, market.tick) == (1, 1)


def test_gate_sizes_are_base_units_once_the_contract_is_known():
    venue = venue_of("gate-futures", now=lambda: US)
    row = {
        "id": 5,
        "size": -3,
        "create_time": T0,
        "create_time_ms": T0 * 1000,
        "price": "62500",
        "contract": "BTC_USDT",
    }
    assert "contract" in venue.read_trades(body([row]), "BTC_USDT").refused[0]
    venue.learn(venue.read_markets(body([contract()]), ["BTC_USDT"])[0])
    page = venue.read_trades(
        body([row | {"id": 6, "size": 20_000}, row, row | {"id": 7, "is_internal": True}]), "BTC_USDT"
    )
    assert rows(page) == ([(5, SELL), (6, BUY)], [Decimal("0.0003"), 2])
    assert (page.rows, page.batch.excluded) == (3, 1)
    assert json.loads(venue.heartbeat()) == {"time": T0, "channel": "futures.ping"}
    spot = json.loads(venue_of("gate", now=lambda: US).subscribe(["BTC_USDT"], 7)[0])
    assert spot == {
        "time": T0,
        "id": 7,
        "channel": "spot.trades",
        "event": "subscribe",
        "payload": ["BTC_USDT"],
    }


def test_gate_pairs_give_decimals():
    pair = {
        "id": "BTC_USDT",
        "base": "BTC",
        "quote": "USDT",
        "precision": 1,
        "amount_precision": 6,
        "trade_status": "tradable",
    }
    found = venue_of("gate").read_markets(
        body([pair, pair | {"id": "OLD_USDT", "trade_status": "untradable"}])
    )
    assert found == (Market("gate", "BTC_USDT", "BTC", "USDT", "spot", 1, 6),)
    assert venue_of("gate").read_time(body({"server_time": T0 * 1000})) == US
    failure = body({"label": "INVALID_CURRENCY", "message": "Invalid currency"})
    assert venue_of("gate").read_failure(failure) == (0, "INVALID_CURRENCY: Invalid currency")


def test_bitmex_counts_in_base_units_and_calls_xbt_btc():
    venue = venue_of("bitmex")
    one = {
        "symbol": "XBTUSD",
        "typ": "FFWCSX",
        "underlying": "XBT",
        "quoteCurrency": "USD",
        "tickSize": 0.1,
        "state": "Open",
    }
    option = one | {"symbol": "OPT", "typ": "OPECCS"}
    assert venue.read_markets(body([one, option])) == (
        Market("bitmex", "XBTUSD", "BTC", "USD", "perp", 1, 8, 1),
    )
    row = {
        "timestamp": f"{ISO}.123Z",
        "symbol": "XBTUSD",
        "side": "Sell",
        "size": 100,
        "price": 62500.5,
        "trdMatchID": "a" * 32,
        "homeNotional": 0.0016,
        "trdType": "Regular",
    }
    page = venue.read_trades(body([row, row | {"trdType": "Settlement"}, row | {"side": None}]), "XBTUSD")
    assert [side for _, side in rows(page)[0]] == [UNKNOWN, SELL]
    assert (rows(page)[1], page.batch.excluded) == ([Decimal("0.0016")] * 2, 1)
    assert venue.read_time(body({"name": "BitMEX API", "timestamp": T0 * 1000})) == US
    assert venue.read_failure(b'{"error":{"message":"Rate limit exceeded","name":"RateLimitError"}}') == (
        0,
        "Rate limit exceeded",
    )
    assert VENUES["bitmex"]().default_market("XBTZ26").kind == "future"
