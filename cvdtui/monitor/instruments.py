"""Instruments of venues: requested over REST within their budgets, cached on disk, with their age."""

import asyncio
from collections.abc import Iterable, Mapping

from msgspec import Struct

from cvdtui.config import Config
from cvdtui.errors import VenueError, WireError
from cvdtui.feeds.error_text import host_of
from cvdtui.feeds.rest import Rest
from cvdtui.model import Market, Now
from cvdtui.store import instrument_cache
from cvdtui.store.instrument_cache import CachedInstruments
from cvdtui.venues import VENUES, Venue, is_symbol

FRESH_S = 600.0
"""Cached instruments younger than this are not requested again."""
PATIENCE_S = 8.0
"""A venue that does not answer within this is answered from the cache."""


class Found(Struct, frozen=True):
    """What is known of one venue's instruments."""

    venue: str
    host: str
    markets: tuple[Market, ...] = ()
    time_us: int = 0
    """When they were requested; 0 when nothing is known."""
    trouble: str = ""
    """Why they could not be requested now, or could not be cached."""

    def words(self, now_us: int) -> str:
        """`binance: 1412 instruments, 3 min old`, with what went wrong."""
        trouble = f" ({self.trouble})" if self.trouble else ""
        if not self.time_us:
            return f"{self.venue}: instruments unknown{trouble}"
        return f"{self.venue}: {len(self.markets)} instruments, {age(now_us - self.time_us)}{trouble}"


def age(age_us: int) -> str:
    """`not a minute old`, `12 min old`, `5 h old`, `3 days old`."""
    seconds = max(age_us, 0) // 1_000_000
    if seconds < 60:
        return "not a minute old"
    if seconds < 5_400:
        return f"{seconds // 60} min old"
    return f"{seconds // 3600} h old" if seconds < 172_800 else f"{seconds // 86_400} days old"


def _venue_of(name: str, config: Config) -> Venue:
    address = config.venue(name)
    return VENUES[name](ws_url=address.ws_url, rest_url=address.rest_url)


def cached(config: Config, venues: Iterable[str]) -> dict[str, Found]:
    """Instruments of these venues on disk; nothing is requested."""
    return {name: _cached(_venue_of(name, config)) for name in venues if name in VENUES}


def _cached(venue: Venue, trouble: str = "", *, keep: bool = True) -> Found:
    host = host_of(venue.rest_url)
    kept = instrument_cache.load(venue.name, host) if keep else None
    if kept is None:
        return Found(venue.name, host, trouble=trouble)
    return Found(venue.name, host, kept.markets, kept.time_us, trouble)


async def listings(
    config: Config, venues: Iterable[str], *, now: Now, fresh_s: float = FRESH_S, keep: bool = True
) -> dict[str, Found]:
    """Instruments of these venues: from disk while younger than `fresh_s`, else requested, all at once.

    A venue that cannot be reached has those on disk, and its `trouble`. Without `keep` the disk is neither
    read nor written. KeyError for an unknown venue.
    """
    wanted = [_venue_of(name, config) for name in venues]
    shares = [config.venue(venue.name).weight_share for venue in wanted]
    found = await asyncio.gather(
        *(_found(venue, share, now, fresh_s, keep) for venue, share in zip(wanted, shares, strict=True))
    )
    return {venue.venue: venue for venue in found}


async def _found(venue: Venue, share: float, now: Now, fresh_s: float, keep: bool) -> Found:  # noqa: FBT001 - as `listings`
    known = _cached(venue, keep=keep)
    if known.time_us and 0 <= now() - known.time_us < fresh_s * 1e6:
        return known
    try:
        async with asyncio.timeout(PATIENCE_S):
            markets = await _requested(venue, share)
    except TimeoutError:
        return _cached(venue, f"{known.host} did not answer in {PATIENCE_S:g} s", keep=keep)
    except (VenueError, WireError) as error:
        return _cached(venue, str(error), keep=keep)
    # An empty list is a fault of the venue or of the request: it must not replace a good cache.
    if not markets:
        return _cached(venue, f"{known.host} lists nothing that trades", keep=keep)
    listing = CachedInstruments(venue.name, known.host, now(), markets)
    trouble = instrument_cache.save(listing) if keep else ""
    return Found(venue.name, known.host, markets, listing.time_us, trouble)


async def _requested(venue: Venue, share: float) -> tuple[Market, ...]:
    found: dict[str, Market] = {}
    async with Rest(venue, share=share, timeout_s=PATIENCE_S) as rest:
        for request in venue.ask_markets():
            body = await rest.ask(request)
            found |= {
                market.symbol: market for market in venue.read_markets(body) if is_symbol(market.symbol)
            }
    return tuple(found.values())


def by_venue(found: Mapping[str, Found]) -> dict[str, tuple[Market, ...]]:
    """The instruments alone, by venue, as `venues.search` takes them."""
    return {name: venue.markets for name, venue in found.items() if venue.markets}
