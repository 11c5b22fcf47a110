"""From the configuration to the feed and the contracts of Interactive Brokers; imports ib_async."""

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
    """Options of the feed: address of TWS, contracts, and how ticks are read."""
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
        contracts={_symbol(name): Fields(**asdict(fields)) for name, fields in table.contracts.items()},
    )


async def find_contracts(pattern: str, config: Config) -> list[str]:
    """Contracts that match a pattern, a line each. Raises VenueError, and UsageError for no pattern."""
    if not pattern.partition(":")[2]:
        raise UsageError(
            "which contract? Give a symbol or the beginning of a name, such as cvdtui markets ibkr:ES"
        )
    found = await candidates(pattern, ibkr_options(config))
    width = max((len(contract.market) for contract in found), default=0)
    return [
        f"{contract.market:<{width}}  {contract.kind:<8}{contract.exchange:<10}{contract.currency:<5}"
        f"con_id {contract.con_id:<11}{contract.text}".rstrip()
        for contract in found
    ]


def ibkr_feed(config: Config, symbols: Iterable[str], board: Board, now: Now) -> IbkrFeed:
    """A feed into the board; each market gets the session hours of its exchange."""

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
