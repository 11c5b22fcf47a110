"""The board: where trades meet their markets and the Snapshot is made. Knows no socket, file or clock."""

from collections.abc import Callable

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
    MarketRow,
    Missing,
    OpenInterest,
    Outage,
    Scorecard,
    Snapshot,
    Trades,
    View,
)
from cvdtui.signals.evaluator import MakeEvaluator, SignalEvaluator
from cvdtui.signals.evaluators import AT_ONCE, Evaluators
from cvdtui.snapshot.detail import DetailBuilder
from cvdtui.snapshot.group import GroupBuilder, group_at_hand
from cvdtui.snapshot.market_row import RowBuilder
from cvdtui.snapshot.signal_log import Log

MakeFlow = Callable[[Market], Flow]
RowOf = Callable[[Market], int | None]
"""The configured row size of a market in its price units; None is automatic."""
NOTICES = 50
MARKET_OBJECTS = 1_000
"""Market values remembered by identity: a feed keeps one a market, a stranger may make one a batch."""
_Take = Callable[[Trades], Missing | None]
_Known = tuple[Market, MarketState, _Take]
"""A Market as it came (kept, so that its id stays its own), its state, and how that takes its trades."""


class Board:
    """A Sink: one MarketState a market, the state of every link, and what was ignored or rejected."""

    def __init__(  # noqa: PLR0913 - how a board differs: live or files, and by the configuration
        self,
        make_flow: MakeFlow,
        *,
        hold_limit: int = DEFAULTS.tape.hold,
        live: bool = False,
        welcomes_all: bool = False,
        row_of: RowOf = lambda _: None,
        make_evaluator: MakeEvaluator | None = None,
    ) -> None:
        self.states: dict[str, MarketState] = {}
        """By market name, in the order they were announced."""
        self.links: dict[str, Link] = {}
        self.notices: list[str] = []
        self.ignored = 0
        """Frames of no market we know."""
        self.rejected = 0
        self.evaluators = Evaluators(make_evaluator) if make_evaluator is not None else None
        """Who judges the bars; None: nobody does."""
        self._make_flow = make_flow
        self._row_of = row_of
        self._pictures: dict[str, tuple[RowBuilder, DetailBuilder]] = {}
        self._link_of: dict[str, Link] = {}
        self._groups = GroupBuilder()
        self._log = Log()
        self._hold_limit = hold_limit
        self._live = live
        self._welcomes_all = welcomes_all
        """Whether a market is announced by its first trade (files) or by `add` alone."""
        self._waiting: dict[str, MarketState] = {}
        """Markets that begin anew, by name: see `hold`."""
        self._early: dict[str, tuple[int, int]] = {}
        """(ignored, rejected) of markets whose first trade is still to come (files)."""
        self._known: dict[int, _Known] = {}

    def add(self, market: Market) -> MarketState:
        """Announces a market; one already there is kept."""
        state = self.states.get(market.name)
        if state is None:
            state = self.states[market.name] = self._new_state(market)
            state.ignored, state.rejected = self._early.pop(market.name, (0, 0))
        return state

    def remove(self, name: str) -> MarketState | None:
        """Forgets a market, and hands back what was known of it."""
        self._known.clear()
        self._waiting.pop(name, None)
        self._pictures.pop(name, None)
        if self.evaluators is not None:
            self.evaluators.forget(name)
        return self.states.pop(name, None)

    def restore(self, state: MarketState) -> None:
        """Takes back what `remove` handed out."""
        self.states.setdefault(state.market.name, state)

    def note(self, text: str) -> None:
        """Something a trader must know."""
        if not self.notices or self.notices[-1] != text:
            self.notices.append(text)
            del self.notices[:-NOTICES]

    def snapshot(self, view: View, now_us: int, clock: str = "") -> Snapshot:
        """One frozen picture of everything, as the view asks; unchanged rows are the same objects."""
        self.judge(view.timeframe, first=view.market)
        rows: list[MarketRow] = []
        for name, state in self.states.items():
            picture = self._picture(name, state, view.timeframe)[0]
            rows.append(picture.row(view, now_us, self._link_of.get(name)))
        at_hand = self.states.get(view.market or "")
        detail = None
        if at_hand is not None and view.market is not None:
            drawn = self._picture(view.market, at_hand, view.timeframe)[1]
            detail = drawn.detail(view, now_us, self._link_of.get(view.market))
        members = list(zip(self.states.values(), rows, strict=True)) if view.groups or view.group else []
        groups = self._groups.rows(members, view, now_us) if members else ()
        return Snapshot(
            now_us,
            view,
            tuple(rows),
            detail,
            tuple(self.links.values()),
            tuple(self.notices),
            clock,
            groups if view.groups else (),
            group_at_hand(groups, members, view, now_us) if view.group else None,
            log=self._log.lines(self._evaluators(view.timeframe)) if view.log else (),
            scorecard=self._scorecard(view),
        )

    def judge(self, seconds: int, *, first: str | None = None, limit: int | None = AT_ONCE) -> bool:
        """Lets the signals hear the bars of this length that closed since; whether none is left to hear.

        At most `limit` bars at once, those of the market `first` before others. `court.take()` hands out what
        was told.
        """
        if self.evaluators is None:
            return True
        states = self.states
        if first in states:
            states = {first: states[first], **states}
        return self.evaluators.evaluate(states, seconds, limit=limit)

    def _evaluators(self, seconds: int) -> list[SignalEvaluator]:
        evaluators = self.evaluators
        return (
            [evaluators.evaluator(state, seconds) for state in self.states.values()]
            if evaluators is not None
            else []
        )

    def _scorecard(self, view: View) -> Scorecard | None:
        market, signal = view.scored or ("", "")
        state = self.states.get(market)
        if state is None or self.evaluators is None:
            return None
        return self._log.score(self.evaluators.evaluator(state, view.timeframe), signal)

    def _picture(self, name: str, state: MarketState, timeframe: int) -> tuple[RowBuilder, DetailBuilder]:
        known = self._pictures.get(name)
        if known is None or known[0].state is not state:
            picture = RowBuilder(state)
            known = self._pictures[name] = (picture, DetailBuilder(picture, self._row_of(state.market)))
        known[0].evaluator = None if self.evaluators is None else self.evaluators.evaluator(state, timeframe)
        return known

    # --- the Sink

    def on_market(self, market: Market) -> None:
        """The venue described an instrument."""
        state = self.states.get(market.name)
        if state is not None:
            state.adopt(market)
            self._known.clear()

    def hold(self, market: str) -> None:
        """History is being fetched: trades wait.

        A market that has begun without its history stays on show meanwhile; a second state waits beside it,
        is given the history, and takes its place with `expect`. Said again before the history is handed over,
        it counts the repeats that came meanwhile; what is handed over beside live trades is none.
        """
        state = self.states.get(market)
        if state is None:
            return
        if state.tape.next is not None:
            shown, waiting = state, self._waiting.get(market)
            state = waiting or self._new_state(shown.market)
            state.tape.duplicates = shown.duplicates
            if waiting is None:
                self._waiting[market] = state
                self._known.clear()
        state.hold()

    def expect(self, market: str, next_id: int) -> Missing | None:
        """The tape of this market begins at `next_id`."""
        state = self.states.get(market)
        waiting = self._waiting.pop(market, None)
        if state is None or waiting is None:
            return None if state is None else state.expect(next_id)
        missing = waiting.expect(next_id)
        waiting.inherit(state)
        self.states[market] = waiting
        self._known.clear()
        return missing

    def on_trades(self, batch: Trades) -> Missing | None:
        """Trades arrived, live or fetched."""
        known = self._known.get(id(batch.market))
        if known is None and (known := self._meet(batch.market)) is None:
            return None
        return known[2](batch)

    def on_columns(self, columns: Columns) -> None:
        """Rows of a file, in its order."""
        known = self._known.get(id(columns.market)) or self._meet(columns.market)
        if known is not None:
            known[1].accept_columns(columns)

    def on_lost(self, missing: Missing) -> None:
        """A hole that will not be filled."""
        state = self.states.get(missing.market)
        if state is not None:
            before = state.lost
            state.lose(missing)
            if state.lost > before:
                ids = f"ids {missing.first}..{missing.last}"
                self.note(f"{missing.market}: {state.lost - before} trades lost, {ids}")

    def on_history(self, market: Market, candles: tuple[Candle, ...]) -> None:
        """Closed candles before the first trade."""
        self._meet(market)
        state = self._waiting.get(market.name) or self.states.get(market.name)
        if state is not None:
            state.adopt(market)
            state.add_history([scale_candle(candle, *factors(market, state.market)) for candle in candles])

    def on_filled(self, columns: Columns, from_us: int, to_us: int) -> None:
        """Every trade of whole minutes that were known from candles."""
        known = self._meet(columns.market)
        if known is not None:
            known[1].fill(columns, from_us, to_us)

    def on_progress(self, market: str, share: float) -> None:
        """How far the fill of rows has come."""
        state = self.states.get(market)
        if state is not None:
            state.progress = share
            state.changes += 1

    def on_candles(self, market: Market, candles: tuple[Candle, ...]) -> None:
        """The venue's own closed bars."""
        known = self._meet(market)
        if known is not None:
            grown = factors(market, known[1].market)
            known[1].expect_candles(scale_candle(candle, *grown) for candle in candles)

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
        known = self._meet(sample.market)
        if known is not None:
            known[1].note_open_interest(sample)

    def on_liquidations(self, liquidations: Liquidations) -> None:
        """Positions closed by force."""
        known = self._meet(liquidations.market)
        if known is not None:
            known[1].note_liquidations(liquidations)

    def on_link(self, link: Link) -> None:
        """A connection changed its state."""
        self.links[link.name] = link
        for market in link.markets:
            self._link_of[market] = link

    def on_ignored(self, market: str | None, count: int = 1) -> None:
        """A frame of a stream nobody asked for."""
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
        """Nothing more will come."""
        for state in self.states.values():
            state.finish()

    # --- inside

    def _count_early(self, market: str | None, ignored: int, rejected: int) -> None:
        """Counts for a market that is not here yet, or for none."""
        if market is None or not self._welcomes_all:
            self.ignored += ignored
            self.rejected += rejected
            return
        before = self._early.get(market, (0, 0))
        self._early[market] = (before[0] + ignored, before[1] + rejected)

    def _new_state(self, market: Market) -> MarketState:
        return MarketState(market, self._make_flow, hold_limit=self._hold_limit, live=self._live)

    def _meet(self, market: Market) -> _Known | None:
        """Finds the market's state, grown to the scale of `market`, and how it takes trades of that scale."""
        state = self.states.get(market.name)
        if state is None and self._welcomes_all:
            state = self.add(market)
        if state is None:
            return None
        ours = state.market
        if market.price_decimals > ours.price_decimals or market.size_decimals > ours.size_decimals:
            state.adopt(market)
            self._known.clear()
            ours = state.market
        same = (market.price_decimals, market.size_decimals) == (ours.price_decimals, ours.size_decimals)
        if len(self._known) >= MARKET_OBJECTS:
            self._known.clear()
        take: _Take = state.accept if same else state.accept_scaled
        if market.name in self._waiting:
            take = self._both(self._waiting[market.name], take)
        known = self._known[id(market)] = (market, state, take)
        return known

    def _both(self, waiting: MarketState, take: _Take) -> _Take:
        """Trades go to the state that waits for its history, and to the one on show."""

        def take_both(batch: Trades) -> Missing | None:
            waiting.accept_scaled(batch)
            return take(batch)

        return take_both
