"""Evaluators as configured, and their peers: the other market and the perpetual of the asset."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from cvdtui.config import Config
from cvdtui.engine.market_state import MarketState
from cvdtui.model import Market, group_key, leg_of
from cvdtui.model.parameters import SpreadParameters
from cvdtui.signals.accumulation import AccumulationParameters
from cvdtui.signals.evaluator import MakeEvaluator, SignalEvaluator
from cvdtui.signals.parameters import parameters
from cvdtui.signals.spread_pair import Pair


def evaluator_maker(config: Config, row_of: Callable[[Market], int | None]) -> MakeEvaluator:
    """A maker of evaluators with the configured parameters; `row_of` gives row sizes in price units."""

    def make(state: MarketState, seconds: int) -> SignalEvaluator:
        name = state.market.name
        evaluator = SignalEvaluator(
            state,
            seconds,
            parameters(config.signals, name, seconds),
            row=row_of(state.market),
            coverage=config.signal_coverage,
        )
        evaluator.dropped = price_units(config.levels.get(name, ()), state.market)
        return evaluator

    return make


def price_units(prices: Iterable[str], market: Market) -> tuple[int, ...]:
    """Decimals in the market's price units, to the nearest."""
    return tuple(round(Decimal(price).scaleb(market.price_decimals)) for price in prices)


def link_peers(evaluator: SignalEvaluator, states: Iterable[MarketState]) -> None:
    """Gives an evaluator the market its spread is measured against, and the perpetual of its asset."""
    market = evaluator.state.market
    others = {
        state.market.name: state
        for state in states
        # a market may be followed without bars of this length
        if state is not evaluator.state and evaluator.seconds in state.flow.bars
    }
    peers = [state for state in others.values() if group_key(state.market) == group_key(market)]
    spread, accumulation = evaluator.parameters["spread"], evaluator.parameters["accumulation"]
    if isinstance(spread, SpreadParameters):
        partner = others.get(spread.partner) if spread.partner else next(iter(peers), None)
        if partner is None:
            evaluator.pair = None
        elif evaluator.pair is None or not evaluator.pair.is_of(partner):
            evaluator.pair = Pair(evaluator.state, partner, evaluator.seconds, spread)
    if isinstance(accumulation, AccumulationParameters) and leg_of(market) == "spot":
        perpetuals = [state for state in peers if state.market.kind == "perp"]
        named = accumulation.perpetual
        evaluator.perpetual = others.get(named) if named else next(iter(perpetuals), None)
