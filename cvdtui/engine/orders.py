"""Taker orders: consecutive fills of one time and side, summed; by class of value in each slot of time."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from math import ceil
from typing import TYPE_CHECKING

from cvdtui.engine.closed_bar import Order, Orders, exact
from cvdtui.engine.scale import EXACT_FLOAT, WORD
from cvdtui.model import Columns, Market, Trade
from cvdtui.model.parameters import ORDER_CLASSES

if TYPE_CHECKING:
    import numpy as np

    Ints = np.ndarray[tuple[int], np.dtype[np.int64]]

LARGE_ORDER = 1_000_000.0
"""Value of one taker order that is large, in quote units."""
ORDER_SLOTS = 20_000
"""Slots kept a live market, of those with an order beyond the smallest class."""
Slot = tuple[list[int], list[Order]]
"""Delta of each class but the smallest, and the large orders.

The smallest class is the bar's delta less the others: most slots have no order beyond it, and cost nothing.
"""


class OrderLimits:
    """Limits in quote units: where classes of value end, and from where orders are kept one by one."""

    __slots__ = ("classes", "large", "slots")

    def __init__(
        self,
        classes: Sequence[float] = ORDER_CLASSES,
        large: float = LARGE_ORDER,
        slots: int | None = ORDER_SLOTS,
    ) -> None:
        self.classes = tuple(sorted(classes))
        self.large = large
        self.slots = slots
        """Slots kept; None keeps all."""


class TakerOrders:
    """Delta by class of order value, and the large orders, of each slot of exchange time.

    The last order stays open until a trade of another time or side follows: only then is it complete.
    """

    __slots__ = (
        "_bounds",
        "_from_us",
        "_grain_us",
        "_large",
        "_least",
        "_limits",
        "_notional",
        "_open",
        "_slots",
        "_times",
    )

    def __init__(self, market: Market, grain_us: int, limits: OrderLimits) -> None:
        self._limits = limits
        self._grain_us = grain_us
        self._open: Order | None = None
        self._from_us = 0
        """Time of the first trade known, us; 0 before there is one."""
        self._slots: dict[int, Slot] = {}
        self._times: list[int] = []
        """The slots in order of time."""
        self._fit(10 ** (market.price_decimals + market.size_decimals))

    def _fit(self, notional: int) -> None:
        """Turns the limits into integers; `notional` is one quote unit as price x size."""
        self._notional = notional
        # rounded up: a value of exactly the limit belongs to the class above it, and never less
        self._bounds = [ceil(exact(limit) * notional) for limit in self._limits.classes]
        self._large = ceil(exact(self._limits.large) * notional)
        self._least = min(self._bounds[0], self._large)

    def add(self, trades: Sequence[Trade], most: int) -> None:
        """Adds trades in the venue's order, at least one; `most` is an upper bound of their total value.

        Below the least class together, none of them can be in one, and all but the last order are skipped.
        """
        first = trades[0]
        self._note(first.time_us)
        opened = self._open
        if most < self._least and (
            opened is None or (opened.time_us, opened.side) != (first.time_us, first.side)
        ):
            self._skip(trades)
            return
        time_us, price, size, value, side = opened or Order(first.time_us, 0, 0, 0, first.side)
        for trade in trades:
            if trade.time_us != time_us or trade.side != side:
                if value >= self._least:
                    self._record(Order(time_us, price, size, value, side))
                time_us, side, size, value = trade.time_us, trade.side, 0, 0
            price = trade.price
            size += trade.size
            value += price * trade.size
        self._open = Order(time_us, price, size, value, side)

    def add_columns(self, columns: Columns) -> None:
        """`add` for rows, at least one, in the venue's order."""
        import numpy as np

        time, side = columns.time_us, columns.side
        self._note(int(time[0]))
        turns = np.flatnonzero((time[1:] != time[:-1]) | (side[1:] != side[:-1])) + 1
        edges = np.concatenate((np.zeros(1, np.int64), turns, np.full(1, len(columns))))
        opened = self._open
        goes_on = opened is not None and (opened.time_us, opened.side) == (int(time[0]), int(side[0]))
        if goes_on:
            self.add(_trades(columns, 0, int(edges[1])), WORD)
            if len(edges) == 2:
                return
        self._close_open()
        # the last run stays open: the next chunk may continue it
        self._open = _order(columns, int(edges[-2]), len(columns))
        values = _run_sums(_notionals(columns), edges[:-1])
        runs = np.flatnonzero(values >= self._least)
        if goes_on:
            runs = runs[runs > 0]
        if len(runs):
            self._record_runs(columns, edges, runs, values[runs])

    def _record_runs(self, columns: Columns, edges: "Ints", runs: "Ints", values: "Ints") -> None:
        """Records the orders at these runs of rows: delta by class, the large ones one by one."""
        import numpy as np

        for run in runs[values >= self._large].tolist():
            order = _order(columns, int(edges[run]), int(edges[run + 1]))
            self._slot(order.time_us)[1].append(order)
        classed = values >= self._bounds[0]
        runs, values = runs[classed], values[classed]
        first = edges[runs]
        sizes = _run_sums(columns.size, edges)[runs] * columns.side[first]
        places = np.zeros(len(runs), np.int64)
        for bound in self._bounds[1:]:
            places += values >= bound
        if not len(runs):
            return
        slots = columns.time_us[first] // self._grain_us
        for slot, deltas in _by_slot(slots, places, sizes, len(self._bounds)):
            known = self._slot(slot * self._grain_us)[0]
            for place, amount in enumerate(deltas):
                known[place] += amount

    def of(self, time_us: int, seconds: int, delta: int) -> Orders | None:
        """Orders of the bar that starts at `time_us` with this delta; None where its trades are not known."""
        end_us = time_us + seconds * 1_000_000
        if not self._from_us or end_us <= self._from_us:
            return None
        if seconds * 1_000_000 == self._grain_us and not time_us % self._grain_us:
            slot = self._slots.get(time_us)
            deltas, whole = slot or ([0] * len(self._bounds), [])
            return Orders((delta - sum(deltas), *deltas), tuple(whole))
        sums = [0] * len(self._bounds)
        large: list[Order] = []
        low = bisect_left(self._times, time_us)
        high = bisect_left(self._times, end_us)
        for slot_us in self._times[low:high]:
            deltas, orders = self._slots[slot_us]
            for number, amount in enumerate(deltas):
                sums[number] += amount
            large += orders
        return Orders((delta - sum(sums), *sums), tuple(large))

    def add_earlier(self, other: "TakerOrders") -> None:
        """Takes over the slots of a stretch fetched later; `other` must not be used any more."""
        from_us, grain_us, slots = other.finish()
        if grain_us != self._grain_us or not from_us:
            return
        for slot_us, slot in slots.items():
            if slot_us not in self._slots:
                insort(self._times, slot_us)
                self._slots[slot_us] = slot
        self._note(from_us)

    def finish(self) -> tuple[int, int, dict[int, Slot]]:
        """Closes the open order; returns the time of the first trade, the length of a slot and every slot."""
        self._close_open()
        return self._from_us, self._grain_us, self._slots

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings every integer to finer decimals."""
        for slot_us, (deltas, orders) in self._slots.items():
            self._slots[slot_us] = (
                [amount * size_factor for amount in deltas],
                [_scaled(order, price_factor, size_factor) for order in orders],
            )
        if self._open is not None:
            self._open = _scaled(self._open, price_factor, size_factor)
        self._fit(self._notional * price_factor * size_factor)

    # --- inside

    def _note(self, time_us: int) -> None:
        if not self._from_us or time_us < self._from_us:
            self._from_us = time_us

    def _skip(self, trades: Sequence[Trade]) -> None:
        """Skips trades too small together for any class; only the order they end with may continue."""
        self._close_open()
        last = trades[-1]
        size = value = 0
        for trade in reversed(trades):
            if trade.time_us != last.time_us or trade.side != last.side:
                break
            size += trade.size
            value += trade.price * trade.size
        self._open = Order(last.time_us, last.price, size, value, last.side)

    def _close_open(self) -> None:
        opened, self._open = self._open, None
        if opened is not None and opened.value >= self._least:
            self._record(opened)

    def _record(self, order: Order) -> None:
        deltas, large = self._slot(order.time_us)
        place = sum(order.value >= bound for bound in self._bounds)
        if place:
            deltas[place - 1] += order.size * order.side
        if order.value >= self._large:
            large.append(order)

    def _slot(self, time_us: int) -> Slot:
        """The slot that contains a time; a new one may drop the oldest."""
        slot_us = time_us - time_us % self._grain_us
        slot = self._slots.get(slot_us)
        if slot is None:
            slot = self._slots[slot_us] = ([0] * len(self._bounds), [])
            if self._times and slot_us < self._times[-1]:
                insort(self._times, slot_us)
            else:
                self._times.append(slot_us)
            if self._limits.slots is not None and len(self._times) > self._limits.slots:
                gone = self._times.pop(0)
                del self._slots[gone]
                self._from_us = max(self._from_us, gone + self._grain_us)
        return slot


def _notionals(columns: Columns) -> "np.ndarray":
    """Price x size of every row; as Python integers where 64 bits would not hold their sums.

    At 8 decimals each, one trade of 1,000 x 1,000 units is beyond them: 1e11 x 1e11.
    """
    from cvdtui.engine.columns.sums import sum_is_below

    widest = max(int(columns.price.max()), -int(columns.price.min()), 1)
    fits = sum_is_below(columns.size, WORD / widest)
    prices = columns.price if fits else columns.price.astype(object)
    notionals: np.ndarray = prices * columns.size
    return notionals


def _run_sums(values: "np.ndarray", edges: "Ints") -> "np.ndarray":
    """Sums of the runs between these edges; each fits 64 bits, or they are Python integers."""
    import numpy as np

    sums = np.concatenate((values[:1] * 0, np.cumsum(values)))[edges]
    result: np.ndarray = sums[1:] - sums[:-1]
    return result


def _by_slot(slots: "Ints", places: "Ints", sizes: "Ints", width: int) -> Iterator[tuple[int, list[int]]]:
    """Each distinct slot, ascending, with the sum of the sizes in each of `width` places."""
    import numpy as np

    fresh = slots[1:] != slots[:-1]
    if np.all(slots[1:] >= slots[:-1]):
        known = np.concatenate((slots[:1], slots[1:][fresh]))
        owners = np.concatenate((np.zeros(1, np.int64), np.cumsum(fresh)))
    else:
        known, owners = np.unique(slots, return_inverse=True)
    spots = owners * width + places
    if float(np.sum(np.abs(sizes), dtype=np.float64)) < EXACT_FLOAT:
        totals = np.bincount(spots, weights=sizes, minlength=len(known) * width).astype(np.int64)
    else:
        totals = np.zeros(len(known) * width, sizes.dtype)
        np.add.at(totals, spots, sizes)
    return zip(known.tolist(), totals.reshape(-1, width).tolist(), strict=True)


def _order(columns: Columns, low: int, high: int) -> Order:
    prices, sizes = columns.price[low:high].tolist(), columns.size[low:high].tolist()
    value = sum(price * size for price, size in zip(prices, sizes, strict=True))
    return Order(int(columns.time_us[low]), prices[-1], sum(sizes), value, int(columns.side[low]))


def _trades(columns: Columns, low: int, high: int) -> list[Trade]:
    from cvdtui.engine.columns.rows import slice_of, trades_of

    return trades_of(slice_of(columns, low, high))


def _scaled(order: Order, price_factor: int, size_factor: int) -> Order:
    return Order(
        order.time_us,
        order.price * price_factor,
        order.size * size_factor,
        order.value * price_factor * size_factor,
        order.side,
    )
