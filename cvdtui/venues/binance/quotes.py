"""Best bids and asks beside the trades of the same socket: what side rules are judged with."""

from typing import TYPE_CHECKING

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

if TYPE_CHECKING:
    from cvdtui.venues import Venue

STREAMS = {
    "binance": "{ws_url}/stream?streams={streams}",
    "binance-usdm": "{ws_url}/public/stream?streams={streams}",
}
"""Where trades and quotes of a venue come on one socket, so that their order means something.

`/public` of USD-M futures carries bookTicker and `trade`, not aggTrade.
"""


class Touch(Struct, frozen=True, gc=False):
    """One quote, as the venue wrote it."""

    symbol: str
    bid: str
    ask: str


class _BookTicker(Struct, frozen=True, gc=False):
    s: str
    b: str
    """Best bid."""
    a: str
    """Best ask."""
    e: str = "bookTicker"
    """Spot sends none."""
    u: int = 0


class _Frame(Struct, frozen=True, gc=False):
    stream: str
    data: _BookTicker


_FRAME = Decoder(_Frame)
_BARE = Decoder(_BookTicker)


def read_quote(frame: bytes) -> Touch | None:
    """The best bid and ask in a frame; None where it tells of something else."""
    if b"bookTicker" not in frame and b'"B":' not in frame:
        return None
    try:
        told = _FRAME.decode(frame).data if b'"stream"' in frame else _BARE.decode(frame)
    except DecodeError:
        return None
    if told.e != "bookTicker" or not told.u:
        return None
    return Touch(told.s, told.b, told.a)


def quotes_url(venue: "Venue", symbols: list[str]) -> str:
    """The socket that carries trades and quotes of these markets. KeyError where the venue has none."""
    streams = "/".join(f"{symbol.lower()}@{kind}" for symbol in symbols for kind in ("trade", "bookTicker"))
    return STREAMS[venue.name].format(ws_url=venue.ws_url, streams=streams)
