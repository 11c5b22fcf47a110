"""One market of the IBKR feed: its contract, its two streams, its state, and the trades that wait."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from cvdtui.errors import WireError
from cvdtui.feeds.ibkr.options import IbkrOptions
from cvdtui.feeds.ibkr.ticks import Ticks
from cvdtui.model import LinkState, Market, Outage, Sink, Trade, Trades
from cvdtui.venues.ibkr import Fields, default_market

if TYPE_CHECKING:
    from ib_async import Contract

    from cvdtui.feeds.ibkr.gateway import Stream

WAITING_TRADES = 200_000
"""So many live trades wait for history; then it is too late."""


class Line:
    """Ticks in, trades and spans of silence out to the Sink; the feed says when the stream broke."""

    def __init__(
        self, symbol: str, fields: Fields, options: IbkrOptions, sink: Sink, *, first_id: int = 0
    ) -> None:
        self.symbol = symbol
        self.fields = fields
        self.contract: Contract | None = None
        """None until it is qualified on this connection."""
        self.requests: dict[Stream, int] = {}
        """The numbers of its requests, which their ticks carry."""
        self.refused = ""
        """Why there are no trades."""
        self.refused_code = 0
        self.no_quotes = ""
        """Why there are no quotes: the tick rule alone."""
        self.no_quotes_code = 0
        self.gap_from_us: int | None = None
        """Since when trades may have been missed; None while the stream runs, or before it first did."""
        self.suspected_us: int | None = None
        """A data farm failed then: unless ticks go on before it is back, the stream broke there."""
        self.proof_due_s: float | None = None
        """By when (the loop's time) a tick must have come, or the streams are requested again."""
        self.last_tick_s = 0.0
        """The loop's time of the last tick."""
        self.ticks_received = 0
        self.waiting: list[Trades] | None = None
        """Live trades that wait for history; None while none is fetched."""
        self.wants_history_us: tuple[int, int] | None = None
        """The span to be fetched by the feed."""
        self.ticks = Ticks(
            default_market(symbol, fields),
            lag_us=options.quote_lag_ms * 1000,
            includes_unreported=options.include_unreported,
            allows_negative=symbol in options.allow_negative,
        )
        self._backfill_us = options.backfill_minutes * 60_000_000
        self._sink = sink
        self._waiting_trades = 0
        self._history_from_us: int | None = 0
        """The next trade ends a span that history may fill, from here on; None while trades flow."""
        self._id = first_id

    @property
    def market(self) -> Market:
        """The instrument in the decimals of the next trade."""
        return self.ticks.market

    @property
    def name(self) -> str:
        """`ibkr:SYMBOL`."""
        return self.ticks.market.name

    def describe(self, market: Market) -> None:
        """The contract was described."""
        self.ticks.describe(market)
        self._sink.on_market(self.ticks.market)

    def state(self, silent_s: float, now_s: float) -> tuple[LinkState, str]:
        """Its state with a text, while the connection stands."""
        if self.refused:
            return "refused", self.refused
        if self.ticks.halted_us is not None:
            return "quiet", f"HALTED at {_clock(self.ticks.halted_us)}Z"
        if self.gap_from_us is not None:
            return "stale", f"no data since {_clock(self.gap_from_us)}Z; trades of this time are lost"
        if self.contract is None or not self.ticks_received:
            return (
                "connecting",
                "ticks requested, none yet" if self.contract is not None else "looking up the contract",
            )
        if now_s - self.last_tick_s > silent_s:
            return "quiet", f"no tick for {now_s - self.last_tick_s:.0f} s{self._about_quotes()}"
        return "live", self._about_quotes().removeprefix("; ")

    def _about_quotes(self) -> str:
        return f"; quotes refused, tick rule only: {self.no_quotes}" if self.no_quotes else ""

    # --- the stream

    def broke(self, now_us: int) -> None:
        """From here on trades may be missed, and the quote is not known; what was received is handed on."""
        self.flush()
        self.ticks.forget_quote()
        self.suspected_us = None
        if self.gap_from_us is None and self.ticks_received:
            self.gap_from_us = now_us

    def dropped(self, now_us: int) -> None:
        """The connection is gone, and its requests with it."""
        self.broke(now_us)
        self.wants_history_us = None
        if self.waiting is not None:
            self.end_history([], now_us)
        self.requests.clear()
        self.contract = None
        self.clear_refusals()

    def clear_refusals(self) -> None:
        """Everything is requested again: past refusals are void, and no tick is due."""
        self.refused = self.no_quotes = ""
        self.refused_code = self.no_quotes_code = 0
        self.proof_due_s = None

    def on_tick(self, now_us: int, now_s: float, *, is_trade: bool) -> None:
        """A tick came: the stream runs. Quotes prove nothing where trades are refused."""
        if is_trade:
            self.refused = ""
        else:
            self.no_quotes = ""
            if self.refused:
                return
        # The monotonic clock: the wall clock may step while a market is silent.
        self.last_tick_s = now_s
        self.ticks_received += 1
        self.suspected_us = self.proof_due_s = None
        if self.gap_from_us is not None:
            self._resume(now_us)

    def last(  # noqa: PLR0913 - the fields of the tick
        self,
        time_s: int,
        price: float,
        size: float,
        now_us: int,
        past_limit: bool,  # noqa: FBT001 - as the tick has it
        unreported: bool,  # noqa: FBT001 - the same
    ) -> None:
        """A trade or a halt."""
        before = self.ticks.trades
        try:
            self.ticks.add_trade(price, size, time_s, now_us, past_limit=past_limit, unreported=unreported)
        except WireError as error:
            self._sink.on_rejected(self.name, str(error))
        if self._history_from_us is not None and self.ticks.trades > before:
            self._begin(self._history_from_us, self.ticks.last_time_us)

    def quote(self, bid: float, ask: float, bid_size: float, ask_size: float, now_us: int) -> None:
        """A quote."""
        try:
            self.ticks.add_quote(bid, ask, bid_size, ask_size, now_us)
        except WireError as error:
            self._sink.on_rejected(self.name, str(error))

    def flush(self) -> None:
        """Hands on what was walked since the last call."""
        for batch in self.ticks.take():
            if self.waiting is None:
                self._give(batch)
                continue
            self.waiting.append(batch)
            self._waiting_trades += len(batch.trades)
            # Live trades come first: history that is this late is given up.
            if self._waiting_trades > WAITING_TRADES:
                self.end_history([], 0)

    # --- history

    def end_history(self, rows: list[tuple[int, float, float, bool]], now_us: int) -> int:
        """History has come (or will not, without rows): it goes first, then what waited.

        `rows` are (seconds, price, size, unreported), ascending. Sides come from the tick rule alone: which
        quote was in force within a second is not known. Returns how many of them counted.
        """
        self.flush_into_waiting()
        waiting, self.waiting, self._waiting_trades = self.waiting, None, 0
        past = Ticks(
            self.market,
            includes_unreported=self.ticks.includes_unreported,
            allows_negative=self.ticks.allows_negative,
        )
        bad = 0
        for time_s, price, size, unreported in rows:
            try:
                past.add_trade(price, size, time_s, now_us, unreported=unreported)
            except WireError:
                bad += 1
        for batch in past.take():
            self._give(batch)
        if bad:
            self._sink.on_rejected(self.name, "historical ticks that cannot be trades", bad)
        for batch in waiting or ():
            self._give(batch)
        return past.trades

    def flush_into_waiting(self) -> None:
        """What was walked but not handed on joins what waits."""
        if self.waiting is not None:
            self.waiting += self.ticks.take()

    def close(self, now_us: int) -> None:
        """The feed ends: hand on and report what is known."""
        if self.waiting is not None:
            self.end_history([], now_us)
        self.flush()
        if self.gap_from_us is not None:
            since, self.gap_from_us = self.gap_from_us, None
            self._sink.on_outage(Outage(self.name, since, max(since, now_us)))

    # --- inside

    def _begin(self, from_us: int, first_us: int) -> None:
        """The first trade, of all or after a break: history ends in its second, by IB's own clock."""
        # IB's times are whole seconds: the first live trade's second is where history must end.
        self._history_from_us = None
        from_us = max(from_us, first_us - self._backfill_us)
        if from_us < first_us and self.waiting is None:
            self.wants_history_us = from_us, first_us
            self.waiting = []

    def _resume(self, now_us: int) -> None:
        """Ticks come again: the silence was this long."""
        since, self.gap_from_us = self.gap_from_us or now_us, None
        if self.ticks.last_time_us:
            self._history_from_us = self.ticks.last_time_us + 1_000_000
        self._sink.on_outage(Outage(self.name, since, max(since, now_us)))

    def _give(self, batch: Trades) -> None:
        """Numbers the trades as they are handed on: IB has no ids, so a repeat could not be recognised."""
        first, self._id = self._id, self._id + len(batch.trades)
        trades = tuple(
            Trade(first + place, trade.time_us, trade.price, trade.size, trade.side)
            for place, trade in enumerate(batch.trades)
        )
        self._sink.on_trades(replace(batch, trades=trades))


def _clock(time_us: int) -> str:
    seconds = time_us // 1_000_000 % 86_400
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
