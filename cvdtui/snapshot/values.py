"""Values of one market since an anchor, of a bar, in a unit: what rows, charts and groups are made of."""

from cvdtui.engine.market_state import MarketState
from cvdtui.engine.sums import Period
from cvdtui.model import AnchorName, Unit

Pair = tuple[int, int]
"""(size, value) in the integers of the market."""


class Scaler:
    """Turns (size, value) integers into floats of the unit in force."""

    __slots__ = ("_is_quote", "_size", "_value", "price")

    def __init__(self, state: MarketState, unit: Unit) -> None:
        market = state.market
        self._is_quote = unit == "quote"
        self._size: int = 10**market.size_decimals
        self._value: int = 10 ** (market.size_decimals + market.price_decimals)
        self.price: int = 10**market.price_decimals

    def amount(self, size: int, value: int) -> float:
        """A size with its value, in the unit in force."""
        return float(value / self._value if self._is_quote else size / self._size)

    def at_price(self, size: int, price: int) -> float:
        """A size at one price, in the unit in force."""
        return float(size * price / self._value if self._is_quote else size / self._size)


def anchored(state: MarketState, anchor: AnchorName, now_us: int) -> Pair | None:
    """CVD since the anchor as (size, value); None while the anchor is not set."""
    flow = state.flow
    if anchor == "rolling":
        return flow.rolling_delta()
    if anchor == "mark":
        if flow.mark is None:
            return None
        return flow.start.delta - flow.mark[1], flow.start.value_delta - flow.mark[2]
    if anchor == "start":
        return flow.start.delta, flow.start.value_delta
    period = current(flow.session if anchor == "session" else flow.week, now_us)
    # a session without a trade yet has a CVD of 0, where an anchor that was not set has none
    return (0, 0) if period is None else (period.delta, period.value_delta)


def anchor_time(state: MarketState, anchor: AnchorName, now_us: int) -> int:
    """When the anchor was set; 0 when it is not known."""
    flow = state.flow
    if anchor in ("session", "week"):
        period = current(flow.session if anchor == "session" else flow.week, now_us)
        return 0 if period is None else period.start_us
    if anchor == "mark":
        return 0 if flow.mark is None else flow.mark[0]
    if anchor == "rolling":
        prints = flow.prints(flow.rolling)
        return prints[-1].time_us if prints else 0
    return state.known.from_us or flow.first_time_us


def delta_of_bar(state: MarketState, timeframe: int, now_us: int) -> Pair:
    """Delta of the bar that `now_us` stands in; nothing when nothing traded in it yet."""
    open_bar = state.flow.bars[timeframe].open
    if open_bar is None or open_bar.time_us + timeframe * 1_000_000 <= now_us:
        return 0, 0
    return open_bar.segment.delta, open_bar.segment.value_delta


def current(period: Period | None, now_us: int) -> Period | None:
    """The period if it holds `now_us`: one that ended without a successor counts no more."""
    return period if period is not None and now_us < period.end_us else None


def decimals_shown(row: int, state: MarketState) -> int:
    """Decimals a multiple of `row` needs."""
    decimals = state.market.price_decimals
    while decimals > 0 and row % 10 == 0:
        row //= 10
        decimals -= 1
    return max(0, decimals)
