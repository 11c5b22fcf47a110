"""One market as the engine knows it: its tape, its flow, its audit, and what was refused on the way."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from cvdtui.engine import history
from cvdtui.engine.audit import Audit
from cvdtui.engine.flow import Flow
from cvdtui.engine.scale import at_scale, factors, finer
from cvdtui.engine.sums import Period
from cvdtui.engine.tape import Tape
from cvdtui.model import Candle, Columns, Gap, Market, Missing, Trade, Trades

if TYPE_CHECKING:
    from cvdtui.engine.column_tape import ColumnTape

MakeFlow = Callable[[Market], Flow]


class MarketState:
    """Takes everything that is said of one market and keeps it in one scale, the finest seen."""

    def __init__(
        self, market: Market, make_flow: MakeFlow, *, hold_limit: int = 50_000, live: bool = False
    ) -> None:
        self.flow = make_flow(market)
        self.audit = Audit()
        self.tape = Tape(market.name, hold_limit=hold_limit)
        self.ignored = 0
        self.rejected = 0
        self.excluded = 0
        self.last_reason = ""
        """Why the last frame or row was rejected."""
        self.progress: float | None = None
        """Share of the background fill done; None when none was asked for."""
        self.known_from_us: int | None = None
        """Where exact knowledge begins; None in a replay, which claims nothing of the time before its file."""
        self.week_from_us: int | None = None
        self.version = 0
        """Grows with everything that may change a number."""
        self._columns: ColumnTape | None = None
        self._history_to: dict[int, int] = {}
        self._hold_limit = hold_limit
        self._live = live
        self._first_trade = True

    @property
    def market(self) -> Market:
        """The instrument, with the decimals of every integer here."""
        return self.flow.market

    # --- what comes in

    def adopt(self, market: Market) -> None:
        """A description of the instrument: finer decimals bring everything along."""
        grown = finer(self.market, market)
        price = 10 ** (grown.price_decimals - self.market.price_decimals)
        size = 10 ** (grown.size_decimals - self.market.size_decimals)
        self.flow.adopt(market)
        if price > 1 or size > 1:
            self.tape.rescale(price, size)
            self.audit.rescale(size)
            if self._columns is not None:
                self._columns.rescale(price, size)
        self.version += 1

    def accept(self, batch: Trades) -> Missing | None:
        """Trades in the scale of `market`; returns a hole to be fetched."""
        self.version += 1
        tape = self.tape
        if self._first_trade:
            self._begin(batch)
        released = tape.accept(batch.trades)
        if released:
            self.flow.apply(released, batch.source)
        if batch.excluded:
            self.excluded += batch.excluded
        return tape.missing

    def accept_scaled(self, batch: Trades) -> Missing | None:
        """Trades in another scale than `market`: the finer one holds for both."""
        if batch.market is not self.market:
            self.adopt(batch.market)
        trades = tuple(at_scale(batch, self.market))
        return self.accept(Trades(self.market, trades, batch.id_rule, batch.source, batch.excluded))

    def accept_columns(self, columns: Columns) -> None:
        """Rows of a file, in its order; integers in the scale of `market`."""
        from cvdtui.engine.column_tape import ColumnTape  # noqa: PLC0415 - numpy is there only when columns came
        from cvdtui.engine.columns import apply_columns, trades_of  # noqa: PLC0415

        self.version += 1
        if not self._first_trade and self._columns is None:
            self.accept(Trades(columns.market, tuple(trades_of(columns)), columns.id_rule, columns.source))
            return
        if self._columns is None:
            self._first_trade = False
            self._columns = ColumnTape(hold_limit=self._hold_limit)
        apply_columns(self.flow, self._columns.accept(columns))

    def hold(self) -> None:
        """History is on its way: trades wait."""
        self.tape.hold()

    def expect(self, next_id: int) -> Missing | None:
        """The tape begins here."""
        self.version += 1
        self._apply(self.tape.expect(next_id))
        return self.tape.missing

    def inherit(self, other: "MarketState") -> None:
        """Takes over what was counted beside the trades, and the mark; the state before is forgotten."""
        self.ignored, self.rejected, self.excluded = other.ignored, other.rejected, other.excluded
        self.last_reason = other.last_reason
        self.tape.duplicates += other.tape.duplicates
        self.flow.move_mark(other.flow)
        self.version += 1

    def begin(self) -> None:
        """No history will come: what waits is counted from its first trade on."""
        if self.tape.is_holding and self.tape.held:
            self.expect(self.tape.first_held)

    def lose(self, missing: Missing) -> None:
        """A hole that will not be filled."""
        self.version += 1
        self._apply(self.tape.give_up(missing.last))

    def finish(self) -> None:
        """The file has ended: what waits is applied, holes are lost."""
        self.version += 1
        if self._columns is not None:
            from cvdtui.engine.columns import apply_columns  # noqa: PLC0415

            rest = self._columns.finish()
            if rest is not None:
                apply_columns(self.flow, rest)
        self._apply(self.tape.finish())
        self.flow.settle()

    def add_history(self, candles: Sequence[Candle]) -> None:
        """Closed candles before the first trade; what is known already (a feed that began anew) is passed over."""
        known_to = self._history_to.get(candles[0].seconds, 0) if candles else 0
        candles = [candle for candle in candles if candle.time_us >= known_to]
        if not candles or self.tape.next is not None:
            return
        self.version += 1
        history.add_candles(self.flow, candles)
        begin, end = candles[0].time_us, candles[-1].time_us + candles[-1].seconds * 1_000_000
        if candles[0].seconds == history.MINUTE:
            self.known_from_us = self.known_from_us or begin
            self.flow.begin_at(end)
        self._history_to[candles[0].seconds] = end
        if self.week_from_us is None or begin < self.week_from_us:
            self.week_from_us = begin

    def fill(self, columns: Columns, from_us: int, to_us: int) -> None:
        """All trades of whole minutes that were known from candles."""
        self.version += 1
        history.graft(self.flow, columns, from_us, to_us)

    def expect_candles(self, candles: Iterable[Candle]) -> None:
        """The venue's own closed minutes, to be compared with ours."""
        self.audit.expect(candles)
        self.run_audit()

    def run_audit(self) -> None:
        """Compares minutes that are over, as long as nothing is missing."""
        if self.known_since_us and not self.tape.open_ids:
            self.audit.compare(self.flow, self.known_since_us)

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
        return self.rejected + self.tape.refused

    def coverage(self, period: Period | None, known_from_us: int | None) -> float:
        """Volume of `period` known exactly / volume due; 1.0 exactly when nothing is open or lost.

        What is missing is estimated by the mean size of its trades; the time before `known_from_us` by its share.
        """
        missing = self.tape.open_ids
        start = period.start_us if period is not None else 0
        missing += sum(gap.missing for gap in self.gaps if gap.state == "lost" and gap.to_time_us >= start)
        share = 1.0
        if missing:
            counted = max(1, self.flow.trades)
            share = min(counted / (counted + missing), 1 - 1e-9)
        last = self.flow.last_time_us
        if period is not None and known_from_us is not None and start < known_from_us and last > start:
            share *= max(0.0, (last - known_from_us) / (last - start))
        return share

    def session_coverage(self) -> float:
        """Coverage of the session at hand."""
        return self.coverage(self.flow.session, self.known_from_us)

    # --- inside

    def _apply(self, trades: Sequence[Trade]) -> None:
        if trades:
            self._note_first(trades[0])
            self.flow.apply(trades)

    def _begin(self, batch: Trades) -> None:
        """The first batch says how its ids are to be read."""
        if not batch.trades:
            return
        if self._columns is not None:
            self.tape.next = self._columns.next
        self.tape.rule = batch.id_rule
        self._first_trade = False
        self._note_first(batch.trades[0])

    def _note_first(self, trade: Trade) -> None:
        if self._live and self.known_from_us is None and not self.tape.is_holding:
            self.known_from_us = trade.time_us
            self.week_from_us = self.week_from_us or trade.time_us
