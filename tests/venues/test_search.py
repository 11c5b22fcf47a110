"""Names as people type them, against tables: with listings, and by the rules alone."""

import pytest

from cvdtui.model import Market
from cvdtui.venues import VENUES
from cvdtui.venues.search import named_some, read, resolve, search

HERE = ("binance", "binance-usdm")


def spot(symbol, base, quote):
    return Market("binance", symbol, base, quote, "spot")


def perp(symbol, base, quote="USDT", kind="perp"):
    return Market("binance-usdm", symbol, base, quote, kind)


LISTED = {
    "binance": (
        spot("BTCUSDT", "BTC", "USDT"),
        spot("BTCFDUSD", "BTC", "FDUSD"),
        spot("BTCEUR", "BTC", "EUR"),
        spot("WBTCBTC", "WBTC", "BTC"),
        spot("ETHUSDT", "ETH", "USDT"),
        spot("ETHBTC", "ETH", "BTC"),
        spot("PEPEUSDT", "PEPE", "USDT"),
        spot("EURI", "EURI", ""),
    ),
    "binance-usdm": (
        perp("BTCUSDT", "BTC"),
        perp("BTCUSDC", "BTC", "USDC"),
        perp("BTCUSDT_261225", "BTC", kind="future"),
        perp("ETHUSDT", "ETH"),
        perp("1000PEPEUSDT", "1000PEPE"),
    ),
}


def names(text, listings=LISTED, scope=HERE):
    return [market.name for market in resolve(text, listings, scope)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BTC", ["binance:BTCUSDT", "binance-usdm:BTCUSDT"]),
        ("btc", ["binance:BTCUSDT", "binance-usdm:BTCUSDT"]),
        ("XBT", ["binance:BTCUSDT", "binance-usdm:BTCUSDT"]),
        ("BTCUSDT", ["binance:BTCUSDT", "binance-usdm:BTCUSDT"]),
        ("BTCUSDT.P", ["binance-usdm:BTCUSDT"]),
        ("BINANCE:BTCUSDT.P", ["binance-usdm:BTCUSDT"]),
        ("btc-perp", ["binance-usdm:BTCUSDT"]),
        ("btc perp", ["binance-usdm:BTCUSDT"]),
        ("BTCPERP", ["binance-usdm:BTCUSDT"]),
        ("BTC-USDT-SWAP", ["binance-usdm:BTCUSDT"]),
        ("BTC/USDT:USDT", ["binance-usdm:BTCUSDT"]),
        ("btc-spot", ["binance:BTCUSDT"]),
        ("BTC/USDT", ["binance:BTCUSDT", "binance-usdm:BTCUSDT"]),
        ("BTC/FDUSD", ["binance:BTCFDUSD"]),
        ("BTC/EUR", ["binance:BTCEUR"]),
        ("XBTUSDC", ["binance-usdm:BTCUSDC"]),
        ("BTCUSDT_261225", ["binance-usdm:BTCUSDT_261225"]),
        ("ETHBTC", ["binance:ETHBTC"]),
        ("ETH_BTC", ["binance:ETHBTC"]),
        ("WBTC", ["binance:WBTCBTC"]),
        ("pepe", ["binance:PEPEUSDT", "binance-usdm:1000PEPEUSDT"]),
        ("1000PEPE", ["binance:PEPEUSDT", "binance-usdm:1000PEPEUSDT"]),
        ("pepe-perp", ["binance-usdm:1000PEPEUSDT"]),
        ("1000PEPEUSDT", ["binance-usdm:1000PEPEUSDT"]),
        ("binance:btc", ["binance:BTCUSDT"]),
        ("binance-usdm:eth", ["binance-usdm:ETHUSDT"]),
        ("binance-usdm:NEWUSDT", ["binance-usdm:NEWUSDT"]),
        ("SHIB", []),
        ("", []),
        (":", []),
        (".P", []),
        ("nowhere:BTCUSDT", []),
        ("binance:", []),
        ("binance:no such", []),
    ],
)
def test_what_a_name_may_mean_among_listed_instruments(text, expected):
    assert names(text) == expected


def test_dollars_of_another_name_are_taken_where_the_one_typed_is_not_listed():
    assert names("ETH/USD") == ["binance:ETHUSDT", "binance-usdm:ETHUSDT"]
    assert names("ETH/EUR") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BTC", ["binance:BTCUSDT", "binance-usdm:BTCUSDT"]),
        ("BTCUSDT.P", ["binance-usdm:BTCUSDT"]),
        ("eth-perp", ["binance-usdm:ETHUSDT"]),
        ("ETH/BTC", ["binance:ETHBTC", "binance-usdm:ETHBTC"]),
        ("XBTUSDT.P", ["binance-usdm:BTCUSDT"]),
        ("binance:btcusdt", ["binance:BTCUSDT"]),
        ("ibkr:AAPL", ["ibkr:AAPL"]),
        ("?!", []),
    ],
)
def test_what_a_name_may_mean_when_nothing_is_known_to_be_listed(text, expected):
    assert names(text, {}) == expected


def test_a_venue_without_a_listing_is_guessed_beside_one_with():
    assert names("btc-perp", {"binance": LISTED["binance"]}) == ["binance-usdm:BTCUSDT"]


@pytest.mark.parametrize("venue", VENUES)
def test_every_venue_reads_bitcoin_in_one_of_the_usual_spellings(venue):
    found = resolve("BTC", {}, [venue])
    assert found
    assert {market.base for market in found} == {"BTC"}
    assert {market.venue for market in found} == {venue}


def test_a_full_name_comes_back_as_it_is_for_every_venue():
    for venue in VENUES:
        (first, *_) = resolve("BTC", {}, [venue])
        assert names(first.name, {}) == [first.name]


def test_nothing_typed_can_break_it():
    for text in ("\x00", "a" * 5000, "::::", "[", "(?", "\\", "BTC/", "/USD", "-perp", "binance:/"):
        read(text)
        resolve(text, LISTED, HERE)
        search(text, LISTED["binance"], 5)


def test_search_finds_by_asset_by_part_and_by_letters_in_order_best_first():
    everything = [market for instrument in LISTED.values() for market in instrument]

    def found(text, limit=20):
        return [market.name for market in search(text, everything, limit)]

    assert found("btcusdt")[:2] == ["binance-usdm:BTCUSDT", "binance:BTCUSDT"]
    assert found("pepe") == ["binance:PEPEUSDT", "binance-usdm:1000PEPEUSDT"]
    assert found("usdm pepe") == ["binance-usdm:1000PEPEUSDT"]
    assert found("binance-usdm:et")[0] == "binance-usdm:ETHUSDT"
    assert "binance-usdm:BTCUSDT_261225" in found("b261")
    assert found("eth", 1) == ["binance-usdm:ETHUSDT"]
    assert found("zzz") == []


def test_a_long_choice_is_cut_and_counted():
    assert named_some(LISTED["binance-usdm"], 2) == "binance-usdm:BTCUSDT, binance-usdm:BTCUSDC and 3 more"
