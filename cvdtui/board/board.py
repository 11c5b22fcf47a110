"""The board: every market's state, fed by feeds or files. Knows no socket, file or clock."""

from collections.abc import Callable, Iterable, Mapping
from statistics import median_low

from cvdtui.board.exchange_clock import ExchangeClock
from cvdtui.board.routing import Routing
from cvdtui.config import DEFAULTS
from cvdtui.engine.flow import Flow
from cvdtui.engine.market_state import MarketState
from cvdtui.engine.scale import factors, scale_candle
from cvdtui.model import (
    Candle,
    Columns,
    Link,
    Liquidations,
    Market,
    Missing,
    Now,
    OpenInterest,
    Outage,
    Trades,
    View,
)
from cvdtui.signals.evaluator import MakeEvaluator
from cvdtui.signals.evaluators import AT_ONCE, Evaluators

MakeFlow = Callable[[Market], Flow]
RowOf = Callable[[Market], int | None]
"""The configured row size of a market in its price units; None is automatic."""
NOTICES = 50
CONNECTED = ("live", "quiet")
"""States of a connection on which trades come."""


class Board:
    """A Sink: one MarketState a market, the state of every link, counts of ignored and rejected frames."""

    def __init__(  # noqa: PLR0913 - live or files, and what the configuration sets
        self,
        make_flow: MakeFlow,
        *,
        hold_limit: int | None = DEFAULTS.tape.hold,
        live: bool = False,
        now: Now | None = None,
        welcomes_all: bool = False,
        row_of: RowOf = lambda _: None,
        make_evaluator: MakeEvaluator | None = None,
    ) -> None:
        """`now` is the local clock of a live board; None believes the times of the trades (files)."""
        self._now = now
        self._clocks: dict[str, ExchangeClock] = {}
        self.ahead_us = 0
        """How far most exchanges' clocks are ahead of the local one, us, as of the last `settle`."""

        def make_state(market: Market) -> MarketState:
            clock = self._clock(market.venue)
            ahead_of = None if clock is None else clock.ahead_of
            return MarketState(market, make_flow, hold_limit=hold_limit, live=live, ahead_of=ahead_of)

        self._routing = Routing(make_state, welcomes_all=welcomes_all)
        self.states = self._routing.states
        """By market name, in the order they were announced."""
        self.links: dict[str, Link] = {}
        """By the connection's name."""
        self.link_of: dict[str, Link] = {}
        """The latest state of the connection a market is on, by market name."""
        self.notices: list[str] = []
        self.ignored = 0
        """Frames of unknown markets."""
        self.rejected = 0
        self.evaluators = Evaluators(make_evaluator) if make_evaluator is not None else None
        """Signal evaluators of all markets; None where signals are not evaluated."""
        self.row_of = row_of
        self._known = self._routing.known

    def add(self, market: Market) -> MarketState:
        """Announces a market; its state, which is kept if it was there."""
        return self._routing.add(market)

    def remove(self, name: str) -> MarketState | None:
        """Forgets a market; its state, if there was one."""
        if self.evaluators is not None:
            self.evaluators.forget(name)
        return self._routing.remove(name)

    def restore(self, state: MarketState) -> None:
        """Puts back a state that `remove` returned."""
        self.states.setdefault(state.market.name, state)

    def set_levels(self, levels: Mapping[str, tuple[str, ...]]) -> None:
        """Key levels of these markets, as decimal strings; those of other markets stay."""
        if self.evaluators is not None:
            self.evaluators.levels.update(levels)

    def drop_mark(self, market: str, now_us: int) -> None:
        """Anchors the CVD `mark` of a market at `now_us`."""
        state = self.states.get(market)
        if state is not None:
            state.flow.drop_mark(now_us)
            state.changes += 1

    def exchange_us(self, now_us: int) -> int:
        """The time at the exchanges, us, when the local clock says `now_us`, as of the last `settle`."""
        return now_us + self.ahead_us

    def _clock(self, venue: str) -> ExchangeClock | None:
        if self._now is None:
            return None
        return self._clocks.setdefault(venue, ExchangeClock(self._now))

    def note(self, text: str) -> None:
        """A notice for the trader, at most NOTICES of them; one that repeats the last is dropped."""
        if not self.notices or self.notices[-1] != text:
            self.notices.append(text)
            del self.notices[:-NOTICES]

    def tick(self, views: Iterable[View]) -> None:
        """Brings up to date what snapshots of these views read; reading them changes nothing afterwards.

        Of each bar length in view at most AT_ONCE closed bars are evaluated, the selected markets first.
        """
        self.settle()
        selected: dict[int, list[str]] = {}
        for view in views:
            selected.setdefault(view.timeframe, []).extend([view.market] if view.market else [])
        for seconds, markets in selected.items():
            self.evaluate(seconds, first=markets)

    def settle(self) -> None:
        """Sums the open slot of every market, and compares its minutes with the venue's candles."""
        ahead = [clock.ahead_us for clock in self._clocks.values() if clock.is_known]
        self.ahead_us = median_low(ahead) if ahead else 0
        for state in self.states.values():
            # Early is harmless: what the slot still brings is merged into the same bars, to the same sums.
            state.flow.settle()
            state.run_audit()
            if self._now is not None and state.known.look(self.exchange_us(self._now())):
                state.changes += 1

    def evaluate(self, seconds: int, *, first: Iterable[str] = (), limit: int | None = AT_ONCE) -> bool:
        """Evaluates the signals of bars of this length that closed since; whether none is left.

        At most `limit` bars of all markets together, those of the markets `first` before others.
        `evaluators.take()` hands out the signals that were emitted.
        """
        if self.evaluators is None:
            return True
        return self.evaluators.evaluate(self.states, seconds, first=first, limit=limit)

    # --- the Sink

    def on_market(self, market: Market) -> None:
        """The venue described an instrument."""
        self._routing.describe(market)

    def hold(self, market: str) -> None:
        """History is being fetched: trades wait until `expect`, see Routing."""
        self._routing.hold(market)

    def expect(self, market: str, next_id: int) -> Missing | None:
        """The tape of this market begins at `next_id`; a hole to be fetched."""
        return self._routing.expect(market, next_id)

    def on_trades(self, batch: Trades) -> Missing | None:
        """Trades arrived, live or fetched."""
        # One lookup by identity on the hot path: see `Routing.known`.
        route = self._known.get(id(batch.market)) or self._routing.find(batch.market)
        return None if route is None else route.take(batch)

    def on_columns(self, columns: Columns) -> None:
        """Rows of a file, in its order."""
        route = self._routing.find(columns.market)
        if route is not None:
            route.state.accept_columns(columns)

    def on_lost(self, missing: Missing) -> None:
        """A hole in the ids that will not be filled."""
        state = self.states.get(missing.market)
        if state is not None:
            before = state.lost
            state.lose(missing)
            if state.lost > before:
                ids = f"ids {missing.first}..{missing.last}"
                self.note(f"{missing.market}: {state.lost - before} trades lost, {ids}")

    def on_history(self, market: Market, candles: tuple[Candle, ...]) -> None:
        """Closed candles before the first trade."""
        self._routing.find(market)  # brings the state to at least the decimals that the candles have
        state = self._routing.history_of(market.name)
        if state is not None:
            state.adopt(market)
            state.add_history([scale_candle(candle, *factors(market, state.market)) for candle in candles])

    def on_filled(self, columns: Columns, from_us: int, to_us: int) -> None:
        """Every trade of whole minutes that were known from candles."""
        route = self._routing.find(columns.market)
        if route is not None:
            route.state.fill(columns, from_us, to_us)

    def on_progress(self, market: str, share: float) -> None:
        """How far the fill of rows has come."""
        state = self.states.get(market)
        if state is not None:
            state.progress = share
            state.changes += 1

    def on_candles(self, market: Market, candles: tuple[Candle, ...]) -> None:
        """The venue's own closed bars."""
        route = self._routing.find(market)
        if route is not None:
            grown = factors(market, route.state.market)
            route.state.expect_candles(scale_candle(candle, *grown) for candle in candles)

    def on_outage(self, outage: Outage) -> None:
        """Trades of this span are missing for good."""
        state = self.states.get(outage.market)
        if state is not None:
            state.lose_span(outage)
            seconds = (outage.to_time_us - outage.from_time_us) / 1e6
            what = "from history, approximate" if outage.approximate else "lost"
            self.note(f"{outage.market}: trades of {seconds:.1f} s {what}")

    def on_open_interest(self, sample: OpenInterest) -> None:
        """Open interest of a derivative."""
        route = self._routing.find(sample.market)
        if route is not None:
            route.state.note_open_interest(sample)

    def on_liquidations(self, liquidations: Liquidations) -> None:
        """Positions closed by force."""
        route = self._routing.find(liquidations.market)
        if route is not None:
            route.state.note_liquidations(liquidations)

    def on_link(self, link: Link) -> None:
        """A connection changed its state."""
        self.links[link.name] = link
        if link.ahead_us is not None and (clock := self._clock(link.name.partition("/")[0])) is not None:
            clock.read(link.ahead_us)
        for market in link.markets:
            self.link_of[market] = link
            state = self.states.get(market)
            if state is None:
                continue
            if link.state in CONNECTED:
                state.known.connection_back()
            elif link.last_data_us:
                state.known.connection_lost(link.last_data_us + self.ahead_us)

    def on_ignored(self, market: str | None, count: int = 1) -> None:
        """Frames of a stream that was not requested."""
        state = self.states.get(market) if market else None
        if state is not None:
            state.ignored += count
        else:
            self._count_early(market, count, 0)

    def on_rejected(self, market: str | None, reason: str, count: int = 1) -> None:
        """A frame or row that does not parse."""
        state = self.states.get(market) if market else None
        if state is None:
            self._count_early(market, 0, count)
        else:
            state.rejected += count
            state.last_reason = reason
            state.changes += 1
        self.note(f"{market or 'unknown market'}: {count} rejected: {reason}")

    def finish(self) -> None:
        """The files have ended: waiting trades are applied, holes are lost."""
        for state in self.states.values():
            state.finish()

    # --- inside

    def _count_early(self, market: str | None, ignored: int, rejected: int) -> None:
        """Counts for a market that is not announced yet, or for none."""
        if market is None or not self._routing.count_early(market, ignored, rejected):
            self.ignored += ignored
            self.rejected += rejected
