"""One market: its tape, flow, audit, coverage and open interest, and counts of what was not taken."""

from collections.abc import Callable, Iterable, Sequence
from sys import maxsize
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cvdtui.config import DEFAULTS
from cvdtui.engine import history
from cvdtui.engine.audit import Audit
from cvdtui.engine.bars import MINUTE
from cvdtui.engine.coverage import KnownTime, MissingIds
from cvdtui.engine.flow import Flow
from cvdtui.engine.liquidations import LiquidationLog
from cvdtui.engine.open_interest import OpenInterestHistory
from cvdtui.engine.scale import at_scale, factors, finer
from cvdtui.engine.sums import Period
from cvdtui.engine.tape import Tape
from cvdtui.engine.trade_time import AheadOf, TradeTime
from cvdtui.model import (
    MINUTE_US,
    Candle,
    Columns,
    Gap,
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

MakeFlow = Callable[[Market], Flow]


class MarketState:
    """All events of one market in, all its sums out; every integer in one scale, the finest seen.

    The scale is that of `market`: it grows when a venue sends a finer price or size, and everything kept here
    is multiplied once (`adopt`).
    """

    def __init__(
        self,
        market: Market,
        make_flow: MakeFlow,
        *,
        hold_limit: int | None = DEFAULTS.tape.hold,
        live: bool = False,
        ahead_of: AheadOf | None = None,
    ) -> None:
        """`hold_limit` None: any number of trades waits behind a hole (files); `ahead_of`: see TradeTime."""
        self.flow = make_flow(market)
        self.audit = Audit()
        self.tape = Tape(market.name, hold_limit=maxsize if hold_limit is None else hold_limit)
        self.time = TradeTime(ahead_of)
        """Which times are taken; the others are counted as excluded."""
        self.ignored = 0
        """Frames of streams that were not subscribed."""
        self.rejected = 0
        """Frames and rows that do not parse."""
        self.excluded = 0
        """Trades that enter no sum: insurance fund, block, unreported ..."""
        self.quoted = 0
        """Trades whose side was inferred while a usable quote was in force."""
        self.outside_count = 0
        """Those of them outside it."""
        self.last_reason = ""
        """Why the last frame or row was rejected."""
        self.progress: float | None = None
        """Share of the background fill done, 0 to 1; None where none is under way."""
        self.known = KnownTime(live=live)
        """The time of which every trade is known, for `coverage`."""
        self.open_interest = OpenInterestHistory()
        self.liquidations = LiquidationLog()
        self.changes = 0
        """Grows with everything that may change a number."""
        self._columns: ColumnTape | None = None
        self._history_to = 0
        """End of the last candle counted, us: a feed that begins again sends the same candles."""
        self._hold_limit = hold_limit
        self._first_trade = True
        """No trade has come yet, so the next batch sets the id rule and the source."""
        self._source: SideSource = "taker"

    @property
    def market(self) -> Market:
        """The instrument, with the decimals of every integer here."""
        return self.flow.market

    @property
    def version(self) -> int:
        """Grows with everything that may change a number."""
        return self.changes + self.flow.taken

    # --- events in

    @property
    def is_filling(self) -> bool:
        """Whether rows of the past are still being fetched."""
        return self.progress is not None and self.progress < 1

    def adopt(self, market: Market) -> None:
        """Takes over a description of the instrument; with finer decimals every integer is multiplied."""
        price, size = factors(self.market, finer(self.market, market))
        if self._columns is not None and not self._columns.can_rescale(price, size):
            self._leave_columns()  # before anything grows: numpy would wrap at 64 bits without an error
        self.flow.adopt(market)
        if price > 1 or size > 1:
            self.tape.rescale(price, size)
            self.audit.rescale(price, size)
            self.open_interest.rescale(size)
            self.liquidations.rescale(price, size)
            if self._columns is not None:
                self._columns.rescale(price, size)
        self.changes += 1

    def accept(self, batch: Trades) -> Missing | None:
        """Takes trades as they arrived, in the scale of `market`; returns a new hole to fetch, or None.

        An order that the ids contradict, duplicates and holes are sorted out by the tape; what it releases
        enters the flow at once.
        """
        tape = self.tape
        trades = batch.trades
        if tape.flowing and len(trades) == 1 and (trade := trades[0]).id == tape.next and trade.size:
            # Nearly every live frame holds one trade with the next id: `Tape.accept` and `Flow.apply` are
            # inlined for it, and neither is called. Plain Python, because numpy pays from about 2,000 rows
            # on: 0.3 us a trade here, 1.9 us by columns of 256 (tests/bench/bench_live.py holds the cost).
            tape.next = trade.id + trade.count
            tape.last_time_us = trade.time_us
            flow = self.flow
            if flow.slot_us <= trade.time_us < flow.end_us:
                flow.pending.append(trade)
            elif self.time.takes(trade, flow):
                self._note_first(trade)
                flow.apply_next(trade)
            else:
                self.excluded += 1
                self.changes += 1
            if batch.excluded:
                self.excluded += batch.excluded
            return None
        self.changes += 1
        if self._first_trade or self._columns is not None:
            self._begin(batch)
        if trades and tape.next is not None and trades[0].id < tape.next:
            # single trades above did not pass the tape, which must know the newest time to judge a repeat
            tape.newest_us = max(tape.newest_us, self.flow.newest_us)
        released = self._taken(tape.accept(trades))
        if released:
            self._note_first(released[0])
            self.flow.apply(released, batch.source)
        if batch.excluded:
            self.excluded += batch.excluded
        self.quoted += batch.quoted
        self.outside_count += batch.outside
        return tape.missing

    def accept_scaled(self, batch: Trades) -> Missing | None:
        """`accept` for trades in another scale than `market`: the finer one is kept for both."""
        if factors(self.market, finer(self.market, batch.market)) != (1, 1):
            self.adopt(batch.market)
        trades = tuple(at_scale(batch, self.market))
        return self.accept(replace(batch, market=self.market, trades=trades))

    def accept_columns(self, columns: Columns) -> None:
        """Takes rows of a file, in its order; integers in a scale that is no finer than `market`'s.

        They go by columns as long as ids are contiguous, no trade came before, and the integers fit 64 bits;
        else one trade at a time, with the same result.
        """
        from cvdtui.engine.columns.apply import apply_columns
        from cvdtui.engine.columns.rows import rescaled, trades_of
        from cvdtui.engine.columns.tape import ColumnTape  # numpy takes 0.1 s to load: live trades do without

        self.changes += 1
        grown = rescaled(columns, self.market)
        is_late = not self._first_trade and self._columns is None
        # without contiguous ids the order of the file counts, which `ColumnTape` would not keep
        if is_late or grown is None or columns.id_rule != "contiguous":
            rows = tuple(trades_of(columns))
            self.accept_scaled(Trades(columns.market, rows, columns.id_rule, columns.source))
            return
        if self._columns is None:
            self._first_trade = False
            self._columns = ColumnTape(hold_limit=self._hold_limit)
        apply_columns(self.flow, self._columns.accept(grown))

    def hold(self) -> None:
        """History is being fetched: trades wait until `expect` or `begin`."""
        self.tape.hold()

    def expect(self, next_id: int) -> Missing | None:
        """The tape begins at the id `next_id`; returns the hole before what waited, or None."""
        self.changes += 1
        self._apply(self.tape.expect(next_id, self.flow.trades_from_us))
        return self.tape.missing

    def inherit(self, other: "MarketState") -> None:
        """Takes over from the state before a feed began again: counts, outages, open interest and the mark.

        Trades are not among them: this state has counted them anew.
        """
        # both ways: each may have seen a finer value than the other
        self.adopt(other.market)
        other.adopt(self.market)
        self.ignored, self.rejected, self.excluded = other.ignored, other.rejected, other.excluded
        self.last_reason = other.last_reason
        self.known.outages = [*other.known.outages, *self.known.outages]
        self.open_interest = other.open_interest
        self.liquidations = other.liquidations
        self.flow.move_mark(other.flow)
        self.changes += 1

    def begin(self) -> None:
        """No history will come: the tape begins with the first trade that waits."""
        if self.tape.is_holding and self.tape.held:
            self.expect(self.tape.first_held)

    def lose(self, missing: Missing) -> None:
        """Closes a hole that will not be filled; what waited behind it is applied."""
        self.changes += 1
        self._apply(self.tape.give_up(missing.last))

    def lose_span(self, outage: Outage) -> None:
        """Records a span of time with trades missing for good, where ids cannot tell how many."""
        self.known.outages.append(outage)
        self.changes += 1

    def note_open_interest(self, sample: OpenInterest) -> None:
        """Takes a sample of open interest, in a scale no finer than `market`'s."""
        self.open_interest.note(sample.time_us, sample.size * factors(sample.market, self.market)[1])
        self.changes += 1

    def note_liquidations(self, batch: Liquidations) -> None:
        """Takes liquidations, in a scale no finer than `market`'s."""
        self.liquidations.note(batch, self.market)
        self.changes += 1

    def finish(self) -> None:
        """The file has ended: open holes are lost, what waited behind them is applied."""
        self.changes += 1
        if self._columns is not None:
            from cvdtui.engine.columns.apply import apply_columns

            rest = self._columns.finish()
            if rest is not None:
                apply_columns(self.flow, rest)
        self._apply(self.tape.finish())
        self.flow.settle()

    def add_history(self, candles: Sequence[Candle]) -> None:
        """Takes closed candles before the first trade, ascending, of one length; known ones are skipped."""
        candles = [candle for candle in candles if candle.time_us >= self._history_to]
        if not candles or self.tape.next is not None:
            return  # trades have begun: a candle would count their minutes twice
        self.changes += 1
        history.add_candles(self.flow, candles)
        begin, end = candles[0].time_us, candles[-1].time_us + candles[-1].seconds * 1_000_000
        are_minutes = candles[0].seconds == MINUTE
        if are_minutes:
            self.flow.begin_at(end)
        self.known.add_candles(begin, of_session=are_minutes)
        self._history_to = end

    def fill(self, columns: Columns, from_us: int, to_us: int) -> None:
        """Takes all trades of the whole minutes from_us <= time < to_us that are known from candles.

        Integers too wide for 64 bits change nothing: those minutes stay without rows.
        """
        from cvdtui.engine.columns.rows import rescaled

        grown = rescaled(columns, self.market)
        if grown is not None:
            self.changes += 1
            history.graft(self.flow, grown, from_us, to_us)

    def expect_candles(self, candles: Iterable[Candle]) -> None:
        """Takes the venue's own closed minutes, to be compared with ours."""
        self.audit.expect(candles)
        self.run_audit()

    def run_audit(self) -> None:
        """Compares the minutes that are over; while a hole is open a difference would mean nothing."""
        if self.known_since_us and not self.tape.open_ids:
            self.audit.compare(self.flow, self.known_since_us, self.lost_gaps)

    # --- figures out

    @property
    def known_since_us(self) -> int:
        """Start of the first whole minute of trades, us; 0 before the first trade."""
        first = self.flow.first_time_us
        if not first:
            return 0
        return self.flow.trades_from_us or first - first % MINUTE_US + MINUTE_US

    @property
    def gaps(self) -> list[Gap]:
        """Every hole there was, whatever became of it."""
        columns = self._columns
        return [*(() if columns is None else (*columns.gaps, *columns.restarts)), *self.tape.gaps]

    @property
    def lost_gaps(self) -> Sequence[Gap]:
        """Holes that were given up, ascending."""
        return self._columns.gaps if self._columns is not None else self.tape.lost_gaps

    @property
    def restarts(self) -> Sequence[Gap]:
        """Where ids began anew."""
        columns = self._columns.restarts if self._columns is not None else ()
        return [*columns, *self.tape.restarts]

    @property
    def outside(self) -> float | None:
        """Share of trades outside the quote in force; None where sides do not come from quotes."""
        return self.outside_count / self.quoted if self.quoted else None

    @property
    def duplicates(self) -> int:
        """Trades dropped because their id had been applied."""
        return self.tape.duplicates + (self._columns.duplicates if self._columns is not None else 0)

    @property
    def lost(self) -> int:
        """Ids that were given up."""
        return self.tape.lost + (self._columns.lost if self._columns is not None else 0)

    @property
    def refused(self) -> int:
        """Frames and rows that do not parse, and trades with an id no neighbour confirmed."""
        return self.rejected + self.tape.refused + (self._columns.refused if self._columns is not None else 0)

    def coverage(self, period: Period | None, known_from_us: int | None) -> float:
        """Volume of `period` known exactly / volume due, where exact knowledge begins at `known_from_us`."""
        return self.known.coverage(
            period,
            known_from_us,
            self.flow,
            MissingIds(self.tape.open_ids, self.lost_gaps, self.restarts),
        )

    def session_coverage(self) -> float:
        """Coverage of the latest session."""
        self.flow.settle()
        return self.coverage(self.flow.session, self.known.from_us)

    # --- inside

    def _apply(self, released: Sequence[Trade]) -> None:
        trades = self._taken(released)
        if trades:
            self._note_first(trades[0])
            self.flow.apply(trades, self._source)

    def _taken(self, released: Sequence[Trade]) -> Sequence[Trade]:
        """Those that enter the flow; the others are counted as excluded."""
        trades = _of_the_book(released)
        taken = self.time.taken(trades, self.flow)
        self.excluded += len(trades) - len(taken)
        return taken

    def _begin(self, batch: Trades) -> None:
        """Takes the id rule and the side source from the first batch."""
        if not batch.trades:
            return
        self._leave_columns()
        self.tape.rule = batch.id_rule
        self._source = batch.source
        self._first_trade = self.tape.is_holding

    def _leave_columns(self) -> None:
        """Ends the columns: from here on the tape takes single trades where they stopped."""
        columns, self._columns = self._columns, None
        if columns is None:
            return
        waiting = columns.hand_over(self.tape)
        if waiting is not None:
            from cvdtui.engine.columns.rows import trades_of

            self.flow.apply(self.tape.accept(trades_of(waiting)), waiting.source)

    def _note_first(self, trade: Trade) -> None:
        if not self.tape.is_holding:
            self.known.begin(trade.time_us)


def _of_the_book(trades: Sequence[Trade]) -> Sequence[Trade]:
    """Without trades of size 0, which only fill an id (blocks): the tape needs them, the flow does not."""
    return trades if all(trade.size for trade in trades) else [trade for trade in trades if trade.size]
