"""An evaluator for every market and bar length in use, kept up to date a few bars at a time."""

from collections import deque
from collections.abc import Iterable, Mapping

from cvdtui.engine.market_state import MarketState
from cvdtui.model import Signal
from cvdtui.signals.evaluator import MakeEvaluator, SignalEvaluator
from cvdtui.signals.peers import link_peers, price_units

WAITING = 10_000
"""Signals that wait for `take`; the oldest are dropped when nothing takes them."""
AT_ONCE = 200
"""Bars evaluated in one call at most: at about 50 us a bar (measured, one core) a call takes 10 ms."""


class Evaluators:
    """Evaluates all markets; every signal is handed out once by `take`."""

    def __init__(self, make_evaluator: MakeEvaluator) -> None:
        self._make = make_evaluator
        self._evaluators: dict[tuple[str, int], SignalEvaluator] = {}
        self._emitted: deque[tuple[str, Signal]] = deque(maxlen=WAITING)
        self._peers: tuple[object, ...] = ()
        self.levels: dict[str, tuple[str, ...]] = {}
        """Prices the user dropped, by market, as decimal strings; a market's decimals may become finer."""

    def evaluator(self, state: MarketState, seconds: int) -> SignalEvaluator:
        """The market's; one that began again with its history has a new one, which repeats no signal."""
        key = (state.market.name, seconds)
        known = self._evaluators.get(key)
        if known is None or known.state is not state:
            fresh = self._evaluators[key] = self._make(state, seconds)
            if known is not None:
                fresh.inherit(known)
            self._peers = ()
            return fresh
        return known

    def find(self, market: str, state: MarketState, seconds: int) -> SignalEvaluator | None:
        """The evaluator of a market's bars, if `evaluate` has made one for this state."""
        known = self._evaluators.get((market, seconds))
        return known if known is not None and known.state is state else None

    def forget(self, market: str) -> None:
        """Drops the evaluators of a market that was removed."""
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
        """Evaluates bars of this length, at most `limit` of all markets together; whether none is pending."""
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
        """(market, signal) of all that were emitted since the last call, ascending for each market."""
        emitted = list(self._emitted)
        self._emitted.clear()
        return emitted

    def _link_peers(self, evaluators: list[SignalEvaluator], states: Iterable[MarketState]) -> None:
        """Links the evaluators to each other's markets, when there are others than before."""
        states = list(states)
        # a Market is compared by value: its base or kind may only become known after it was added
        peers = (*(id(state) for state in states), *(state.market for state in states), *map(id, evaluators))
        if peers == self._peers:
            return
        self._peers = peers
        for evaluator in evaluators:
            link_peers(evaluator, states)
