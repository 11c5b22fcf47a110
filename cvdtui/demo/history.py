"""All trades of one market, past and future: counted, summed and written out on demand, always the same."""

import numpy as np
import numpy.typing as npt

from cvdtui.demo import bars
from cvdtui.demo import templates as t
from cvdtui.demo.assets import DemoMarket
from cvdtui.demo.bars import DemoBars, DemoTicks
from cvdtui.demo.path import DAY_US, Path
from cvdtui.demo.templates import Ints, Templates

_MULTIPLES = np.array((1, 1, 1, 1, 2, 2, 3, 5), np.int8)


class DemoHistory:
    """One market's tape as a function of position; the caller holds the clock."""

    def __init__(self, listing: DemoMarket, path: Path, templates: Templates, seed: int) -> None:
        self.listing = listing
        self._path = path
        self._templates = templates
        self._seed = seed
        self._days = 0
        self._multiple = np.empty(0, np.int8)
        self._count = np.zeros(1, np.int64)
        self._span = np.zeros(1, np.int64)
        self._delta = np.zeros(1, np.int64)
        self._volume = np.zeros(1, np.int64)

    @property
    def first_us(self) -> int:
        """Where the history begins."""
        return self._path.first_us

    def reach(self, time_us: int) -> None:
        """Make sure that everything up to the end of the day of `time_us` can be asked for."""
        if time_us < self.first_us + self._days * DAY_US:
            return
        self._path.reach(time_us)
        market = self.listing.market
        # Not hash(), which differs from process to process.
        salt = int.from_bytes(market.name.encode(), "big") % 2**31
        per_day = 86_400 // self._path.shape.seconds
        first = self._days * per_day
        chunks = []
        for day in range(self._days, self._path.days):
            rng = np.random.default_rng((self._seed, 3, salt, self.first_us // DAY_US + day))
            chunks.append(_MULTIPLES[rng.integers(0, len(_MULTIPLES), per_day)])
        self._days = self._path.days
        self._multiple = np.concatenate([self._multiple, *chunks])
        tpl, mirror = self._path.template[first:], self._path.mirror[first:]
        sums = self._templates.sums
        times = self._multiple[first:].astype(np.int64)
        net = (2 * sums[:, t.SUM_BUY] - sums[:, t.SUM_VOLUME])[tpl] * mirror * times
        self._count = _extended(self._count, self._templates.trades[tpl])
        self._span = _extended(self._span, self._templates.span[tpl])
        self._delta = _extended(self._delta, net)
        self._volume = _extended(self._volume, sums[tpl, t.SUM_VOLUME] * times)

    def index_at(self, time_us: int) -> int:
        """How many trades happened up to and including `time_us`."""
        block, within = divmod(time_us - self.first_us, self._path.block_us)
        if block < 0:
            return 0
        tpl = int(self._path.template[block])
        lo, hi = int(self._templates.start[tpl]), int(self._templates.start[tpl + 1])
        inside = int(np.searchsorted(self._templates.ms[lo:hi], within // 1000, side="right"))
        return int(self._count[block]) + inside

    def time_of(self, index: int) -> int:
        """Time of the trade at a position, in microseconds (whole milliseconds)."""
        block = self._block(index)
        place = int(self._templates.start[self._path.template[block]]) + index - int(self._count[block])
        return self.first_us + block * self._path.block_us + int(self._templates.ms[place]) * 1000

    def delta_before(self, index: int) -> int:
        """Buys minus sells of all trades before a position, exact."""
        block = self._block(index)
        inside = index - int(self._count[block])
        total = int(self._delta[block])
        if inside:
            lo = int(self._templates.start[self._path.template[block]])
            run = int(self._templates.run[lo + inside - 1]) - (int(self._templates.run[lo - 1]) if lo else 0)
            total += run * int(self._path.mirror[block]) * int(self._multiple[block])
        return total

    def volume_before(self, index: int) -> int:
        """Size of all trades before a position, exact."""
        block = self._block(index)
        inside = index - int(self._count[block])
        lo = int(self._templates.start[self._path.template[block]])
        return int(self._volume[block]) + int(self._templates.size[lo : lo + inside].sum()) * int(
            self._multiple[block]
        )

    def ticks(self, start: int, end: int) -> DemoTicks:
        """The trades at positions start <= i < end."""
        start = max(start, 0)
        if end <= start:
            empty = np.empty(0, np.int64)
            return DemoTicks(start, empty, empty, empty, empty, empty, empty)
        parts = []
        block = self._block(start)
        position = start
        while position < end:
            stop = min(end, int(self._count[block + 1]))
            parts.append(
                self._part(block, position - int(self._count[block]), stop - int(self._count[block]))
            )
            position = stop
            block += 1
        if len(parts) == 1:
            return DemoTicks(start, *parts[0])
        return DemoTicks(start, *(np.concatenate(column) for column in zip(*parts, strict=True)))

    def bars(self, seconds: int, first_us: int, count: int, visible: int, now_us: int) -> DemoBars:
        """`count` bars from `first_us` on (a multiple of `seconds`), of trades before position `visible`.

        Bars after the one of `now_us` are left out.
        """
        step = seconds * 1_000_000
        first_us = max(first_us, self.first_us)
        count = min(count, (now_us // step * step - first_us) // step + 1)
        if count <= 0:
            return bars.no_bars()
        per_bar = step // self._path.block_us
        begin = (first_us - self.first_us) // self._path.block_us
        current = (now_us - self.first_us) // self._path.block_us
        whole = min(count, (current - begin) // per_bar)
        parts = []
        if whole:
            edges = np.arange(begin, begin + whole * per_bar + 1, per_bar)
            parts.append(self._folded(edges))
        if whole < count:
            parts.append(self._unfinished(begin + whole * per_bar, current, visible))
        return bars.concatenated(parts)

    def _block(self, index: int) -> int:
        return int(np.searchsorted(self._count, index, side="right")) - 1

    def _part(self, block: int, lo: int, hi: int) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
        tape, path = self._templates, self._path
        start = int(tape.start[path.template[block]])
        here = slice(start + lo, start + hi)
        mirror = int(path.mirror[block])
        price = int(path.price[block]) * self.listing.ratio + self.listing.basis
        begin = self.first_us + block * path.block_us
        return (
            tape.ms[here] * 1000 + begin,
            tape.rel[here] * mirror + price,
            tape.size[here] * int(self._multiple[block]),
            tape.side[here] * mirror,
            tape.fill_offset[here] + (int(self._span[block]) + self.listing.first_fill),
            tape.fills[here],
        )

    def _folded(self, edges: Ints) -> DemoBars:
        """Bars of whole blocks: edges[i] <= block < edges[i + 1]."""
        blocks = slice(int(edges[0]), int(edges[-1]))
        tpl = self._path.template[blocks]
        up = self._path.mirror[blocks] > 0
        sign, times = np.where(up, 1, -1), self._multiple[blocks].astype(np.int64)
        price = self._path.price[blocks] * self.listing.ratio + self.listing.basis
        s = self._templates.sums[tpl]
        volume = s[:, t.SUM_VOLUME]
        buy = np.where(up, s[:, t.SUM_BUY], volume - s[:, t.SUM_BUY])
        buy_value = np.where(up, s[:, t.SUM_BUY_VALUE], s[:, t.SUM_BUY_VALUE] - s[:, t.SUM_VALUE])
        at = edges[:-1] - edges[0]
        last = edges[1:] - edges[0] - 1
        return DemoBars(
            self.first_us + edges[:-1] * self._path.block_us,
            (price + sign * s[:, t.FIRST])[at],
            np.maximum.reduceat(price + np.where(up, s[:, t.HIGH], -s[:, t.LOW]), at),
            np.minimum.reduceat(price + np.where(up, s[:, t.LOW], -s[:, t.HIGH]), at),
            (price + sign * s[:, t.LAST])[last],
            np.add.reduceat(times * volume, at),
            np.add.reduceat(times * buy, at),
            np.add.reduceat(times * (price * volume + sign * s[:, t.SUM_VALUE]), at),
            np.add.reduceat(times * (price * buy + buy_value), at),
            np.add.reduceat(s[:, t.SUM_FILLS], at),
            self._count[edges[:-1]],
            self._count[edges[1:]],
        )

    def _unfinished(self, begin: int, current: int, visible: int) -> DemoBars:
        """The bar of the present: whole blocks up to `current`, then what is visible of that one."""
        begin_us = self.first_us + begin * self._path.block_us
        rest = bars.of_ticks(begin_us, self.ticks(int(self._count[current]), visible), self._close_before)
        if current == begin:
            return rest
        done = self._folded(np.array([begin, current]))
        return done if int(rest.volume[0]) == 0 else bars.joined(done, rest)

    def _close_before(self, index: int) -> int:
        if index == 0:
            return int(self._path.price[0]) * self.listing.ratio + self.listing.basis
        return int(self.ticks(index - 1, index).price[0])


def _extended(running: Ints, more: npt.NDArray[np.integer]) -> Ints:
    return np.concatenate([running, running[-1] + np.cumsum(more, dtype=np.int64)])
