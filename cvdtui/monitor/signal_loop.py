"""Closed bars to signals to journal and alerts, a few bars at a time, so that the feeds never wait."""

import asyncio
import time
from collections.abc import Callable

from msgspec import to_builtins

from cvdtui.alerts.dispatcher import AlertDispatcher
from cvdtui.board.board import Board
from cvdtui.engine.decimals import Texts
from cvdtui.errors import CvdtuiError
from cvdtui.model import Signal, SignalEvent, SignalKey
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.store.entries import BarEntry, Entry, signal_entry
from cvdtui.store.journal import Journal
from cvdtui.store.reading import read_tail

STEP_S = 0.5
FINISH_S = 1.0
BARS_A_STEP = 50
"""Evaluated in one step, all markets together: history has thousands, and feeds share the event loop."""


class SignalLoop:
    """Signals of the configured bar length, and of those that alert rules name, to journal and alerts.

    Bar lengths that only a screen shows neither alert nor are written down.
    """

    def __init__(  # noqa: PLR0913 - where signals come from, and where they go
        self,
        board: Board,
        bar: int,
        dispatcher: AlertDispatcher,
        journal: Journal | None,
        *,
        now: Callable[[], int],
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """`then` is called after each step: for what reads rows of the same bars."""
        self._board = board
        self._then = then
        self._bar = bar
        self._dispatcher = dispatcher
        self._journal = journal
        self._now = now
        self._began_us = now()
        self._bars_to: dict[tuple[str, int], int] = {}
        """Start of the latest bar in the journal, by (market, seconds)."""
        self._writing: asyncio.Future[int] | None = None
        self._signals: dict[SignalKey, None] = {}
        """Keys of the signals in the journal's tail, and since."""

    async def run(self) -> None:
        """Runs until cancelled."""
        if self._journal is not None:
            await self._remember(self._journal)
        while True:
            entries, is_done = self.step()
            self._then()
            if entries and self._journal is not None:
                # Shielded: a cancel must not leave a line half written; `finish` waits for it.
                self._writing = asyncio.ensure_future(asyncio.to_thread(self._journal.write, entries))
                await asyncio.shield(self._writing)
            # With bars pending the pause only lets feeds and screen have their turn.
            await asyncio.sleep(STEP_S if is_done else 0.01)

    async def finish(self) -> None:
        """Evaluates and writes what is left, for at most FINISH_S; may wait for the disk."""
        if self._writing is not None:
            await self._writing
        until, is_done = time.monotonic() + FINISH_S, False
        while not is_done and time.monotonic() < until:
            entries, is_done = self.step()
            if entries and self._journal is not None:
                self._journal.write(entries)
        if self._journal is not None:
            self._journal.close()

    def step(self) -> tuple[list[Entry], bool]:
        """Evaluates the next closed bars and alerts; (lines for the journal, whether no bar is left)."""
        evaluators = self._board.evaluators
        if evaluators is None:
            return [], True
        lengths = self.lengths
        is_done = True
        for seconds in lengths:
            is_done = self._board.evaluate(seconds, limit=BARS_A_STEP) and is_done
        # `take` hands out those of lengths that only a screen evaluates, too: they are dropped here.
        emitted = [(market, signal) for market, signal in evaluators.take() if signal.bar_seconds in lengths]
        now_us = self._board.exchange_us(self._now())
        entries: list[Entry] = []
        for state in self._board.states.values():
            for seconds in lengths if self._journal is not None else ():
                if seconds in state.flow.bars:
                    entries += self._new_bars(evaluators.evaluator(state, seconds))
        for market, signal in emitted:
            state_of = self._board.states.get(market)
            if state_of is None:
                continue
            event = self._event(evaluators.evaluator(state_of, signal.bar_seconds), signal)
            self._dispatcher.on_signal(event, now_us)
            # History evaluated after a restart emits the same signals again: the journal has them.
            if event.key not in self._signals:
                self._signals[event.key] = None
                entries.append(signal_entry(event, now_us))
        return entries, is_done

    @property
    def lengths(self) -> tuple[int, ...]:
        """Bar lengths evaluated, in seconds."""
        rules = (*self._dispatcher.configured, *self._dispatcher.rules.added)
        return tuple(sorted({self._bar, *(rule.bar for rule in rules if rule.bar)}))

    def _event(self, evaluator: SignalEvaluator, signal: Signal) -> SignalEvent:
        market = evaluator.state.market
        bar = evaluator.bars.at(signal.time_us)
        parameters = evaluator.parameters.get(signal.signal)
        return SignalEvent(
            market=market.name,
            signal=signal,
            price=None if bar is None else bar.close / 10**market.price_decimals,
            coverage=evaluator.state.session_coverage(),
            complete=not signal.quality,
            backfilled=signal.time_us + signal.bar_seconds * 1_000_000
            <= self._board.exchange_us(self._began_us),
            parameters={} if parameters is None else to_builtins(parameters),
        )

    # --- the journal

    def _new_bars(self, evaluator: SignalEvaluator) -> list[Entry]:
        """Bars evaluated since the last line."""
        last = evaluator.last
        if last is None:
            return []
        market, seconds = evaluator.state.market, evaluator.seconds
        after, prices = self._bars_to.get((market.name, seconds), -1), Texts(market.price_decimals)
        found: list[Entry] = []
        for bar in reversed(evaluator.bars.closed):
            if bar.time_us <= after:
                break
            if bar.time_us <= last.bar.time_us:
                found.append(
                    BarEntry(
                        market=market.name,
                        seconds=seconds,
                        time_us=bar.time_us,
                        open=prices[bar.open],
                        high=prices[bar.high],
                        low=prices[bar.low],
                        close=prices[bar.close],
                    )
                )
        self._bars_to[market.name, seconds] = max(after, last.bar.time_us)
        return found[::-1]

    async def _remember(self, journal: Journal) -> None:
        """Reads what an earlier run has written, so that no bar or signal is written twice."""
        try:
            tail = await asyncio.to_thread(read_tail, journal.path)
        except CvdtuiError as error:
            self._board.note(str(error))
            return
        self._bars_to = {key: max(bars) for key, bars in tail.bars.items() if bars}
        self._signals = dict.fromkeys(tail.signals)
