"""Which template comes when, and at what price: an endless path per asset, given by seed and calendar."""

import numpy as np
import numpy.typing as npt

from cvdtui.demo import regimes
from cvdtui.demo.assets import Asset
from cvdtui.demo.regimes import ABSORB, DRIFT, THIN, TREND
from cvdtui.demo.templates import Shape, Skeleton

DAY_US = 86_400_000_000
_REACH = 0.08
"""A day that would end this far from the asset's first price is mirrored."""
_FOLLOW = 0.5
"""Share of the days on which an asset follows the leader's sequences."""


class Path:
    """Template, mirroring and price of every block since `first_day`; blocks are `Shape.seconds` long."""

    def __init__(self, asset: Asset, shape: Shape, shared: Skeleton, seed: int, first_day: int) -> None:
        self.asset = asset
        self.shape = shape
        self.block_us = shape.seconds * 1_000_000
        self.first_us = first_day * DAY_US
        self.days = 0
        self.template = np.empty(0, np.int16)
        self.mirror = np.empty(0, np.int8)
        self.price = np.array([asset.start], np.int64)
        """Price at the beginning of each block in the asset's units; one more than there are blocks."""
        self._close = shared.close
        self._seed = seed
        self._first_day = first_day

    def reach(self, time_us: int) -> None:
        """Lay the path at least to the end of the day of `time_us`."""
        new: list[tuple[npt.NDArray[np.int16], npt.NDArray[np.int8]]] = []
        prices = [self.price]
        last = int(self.price[-1])
        while self.first_us + self.days * DAY_US <= time_us:
            template, mirror = self._day(self._first_day + self.days)
            moves = mirror * self._close[template]
            if self._strays(last, int(moves.sum())):
                mirror, moves = -mirror, -moves
            prices.append(last + np.cumsum(moves))
            last = int(prices[-1][-1])
            new.append((template, mirror))
            self.days += 1
        if new:
            self.template = np.concatenate([self.template, *(template for template, _ in new)])
            self.mirror = np.concatenate([self.mirror, *(mirror for _, mirror in new)])
            self.price = np.concatenate(prices)

    def _strays(self, last: int, move: int) -> bool:
        away = last - self.asset.start
        return abs(away + move) > _REACH * self.asset.start and abs(away + move) > abs(away - move)

    def _day(self, day: int) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int8]]:
        own = np.random.default_rng((self._seed, 1, self.asset.index, day))
        follows = own.random() < _FOLLOW
        sequences = np.random.default_rng((self._seed, 2, 0 if follows else self.asset.index, day))
        kinds, signs = regimes.day(sequences)
        blocks = 60 // self.shape.seconds
        kind = np.repeat(kinds, blocks)
        counts, starts = np.array(self.shape.counts), np.array(self.shape.starts)
        template = (starts[kind] + own.random(len(kind)) * counts[kind]).astype(np.int16)
        # Calm and active minutes have no direction, so each is mirrored by chance.
        loose = np.where(own.random(len(kind)) < 0.5, 1, -1)
        directed = np.isin(kind, (DRIFT, TREND, ABSORB, THIN))
        return template, np.where(directed, np.repeat(signs, blocks), loose).astype(np.int8)
