"""The signal log of all markets, and the record of the signal selected in it; both made when bars close."""

from collections.abc import Sequence

from cvdtui.model import HorizonScore, Scorecard, Signal, SignalView
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.signals.score import Score, outcomes, scorecard
from cvdtui.snapshot.signals import signal_view

LINES = 500
"""Signals of all markets together."""
SCORED_BARS = 3_000
"""Closed bars that a record looks back on: it is computed again with each bar, in about 1.5 us a bar."""

Key = tuple[object, ...]


class Log:
    """Signals of all evaluators, as lines; the same objects as before while no bar has closed."""

    def __init__(self) -> None:
        self._key: Key = ()
        self._lines: tuple[SignalView, ...] = ()
        self._score_key: Key = ()
        self._score: Scorecard | None = None

    def lines(self, evaluators: Sequence[SignalEvaluator]) -> tuple[SignalView, ...]:
        """The latest, oldest first; those that may be taken back stand last."""
        key = tuple(evaluator.revision for evaluator in evaluators)
        if key != self._key:
            self._key, self._lines = key, _lines(evaluators)
        return self._lines

    def score(self, evaluator: SignalEvaluator, signal: str) -> Scorecard:
        """The record of one kind of signal on the market and bars of this evaluator."""
        key = (*evaluator.revision, signal)
        if self._score is None or key != self._score_key:
            self._score_key, self._score = key, scorecard_of(evaluator, signal)
        return self._score


def scorecard_of(evaluator: SignalEvaluator, signal: str) -> Scorecard:
    """Signals on incomplete data are left out."""
    bars = evaluator.bars.closed[-SCORED_BARS:]
    first_us = bars[0].time_us if bars else 0
    emitted = [
        one
        for one in evaluator.signals
        if one.signal == signal and not one.quality and one.time_us >= first_us
    ]
    scores = scorecard(outcomes(bars, emitted)) if emitted else []
    lines = tuple(_line(score) for score in scores)
    return Scorecard(evaluator.state.market.name, signal, evaluator.seconds, len(emitted), len(bars), lines)


def _lines(evaluators: Sequence[SignalEvaluator]) -> tuple[SignalView, ...]:
    emitted: list[tuple[Signal, SignalEvaluator]] = []
    provisional: list[SignalView] = []
    for evaluator in evaluators:
        emitted += [(signal, evaluator) for signal in evaluator.signals[-LINES:]]
        market = evaluator.state.market
        provisional += [signal_view(one, market, provisional=True) for one in evaluator.provisional()]
    # each market's are in order: sorting joins such runs in linear time
    emitted.sort(key=_time)
    return (
        *(signal_view(signal, evaluator.state.market) for signal, evaluator in emitted[-LINES:]),
        *provisional,
    )


def _time(emitted: tuple[Signal, SignalEvaluator]) -> int:
    return emitted[0].time_us


def _line(score: Score) -> HorizonScore:
    return HorizonScore(
        score.horizon,
        score.count,
        score.apart,
        score.rate,
        score.low,
        score.high,
        score.base,
        score.atrs,
        score.base_atrs,
    )
