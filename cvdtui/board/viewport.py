"""The snapshots of one viewer: its rows, detail, groups and log, each rebuilt only when it changed."""

from collections.abc import Iterable

from msgspec.structs import replace

from cvdtui.board.board import Board
from cvdtui.engine.market_state import MarketState
from cvdtui.model import Link, MarketDetail, MarketRow, Scorecard, SignalView, Snapshot, View
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.snapshot.detail import DetailBuilder
from cvdtui.snapshot.group import GroupBuilder, selected_group
from cvdtui.snapshot.market_row import RowBuilder
from cvdtui.snapshot.signal_log import Log


class Viewport:
    """One viewer's builders over a shared board.

    Builders cache what they made for one View. Two viewers with different views on one set of builders evict
    each other's caches at every read (8.1 ms a snapshot instead of 0.72 with 8 markets): each has its own.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._builders: dict[str, tuple[RowBuilder, DetailBuilder]] = {}
        """By market name."""
        self._ahead_us = 0
        """How far the exchanges' time is ahead of the local clock, as of the last read, us."""
        self._groups = GroupBuilder()
        self._log = Log()

    def snapshot(self, view: View, now_us: int, clock: str = "") -> Snapshot:
        """Everything that the view asks, as of the board's last tick; unchanged rows are the same objects."""
        board = self._board
        self._forget_removed()
        now_us = self._exchange_us(now_us)
        rows = tuple([self._row(name, state, view, now_us) for name, state in board.states.items()])
        members = list(zip(board.states.values(), rows, strict=True)) if view.groups or view.group else []
        groups = self._groups.rows(members, view, now_us) if members else ()
        return Snapshot(
            now_us,
            view,
            rows,
            self._detail(view, now_us),
            tuple([self._shifted(link) for link in board.links.values()]),
            tuple(board.notices),
            clock,
            groups if view.groups else (),
            selected_group(groups, members, view, now_us) if view.group else None,
            log=self._log_lines(view) if view.log else (),
            scorecard=self._scorecard(view) if view.scored else None,
        )

    def row(self, name: str, view: View, now_us: int) -> MarketRow:
        """The row of one market alone. KeyError for a market that the board does not have."""
        return self._row(name, self._board.states[name], view, self._exchange_us(now_us))

    # --- inside

    def _exchange_us(self, now_us: int) -> int:
        """The exchanges' time: bars, sessions and ages are of it, whatever the local clock says."""
        self._ahead_us = self._board.ahead_us
        return now_us + self._ahead_us

    def _link(self, market: str) -> Link | None:
        link = self._board.link_of.get(market)
        return None if link is None else self._shifted(link)

    def _shifted(self, link: Link) -> Link:
        """A link's times, which are of the local clock, in the exchanges' time."""
        ahead = self._ahead_us
        if not ahead:
            return link
        retry_at_us = link.retry_at_us + ahead if link.retry_at_us else 0
        return replace(
            link,
            since_us=link.since_us + ahead,
            last_data_us=link.last_data_us + ahead if link.last_data_us else 0,
            retry_at_us=retry_at_us,
        )

    def _row(self, name: str, state: MarketState, view: View, now_us: int) -> MarketRow:
        return self._builders_of(name, state, view)[0].row(view, now_us, self._link(name))

    def _detail(self, view: View, now_us: int) -> MarketDetail | None:
        name = view.market
        state = self._board.states.get(name) if name else None
        if name is None or state is None:
            return None
        builder = self._builders_of(name, state, view)[1]
        return builder.detail(view, now_us, self._link(name))

    def _builders_of(self, name: str, state: MarketState, view: View) -> tuple[RowBuilder, DetailBuilder]:
        known = self._builders.get(name)
        # A market that began anew with its history has another state: nothing built of the old one holds.
        if known is None or known[0].state is not state:
            row = RowBuilder(state)
            known = self._builders[name] = (row, DetailBuilder(row, self._board.row_of(state.market)))
        evaluators = self._board.evaluators
        known[0].evaluator = None if evaluators is None else evaluators.find(name, state, view.timeframe)
        return known

    def _evaluators(self, seconds: int) -> Iterable[SignalEvaluator]:
        if self._board.evaluators is None:
            return
        for name, state in self._board.states.items():
            evaluator = self._board.evaluators.find(name, state, seconds)
            if evaluator is not None:
                yield evaluator

    def _log_lines(self, view: View) -> tuple[SignalView, ...]:
        return self._log.lines(list(self._evaluators(view.timeframe)))

    def _scorecard(self, view: View) -> Scorecard | None:
        market, signal = view.scored or ("", "")
        for evaluator in self._evaluators(view.timeframe):
            if evaluator.state.market.name == market:
                return self._log.score(evaluator, signal)
        return None

    def _forget_removed(self) -> None:
        for name in self._builders.keys() - self._board.states.keys():
            del self._builders[name]
