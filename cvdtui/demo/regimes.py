"""The kinds of minute of a day, in sequences of trend, absorption, divergence and calm."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

CALM, ACTIVE, DRIFT, TREND, ABSORB, THIN, BURST = range(7)
"""Kinds of minute; those with a direction may be mirrored (up becomes down, buys become sells)."""

DAY_MINUTES = 1440


class Kind(NamedTuple):
    """How trades and price behave in one kind of minute; written for the upward case."""

    intensity: float
    """Trades against the market's mean."""
    drift: float
    """Price change in standard deviations of a minute."""
    volatility: float
    bias: float
    """Log odds of an aggressive buy before anything else is known."""
    coupling: float
    """How strongly aggression follows the price's own slope."""
    size: float
    templates: int
    """Weight in the number of templates drawn."""


KINDS = (
    Kind(0.75, 0.0, 0.6, 0.0, 0.5, 0.8, 12),
    Kind(1.05, 0.0, 1.0, 0.0, 0.9, 1.0, 16),
    Kind(1.0, 0.6, 0.8, 0.4, 0.8, 1.0, 10),
    Kind(1.5, 1.5, 1.0, 0.8, 0.8, 1.2, 8),
    Kind(1.7, 0.05, 0.25, 1.1, 0.0, 1.8, 6),
    Kind(0.85, 1.2, 0.7, -0.45, 0.0, 0.7, 6),
    Kind(3.0, 0.4, 2.2, 0.2, 1.2, 1.5, 6),
)

_SEQUENCES: tuple[tuple[float, tuple[tuple[int, int, int, int], ...]], ...] = (
    (0.30, ((CALM, 1, 6, 20),)),
    (0.24, ((ACTIVE, 1, 4, 12),)),
    (0.16, ((DRIFT, 1, 3, 8), (TREND, 1, 2, 5), (ACTIVE, 1, 1, 4))),
    (0.10, ((TREND, 1, 1, 3), (ABSORB, 1, 2, 4), (DRIFT, -1, 2, 5))),
    (0.12, ((TREND, 1, 3, 5), (DRIFT, -1, 2, 4), (THIN, 1, 4, 7), (CALM, 1, 1, 3), (TREND, -1, 3, 6))),
    (0.08, ((BURST, 1, 1, 2), (ACTIVE, 1, 2, 5))),
)
"""Weight of each sequence and its steps: kind, direction, fewest and most minutes. The fifth is a divergence:
a rise with buyers, a pullback, a higher high without buyers, the fall."""


def day(rng: np.random.Generator) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Kind and direction (1 or -1) of each of the 1,440 minutes of a day."""
    kinds: list[int] = []
    signs: list[int] = []
    lengths: list[int] = []
    weights = np.array([weight for weight, _ in _SEQUENCES])
    drawn = rng.choice(len(_SEQUENCES), size=DAY_MINUTES // 2, p=weights / weights.sum())
    up = rng.integers(0, 2, len(drawn)) * 2 - 1
    share = rng.random(len(drawn) * 5)
    total = used = 0
    for sequence, sign in zip(drawn.tolist(), up.tolist(), strict=True):
        for kind, turn, least, most in _SEQUENCES[sequence][1]:
            length = least + int(share[used] * (most - least + 1))
            used += 1
            total += length
            kinds.append(kind)
            signs.append(sign * turn)
            lengths.append(length)
        if total >= DAY_MINUTES:
            break
    return (
        np.repeat(np.array(kinds, np.int8), lengths)[:DAY_MINUTES],
        np.repeat(np.array(signs, np.int8), lengths)[:DAY_MINUTES],
    )


def mean_intensity() -> float:
    """The long-run mean of `Kind.intensity` over the sequences, to scale trade rates by."""
    minutes = trades = 0.0
    for weight, steps in _SEQUENCES:
        for kind, _, least, most in steps:
            length = weight * (least + most) / 2
            minutes += length
            trades += length * KINDS[kind].intensity
    return trades / minutes
