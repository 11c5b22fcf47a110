"""The program without a screen: feeds into a board, supervised; signals to journal and alerts."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from cvdtui.alerts.channels import Screen as AlertScreen
from cvdtui.alerts.dispatcher import AlertDispatcher
from cvdtui.alerts.rule_text import rule_of
from cvdtui.board.setup import live_board
from cvdtui.board.viewport import Viewport
from cvdtui.config import AlertRule, Config
from cvdtui.engine.session import SessionClock, week_start
from cvdtui.errors import CvdtuiError
from cvdtui.feeds.options import FeedOptions
from cvdtui.feeds.venue_feed import LiveFeed
from cvdtui.model import Link, Snapshot, View
from cvdtui.monitor.clock import wall_us
from cvdtui.monitor.conditions import Conditions
from cvdtui.monitor.side_check import SideChecks
from cvdtui.monitor.signal_loop import SignalLoop
from cvdtui.store.journal import Journal
from cvdtui.venues.ibkr import NAME as IBKR
from cvdtui.venues.lookup import market_named

OFFLINE_AFTER_S = 10.0
"""With no venue reached for so long `offline` names the hosts that failed."""
RESTART_S = 5.0
_LIVE = ("live", "quiet")


class Feed(Protocol):
    """What the monitor needs of the feed of a venue."""

    def add(self, symbols: Iterable[str]) -> None: ...
    def remove(self, symbol: str) -> None: ...
    async def run(self) -> None: ...


class Monitor:
    """Feeds the configured markets into a board until it is stopped.

    The board has every market from the beginning, so that a snapshot can be made before the first answer.
    """

    def __init__(  # noqa: PLR0913 - what differs between run, demo and tests
        self,
        config: Config,
        markets: Sequence[str],
        *,
        notices: Iterable[str] = (),
        screen: AlertScreen | None = None,
        journal: Path | None = None,
        demo: bool = False,
    ) -> None:
        """`screen` takes bells and notices, `journal` is the file of signals; None: nowhere."""
        self.config = config
        self.board = live_board(config, wall_us)
        for notice in notices:
            self.board.note(notice)
        self._viewport = Viewport(self.board)
        self._now_us = wall_us()
        """When `tick` was called last."""
        self._beside: dict[str, object] = {}
        """Fields of a snapshot that no board has: alerts and side checks, as of the last tick."""
        self._feeds: dict[str, Feed] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._began = time.monotonic()
        screen = screen or AlertScreen()
        screen.note = screen.note or self.board.note
        self.alerts = AlertDispatcher(config.alerts, screen, now=wall_us, note=self.board.note, demo=demo)
        """Rules, channels and the latest alerts."""
        kept = None
        if journal is not None and config.journal.enabled:
            kept = Journal(journal, megabytes=config.journal.megabytes, note=self.board.note)
        conditions = Conditions(self.board, config, self.alerts, now=wall_us)
        self._signal_loop = SignalLoop(
            self.board, config.bar, self.alerts, kept, now=wall_us, then=conditions.check
        )
        self._side_checks = SideChecks(config, self.board.on_link, wall_us)
        for name in markets:
            self.board.add(market_named(name))

    async def start(self) -> None:
        """Starts a feed for every venue; returns at once."""
        self._began = time.monotonic()
        for name in self.board.states:
            venue, symbol = name.split(":", 1)
            self._feed(venue, symbol)
        self._side_checks.follow(self.board.states)
        self._tasks["signals"] = asyncio.create_task(self._supervise_signals(), name="signals")

    async def stop(self) -> None:
        """Ends every feed, then writes the journal's last lines and sends the alerts still queued."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._side_checks.stop()
        self._feeds.clear()
        # Only now: a loop that still ran would write to the journal that `finish` closes.
        await self._signal_loop.finish()
        await self.alerts.stop()

    def tick(self, *views: View) -> None:
        """Brings up to date what snapshots of these views read, as of now."""
        self._now_us = wall_us()
        self.board.tick(views)
        self._side_checks.tick()
        self._beside = {
            "alerts": tuple(self.alerts.lines),
            "rules": self.alerts.rule_lines(self.board.exchange_us(self._now_us)),
            "channels": self.alerts.channels,
            "trials": self._side_checks.trials,
        }

    def snapshot(self, view: View, viewport: Viewport | None = None) -> Snapshot:
        """What the view asks, as of the last tick; reading changes nothing.

        `viewport` is the viewer's own, without one that of the screen.
        """
        return replace((viewport or self._viewport).snapshot(view, self._now_us), **self._beside)

    def drop_mark(self, market: str) -> None:
        """Sets the anchor `mark` of a market to now."""
        self.board.drop_mark(market, self.board.exchange_us(wall_us()))

    def set_levels(self, market: str, prices: tuple[str, ...]) -> None:
        """The key levels of a market, as decimal strings."""
        self.board.set_levels({market: prices})

    async def add_market(self, name: str) -> str | None:
        """Follows a market too; None, or why not."""
        if name in self.board.states:
            return f"{name} is already there"
        try:
            market = market_named(name)
        except CvdtuiError as error:
            return str(error)
        self.board.add(market)
        self._feed(market.venue, market.symbol)
        self._side_checks.follow(self.board.states)
        return None

    async def remove_market(self, name: str) -> str | None:
        """Follows a market no longer; None, or why not."""
        if self.board.remove(name) is None:
            return f"{name} is not among the markets"
        venue, symbol = name.split(":", 1)
        if venue in self._feeds:
            self._feeds[venue].remove(symbol)
        self._side_checks.follow(self.board.states)
        return None

    def add_alert(self, market: str, query: str = "") -> bool:
        """Adds a rule for this market alone, from its text (`climax 2.5 to phone`); False where it exists.

        UsageError where the text is no rule.
        """
        return self.alerts.add_rule(rule_of(market, query, self.config.alerts))

    def remove_alert(self, key: str) -> bool:
        """Removes one added rule, by its line's key; False where there is none."""
        return self.alerts.remove_rule(key)

    def remove_alerts(self, market: str) -> int:
        """Removes the rules added for this very market; how many there were."""
        return self.alerts.remove_rules(market)

    def alerts_of(self, market: str) -> tuple[AlertRule, ...]:
        """Rules that match this market, configured ones first."""
        rules = (*self.alerts.configured, *self.alerts.rules.added)
        return tuple(rule for rule in rules if fnmatchcase(market, rule.market))

    def was_reached(self) -> bool:
        """Whether any venue has answered."""
        return any(link.messages or link.state in _LIVE for link in self.board.links.values())

    def offline(self) -> tuple[str, ...]:
        """`host: why`, one a host, when nothing was reached for ten seconds; else empty."""
        if self.was_reached() or time.monotonic() - self._began < OFFLINE_AFTER_S:
            return ()
        return self.failures()

    def failures(self) -> tuple[str, ...]:
        """`host: why` of every host that is not reached."""
        whys: dict[str, str] = {}
        for link in self.board.links.values():
            if link.state not in _LIVE and link.text:
                whys.setdefault(link.host or link.name, link.text)
        return tuple(why if host in why else f"{host}: {why}" for host, why in whys.items())

    def silent(self) -> dict[str, str]:
        """Markets whose connection is not live, each with the state it is in."""
        return {
            market: link.state
            for link in self.board.links.values()
            if link.state not in (*_LIVE, "idle")
            for market in link.markets
        }

    def open_ids(self) -> int:
        """Number of trades that are missing and being fetched."""
        return sum(state.tape.open_ids for state in self.board.states.values())

    def is_beginning(self) -> bool:
        """Whether trades of any market wait for its history."""
        return any(state.tape.is_holding and state.tape.held for state in self.board.states.values())

    def begin(self) -> None:
        """History that has not come will not come: the trades that waited for it are counted."""
        for state in self.board.states.values():
            state.begin()

    # --- feeds

    def _feed(self, venue: str, symbol: str) -> None:
        feed = self._feeds.get(venue)
        if feed is None:
            feed = self._feeds[venue] = self._make_feed(venue)
            self._tasks[venue] = asyncio.create_task(self._supervise(venue), name=f"feed {venue}")
        feed.add([symbol])

    def _make_feed(self, venue: str, symbols: Iterable[str] = ()) -> Feed:
        config = self.config
        if venue == IBKR:
            from cvdtui.monitor.ibkr import ibkr_feed

            return ibkr_feed(config, symbols, self.board, wall_us)
        address = config.venue(venue)
        return LiveFeed(
            venue,
            symbols,
            self.board,
            now=wall_us,
            anchors=self._anchors,
            # Made anew after a failure it finds its older trades on the board: none are fetched.
            resumes=bool(symbols),
            ws_url=address.ws_url,
            rest_url=address.rest_url,
            options=FeedOptions(
                budget_share=address.weight_share,
                history=config.history.klines,
                trades_minutes=config.history.trades_minutes if config.history.klines else 0,
                gap_s=config.tape.gap_timeout_s,
            ),
        )

    async def _supervise(self, venue: str) -> None:
        """Runs one feed for as long as the monitor runs; a failure is shown, and the feed begins anew."""
        while True:
            try:
                await self._feeds[venue].run()
            except Exception as error:  # noqa: BLE001 - the one supervisor: shown, never fatal to the others
                self._show_failure(venue, _innermost(error))
            await asyncio.sleep(RESTART_S)
            symbols = [name.split(":", 1)[1] for name in self.board.states if name.startswith(f"{venue}:")]
            self._feeds[venue] = self._make_feed(venue, symbols)

    async def _supervise_signals(self) -> None:
        """Runs the signal loop for as long as the monitor runs; a failure is shown, and it begins anew."""
        while True:
            try:
                await self._signal_loop.run()
            except Exception as error:  # noqa: BLE001 - the one supervisor: shown, never fatal to the feeds
                self.board.note(f"signals failed: {type(error).__name__}: {error}; on in {RESTART_S:g} s")
            await asyncio.sleep(RESTART_S)

    def _show_failure(self, venue: str, error: BaseException) -> None:
        text = f"feed failed: {type(error).__name__}: {error}; it begins anew in {RESTART_S:g} s"
        markets = tuple(name for name in self.board.states if name.startswith(f"{venue}:"))
        self.board.on_link(Link(venue, "waiting", text=text, markets=markets, since_us=wall_us()))
        self.board.note(f"{venue}: {text}")

    def _anchors(self, market: str, now_us: int) -> tuple[int, int]:
        start, zone = self.config.session_of(market)
        return SessionClock(start, zone).bounds(now_us)[0], week_start(now_us)


def _innermost(error: BaseException) -> BaseException:
    # A TaskGroup wraps the failure of its task, and the text of the group does not name it.
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error
