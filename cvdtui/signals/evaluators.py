"""The court: a jury for every market and bar length asked for, kept up to date a few bars at a time."""

from collections import deque
from collections.abc import Iterable, Mapping

from cvdtui.engine.market_state import MarketState
from cvdtui.model import Signal
from cvdtui.signals.evaluator import Jury, MakeJury
from cvdtui.signals.peers import introduce, price_units

KEPT = 10_000
"""Signals that wait to be taken; the oldest are dropped when nobody takes them."""
AT_ONCE = 200
"""Bars heard in one sitting at most: what is behind catches up over the next ones."""


class Court:
    """Hears all markets; every signal is handed out once by `take`."""

    def __init__(self, make_jury: MakeJury) -> None:
        self._make = make_jury
        self._juries: dict[tuple[str, int], Jury] = {}
        self._told: deque[tuple[str, Signal]] = deque(maxlen=KEPT)
        self._kin: tuple[object, ...] = ()
        self.levels: dict[str, tuple[str, ...]] = {}
        """Prices the user dropped, by market, as decimal strings; a market's decimals may become finer."""

    def jury(self, state: MarketState, seconds: int) -> Jury:
        """The jury of a market's bars; a market that began anew has a new one, which repeats nothing."""
        key = (state.market.name, seconds)
        known = self._juries.get(key)
        if known is None or known.state is not state:
            made = self._juries[key] = self._make(state, seconds)
            if known is not None:
                made.inherit(known)
            self._kin = ()
            return made
        return known

    def forget(self, market: str) -> None:
        """A market is followed no longer."""
        self._juries = {key: jury for key, jury in self._juries.items() if key[0] != market}
        self._kin = ()

    def sit(self, states: Mapping[str, MarketState], seconds: int, *, limit: int | None = AT_ONCE) -> bool:
        """Hears bars of this length, at most `limit` of all markets together; whether none is left."""
        juries = [self.jury(state, seconds) for state in states.values() if seconds in state.flow.bars]
        self._introduce(juries, states.values())
        for jury in juries:
            market = jury.state.market
            jury.dropped = price_units(self.levels.get(market.name, ()), market)
            behind = jury.behind
            told = jury.catch_up(limit)
            self._told.extend((jury.state.market.name, signal) for signal in told)
            if limit is not None:
                limit -= min(behind, limit)
        return not any(jury.behind for jury in juries)

    def take(self) -> list[tuple[str, Signal]]:
        """(market, signal) of all that was told since the last call, ascending for each market."""
        told = list(self._told)
        self._told.clear()
        return told

    def _introduce(self, juries: list[Jury], states: Iterable[MarketState]) -> None:
        """Tells the juries of each other's markets, when there are others than before."""
        states = list(states)
        kin = (*(id(state) for state in states), *(state.market for state in states), *map(id, juries))
        if kin == self._kin:
            return
        self._kin = kin
        for jury in juries:
            introduce(jury, states)
