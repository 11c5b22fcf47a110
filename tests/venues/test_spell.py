"""How each venue writes a pair: a table by hand from its own pages, so that names offered exist."""

import pytest

from cvdtui.model import asset_of
from cvdtui.venues import VENUES
from cvdtui.venues.search import resolve

# venue, base, quote ("": the usual ones), spot, perpetuals
TABLE = [
    ("binance", "BTC", "", ["BTCUSDT", "BTCUSDC", "BTCFDUSD"], []),
    ("binance", "ETH", "BTC", ["ETHBTC"], []),
    ("binance", "BTC", "EUR", ["BTCEUR"], []),
    ("binance", "BTC", "USD", [], []),
    ("binance-usdm", "BTC", "", [], ["BTCUSDT", "BTCUSDC"]),
    ("binance-usdm", "SOL", "USDC", [], ["SOLUSDC"]),
    ("binance-usdm", "BTC", "USD", [], []),
    ("binance-usdm", "BTC", "EUR", [], []),
    ("binance-usdm", "ETH", "BTC", [], ["ETHBTC"]),
    ("binance-coinm", "BTC", "", [], ["BTCUSD_PERP"]),
    ("binance-coinm", "ETH", "USD", [], ["ETHUSD_PERP"]),
    ("binance-coinm", "BTC", "USDT", [], []),
    ("bybit", "BTC", "", [], ["BTCUSDT", "BTCPERP"]),
    ("bybit", "ETH", "USDC", [], ["ETHPERP"]),
    ("bybit", "BTC", "USD", [], []),
    ("bybit-spot", "BTC", "", ["BTCUSDT", "BTCUSDC"], []),
    ("bybit-spot", "BTC", "EUR", ["BTCEUR"], []),
    ("bybit-inverse", "BTC", "", [], ["BTCUSD"]),
    ("bybit-inverse", "BTC", "USDT", [], []),
    ("okx", "BTC", "", ["BTC-USDT", "BTC-USDC"], ["BTC-USDT-SWAP", "BTC-USD-SWAP", "BTC-USDC-SWAP"]),
    ("okx", "ETH", "USD", [], ["ETH-USD-SWAP"]),
    ("okx", "ETH", "BTC", ["ETH-BTC"], []),
    ("coinbase", "BTC", "", ["BTC-USD", "BTC-USDT", "BTC-USDC"], []),
    ("coinbase", "BTC", "EUR", ["BTC-EUR"], []),
    ("kraken", "BTC", "", ["BTC/USD", "BTC/USDT", "BTC/USDC"], []),
    ("kraken", "DOGE", "USD", ["DOGE/USD"], []),
    ("kraken", "ETH", "BTC", ["ETH/BTC"], []),
    ("hyperliquid", "BTC", "", [], ["BTC"]),
    ("hyperliquid", "BTC", "USDC", [], ["BTC"]),
    ("hyperliquid", "BTC", "USDT", [], []),
    ("hyperliquid", "PEPE", "", [], ["kPEPE"]),
    ("hyperliquid", "KPEPE", "", [], ["kPEPE"]),
    ("hyperliquid", "1000PEPE", "USD", [], ["kPEPE"]),
    ("hyperliquid", "KAITO", "", [], ["KAITO"]),
    ("deribit", "BTC", "", ["BTC_USDC", "BTC_USDT"], ["BTC-PERPETUAL", "BTC_USDC-PERPETUAL"]),
    ("deribit", "ETH", "USD", [], ["ETH-PERPETUAL"]),
    ("deribit", "SOL", "", ["SOL_USDC", "SOL_USDT"], ["SOL_USDC-PERPETUAL"]),
    ("deribit", "SOL", "USD", [], []),
    ("bitget", "BTC", "", ["BTCUSDT", "BTCUSDC"], []),
    ("bitget-futures", "BTC", "", [], ["BTCUSDT"]),
    ("bitget-futures", "BTC", "USDC", [], []),
    ("gate", "BTC", "", ["BTC_USDT", "BTC_USDC"], []),
    ("gate-futures", "BTC", "", [], ["BTC_USDT"]),
    ("gate-futures", "BTC", "USD", [], []),
    ("bitmex", "BTC", "", ["XBT_USDT"], ["XBTUSD", "XBTUSDT"]),
    ("bitmex", "ETH", "", ["ETH_USDT"], ["ETHUSD", "ETHUSDT"]),
    ("bitmex", "BTC", "USDT", ["XBT_USDT"], ["XBTUSDT"]),
    ("bitmex", "BTC", "EUR", [], []),
]


@pytest.mark.parametrize(("venue", "base", "quote", "spot", "perp"), TABLE)
def test_a_venue_writes_a_pair_as_its_pages_do(venue, base, quote, spot, perp):
    grammar = VENUES[venue]()
    assert list(grammar.spell(base, quote, "spot")) == spot
    assert list(grammar.spell(base, quote, "perp")) == perp


@pytest.mark.parametrize("venue", VENUES)
def test_every_venue_writes_bitcoin_and_reads_what_it_wrote_as_bitcoin(venue):
    grammar = VENUES[venue]()
    written = {leg: grammar.spell("BTC", "", leg) for leg in ("spot", "perp")}
    assert any(written.values())
    for leg, symbols in written.items():
        read = [grammar.default_market(symbol) for symbol in symbols]
        assert [(one.symbol, one.base, one.kind) for one in read] == [(one, "BTC", leg) for one in symbols]
        assert all(grammar.spell("BTC", one.quote, leg)[:1] == (one.symbol,) for one in read)


@pytest.mark.parametrize(("venue", "base", "quote", "spot", "perp"), TABLE)
def test_what_a_venue_writes_it_reads_as_that_pair_and_leg(venue, base, quote, spot, perp):
    grammar = VENUES[venue]()
    for kind, symbols in (("spot", spot), ("perp", perp)):
        for symbol in symbols:
            market = grammar.default_market(symbol)
            assert (market.symbol, market.kind) == (symbol, kind)
            assert asset_of(market.base)[0] == asset_of(base)[0].replace("KPEPE", "PEPE")
            assert not quote or market.quote in {quote, "USD"}


@pytest.mark.parametrize(
    ("text", "venue", "expected"),
    [
        ("BTC", "bitmex", ["XBTUSD", "XBT_USDT"]),
        ("xbt", "bitmex", ["XBTUSD", "XBT_USDT"]),
        ("XBTUSD", "bitmex", ["XBTUSD"]),
        ("BTCUSDT", "bitmex", ["XBTUSDT", "XBT_USDT"]),
        ("BTC", "deribit", ["BTC-PERPETUAL", "BTC_USDC"]),
        ("btc-perp", "deribit", ["BTC-PERPETUAL"]),
        ("sol perp", "deribit", ["SOL_USDC-PERPETUAL"]),
        ("BTC", "kraken", ["BTC/USD"]),
        ("btc-perp", "kraken", []),
        ("BTC/USDC", "bybit", ["BTCPERP"]),
        ("kpepe", "hyperliquid", ["kPEPE"]),
        ("BTC", "gate-futures", ["BTC_USDT"]),
        ("BTC/USD", "binance", []),
        ("BTCUSD", "binance-coinm", ["BTCUSD_PERP"]),
    ],
)
def test_a_typed_name_is_offered_as_the_venue_writes_it(text, venue, expected):
    assert [market.symbol for market in resolve(text, {}, [venue])] == expected
