"""From the configuration to the feed of Interactive Brokers, and to its contracts; ib_async comes with it."""

from collections.abc import Iterable

from msgspec.structs import asdict

from cvdtui.board.board import Board
from cvdtui.config import Config
from cvdtui.engine.session import SessionClock
from cvdtui.errors import UsageError
from cvdtui.feeds.ibkr import IbkrFeed, IbkrOptions
from cvdtui.feeds.ibkr.candidates import candidates
from cvdtui.model import Now
from cvdtui.venues.ibkr import Fields


def ibkr_options(config: Config) -> IbkrOptions:
    """What the configuration says of TWS, of contracts, and of how ticks are read."""
    table = config.ibkr
    return IbkrOptions(
        host=table.host,
        port=table.port,
        client_id=table.client_id,
        include_unreported=table.include_unreported,
        quote_lag_ms=table.quote_lag_ms,
        backfill_minutes=table.backfill_minutes if config.history.klines else 0,
        hours=table.hours,
        allow_negative=frozenset(_symbol(name) for name in table.allow_negative),
        contracts={_symbol(name): Fields(**asdict(one)) for name, one in table.contracts.items()},
    )


async def find_contracts(pattern: str, config: Config) -> list[str]:
    """Contracts that a pattern may mean, a line each. Raises VenueError, and UsageError for no pattern."""
    if not pattern.partition(":")[2]:
        raise UsageError("say which: a symbol or the beginning of a name, such as cvdtui markets ibkr:ES")
    found = await candidates(pattern, ibkr_options(config))
    width = max((len(one.market) for one in found), default=0)
    return [
        f"{one.market:<{width}}  {one.kind:<8}{one.exchange:<10}{one.currency:<5}con_id {one.con_id:<11}"
        f"{one.text}".rstrip()
        for one in found
    ]


def ibkr_feed(config: Config, symbols: Iterable[str], board: Board, now: Now) -> IbkrFeed:
    """A feed that tells the board, and gives each market the session hours of its exchange."""

    def on_hours(market: str, start: str, zone: str) -> None:
        state = board.states.get(market)
        if state is not None and market not in config.session.markets and not state.flow.taken:
            state.flow.periods.clock = SessionClock(start, zone)

    def since(market: str) -> int | None:
        state = board.states.get(market)
        return state.flow.last_time_us or None if state is not None else None

    return IbkrFeed(
        symbols,
        board,
        now=now,
        options=ibkr_options(config),
        on_hours=on_hours,
        note=board.note,
        since=since,
    )


def _symbol(name: str) -> str:
    return name.partition(":")[2]
