"""The court: a jury for every market and bar length asked for, kept up to date a few bars at a time."""

from collections import deque
from collections.abc import Iterable, Mapping

from cvdtui.engine.market_state import MarketState
from cvdtui.model import Signal
from cvdtui.signals.evaluator import MakeEvaluator, SignalEvaluator
from cvdtui.signals.peers import link_peers, price_units

KEPT = 10_000
"""Signals that wait to be taken; the oldest are dropped when nobody takes them."""
AT_ONCE = 200
"""Bars heard in one sitting at most: what is behind catches up over the next ones."""


class Evaluators:
    """Hears all markets; every signal is handed out once by `take`."""

    def __init__(self, make_evaluator: MakeEvaluator) -> None:
        self._make = make_evaluator
        self._evaluators: dict[tuple[str, int], SignalEvaluator] = {}
        self._emitted: deque[tuple[str, Signal]] = deque(maxlen=KEPT)
        self._peers: tuple[object, ...] = ()
        self.levels: dict[str, tuple[str, ...]] = {}
        """Prices the user dropped, by market, as decimal strings; a market's decimals may become finer."""

    def evaluator(self, state: MarketState, seconds: int) -> SignalEvaluator:
        """The jury of a market's bars; a market that began anew has a new one, which repeats nothing."""
        key = (state.market.name, seconds)
        known = self._evaluators.get(key)
        if known is None or known.state is not state:
            made = self._evaluators[key] = self._make(state, seconds)
            if known is not None:
                made.inherit(known)
            self._peers = ()
            return made
        return known

    def find(self, market: str, state: MarketState, seconds: int) -> SignalEvaluator | None:
        """The evaluator of a market's bars, if `evaluate` has made one for this state."""
        known = self._evaluators.get((market, seconds))
        return known if known is not None and known.state is state else None

    def forget(self, market: str) -> None:
        """A market is followed no longer."""
        self._evaluators = {key: evaluator for key, evaluator in self._evaluators.items() if key[0] != market}
        self._peers = ()

    def evaluate(
        self,
        states: Mapping[str, MarketState],
        seconds: int,
        *,
        first: Iterable[str] = (),
        limit: int | None = AT_ONCE,
    ) -> bool:
        """Hears bars of this length, at most `limit` of all markets together; whether none is left."""
        evaluators = [
            self.evaluator(state, seconds) for state in states.values() if seconds in state.flow.bars
        ]
        # Linked in the order the markets were announced: whose turn comes first chooses no spread partner.
        self._link_peers(evaluators, states.values())
        urgent = set(first)
        for evaluator in sorted(evaluators, key=lambda one: one.state.market.name not in urgent):
            market = evaluator.state.market
            evaluator.dropped = price_units(self.levels.get(market.name, ()), market)
            pending = evaluator.pending
            emitted = evaluator.catch_up(limit)
            self._emitted.extend((evaluator.state.market.name, signal) for signal in emitted)
            if limit is not None:
                limit -= min(pending, limit)
        return not any(evaluator.pending for evaluator in evaluators)

    def take(self) -> list[tuple[str, Signal]]:
        """(market, signal) of all that was told since the last call, ascending for each market."""
        emitted = list(self._emitted)
        self._emitted.clear()
        return emitted

    def _link_peers(self, evaluators: list[SignalEvaluator], states: Iterable[MarketState]) -> None:
        """Tells the juries of each other's markets, when there are others than before."""
        states = list(states)
        peers = (*(id(state) for state in states), *(state.market for state in states), *map(id, evaluators))
        if peers == self._peers:
            return
        self._peers = peers
        for evaluator in evaluators:
            link_peers(evaluator, states)
