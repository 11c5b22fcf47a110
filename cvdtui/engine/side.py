"""The side of a trade without a flag: quote rule, midpoint, tick rule, on integers, in wire order.

Lee and Ready, Journal of Finance 46 (1991) 733-746: at or beyond the touch by the quote, inside it by the
midpoint, at the midpoint by the last price that differed. A quote that arrived after the trade is never used.
"""

from collections import deque

from cvdtui.model import BUY, SELL, UNKNOWN, SideSource

InferredSide = tuple[int, SideSource]
"""BUY, SELL or UNKNOWN, and how it was obtained."""
Touch = tuple[int, int]
"""Best bid and best ask, in price units."""


def against_quote(price: int, bid: int, ask: int) -> InferredSide | None:
    """The side by a usable quote (bid < ask); None at the midpoint."""
    if price >= ask:
        return BUY, "quote"
    if price <= bid:
        return SELL, "quote"
    twice, middle = 2 * price, bid + ask  # twice both sides: half a tick would be rounded
    if twice == middle:
        return None
    return (BUY if twice > middle else SELL), "midpoint"


class TickRule:
    """The side by the last price that differed; at an equal price the side of the trade before."""

    __slots__ = ("_direction", "_last")

    def __init__(self) -> None:
        self._direction = UNKNOWN
        self._last: int | None = None

    def side_of(self, price: int) -> int:
        """The side of the next trade; UNKNOWN before any price differed.

        Call it for every trade that counts and for no other: an excluded print must not move the tick.
        """
        last = self._last
        if last is not None and price != last:
            self._direction = BUY if price > last else SELL
        self._last = price
        return self._direction

    def rescale(self, factor: int) -> None:
        """Multiplies every price, for finer decimals."""
        if self._last is not None:
            self._last *= factor


class Quotes:
    """The quote in force: the newest that arrived at least `lag_us` before the trade.

    Lee and Ready proposed 5 s for the reporting delays of their day; the default here is 0.
    """

    __slots__ = ("_lag_us", "_later", "_now", "allows_negative")

    def __init__(self, lag_us: int = 0, *, allows_negative: bool = False) -> None:
        self._lag_us = lag_us
        self.allows_negative = allows_negative
        """Whether this contract may trade at 0 or below (futures, spreads)."""
        self._now: Touch | None = None
        self._later: deque[tuple[int, Touch | None]] = deque()
        """(arrival in us, quote) of those younger than the lag."""

    def add(self, bid: int | None, ask: int | None, time_us: int = 0) -> None:
        """Takes a quote; a missing, locked or crossed one is unusable and ends the one before it."""
        touch = self._usable(bid, ask)
        if self._lag_us:
            self._later.append((time_us, touch))
            self._age(time_us)
        else:
            self._now = touch

    def in_force(self, time_us: int = 0) -> Touch | None:
        """The quote for a trade that arrives at `time_us`; None where there is no usable one."""
        if self._later:
            self._age(time_us)
        return self._now

    def forget(self) -> None:
        """Drops every quote, after a break of the stream."""
        self._now = None
        self._later.clear()

    def rescale(self, factor: int) -> None:
        """Multiplies every price, for finer decimals."""
        self._now = _finer(self._now, factor)
        self._later = deque((time_us, _finer(touch, factor)) for time_us, touch in self._later)

    def _usable(self, bid: int | None, ask: int | None) -> Touch | None:
        if bid is None or ask is None or bid >= ask:
            return None
        # a bid of 0 is a missing quote, except where a contract may trade there (oil in April 2020)
        return (bid, ask) if bid > 0 or self.allows_negative else None

    def _age(self, time_us: int) -> None:
        later = self._later
        while later and later[0][0] <= time_us - self._lag_us:
            self._now = later.popleft()[1]


class SideRule:
    """Quote, midpoint and tick rule in this order, for trades and quotes of one market as they arrive."""

    __slots__ = ("_quotes", "_tick", "outside", "quoted")

    def __init__(self, *, lag_us: int = 0, allows_negative: bool = False) -> None:
        self._quotes = Quotes(lag_us, allows_negative=allows_negative)
        self._tick = TickRule()
        self.quoted = 0
        """Trades compared with a usable quote."""
        self.outside = 0
        """Those of them above the ask or below the bid: many mean that quotes arrive before their trades."""

    def on_quote(self, bid: int | None, ask: int | None, time_us: int = 0) -> None:
        """Takes the next quote by arrival, prices in units; None for an empty side."""
        self._quotes.add(bid, ask, time_us)

    def side_of(self, price: int, time_us: int = 0) -> InferredSide:
        """The side of the next trade that counts, by arrival; `unknown` where no rule applies."""
        ticked = self._tick.side_of(price)  # of every trade, or the next tick compares with an old price
        touch = self._quotes.in_force(time_us)
        if touch is not None:
            bid, ask = touch
            self.quoted += 1
            if price > ask or price < bid:
                self.outside += 1
            inferred = against_quote(price, bid, ask)
            if inferred is not None:
                return inferred
        return (ticked, "tick") if ticked else (UNKNOWN, "unknown")

    def forget_quote(self) -> None:
        """Drops the quote, after a break of the stream: until the next one only the tick rule applies."""
        self._quotes.forget()

    def forget(self) -> None:
        """Starts anew for another contract, whose prices cannot be compared with those before."""
        self._quotes.forget()
        self._tick = TickRule()

    def rescale(self, factor: int) -> None:
        """Multiplies every price, for finer decimals."""
        self._quotes.rescale(factor)
        self._tick.rescale(factor)


def _finer(touch: Touch | None, factor: int) -> Touch | None:
    return None if touch is None else (touch[0] * factor, touch[1] * factor)
