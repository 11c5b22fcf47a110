"""Best bids and asks beside the trades of the same socket: what side rules are evaluated with."""

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from cvdtui.venues.grammar.events import QuoteTexts


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


def read_quote(frame: bytes) -> QuoteTexts | None:
    """The best bid and ask in a frame; None where it is about something else."""
    if b"bookTicker" not in frame and b'"B":' not in frame:
        return None
    try:
        quote = _FRAME.decode(frame).data if b'"stream"' in frame else _BARE.decode(frame)
    except DecodeError:
        return None
    if quote.e != "bookTicker" or not quote.u:
        return None
    return QuoteTexts(quote.s, quote.b, quote.a)
