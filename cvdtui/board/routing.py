"""From a Market value, as a feed or file sends it, to the state that takes its trades."""

from collections.abc import Callable
from typing import NamedTuple

from cvdtui.engine.market_state import MarketState
from cvdtui.model import Market, Missing, Trades

MARKET_OBJECTS = 1_000
"""Market values remembered by identity: a feed has one a market, other senders may make one a batch."""

Take = Callable[[Trades], Missing | None]


class Route(NamedTuple):
    """Where trades of one Market value go."""

    market: Market
    """Kept although nothing reads it: the cache is keyed by its id, which a freed object hands on."""
    state: MarketState
    take: Take


class Routing:
    """The states of a board by market name, and the route of every Market value met.

    While a market begins anew, a second state waits for its history beside the shown one (`hold`), and takes
    its place once that has come (`expect`).
    """

    def __init__(self, make_state: Callable[[Market], MarketState], *, welcomes_all: bool) -> None:
        self.states: dict[str, MarketState] = {}
        """In the order the markets were announced."""
        self.known: dict[int, Route] = {}
        """By id of the Market value: `name` builds its text at each call, 0.16 against 0.08 us a lookup."""
        self._make_state = make_state
        self._welcomes_all = welcomes_all
        self._waiting: dict[str, MarketState] = {}
        """States that wait for their history, by market name."""
        self._early: dict[str, tuple[int, int]] = {}
        """(ignored, rejected) of markets whose first trade is still to come (files)."""

    def add(self, market: Market) -> MarketState:
        """Announces a market; a state already there is kept."""
        state = self.states.get(market.name)
        if state is None:
            state = self.states[market.name] = self._make_state(market)
            state.ignored, state.rejected = self._early.pop(market.name, (0, 0))
        return state

    def remove(self, name: str) -> MarketState | None:
        """Forgets a market; its state, if there was one."""
        self.known.clear()
        self._waiting.pop(name, None)
        return self.states.pop(name, None)

    def find(self, market: Market) -> Route | None:
        """The route of this value, its state brought to at least its decimals; None for an unknown market."""
        return self.known.get(id(market)) or self._meet(market)

    def history_of(self, market: str) -> MarketState | None:
        """The state that takes history: the waiting one before the shown one."""
        return self._waiting.get(market) or self.states.get(market)

    def describe(self, market: Market) -> None:
        """Takes over the venue's description of an instrument."""
        state = self.states.get(market.name)
        if state is not None:
            state.adopt(market)
            self.known.clear()

    def hold(self, market: str) -> None:
        """Trades wait from now on, until `expect`: history is being fetched.

        A state that has begun without its history stays shown, and a second one waits beside it. Called again
        before `expect`, the waiting one counts the repeats that came meanwhile.
        """
        state = self.states.get(market)
        if state is None:
            return
        if state.tape.next is not None:
            shown, waiting = state, self._waiting.get(market)
            state = waiting or self._make_state(shown.market)
            # The shown state counts repeats while this one waits, and is dropped with its counts afterwards.
            state.tape.duplicates = shown.duplicates
            if waiting is None:
                self._waiting[market] = state
                self.known.clear()
        state.hold()

    def expect(self, market: str, next_id: int) -> Missing | None:
        """The tape begins at `next_id`; a waiting state takes the shown one's place. A hole to fetch."""
        state = self.states.get(market)
        waiting = self._waiting.pop(market, None)
        if state is None or waiting is None:
            return None if state is None else state.expect(next_id)
        missing = waiting.expect(next_id)
        waiting.inherit(state)
        self.states[market] = waiting
        self.known.clear()
        return missing

    def count_early(self, market: str, ignored: int, rejected: int) -> bool:
        """Counts for a market whose first trade is still to come; False where markets are announced."""
        if self._welcomes_all:
            before = self._early.get(market, (0, 0))
            self._early[market] = (before[0] + ignored, before[1] + rejected)
        return self._welcomes_all

    # --- inside

    def _meet(self, market: Market) -> Route | None:
        state = self.states.get(market.name)
        if state is None and self._welcomes_all:
            state = self.add(market)
        if state is None:
            return None
        own = state.market
        if market.price_decimals > own.price_decimals or market.size_decimals > own.size_decimals:
            state.adopt(market)
            # A route of a coarser value still says `accept`; its trades have to be scaled from now on.
            self.known.clear()
            own = state.market
        same = (market.price_decimals, market.size_decimals) == (own.price_decimals, own.size_decimals)
        if len(self.known) >= MARKET_OBJECTS:
            self.known.clear()
        take: Take = state.accept if same else state.accept_scaled
        if market.name in self._waiting:
            take = _both(self._waiting[market.name], take)
        route = self.known[id(market)] = Route(market, state, take)
        return route


def _both(waiting: MarketState, take: Take) -> Take:
    """Trades for the state that waits for its history, and for the shown one, whose holes are reported."""

    def take_both(batch: Trades) -> Missing | None:
        waiting.accept_scaled(batch)
        return take(batch)

    return take_both
