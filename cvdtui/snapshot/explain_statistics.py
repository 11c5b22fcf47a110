"""What the statistics of the bar that closed last are made of, reckoned anew from the bars for the eye."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import fsum, sqrt
from typing import cast

from cvdtui.model import Bar, SlopeInputs, SpeedInputs, SpreadInputs
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.signals.slope import Slope
from cvdtui.signals.speed import Speed

SUMMED = 20
"""Bars of a sum in the spread's method `sum20`."""


def slope_inputs(evaluator: SignalEvaluator) -> SlopeInputs | None:
    """The slope, its mean and deviation; None while there are too few bars."""
    rules = cast("Slope.Parameters", evaluator.parameters["slope"])
    closed = evaluator.bars.closed[-(rules.bars + rules.window + rules.atr) :]
    if len(closed) < rules.bars + rules.window - 1:
        return None
    market = evaluator.state.market
    cvds = [bar.cvd for bar in closed[1 - rules.bars - rules.window :]]
    weights = [2 * place - (rules.bars - 1) for place in range(rules.bars)]
    unit = 2 / sum(weight * weight for weight in weights) / 10**market.size_decimals
    slopes = [
        unit * sum(weight * cvd for weight, cvd in zip(weights, cvds[at : at + rules.bars], strict=True))
        for at in range(rules.window)
    ]
    mean, deviation = _moments(slopes)
    return SlopeInputs(
        rules.bars,
        rules.window,
        slopes[-1],
        mean,
        deviation,
        rules.atr,
        _atr(closed, rules.atr) / 10**market.price_decimals,
        rules.near,
    )


def speed_inputs(evaluator: SignalEvaluator) -> SpeedInputs | None:
    """Trades of the last bar and of the time before it; None before anything closed."""
    closed, seconds = evaluator.bars.closed, evaluator.seconds
    if not closed:
        return None
    rules = cast("Speed.Parameters", evaluator.parameters["speed"])
    last, span = closed[-1], max(rules.minutes * 60, seconds)
    before = [
        bar for bar in closed[-1 - span // seconds : -1] if bar.time_us >= last.time_us - span * 1_000_000
    ]
    size = 10**evaluator.state.market.size_decimals
    return SpeedInputs(
        last.trades,
        seconds,
        sum(bar.trades for bar in before),
        span,
        last.volume / size,
        sum(bar.volume for bar in before) / size,
    )


def spread_inputs(evaluator: SignalEvaluator) -> SpreadInputs | None:
    """Both markets' deltas over the window; None while it is not full or theirs do not move."""
    pairs = () if evaluator.pair is None else evaluator.pair.deltas()
    if not pairs:
        return None
    mine, other = _moments([pair[0] for pair in pairs])[1], _moments([pair[1] for pair in pairs])[1]
    if not other:
        return None
    beta = mine / other
    steps = [ours - beta * theirs for ours, theirs in pairs]
    values = [*accumulate(steps)]
    sums = [fsum(steps[at - SUMMED + 1 : at + 1]) for at in range(SUMMED - 1, len(steps))]
    mean, deviation = _moments(values)
    return SpreadInputs(
        len(pairs),
        mine,
        other,
        fsum(pair[0] for pair in pairs),
        fsum(pair[1] for pair in pairs),
        values[-1],
        mean,
        deviation,
        _z(values),
        _z(sums) if sums else None,
    )


def _atr(closed: Sequence[Bar], length: int) -> float:
    """Mean true range of the last bars, in price units."""
    ranges = [max(bar.high, before.close) - min(bar.low, before.close) for before, bar in pairwise(closed)][
        -length:
    ]
    return sum(ranges) / len(ranges) if ranges else 0.0


def _moments(values: Sequence[float]) -> tuple[float, float]:
    """Mean and population standard deviation."""
    mean = fsum(values) / len(values)
    return mean, sqrt(fsum((value - mean) ** 2 for value in values) / len(values))


def _z(values: Sequence[float]) -> float:
    mean, deviation = _moments(values)
    return (values[-1] - mean) / deviation if deviation else 0.0
