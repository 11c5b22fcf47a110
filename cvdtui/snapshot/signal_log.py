"""The signal log of all markets, and the record of the one that is looked at; both made when bars close."""

from collections.abc import Sequence

from cvdtui.model import HorizonScore, Scorecard, Signal, SignalView
from cvdtui.signals.evaluator import Jury
from cvdtui.signals.score import Score, outcomes, scorecard
from cvdtui.snapshot.signals import heard_state, signal_view

LINES = 500
"""Signals of all markets together."""
SCORED_BARS = 3_000
"""Closed bars that a record looks back on: it is made anew with each bar, between two pictures."""

Key = tuple[object, ...]


class Log:
    """What all juries told, as lines; the same objects as before while no bar has closed."""

    def __init__(self) -> None:
        self._key: Key = ()
        self._lines: tuple[SignalView, ...] = ()
        self._score_key: Key = ()
        self._score: Scorecard | None = None

    def lines(self, juries: Sequence[Jury]) -> tuple[SignalView, ...]:
        """The latest, oldest first; those that may be taken back stand last."""
        key = tuple(heard_state(jury) for jury in juries)
        if key != self._key:
            self._key, self._lines = key, _lines(juries)
        return self._lines

    def score(self, jury: Jury, signal: str) -> Scorecard:
        """The record of one kind of signal on the market and bars of this jury."""
        key = (*heard_state(jury), signal)
        if self._score is None or key != self._score_key:
            self._score_key, self._score = key, scorecard_of(jury, signal)
        return self._score


def scorecard_of(jury: Jury, signal: str) -> Scorecard:
    """Signals on incomplete data are left out."""
    bars = jury.bars.closed[-SCORED_BARS:]
    first_us = bars[0].time_us if bars else 0
    said = [
        one for one in jury.signals if one.signal == signal and not one.quality and one.time_us >= first_us
    ]
    scores = scorecard(outcomes(bars, said)) if said else []
    lines = tuple(_line(score) for score in scores)
    return Scorecard(jury.state.market.name, signal, jury.seconds, len(said), len(bars), lines)


def _lines(juries: Sequence[Jury]) -> tuple[SignalView, ...]:
    told: list[tuple[Signal, Jury]] = []
    doubtful: list[SignalView] = []
    for jury in juries:
        told += [(signal, jury) for signal in jury.signals[-LINES:]]
        market = jury.state.market
        doubtful += [signal_view(one, market, provisional=True) for one in jury.provisional()]
    told.sort(key=_time)
    return (*(signal_view(signal, jury.state.market) for signal, jury in told[-LINES:]), *doubtful)


def _time(told: tuple[Signal, Jury]) -> int:
    return told[0].time_us


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
