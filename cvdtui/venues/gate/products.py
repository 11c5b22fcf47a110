"""Gate's products, their limits and their instruments.

https://www.gate.com/docs/developers/apiv4/en/ (currency pairs, futures contracts).
"""

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from cvdtui.model import Kind, Market
from cvdtui.venues.grammar.decimals import decimals_of, to_units
from cvdtui.venues.grammar.events import Limits, clean, is_symbol
from cvdtui.venues.grammar.instruments import decode

LIMITS = Limits(
    weight_per_minute=600,  # 200 requests in ten seconds, by address and endpoint
    weight_header="",
    connects=300,
    streams_per_socket=200,
    messages_per_second=8.0,
    streams_per_message=1,  # a refusal names its request alone, so each market has its own
    socket_seconds=86_400,
    trades_page=1000,
    candles_page=0,
    trades_back_us=0,
    heartbeat_s=15.0,
)


class GateProduct(Struct, frozen=True):
    """What differs between Gate's products."""

    name: str
    channel: str
    ws_url: str
    ws_route: str
    rest_route: str
    market_list: str
    symbol_key: str
    kind: Kind


SPOT = GateProduct(
    "gate",
    "spot",
    "wss://api.gateio.ws",
    "/ws/v4/",
    "/api/v4/spot",
    "currency_pairs",
    "currency_pair",
    "spot",
)
FUTURES = GateProduct(
    "gate-futures",
    "futures",
    "wss://fx-ws.gateio.ws",
    "/v4/ws/usdt",
    "/api/v4/futures/usdt",
    "contracts",
    "contract",
    "perp",
)


class _Pair(Struct, gc=False):
    id: str
    base: str = ""
    quote: str = ""
    precision: Annotated[int, Meta(ge=0, le=18)] = 8
    amount_precision: Annotated[int, Meta(ge=0, le=18)] = 8
    trade_status: str = ""


class _Contract(Struct, gc=False):
    name: str
    order_price_round: str = "0.00000001"
    quanto_multiplier: str = ""
    in_delisting: bool = False


_PAIRS = Decoder(list[_Pair])
_CONTRACTS = Decoder(list[_Contract])


def read_markets(product: GateProduct, body: bytes, wanted: frozenset[str]) -> tuple[Market, ...]:
    """Those of `wanted` that the response describes; none given: all that trade."""
    if product.kind != "spot":
        found = decode(_CONTRACTS, body)
        trading = {one.name for one in found if not one.in_delisting}
        markets = [_contract(product, one) for one in found if is_symbol(one.name)]
    else:
        pairs = decode(_PAIRS, body)
        trading = {one.id for one in pairs if one.trade_status == "tradable"}
        markets = [_pair(product, one) for one in pairs if is_symbol(one.id)]
    return tuple(market for market in markets if market.symbol in (wanted or trading))


def _pair(product: GateProduct, one: _Pair) -> Market:
    base, quote = clean(one.base, 20), clean(one.quote, 20)
    return Market(product.name, one.id, base, quote, "spot", one.precision, one.amount_precision)


def _contract(product: GateProduct, one: _Contract) -> Market:
    base, _, money = one.name.partition("_")
    decimals = decimals_of(one.order_price_round)
    tick = max(1, to_units(one.order_price_round, decimals))
    places = decimals_of(one.quanto_multiplier)
    notional = one.quanto_multiplier.rstrip("0").rstrip(".") if "." in one.quanto_multiplier else ""
    notional = notional or one.quanto_multiplier
    # A multiplier of 0 is no contract of nothing: it is an inverse one of 1 USD (gateapi-python#137).
    inverse = notional == "0"
    known = Market(product.name, one.name, base, money, product.kind, decimals, places, tick)
    return replace(known, contract_size="1" if inverse else notional, inverse=inverse)
