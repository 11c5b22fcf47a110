"""What the demo exchange lists: assets, their markets on each venue, and the rules of each instrument."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from cvdtui.errors import UsageError
from cvdtui.model import Kind, Market

SPOT = "binance"
USDM = "binance-usdm"
BYBIT = "bybit"
BYBIT_SPOT = "bybit-spot"
BYBIT_INVERSE = "bybit-inverse"
OKX = "okx"
VENUES = (USDM, SPOT, BYBIT, OKX, BYBIT_SPOT, BYBIT_INVERSE)
"""In the order of their ports."""
Numbering = Literal["trade", "fill", "text"]


class DemoMarket(Struct, frozen=True, gc=False):
    """One instrument: its Market and what only the exchange knows of it."""

    market: Market
    """Of an inverse one the tape's sizes are dollars, each a contract; `sums` makes base units of them."""
    price_shown: int
    """Decimals of a price on the wire (8 on spot; on USD-M `pricePrecision`, which may exceed the tick's)."""
    size_shown: int
    ratio: int
    """Ticks of this market in one unit of the asset's common price path."""
    basis: int
    """Constant distance from the asset's path, in ticks."""
    share: float
    """Weight in the total trade rate."""
    first_id: int
    """Aggregate trade id at the beginning of the history."""
    first_fill: int
    """Single trade id at the beginning of the history."""
    numbering: Numbering = "trade"
    """What the venue's ids count: trades, single fills, or nothing (texts in no order)."""
    contract: str = "1"
    """Base units of one contract."""


class Asset(Struct, frozen=True, gc=False):
    """One coin: a price path in `unit`s (the coarser of its Binance ticks), traded on some markets."""

    base: str
    index: int
    start: int
    """Price in units when the history begins."""
    unit: Decimal
    volatility: float
    """Standard deviation of a one-minute return."""
    value: float
    """Median trade in quote currency."""
    listings: tuple[DemoMarket, ...]


class _Row(Struct, frozen=True, gc=False):
    base: str
    price: str
    volatility: float
    share: float
    value: float
    spot: tuple[int, int]
    """Decimals of tick and step."""
    perp: tuple[int, int]
    shown: int
    """USD-M pricePrecision."""
    multiple: int = 1
    """Coins in one unit of the perpetual (1000PEPEUSDT)."""


_ROWS = (
    _Row("BTC", "91240", 0.00038, 30.0, 900.0, (2, 5), (1, 3), 2),
    _Row("ETH", "3042", 0.00052, 20.0, 600.0, (2, 4), (2, 3), 2),
    _Row("SOL", "137.40", 0.00070, 12.0, 350.0, (2, 3), (2, 2), 4),
    _Row("XRP", "2.1030", 0.00068, 8.0, 260.0, (4, 1), (4, 1), 4),
    _Row("DOGE", "0.15230", 0.00085, 6.0, 180.0, (5, 0), (5, 0), 6),
    _Row("PEPE", "0.00000478", 0.00120, 4.0, 120.0, (8, 0), (7, 0), 7, 1000),
    _Row("BNB", "874.30", 0.00045, 5.0, 300.0, (2, 3), (2, 2), 3),
    _Row("SUI", "1.4820", 0.00095, 4.0, 150.0, (4, 1), (4, 1), 6),
    _Row("ADA", "0.4630", 0.00075, 3.0, 140.0, (4, 1), (4, 0), 5),
    _Row("LINK", "13.220", 0.00075, 3.0, 150.0, (3, 2), (3, 2), 3),
    _Row("AVAX", "14.310", 0.00080, 2.5, 140.0, (3, 2), (3, 0), 4),
    _Row("LTC", "84.60", 0.00065, 2.0, 150.0, (2, 3), (2, 3), 2),
    _Row("SHIB", "0.00000852", 0.00095, 2.0, 110.0, (8, 0), (6, 0), 6, 1000),
    _Row("TRX", "0.2771", 0.00035, 2.0, 130.0, (4, 1), (5, 0), 5),
    _Row("DOT", "2.410", 0.00080, 1.5, 110.0, (3, 2), (3, 1), 3),
    _Row("NEAR", "1.985", 0.00095, 1.5, 110.0, (3, 1), (3, 0), 4),
    _Row("ARB", "0.2132", 0.00095, 1.2, 100.0, (4, 1), (6, 1), 6),
    _Row("OP", "0.3221", 0.00098, 1.2, 100.0, (4, 2), (7, 1), 7),
    _Row("AAVE", "167.20", 0.00085, 1.2, 160.0, (2, 3), (2, 1), 3),
    _Row("UNI", "6.370", 0.00090, 1.2, 110.0, (3, 2), (3, 0), 4),
)


class _OtherVenue(Struct, frozen=True, gc=False):
    """A market of an asset on a venue that lists few of them; its tick is no finer than the asset's unit."""

    base: str
    venue: str
    symbol: str
    decimals: tuple[int, int]
    """Of tick and step (base units; of an inverse market dollars)."""
    share: float
    first: tuple[int, int]
    numbering: Numbering
    contract: str = "1"


_OTHER_VENUES = (
    _OtherVenue("BTC", BYBIT, "BTCUSDT", (1, 3), 10.0, (4_120_000_000, 4_120_000_000), "text"),
    _OtherVenue("BTC", OKX, "BTC-USDT-SWAP", (1, 4), 9.0, (1_530_000_000, 1_830_000_000), "fill", "0.01"),
    _OtherVenue("ETH", BYBIT, "ETHUSDT", (2, 2), 7.0, (3_240_000_000, 3_240_000_000), "text"),
    _OtherVenue("ETH", OKX, "ETH-USDT-SWAP", (2, 3), 6.0, (1_210_000_000, 1_610_000_000), "fill", "0.1"),
    _OtherVenue("BTC", BYBIT_SPOT, "BTCUSDT", (1, 6), 4.0, (2_290_000_000, 2_290_000_000), "text"),
    _OtherVenue("BTC", OKX, "BTC-USDT", (1, 8), 4.0, (730_000_000, 830_000_000), "fill"),
    _OtherVenue("ETH", BYBIT_SPOT, "ETHUSDT", (2, 5), 3.0, (2_110_000_000, 2_110_000_000), "text"),
    _OtherVenue("ETH", OKX, "ETH-USDT", (2, 6), 3.0, (520_000_000, 620_000_000), "fill"),
    _OtherVenue("BTC", BYBIT_INVERSE, "BTCUSD", (1, 0), 3.0, (910_000_000, 910_000_000), "text"),
    _OtherVenue("ETH", BYBIT_INVERSE, "ETHUSD", (2, 0), 2.0, (640_000_000, 640_000_000), "text"),
    _OtherVenue("SOL", BYBIT_INVERSE, "SOLUSD", (2, 0), 1.0, (210_000_000, 210_000_000), "text"),
    _OtherVenue("XRP", BYBIT_INVERSE, "XRPUSD", (4, 0), 1.0, (320_000_000, 320_000_000), "text"),
    _OtherVenue("SOL", BYBIT, "SOLUSDT", (2, 1), 4.0, (1_870_000_000, 1_870_000_000), "text"),
    _OtherVenue("SOL", OKX, "SOL-USDT-SWAP", (2, 2), 3.0, (690_000_000, 890_000_000), "fill"),
    _OtherVenue("XRP", BYBIT, "XRPUSDT", (4, 1), 3.0, (1_260_000_000, 1_260_000_000), "text"),
    _OtherVenue("XRP", OKX, "XRP-USDT-SWAP", (4, 0), 2.0, (480_000_000, 580_000_000), "fill", "100"),
    _OtherVenue("SOL", BYBIT_SPOT, "SOLUSDT", (2, 3), 2.0, (880_000_000, 880_000_000), "text"),
    _OtherVenue("SOL", OKX, "SOL-USDT", (2, 6), 2.0, (310_000_000, 410_000_000), "fill"),
    _OtherVenue("XRP", BYBIT_SPOT, "XRPUSDT", (4, 2), 1.5, (770_000_000, 770_000_000), "text"),
    _OtherVenue("XRP", OKX, "XRP-USDT", (4, 6), 1.5, (270_000_000, 370_000_000), "fill"),
)
HOME = 12
"""Binance's markets before the first of another venue."""
MOST = 2 * len(_ROWS) + len(_OTHER_VENUES)
"""Markets there are."""

_PERP_SHARE = 0.6


def assets(markets: int) -> tuple[Asset, ...]:
    """The assets of the first `markets` markets.

    Twelve of Binance come first, perpetual and spot in turn, then perpetuals and spot of the first assets on
    Bybit and OKX, Bybit's inverse ones among them, then further ones of Binance. Raises UsageError when there
    are not that many.
    """
    if not 1 <= markets <= MOST:
        raise UsageError(f"markets: {markets} given, 1 to {MOST} expected")
    others = _OTHER_VENUES[: max(0, markets - HOME)]
    home = markets - len(others)
    count = (home + 1) // 2
    return tuple(
        _asset(index, row, others, both=2 * index + 1 < home) for index, row in enumerate(_ROWS[:count])
    )


def _asset(index: int, row: _Row, others: tuple[_OtherVenue, ...], *, both: bool) -> Asset:
    spot_tick = Decimal(1).scaleb(-row.spot[0])
    perp_tick = Decimal(1).scaleb(-row.perp[0]) / row.multiple
    unit = max(spot_tick, perp_tick)
    listings = [_perp(index, row, int(unit / perp_tick))]
    if both:
        listings.append(_spot(index, row, int(unit / spot_tick)))
    listings += [_other_venue(one, unit, place) for place, one in enumerate(others) if one.base == row.base]
    return Asset(
        row.base, index, int(Decimal(row.price) / unit), unit, row.volatility, row.value, tuple(listings)
    )


def _other_venue(one: _OtherVenue, unit: Decimal, place: int) -> DemoMarket:
    inverse = one.venue == BYBIT_INVERSE
    kind: Kind = "perp" if inverse or one.venue == BYBIT or one.symbol.endswith("-SWAP") else "spot"
    quote = "USD" if inverse else "USDT"
    market = Market(one.venue, one.symbol, one.base, quote, kind, *one.decimals, inverse=inverse)
    ratio = int(unit.scaleb(one.decimals[0]))
    shown = one.decimals
    return DemoMarket(
        market, *shown, ratio, place % 3 - 1, one.share, *one.first, one.numbering, one.contract
    )


def _perp(index: int, row: _Row, ratio: int) -> DemoMarket:
    base = f"{row.multiple}{row.base}" if row.multiple > 1 else row.base
    market = Market(USDM, f"{base}USDT", base, "USDT", "perp", *row.perp)
    first = 2_860_000_000 - 61_345_678 * index
    return DemoMarket(
        market, row.shown, row.perp[1], ratio, index % 3, row.share * _PERP_SHARE, first, 2 * first + 17
    )


def _spot(index: int, row: _Row, ratio: int) -> DemoMarket:
    market = Market(SPOT, f"{row.base}USDT", row.base, "USDT", "spot", *row.spot)
    first = 3_610_000_000 - 87_654_321 * index
    return DemoMarket(market, 8, 8, ratio, 0, row.share * (1 - _PERP_SHARE), first, first + first // 3)
