"""Binance's markets with their powers of ten, and the bounds of plausible times: what each trade needs."""

from collections.abc import Callable

from msgspec.structs import replace

from cvdtui.model import Market
from cvdtui.venues.grammar.decimals import EXACT, USUAL_DECIMALS, grow
from cvdtui.venues.grammar.events import DAY_US, EARLIEST_US
from cvdtui.venues.grammar.instruments import Instrument


class BinanceInstrument:
    """A market and its powers of ten, at hand for every trade; grows when a finer value comes."""

    __slots__ = ("instrument", "last_price", "limit", "market", "price_scale", "size_scale")

    def __init__(self, market: Market) -> None:
        self.learn(market)

    def learn(self, market: Market) -> None:
        self.market = market
        self.price_scale = 10.0**market.price_decimals
        self.size_scale = 10.0**market.size_decimals
        self.instrument = Instrument(market)
        """The same market for texts."""
        self.last_price = 0
        """Of the last trade sent in contracts."""
        # A float times 1e8 is wrong for 29 % of sizes near 9e7 units (meme coins): beyond it texts are read.
        self.limit = EXACT / max(self.price_scale, self.size_scale, 10.0**USUAL_DECIMALS)
        if market.inverse or market.contract_size != "1":
            self.limit = 0.0  # contracts are converted exactly: a float would round

    def grow(self, price_decimals: int, size_decimals: int) -> None:
        grown = grow(self.market, price_decimals, size_decimals)
        if grown.price_decimals > self.market.price_decimals:  # the tick was not the one assumed
            grown = replace(grown, tick=1)
        self.learn(grown)


class BinanceInstruments:
    """The markets of one product (see `KnownMarkets`); `by_symbol` is bare for the lookup of every frame."""

    def __init__(self) -> None:
        self.by_symbol: dict[str, BinanceInstrument] = {}

    def learn(self, market: Market) -> None:
        scale = self.by_symbol.get(market.symbol)
        if scale is None:
            self.by_symbol[market.symbol] = BinanceInstrument(market)
        else:
            scale.learn(market)

    def forget(self, symbol: str) -> None:
        self.by_symbol.pop(symbol, None)

    def market(self, symbol: str) -> Market:
        return self.by_symbol[symbol].market

    def markets(self) -> tuple[Market, ...]:
        return tuple(scale.market for scale in self.by_symbol.values())


class TimeBounds:
    """The upper bound of plausible times: one day past the clock handed in, or a fixed one."""

    __slots__ = ("_now", "latest_ms", "latest_us")

    def __init__(self, now: Callable[[], int] | None, latest_us: int) -> None:
        self._now = now
        self.latest_us = 0 if now else latest_us
        self.latest_ms = self.latest_us // 1000

    def is_plausible(self, time_us: int) -> bool:
        """Whether a time lies between 2009 and tomorrow; reads the clock only when it must."""
        if EARLIEST_US <= time_us <= self.latest_us:
            return True
        if self._now is not None:
            self.latest_us = self._now() + DAY_US
            self.latest_ms = self.latest_us // 1000
        return EARLIEST_US <= time_us <= self.latest_us
