"""Binance's products: routes, weights and limits as its pages state them.

Spot: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits; USD-M:
https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info; COIN-M,
which shares USD-M's engine and weight: https://developers.binance.com/docs/derivatives/coin-margined-futures/general-info.
"""

from msgspec.structs import replace

from cvdtui.venues.binance.rest import Product
from cvdtui.venues.grammar.events import Limits

SPOT = Product(
    name="binance",
    kind="spot",
    ws_url="wss://stream.binance.com:9443",
    rest_url="https://api.binance.com",
    stream_route="/stream",
    rest_route="/api/v3",
    mirrors=(
        "wss://data-stream.binance.vision",
        "https://data-api.binance.vision",
        "wss://stream.binance.us:9443",
    ),
    limits=Limits(
        weight_per_minute=6000,
        weight_header="X-MBX-USED-WEIGHT-1M",
        connects=300,
        streams_per_socket=1024,
        messages_per_second=4.0,  # five are allowed, pings and pongs counted
        streams_per_message=100,
        socket_seconds=86_400,
        trades_page=1000,
        candles_page=1000,
        trades_back_us=0,
    ),
    trade_id_rule="contiguous",
    quotes_route="/stream",
    quotes=("USDT", "USDC", "FDUSD"),  # USD is Binance US alone
    info_weight=20,
    trades_weight=4,
    candle_weights=((10**9, 2),),
    markets_by_symbol=True,
)

USDM = Product(
    name="binance-usdm",
    kind="perp",
    ws_url="wss://fstream.binance.com",
    rest_url="https://fapi.binance.com",
    # Since 2026-04-23 aggTrade and kline come on /market alone; /stream acknowledges and stays silent:
    # https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/Important-WebSocket-Change-Notice
    stream_route="/market/stream",
    rest_route="/fapi/v1",
    mirrors=(),
    limits=Limits(
        weight_per_minute=2400,
        weight_header="X-MBX-USED-WEIGHT-1M",
        connects=300,
        streams_per_socket=200,
        messages_per_second=8.0,  # ten are allowed
        streams_per_message=100,
        socket_seconds=86_400,
        trades_page=1000,
        candles_page=1500,
        trades_back_us=48 * 3_600_000_000,  # what is older has candles alone
    ),
    trade_id_rule="ordered",  # 19 holes of one id in 11,947 recorded trades, none in 10,215 of spot
    quotes_route="/public/stream",  # bookTicker and `trade`; aggTrade is on /market alone
    quotes=("USDT", "USDC"),
    cross_pairs=("ETHBTC",),
    info_weight=1,
    trades_weight=20,
    candle_weights=((100, 1), (500, 2), (1001, 5), (10**9, 10)),
    markets_by_symbol=False,
)

COINM = Product(
    name="binance-coinm",
    kind="perp",
    ws_url="wss://dstream.binance.com",
    rest_url="https://dapi.binance.com",
    stream_route="/stream",
    rest_route="/dapi/v1",
    mirrors=(),
    # Since 2026-06-30 both share one engine and one weight of 2,400 a minute.
    limits=replace(USDM.limits, candles_page=1000),
    trade_id_rule="ordered",
    quotes_route="",
    quotes=("USD",),
    form="{base}{quote}_PERP",
    info_weight=1,
    trades_weight=20,
    candle_weights=((100, 1), (500, 2), (1001, 5), (10**9, 10)),
    markets_by_symbol=False,
    inverse=True,
)
