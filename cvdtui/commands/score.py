"""`cvdtui score`: what price did after each signal, from recorded trades or from the journal."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from cvdtui.board.setup import configured_evaluators
from cvdtui.commands.replay import play
from cvdtui.config import Config
from cvdtui.config.validators import bar_text
from cvdtui.errors import NoDataError
from cvdtui.model import TIMEFRAMES, Bar
from cvdtui.signals.peers import link_peers
from cvdtui.signals.score import HORIZONS, Outcome, Score, outcomes, scorecard
from cvdtui.sources.options import ScoreOptions
from cvdtui.store.entries import BarEntry
from cvdtui.store.reading import read

SCHEMA = 1
HOLE = 10
"""Bars that may be missing within a horizon (periods without trades), beside as many as it has."""

Json = dict[str, Any]
Found = dict[str, list[Outcome]]
"""Outcomes by market."""


def score(options: ScoreOptions) -> int:
    """Prints the scorecard.

    Raises what reading the files raises, NoDataError for a journal without a closed bar.
    """
    if options.replay is not None:
        found, left_out, notes = _replayed(options)
    elif options.journal is not None:
        found, left_out, notes = _journaled(options.journal)
    else:
        raise NoDataError("neither files nor a journal to score")
    for note in notes:
        sys.stderr.write(f"cvdtui: {note}\n")
    if options.json:
        sys.stdout.write(msgspec.json.encode(as_json(found, left_out)).decode() + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in table(found, left_out)))
    return 0


def as_json(found: Found, left_out: int) -> Json:
    """The scorecard of each market and of all together; `incomplete` signals are in none."""
    return {
        "schema": SCHEMA,
        "horizons": list(HORIZONS),
        "incomplete": left_out,
        "markets": {market: scorecard(each) for market, each in found.items()},
        "all": scorecard(outcome for each in found.values() for outcome in each),
    }


def table(found: Found, left_out: int) -> list[str]:
    """A line for each signal, bar length and horizon, all markets together."""
    head = f"{'signal':<14}{'bar':>5}{'after':>7}{'n':>7}{'apart':>7}{'reached':>9}"
    lines = [f"{head}{'95 % interval':>17}{'base':>8}{'ATRs':>8}{'base':>8}"]
    scores = scorecard(outcome for each in found.values() for outcome in each)
    lines += [_line(one) for one in scores] or ["no signal whose horizon has passed"]
    lines += [
        "reached: price closed beyond the signal's close, in its direction; base: the same after any bar",
        "ATRs: mean return in that direction, in average true ranges",
        "apart: those a horizon or more from the one before; the interval counts only so many",
    ]
    return [*lines, f"{left_out} on incomplete data are left out"] if left_out else lines


def _line(one: Score) -> str:
    length = bar_text(one.bar_seconds) if one.bar_seconds in TIMEFRAMES else f"{one.bar_seconds}s"
    interval = f"{one.low * 100:.1f}..{one.high * 100:.1f}"
    return (
        f"{one.signal:<14}{length:>5}{f'+{one.horizon}':>7}{one.count:>7}{one.apart:>7}"
        f"{one.rate * 100:>7.1f} %{interval:>15} %"
        f"{one.base * 100:>6.1f} %{one.atrs:>+8.2f}{one.base_atrs:>+8.2f}"
    )


def _replayed(options: ScoreOptions) -> tuple[Found, int, Sequence[str]]:
    """Every signal of the files, as the report has them."""
    assert options.replay is not None  # noqa: S101 - the caller has checked
    config: Config = options.replay.config
    board, fault = play(options.replay)
    if fault is not None:
        raise fault
    states = list(board.states.values())
    make = configured_evaluators(config)
    found: Found = {}
    left_out = 0
    for state in states:
        evaluator = make(state, config.bar)
        link_peers(evaluator, states)
        evaluator.catch_up()
        good = [signal for signal in evaluator.signals if not signal.quality]
        left_out += len(evaluator.signals) - len(good)
        found[state.market.name] = outcomes(evaluator.bars.closed, good)
    return found, left_out, [*options.notices, *board.notices]


def _journaled(path: Path) -> tuple[Found, int, Sequence[str]]:
    """Every signal of the journal whose bars are in it too."""
    reading = read(path)
    if not reading.bars:
        raise NoDataError(f"{path}: holds no closed bar")
    found: Found = {}
    left_out = 0
    for (market, seconds), entries in reading.bars.items():
        bars = bars_of(entries)
        recorded = [
            one for one in reading.signals.values() if (one.market, one.bar_seconds) == (market, seconds)
        ]
        good = [one.as_signal for one in recorded if not one.quality]
        left_out += len(recorded) - len(good)
        found.setdefault(market, []).extend(unbroken(bars, seconds, outcomes(bars, good)))
    notes = [f"{path}: {reading.skipped} lines skipped"] if reading.skipped else []
    return found, left_out, notes


def bars_of(entries: Mapping[int, BarEntry]) -> list[Bar]:
    """Bars with prices as integers of the finest decimals among them; what scoring does not need is 0."""
    places = max(_places(price) for entry in entries.values() for price in _prices(entry))
    made: list[Bar] = []
    for entry in entries.values():
        opened, high, low, close = (int(Decimal(price).scaleb(places)) for price in _prices(entry))
        made.append(Bar(entry.time_us, opened, high, low, close, 0, 0, 0, None, None, 0, 0))
    return made


def unbroken(bars: Sequence[Bar], seconds: int, found: Iterable[Outcome]) -> list[Outcome]:
    """Outcomes whose horizon does not reach over a time when nothing was written down."""
    places = {bar.time_us: place for place, bar in enumerate(bars)}
    kept: list[Outcome] = []
    for outcome in found:
        end = bars[places[outcome.signal.time_us] + outcome.horizon]
        span = (end.time_us - outcome.signal.time_us) // (seconds * 1_000_000)
        if span <= 2 * outcome.horizon + HOLE:
            kept.append(outcome)
    return kept


def _prices(entry: BarEntry) -> tuple[str, str, str, str]:
    return entry.open, entry.high, entry.low, entry.close


def _places(price: str) -> int:
    return len(price.partition(".")[2])
