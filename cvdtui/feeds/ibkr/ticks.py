"""One market's ticks, walked in wire order: quotes and trades in, trades with an inferred side out. Pure.

Ticks come as floats of decimal texts; they become exact integers, and the market grows with a finer one: in
floats 7 of 34 trades at the midpoint of a small tape got the wrong side. The order is the wire's: by the
ticker's bid and ask, the last quote of a packet, volume with the right side fell from 99.6 % to 54.8 %.
"""

from decimal import Decimal

from msgspec.structs import replace

from cvdtui.engine.side import SideRule
from cvdtui.errors import WireError
from cvdtui.model import Market, SideSource, Trade, Trades
from cvdtui.venues.grammar.decimals import grow

LARGEST = 1e12
"""A price or size beyond this is absurd."""
EXACT = 2**49
"""Integers below this stay distinct as floats, whatever power of ten divides them."""
FIRST_S = 1_230_768_000
"""2009-01-01: an older time is an error."""


class Ticks:
    """Turns ticks into batches of Trades, one a run of the same side source."""

    def __init__(
        self,
        market: Market,
        *,
        lag_us: int = 0,
        includes_unreported: bool = False,
        allows_negative: bool = False,
    ) -> None:
        self.market = market
        self.rule = SideRule(lag_us=lag_us, allows_negative=allows_negative)
        self.halted_us: int | None = None
        """When trading was halted; None while it is not."""
        self.trades = 0
        """Trades counted so far: the next one's id."""
        self.last_time_us = 0
        """Time of the last trade."""
        self.includes_unreported = includes_unreported
        self.allows_negative = allows_negative
        self._batches: list[Trades] = []
        self._run: list[Trade] = []
        self._source: SideSource = "unknown"
        self._excluded = 0
        self._reported = 0, 0
        """Of the rule's counts, what batches have carried."""

    def add_quote(self, bid: float, ask: float, bid_size: float, ask_size: float, arrival_us: int) -> None:
        """The next tick is a quote. Raises WireError for a price that is none: then there is no quote."""
        if self._is_empty(bid, bid_size) or self._is_empty(ask, ask_size):
            self.rule.on_quote(None, None, arrival_us)
            return
        try:
            self._price(bid)
            high = self._price(ask)
            low = self._price(bid)  # again: the ask may have made the scale finer
        except WireError:
            self.rule.on_quote(None, None, arrival_us)
            raise
        self.rule.on_quote(low, high, arrival_us)

    def add_trade(  # noqa: PLR0913 - the fields of the tick
        self,
        price: float,
        size: float,
        time_s: int,
        arrival_us: int,
        *,
        past_limit: bool = False,
        unreported: bool = False,
    ) -> None:
        """The next tick is a trade, a halt, or nothing. Raises WireError for what cannot be a trade."""
        if size == 0:
            if price == 0 and past_limit and self.halted_us is None:
                self.halted_us = arrival_us
            return  # 0 at 0 is a halt; -1 and other prices without a size mean nothing
        if not FIRST_S <= time_s <= arrival_us // 1_000_000 + 86_400:
            raise WireError(f"{self.market.name}: a trade at {time_s} s, which is not a time of today")
        if unreported and not self.includes_unreported:
            self._excluded += 1
            return
        if not 0 < size < LARGEST or (price <= 0 and not self.allows_negative):
            raise WireError(f"{self.market.name}: a trade of {size!r} at {price!r}")
        self._price(price)
        count = self._size(size)  # both scales have grown now
        self._count(self._price(price), count, time_s * 1_000_000, arrival_us)

    def take(self) -> list[Trades]:
        """What came since the last call, in wire order; counts of the ticks stand in the last batch."""
        self._close_run()
        batches, self._batches = self._batches, []
        quoted, outside = self.rule.quoted - self._reported[0], self.rule.outside - self._reported[1]
        if self._excluded or quoted:
            last = batches.pop() if batches else Trades(self.market, (), "ordered", self._source)
            batches.append(replace(last, excluded=self._excluded, quoted=quoted, outside=outside))
            self._excluded = 0
            self._reported = self.rule.quoted, self.rule.outside
        return batches

    def forget_quote(self) -> None:
        """The stream broke: until the next quote the tick rule decides alone."""
        self.rule.forget_quote()

    def describe(self, market: Market) -> None:
        """The contract was described: its decimals, never coarser than what was seen."""
        described = grow(market, self.market.price_decimals, self.market.size_decimals)
        self._rescale(described)

    # --- inside

    def _count(self, price: int, size: int, time_us: int, arrival_us: int) -> None:
        self.halted_us = None
        side, source = self.rule.side_of(price, arrival_us)
        if source != self._source:
            self._close_run()
            self._source = source
        self._run.append(Trade(self.trades, time_us, price, size, side))
        self.trades += 1
        self.last_time_us = time_us

    def _close_run(self) -> None:
        if self._run:
            self._batches.append(Trades(self.market, tuple(self._run), "ordered", self._source))
            self._run = []

    def _is_empty(self, price: float, size: float) -> bool:
        """Whether this side of the quote is empty: IB writes -1, or 0 without a size."""
        return size <= 0 if self.allows_negative else price <= 0

    def _price(self, value: float) -> int:
        units = scaled(value, self.market.price_decimals)
        if units is None:
            self._rescale(grow(self.market, decimals_of(value), 0))
            return self._price(value)
        return units

    def _size(self, value: float) -> int:
        units = scaled(value, self.market.size_decimals)
        if units is None:
            self._rescale(grow(self.market, 0, decimals_of(value)))
            return self._size(value)
        return units

    def _rescale(self, market: Market) -> None:
        """Batches that wait keep the scale they were made in: they carry their market."""
        self._close_run()
        factor = 10 ** (market.price_decimals - self.market.price_decimals)
        if factor > 1:
            self.rule.rescale(factor)
        self.market = market


def scaled(value: float, decimals: int) -> int | None:
    """The decimal number that `value` was read from, in units of 10**-decimals; None when it needs more.

    Raises WireError for what is no usable number.
    """
    if not -LARGEST < value < LARGEST:
        raise WireError(f"{value!r} is no price or size")
    scale: int = 10**decimals
    units = round(value * scale)
    # A float read from a decimal text equals that decimal divided out, so the comparison is exact.
    if -EXACT < units < EXACT:
        return units if units / scale == value else None
    exact = Decimal(repr(value)).scaleb(decimals)
    return int(exact) if exact == int(exact) else None


def decimals_of(value: float) -> int:
    """Decimals of the shortest decimal number that reads as `value`."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return max(0, -int(exponent))
