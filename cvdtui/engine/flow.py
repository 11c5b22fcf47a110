"""The flow of one market: every sum over its trades, kept up to date as they come.

`apply` takes trades that the tape released. Trades of one slot of exchange time wait together; when the slot
or the side source changes, or before a read (`settle`), they are summed once and merged into the bars of all
timeframes, the session and the week.
"""

from collections.abc import Iterable, Sequence
from math import gcd
from operator import attrgetter

from cvdtui.config import DEFAULTS
from cvdtui.engine.bars import MINUTE, Bars
from cvdtui.engine.latest import Latest
from cvdtui.engine.open_bar import OpenBar
from cvdtui.engine.orders import OrderLimits, TakerOrders
from cvdtui.engine.periods import Periods
from cvdtui.engine.scale import factors, finer
from cvdtui.engine.segment import Segment, fold
from cvdtui.engine.session import SessionClock
from cvdtui.engine.sums import Period
from cvdtui.model import MINUTE_US, TIMEFRAMES, Columns, Market, SideSource, Trade

_time_us = attrgetter("time_us")


class MemoryLimits:
    """How much of the past one market keeps; None keeps all."""

    __slots__ = ("bars", "cells", "footprints", "prints")

    def __init__(
        self,
        bars: int | None = DEFAULTS.memory.bars,
        footprints: int | None = DEFAULTS.memory.footprints,
        prints: int = DEFAULTS.memory.prints,
        cells: int | None = 200_000,
    ) -> None:
        self.bars = bars
        """Closed bars a timeframe."""
        self.footprints = footprints
        """Bars a timeframe whose cells are kept."""
        self.prints = prints
        """Latest trades, for time and sales."""
        self.cells = cells
        """Cells a timeframe, all footprints together."""


EVERYTHING = MemoryLimits(None, None, DEFAULTS.memory.prints, None)
"""Limits of a replay."""


class Flow:
    """CVD since every anchor, bars, cells, profile, VWAP and the rolling window.

    Prices are integers of `market.price_decimals`, sizes of `market.size_decimals`, values (price x size) of
    both together, times microseconds UTC.
    """

    __slots__ = (
        "_grain_us",
        "_latest",
        "_long",
        "_minute",
        "_oldest_us",
        "_short",
        "_source",
        "bars",
        "end_us",
        "excludes_zero",
        "first_time_us",
        "last_time_us",
        "mark",
        "market",
        "minutes_from_us",
        "orders",
        "pending",
        "periods",
        "slot_us",
        "sources",
        "start",
        "trade_volume",
        "trades",
        "trades_from_us",
    )

    def __init__(  # noqa: PLR0913 - the conventions of a market
        self,
        market: Market,
        *,
        timeframes: Sequence[int] = TIMEFRAMES,
        rolling: int = DEFAULTS.rolling,
        session_clock: SessionClock | None = None,
        limits: MemoryLimits | None = None,
        excludes_zero: bool = False,
        order_limits: OrderLimits | None = None,
        keeps_orders: bool = True,
    ) -> None:
        limits = limits or MemoryLimits()
        self.market = market
        self.excludes_zero = excludes_zero
        self.bars = {
            seconds: Bars(
                seconds,
                bar_limit=limits.bars,
                footprint_limit=limits.footprints,
                cell_limit=limits.cells,
            )
            for seconds in timeframes
        }
        self._short = [bars for seconds, bars in self.bars.items() if seconds < MINUTE]
        self._long = [bars for seconds, bars in self.bars.items() if seconds >= MINUTE]
        self._minute: OpenBar | None = None
        """Segments of this minute, not yet merged into bars of a minute and longer, session and week."""
        self.periods = Periods(session_clock or SessionClock())
        self.start = self.periods.start
        """Sums over all trades and candles seen."""
        self.sources = self.periods.sources
        self.mark: tuple[int, int, int] | None = None
        """(time_us, CVD, CVD in value) at the mark that the user dropped; None without one."""
        self.trades = 0
        self.trade_volume = 0
        """Volume of those trades: candles are not in it."""
        self.minutes_from_us = 0
        """Where candles of a minute begin; 0 when there were none."""
        self.trades_from_us = 0
        """Where trades take over from candles; 0 when there were none."""
        self.first_time_us = 0
        self.last_time_us = 0
        # a slot divides every timeframe and a minute, so a segment never straddles two bars
        self._grain_us = gcd(60, *timeframes) * 1_000_000
        self._latest = Latest(rolling, limits.prints, self._grain_us)
        self.orders = (
            TakerOrders(market, self._grain_us, order_limits or OrderLimits()) if keeps_orders else None
        )
        """Taker orders by class of value, for signals; None where no signal uses them."""
        self._source: SideSource = "taker"
        self.slot_us = 0
        """Where the open slot begins."""
        self.end_us = 0
        """Where it ends; 0: the next trade begins one."""
        self.pending: list[Trade] = []
        """Trades of the open slot, not yet summed; `MarketState.accept` appends to it directly."""
        self._oldest_us = -1
        """Where the latest windows end on the left, while they may still be extended; -1: nowhere."""

    # --- the write side

    def apply(self, trades: Iterable[Trade], source: SideSource = "taker") -> None:
        """Applies trades in the venue's order; their integers are in the decimals of `market`.

        A trade of a time that is known from candles is in them already, and is skipped.
        """
        if source != self._source:
            self.settle()  # a segment has one source, so that shares of sources stay exact
            self._source = source
        # Waiting costs 0.3 us a trade over eight timeframes; merging each trade by itself 12 us.
        pending = self.pending
        for trade in trades:
            if not self.slot_us <= trade.time_us < self.end_us:
                if trade.time_us < self.trades_from_us:
                    continue
                self._begin_slot(trade.time_us)
                pending = self.pending
            pending.append(trade)

    @property
    def taken(self) -> int:
        """Trades applied, those of the open slot included."""
        return self.trades + len(self.pending)

    def apply_next(self, trade: Trade) -> None:
        """`apply` for one more trade of the source applied last."""
        if not self.slot_us <= trade.time_us < self.end_us:
            if trade.time_us < self.trades_from_us:
                return
            self._begin_slot(trade.time_us)
        self.pending.append(trade)

    def settle(self) -> None:
        """Merges what waits into every sum, so that what is read next is complete."""
        if self.pending:
            self._close_slot()
        minute, self._minute = self._minute, None
        if minute is not None:
            self._add_long(minute.segment)

    def add(self, segment: Segment) -> None:
        """Merges one segment into bars, session, week and totals."""
        for bars in self._short:
            bars.add(segment)
        self._add_long(segment)

    def close_slot(self) -> None:
        """The next trade begins a segment of its own."""
        self.end_us = 0

    def count_columns(self, columns: Columns, volume: int) -> None:
        """Counts rows that were merged by columns, and the sum of their sizes."""
        if not self.trades:
            self.first_time_us = int(columns.time_us[0])
        self.trades += len(columns)
        self.trade_volume += volume
        self.last_time_us = max(self.last_time_us, int(columns.time_us.max()))
        self._latest.add_columns(columns, self.last_time_us)
        if self.orders is not None:
            self.orders.add_columns(columns)

    def adopt(self, market: Market) -> None:
        """Takes over the instrument's description; with finer decimals every integer is multiplied."""
        grown = finer(self.market, market)
        price_factor, size_factor = factors(self.market, grown)
        if price_factor > 1 or size_factor > 1:
            self.settle()
            self._latest.take_columns(self.last_time_us)
            self._rescale(price_factor, size_factor)
        self.market = grown

    def drop_mark(self, time_us: int) -> None:
        """Anchors the CVD `mark` at this time (us)."""
        self.settle()
        self.mark = (time_us, self.start.delta, self.start.value_delta)

    def move_mark(self, other: "Flow") -> None:
        """Takes over the mark of a flow that saw the same trades since it was dropped."""
        if other.mark is None:
            return
        self.settle()
        other.settle()
        size, value = other.start.delta - other.mark[1], other.start.value_delta - other.mark[2]
        self.mark = (other.mark[0], self.start.delta - size, self.start.value_delta - value)

    def scratch(self, timeframes: Sequence[int]) -> "Flow":
        """An empty flow of the same market and conventions, without limits, to sum a stretch of history."""
        return Flow(
            self.market,
            timeframes=timeframes,
            rolling=1,
            session_clock=self.periods.clock,
            limits=MemoryLimits(None, None, 1, None),
            excludes_zero=self.excludes_zero,
        )

    def extend_left(self, trades: Sequence[Trade], from_us: int, to_us: int) -> None:
        """Extends the rolling and the five-minute window by all trades of from_us <= time < to_us.

        Only where they end right before the first trade of the windows; other stretches are ignored.
        """
        if to_us == self._oldest_us:
            self._oldest_us = from_us
            self._read_latest().extend_left(trades, self.last_time_us)

    def begin_at(self, time_us: int) -> None:
        """Trades count from this time on; what lies before is known from candles."""
        self._oldest_us = self.trades_from_us = time_us

    # --- the read side (call `settle` first)

    @property
    def session(self) -> Period | None:
        """The last session that anything traded in."""
        return self.periods.session

    @property
    def week(self) -> Period | None:
        """The last week that anything traded in."""
        return self.periods.week

    @property
    def newest_us(self) -> int:
        """Newest exchange time applied, us."""
        return max([self.last_time_us, *[trade.time_us for trade in self.pending]])

    @property
    def last_trade(self) -> Trade | None:
        """The trade applied last."""
        newest = self._read_latest().newest(1)
        return newest[0] if newest else None

    @property
    def rolling(self) -> int:
        """Number of trades in the rolling CVD."""
        return self._latest.rolling

    @property
    def grain_us(self) -> int:
        """Length of a slot in us: divides every timeframe and a minute."""
        return self._grain_us

    def rolling_delta(self) -> tuple[int, int]:
        """Delta of the last `rolling` trades: (size, value)."""
        return self._read_latest().rolling_delta()

    def delta_5m(self, now_us: int) -> tuple[int, int]:
        """Delta of trades younger than 300 s of exchange time at `now_us`: (size, value)."""
        return self._read_latest().delta_5m(now_us)

    def prints(self, count: int) -> list[Trade]:
        """The latest trades, newest first."""
        return self._read_latest().newest(count)

    # --- inside

    def _begin_slot(self, time_us: int) -> None:
        if self.pending:
            self._close_slot()
        self._latest.take_columns(self.last_time_us)
        if not self.trades:
            self.first_time_us = time_us
        self.slot_us = time_us - time_us % self._grain_us
        self.end_us = self.slot_us + self._grain_us

    def _close_slot(self) -> None:
        """Sums the open slot: into the short bars at once, into the rest a minute at a time.

        Six of the eight timeframes and the three periods are thus merged 12 times less often.
        """
        pending = self.pending
        segment = fold(self.slot_us, pending, self._source, excludes_zero=self.excludes_zero)
        self.trades += len(pending)
        # the venue's order is that of ids: the last trade may not be the newest
        newest_us = max([trade.time_us for trade in pending])
        self.last_time_us = max(self.last_time_us, newest_us)
        self.trade_volume += segment.volume
        if self.orders is not None:
            # volume x highest price bounds the value of any order in the slot: most slots are skipped by it
            self.orders.add(pending, segment.volume * max(segment.high, -segment.low))
        self._latest.add(self.slot_us, pending, segment.delta, segment.value_delta, self.last_time_us)
        self.pending = []  # a new list: `_latest` keeps the old one, without a copy
        for bars in self._short:
            bars.add(segment)
        self._add_to_minute(segment)

    def _add_to_minute(self, segment: Segment) -> None:
        minute = self._minute
        if minute is None:
            self._minute = OpenBar(segment.time_us, segment)
        elif segment.time_us // MINUTE_US == minute.time_us // MINUTE_US:
            minute.merge(segment)
            minute.segment.time_us = min(minute.segment.time_us, segment.time_us)
        else:
            self._add_long(minute.segment)
            self._add_long(
                segment
            )  # at once, so that bars close when the minute is over, not with the next slot
            self._minute = None

    def _add_long(self, segment: Segment) -> None:
        for bars in self._long:
            bars.add(segment)
        self.periods.add(segment)

    def _read_latest(self) -> Latest:
        self.settle()
        self._latest.take_columns(self.last_time_us)
        return self._latest

    def _rescale(self, price_factor: int, size_factor: int) -> None:
        for bars in self.bars.values():
            bars.rescale(price_factor, size_factor)
        self.periods.rescale(price_factor, size_factor)
        notional = price_factor * size_factor
        if self.mark is not None:
            self.mark = (self.mark[0], self.mark[1] * size_factor, self.mark[2] * notional)
        self.trade_volume *= size_factor
        self._latest.rescale(price_factor, size_factor)
        if self.orders is not None:
            self.orders.rescale(price_factor, size_factor)
        self.end_us = 0  # the next trade is in the new scale: it begins a slot
