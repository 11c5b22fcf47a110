"""Open interest that is not pushed: polled, behind every other request."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cvdtui.errors import VenueError, WireError

if TYPE_CHECKING:
    from cvdtui.feeds.rest import Rest
    from cvdtui.model import Sink
    from cvdtui.venues import Venue


async def poll_interest(
    venue: "Venue", rest: "Rest", sink: "Sink", symbols: Callable[[], Iterable[str]], every_s: float
) -> None:
    """Request every market's open interest in turn, a round in `every_s`; a failure is left out.

    Its age on the screen shows it: nothing reconnects for it.
    """
    while True:
        round_of = list(symbols())
        for symbol in round_of:
            # Not before the venue described the market: until then its grammar does not know the kind.
            request = venue.ask_open_interest(symbol) if symbol in venue_symbols(venue) else None
            if request is not None:
                try:
                    body = await rest.ask(request, urgent=False)
                    if symbol in venue_symbols(venue):
                        sink.on_open_interest(venue.read_open_interest(body, symbol))
                except (VenueError, WireError):
                    pass
            await asyncio.sleep(every_s / len(round_of))
        if not round_of:
            await asyncio.sleep(every_s)


def venue_symbols(venue: "Venue") -> set[str]:
    """Markets the venue's grammar knows by now."""
    return {market.symbol for market in venue.markets()}
