"""Open interest and liquidations of one market, for display."""

from cvdtui.engine.market_state import MarketState
from cvdtui.engine.sums import Period
from cvdtui.model import BUY, Interest, Liquidated, Liquidation, Unit

OLD_US = 60_000_000
"""Older open interest is marked as old: venues send it, or answer requests for it, every few seconds."""


def interest_of(state: MarketState, unit: Unit, session: Period | None, now_us: int) -> Interest | None:
    """The latest, and its change since the session began (or since it is known)."""
    latest = state.open_interest.latest
    if latest is None:
        return None
    begin = state.open_interest.at(session.start_us) if session is not None else None
    begin = begin or state.open_interest.first
    change = None
    # the same sample is no change; neither is one from an open interest of 0
    if begin is not None and begin[1] and begin[0] < latest[0]:
        change = latest[1] / begin[1] - 1
    trade = state.flow.last_trade
    price = trade.price if trade is not None else session.close if session is not None else 0
    return Interest(
        _sized(state, unit, latest[1], price),
        latest[0],
        change,
        begin[0] if begin is not None else 0,
        old=now_us - latest[0] > OLD_US,
    )


class LiquidationCount:
    """Counts the session's liquidations, again only when one came."""

    def __init__(self, state: MarketState) -> None:
        self._state = state
        self._key: tuple[object, ...] = ()
        self._counted: Liquidated | None = None

    def of(self, unit: Unit, session: Period | None) -> Liquidated | None:
        """Those of the session by side; None when there was none."""
        known = self._state.liquidations.events
        if not known:
            return None
        begin = session.start_us if session is not None else 0
        key = (id(known[-1]), len(known), begin, unit, self._state.liquidations.complete)
        if key != self._key:
            self._key = key
            self._counted = self._count([one for one in known if one.time_us >= begin], unit)
        return self._counted

    def _count(self, known: list[Liquidation], unit: Unit) -> Liquidated | None:
        state = self._state
        shorts = [_sized(state, unit, one.size, one.price) for one in known if one.side == BUY]
        longs = [_sized(state, unit, one.size, one.price) for one in known if one.side != BUY]
        # a full deque has dropped the oldest: the count is whole only if it reaches back before the session
        kept_all = len(state.liquidations.events) < (state.liquidations.events.maxlen or 0)
        complete = state.liquidations.complete and (kept_all or len(known) < len(state.liquidations.events))
        if not known:
            return None
        return Liquidated(len(longs), sum(longs), len(shorts), sum(shorts), complete)


def _sized(state: MarketState, unit: Unit, size: int, price: int) -> float:
    market = state.market
    if unit == "quote":
        return float(size * price / 10 ** (market.size_decimals + market.price_decimals))
    return float(size / 10**market.size_decimals)
