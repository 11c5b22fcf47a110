"""One market as the engine knows it: its tape, its flow, its audit, and what was refused on the way."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cvdtui.config import DEFAULTS
from cvdtui.engine import history
from cvdtui.engine.audit import Audit
from cvdtui.engine.flow import Flow
from cvdtui.engine.open_interest import OpenInterestHistory
from cvdtui.engine.scale import at_scale, factors, finer, scale_liquidation
from cvdtui.engine.sums import Period
from cvdtui.engine.tape import Tape
from cvdtui.model import (
    Candle,
    Columns,
    Gap,
    Liquidation,
    Liquidations,
    Market,
    Missing,
    OpenInterest,
    Outage,
    SideSource,
    Trade,
    Trades,
)

if TYPE_CHECKING:
    from cvdtui.engine.columns.tape import ColumnTape

LIQUIDATIONS = 1_000
"""Liquidations kept a market."""
MakeFlow = Callable[[Market], Flow]
NEARLY = 1 - 1e-9
"""Coverage at most, while anything is open or lost."""


class MarketState:
    """Takes everything that is said of one market and keeps it in one scale, the finest seen."""

    def __init__(
        self, market: Market, make_flow: MakeFlow, *, hold_limit: int = DEFAULTS.tape.hold, live: bool = False
    ) -> None:
        self.flow = make_flow(market)
        self.audit = Audit()
        self.tape = Tape(market.name, hold_limit=hold_limit)
        self.ignored = 0
        self.rejected = 0
        self.excluded = 0
        self.quoted = 0
        """Trades whose side was inferred while a usable quote stood."""
        self.outside_count = 0
        """Those of them outside it."""
        self.last_reason = ""
        """Why the last frame or row was rejected."""
        self.progress: float | None = None
        """Share of the background fill done; None when none was asked for."""
        self.known_from_us: int | None = None
        """Where exact knowledge begins; None in a replay, which claims nothing of the time before it."""
        self.week_from_us: int | None = None
        self.outages: list[Outage] = []
        """Spans of time of which not every trade is known, ascending."""
        self.open_interest = OpenInterestHistory()
        self.liquidations: deque[Liquidation] = deque(maxlen=LIQUIDATIONS)
        """The latest ones, oldest first."""
        self.liquidations_complete = True
        self.changes = 0
        """Grows with everything that may change a number."""
        self._columns: ColumnTape | None = None
        self._history_to = 0
        """Up to where candles have told everything."""
        self._hold_limit = hold_limit
        self._live = live
        self._first_trade = True
        self._source: SideSource = "taker"

    @property
    def market(self) -> Market:
        """The instrument, with the decimals of every integer here."""
        return self.flow.market

    @property
    def version(self) -> int:
        """Grows with everything that may change a number."""
        return self.changes + self.flow.taken

    # --- what comes in

    def adopt(self, market: Market) -> None:
        """A description of the instrument: finer decimals bring everything along."""
        price, size = factors(self.market, finer(self.market, market))
        if self._columns is not None and not self._columns.can_rescale(price, size):
            self._leave_columns()
        self.flow.adopt(market)
        if price > 1 or size > 1:
            self.tape.rescale(price, size)
            self.audit.rescale(price, size)
            self.open_interest.rescale(size)
            self._rescale_liquidations(price, size)
            if self._columns is not None:
                self._columns.rescale(price, size)
        self.changes += 1

    def accept(self, batch: Trades) -> Missing | None:
        """Trades in the scale of `market`; returns a hole to be fetched."""
        tape = self.tape
        trades = batch.trades
        if tape.flowing and len(trades) == 1 and (trade := trades[0]).id == tape.next and trade.size:
            # The hot path: one trade, the next one (see tests/bench/bench_live.py).
            tape.next = trade.id + trade.count
            tape.last_time_us = trade.time_us
            flow = self.flow
            if flow.slot_us <= trade.time_us < flow.end_us:
                flow.pending.append(trade)
            else:
                flow.apply_next(trade)
            if batch.excluded:
                self.excluded += batch.excluded
            return None
        self.changes += 1
        if self._first_trade or self._columns is not None:
            self._begin(batch)
        released = _of_the_book(tape.accept(batch.trades))
        if released:
            self.flow.apply(released, batch.source)
        if batch.excluded:
            self.excluded += batch.excluded
        self.quoted += batch.quoted
        self.outside_count += batch.outside
        return tape.missing

    def accept_scaled(self, batch: Trades) -> Missing | None:
        """Trades in another scale than `market`: the finer one holds for both."""
        if factors(self.market, finer(self.market, batch.market)) != (1, 1):
            self.adopt(batch.market)
        trades = tuple(at_scale(batch, self.market))
        return self.accept(replace(batch, market=self.market, trades=trades))

    def accept_columns(self, columns: Columns) -> None:
        """Rows of a file, in its order; integers in a scale that is no finer than `market`'s."""
        from cvdtui.engine.columns.apply import apply_columns
        from cvdtui.engine.columns.rows import rescaled, trades_of
        from cvdtui.engine.columns.tape import ColumnTape  # numpy is there only when columns came

        self.changes += 1
        grown = rescaled(columns, self.market)
        is_late = not self._first_trade and self._columns is None
        if is_late or grown is None or columns.id_rule != "contiguous":
            rows = tuple(trades_of(columns))
            self.accept_scaled(Trades(columns.market, rows, columns.id_rule, columns.source))
            return
        if self._columns is None:
            self._first_trade = False
            self._columns = ColumnTape(hold_limit=self._hold_limit)
        apply_columns(self.flow, self._columns.accept(grown))

    def hold(self) -> None:
        """History is on its way: trades wait."""
        self.tape.hold()

    def expect(self, next_id: int) -> Missing | None:
        """The tape begins here."""
        self.changes += 1
        self._apply(self.tape.expect(next_id, self.flow.trades_from_us))
        return self.tape.missing

    def inherit(self, other: "MarketState") -> None:
        """Takes over what was counted beside the trades, and the mark; the state before is forgotten."""
        self.adopt(other.market)
        other.adopt(self.market)
        self.ignored, self.rejected, self.excluded = other.ignored, other.rejected, other.excluded
        self.last_reason = other.last_reason
        self.outages = [*other.outages, *self.outages]
        self.open_interest = other.open_interest
        self.liquidations = other.liquidations
        self.liquidations_complete = other.liquidations_complete
        self.flow.move_mark(other.flow)
        self.changes += 1

    def begin(self) -> None:
        """No history will come: what waits is counted from its first trade on."""
        if self.tape.is_holding and self.tape.held:
            self.expect(self.tape.first_held)

    def lose(self, missing: Missing) -> None:
        """A hole that will not be filled."""
        self.changes += 1
        self._apply(self.tape.give_up(missing.last))

    def lose_span(self, outage: Outage) -> None:
        """Trades of a span are missing for good."""
        self.outages.append(outage)
        self.changes += 1

    def note_open_interest(self, sample: OpenInterest) -> None:
        """Open interest, in a scale no finer than `market`'s."""
        self.open_interest.note(sample.time_us, sample.size * factors(sample.market, self.market)[1])
        self.changes += 1

    def note_liquidations(self, told: Liquidations) -> None:
        """Liquidations, in a scale no finer than `market`'s."""
        price, size = factors(told.market, self.market)
        self.liquidations.extend(scale_liquidation(one, price, size) for one in told.events)
        self.liquidations_complete = self.liquidations_complete and told.complete
        self.changes += 1

    def finish(self) -> None:
        """The file has ended: what waits is applied, holes are lost."""
        self.changes += 1
        if self._columns is not None:
            from cvdtui.engine.columns.apply import apply_columns

            rest = self._columns.finish()
            if rest is not None:
                apply_columns(self.flow, rest)
        self._apply(self.tape.finish())
        self.flow.settle()

    def add_history(self, candles: Sequence[Candle]) -> None:
        """Closed candles before the first trade; what an earlier beginning told already is passed over."""
        candles = [candle for candle in candles if candle.time_us >= self._history_to]
        if not candles or self.tape.next is not None:
            return
        self.changes += 1
        history.add_candles(self.flow, candles)
        begin, end = candles[0].time_us, candles[-1].time_us + candles[-1].seconds * 1_000_000
        if candles[0].seconds == history.MINUTE:
            self.known_from_us = self.known_from_us or begin
            self.flow.begin_at(end)
        self._history_to = end
        if self.week_from_us is None or begin < self.week_from_us:
            self.week_from_us = begin

    def fill(self, columns: Columns, from_us: int, to_us: int) -> None:
        """All trades of whole minutes known from candles; values too wide for columns change nothing."""
        from cvdtui.engine.columns.rows import rescaled

        grown = rescaled(columns, self.market)
        if grown is not None:
            self.changes += 1
            history.graft(self.flow, grown, from_us, to_us)

    def expect_candles(self, candles: Iterable[Candle]) -> None:
        """The venue's own closed minutes, to be compared with ours."""
        self.audit.expect(candles)
        self.run_audit()

    def run_audit(self) -> None:
        """Compares minutes that are over, as long as nothing is missing."""
        if self.known_since_us and not self.tape.open_ids:
            self.audit.compare(self.flow, self.known_since_us, self.lost_gaps)

    # --- what can be said of it

    @property
    def known_since_us(self) -> int:
        """The first whole minute of trades; 0 before there is one."""
        first = self.flow.first_time_us
        if not first:
            return 0
        return self.flow.trades_from_us or first - first % 60_000_000 + 60_000_000

    @property
    def gaps(self) -> list[Gap]:
        """Every hole there was."""
        columns = self._columns.gaps if self._columns is not None else []
        return [*columns, *self.tape.gaps]

    @property
    def lost_gaps(self) -> Sequence[Gap]:
        """Holes that were given up."""
        return self._columns.gaps if self._columns is not None else self.tape.lost_gaps

    @property
    def outside(self) -> float | None:
        """Share of trades outside the quote in force, where quotes tell the side; None elsewhere."""
        return self.outside_count / self.quoted if self.quoted else None

    @property
    def duplicates(self) -> int:
        """Trades that came again."""
        return self.tape.duplicates + (self._columns.duplicates if self._columns is not None else 0)

    @property
    def lost(self) -> int:
        """Ids that never came."""
        return self.tape.lost + (self._columns.lost if self._columns is not None else 0)

    @property
    def refused(self) -> int:
        """Frames and rows that were not taken."""
        return self.rejected + self.tape.refused + (self._columns.refused if self._columns is not None else 0)

    def coverage(self, period: Period | None, known_from_us: int | None) -> float:
        """Volume of `period` known exactly / volume due; 1.0 exactly when nothing is open or lost.

        The size of what is missing is estimated: its trades, by their ids, x the mean size of all trades
        seen. The time before `known_from_us` counts by its share. Without a period only holes still open
        speak against 1. A live market of which nothing has come is not known at all: 0.0.
        """
        missing = self.tape.open_ids
        if self._live and known_from_us is None:
            return 0.0
        if period is None:
            return NEARLY if missing else 1.0
        start, last = period.start_us, self.flow.last_time_us
        missing += sum(gap.missing for gap in self.lost_gaps if gap.to_time_us >= start)
        share = 1.0
        if missing:
            known = period.volume * self.flow.trades
            due = known + missing * self.flow.trade_volume
            share = min(known / due, NEARLY) if due else NEARLY
        if known_from_us is not None and start < known_from_us and last > start:
            share *= max(0.0, (last - known_from_us) / (last - start))
        return share * self._share_live(max(start, known_from_us or 0), last)

    def _share_live(self, start_us: int, last_us: int) -> float:
        """The share of a span that lies in no outage."""
        out = sum(
            max(0, min(outage.to_time_us, last_us) - max(outage.from_time_us, start_us))
            for outage in self.outages
        )
        return min(NEARLY, max(0.0, 1 - out / (last_us - start_us))) if out and last_us > start_us else 1.0

    def session_coverage(self) -> float:
        """Coverage of the session at hand."""
        self.flow.settle()
        return self.coverage(self.flow.session, self.known_from_us)

    # --- inside

    def _rescale_liquidations(self, price: int, size: int) -> None:
        finer = [scale_liquidation(one, price, size) for one in self.liquidations]
        self.liquidations.clear()
        self.liquidations.extend(finer)

    def _apply(self, released: Sequence[Trade]) -> None:
        trades = _of_the_book(released)
        if trades:
            self._note_first(trades[0])
            self.flow.apply(trades, self._source)

    def _begin(self, batch: Trades) -> None:
        """The first batch says how its ids are to be read, and where its sides come from."""
        if not batch.trades:
            return
        self._leave_columns()
        self.tape.rule = batch.id_rule
        self._source = batch.source
        self._first_trade = self.tape.is_holding
        self._note_first(batch.trades[0])

    def _leave_columns(self) -> None:
        """From now on everything comes as trades: the tape goes on where the columns ended."""
        columns, self._columns = self._columns, None
        if columns is None:
            return
        waiting = columns.hand_over(self.tape)
        if waiting is not None:
            from cvdtui.engine.columns.rows import trades_of

            self.flow.apply(self.tape.accept(trades_of(waiting)), waiting.source)

    def _note_first(self, trade: Trade) -> None:
        if self._live and self.known_from_us is None and not self.tape.is_holding:
            self.known_from_us = trade.time_us
            self.week_from_us = self.week_from_us or trade.time_us


def _of_the_book(trades: Sequence[Trade]) -> Sequence[Trade]:
    """Without those that only hold an id (size 0): the tape needed them, the flow counts nothing of them."""
    return trades if all(trade.size for trade in trades) else [trade for trade in trades if trade.size]


def late_start(period: Period | None, known_us: int | None) -> int | None:
    """Since when a span is known, where that is after it began."""
    return known_us if period is not None and known_us and known_us > period.start_us else None
