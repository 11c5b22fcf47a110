"""How a venue is made: the options every one takes, its addresses, the markets it begins with."""

from collections.abc import Callable, Iterable
from typing import TypedDict

from cvdtui.model import Market, Now
from cvdtui.venues.grammar.instruments import Instruments


class VenueOptions(TypedDict, total=False):
    """What `MakeVenue` may be given besides symbols; `**options: Unpack[Options]` takes it."""

    ws_url: str
    rest_url: str
    markets: Iterable[Market]
    any_symbol: bool
    now: Now | None
    """The exchange's time, us."""
    latest_us: Now | None
    """A trade more than a day after this is refused, us; without it that is `now`."""


def bound(options: VenueOptions) -> Now | None:
    """What bounds the times of frames and rows; None: the year 2100."""
    return options.get("latest_us") or options.get("now")


def addresses(options: VenueOptions, ws_url: str, rest_url: str) -> tuple[str, str]:
    """Base URLs of socket and REST: those of the options, else the venue's own given here."""
    socket, rest = options.get("ws_url") or ws_url, options.get("rest_url") or rest_url
    return socket.rstrip("/"), rest.rstrip("/")


def instruments(
    default: Callable[[str], Market], symbols: Iterable[str], options: VenueOptions
) -> Instruments:
    """The markets to begin with; `default` makes one of its symbol alone and raises WireError."""
    return Instruments(
        default,
        symbols=symbols,
        markets=options.get("markets", ()),
        any_symbol=options.get("any_symbol", False),
        now=bound(options),
    )
