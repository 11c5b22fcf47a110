"""What every venue's grammar is made of: events, requests, limits, ids, the cleaning of untrusted text."""

import re
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from cvdtui.errors import WireError
from cvdtui.model import Candle, Liquidations, Market, OpenInterest, Trades

if TYPE_CHECKING:  # numpy is heavy: only history needs it
    from cvdtui.model import Columns

SYMBOL = re.compile(r"[A-Za-z0-9._:/-]{1,40}")
"""What an instrument's symbol may look like, whoever sent it."""

MILLISECONDS_BELOW = 10**14
"""A time below this is in milliseconds (until the year 5138), at or above it in microseconds."""
EARLIEST_US = 1_230_768_000_000_000
"""2009-01-01 UTC: nothing here traded before it."""
LATEST_US = 4_102_444_800_000_000
"""2100-01-01 UTC: the bound where no clock is given."""
DAY_US = 86_400_000_000
UUID_DIGITS = 32
MOST_DIGITS = 30

_HEX = re.compile(r"[0-9a-fA-F]+")
# Escape sequences would reach the terminal, bidirectional marks turn the text around them.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


class ClosedCandle(Struct, frozen=True, gc=False):
    """The venue's own candle of one market, final."""

    market: Market
    candle: Candle


class FormingCandle(Struct, frozen=True, gc=False):
    """A candle that is still moving: proof of a live candle stream, nothing more."""

    market: str | None = None


class Ack(Struct, frozen=True, gc=False):
    """The venue accepted request `id`; whether data follows is another matter.

    Where it responds for each market by itself, `symbol` says which (of the trade stream; acks of other
    streams carry neither).
    """

    id: int | None
    symbol: str = ""


class Refusal(Struct, frozen=True, gc=False):
    """The venue refused a request; `text` is its own, cleaned."""

    id: int | None
    code: int
    text: str
    symbol: str = ""
    """The one market it refuses, where the venue names it."""


class Pong(Struct, frozen=True, gc=False):
    """The venue's response to a heartbeat: proof of the socket, never of a stream."""


class Reply(Struct, frozen=True, gc=False):
    """The venue requests a heartbeat: `frame` is to be sent back at once."""

    frame: str


class Faulty(Struct, frozen=True, gc=False):
    """A part of a frame that does not parse, where the rest of it does."""

    market: str | None
    reason: str


class Shutdown(Struct, frozen=True, gc=False):
    """The venue will close this connection soon: open another at once."""

    text: str


class Other(Struct, frozen=True, gc=False):
    """A well-formed frame of a stream or symbol that is not read."""

    market: str | None = None


class Several(Struct, frozen=True, gc=False):
    """One frame about several markets, or of several kinds."""

    events: "tuple[Event, ...]"


Event = (
    Trades
    | ClosedCandle
    | FormingCandle
    | OpenInterest
    | Liquidations
    | Ack
    | Refusal
    | Pong
    | Faulty
    | Reply
    | Shutdown
    | Several
    | Other
)


class QuoteTexts(Struct, frozen=True, gc=False):
    """Best bid and ask of one market, as the venue wrote them."""

    symbol: str
    bid: str
    ask: str


class Request(Struct, frozen=True, gc=False):
    """One REST request as a value."""

    url: str
    weight: int
    """What it costs of the venue's budget a minute."""
    method: str = "GET"
    body: bytes = b""
    """What a POST sends, in JSON."""


class Page(Struct, frozen=True, gc=False):
    """One REST response of trades; rows that do not parse are named in `refused`, the rest is kept."""

    batch: Trades
    refused: tuple[str, ...] = ()
    rows: int = 0
    """Rows in the response, refused ones too: fewer than requested means the venue has no more."""


class ColumnsPage(Struct, frozen=True):
    """`Page` as numpy columns."""

    columns: "Columns"
    refused: tuple[str, ...] = ()
    rows: int = 0


class Candles(Struct, frozen=True, gc=False):
    """One REST response of candles, in the decimals of `market`."""

    market: Market
    candles: tuple[Candle, ...]
    refused: tuple[str, ...] = ()
    rows: int = 0


class Limits(Struct, frozen=True, gc=False):
    """What one venue allows, so that feeds need not know which it is."""

    weight_per_minute: int
    weight_header: str
    """The response header that says how much of it is used; empty where there is none."""
    connects: int
    """Connections allowed in five minutes."""
    streams_per_socket: int
    messages_per_second: float
    """Frames we may send on one socket."""
    streams_per_message: int
    socket_seconds: int
    """The venue closes a socket after so long."""
    trades_page: int
    """Most trades in one response; 0 where trades cannot be requested."""
    candles_page: int
    """Most candles in one response; 0 where candles lack the taker's volume and so give no delta."""
    trades_back_us: int
    """How far back trades can be requested; 0 is without limit."""
    pages_by: Literal["id", "time"] = "id"
    """Whether pages of trades are requested by id, or forwards by time (`from_us`, `hint_us`)."""
    weight_window_s: float = 60.0
    """The weight is counted in windows of so long (600 a minute in windows of 2 s: 20 in any 2 s)."""
    heartbeat_s: float = 0.0
    """`heartbeat()` is sent so often; 0 is never."""
    frame_bytes: int = 0
    """Most bytes of a frame we may send; 0 is without limit."""
    busy_codes: frozenset[int] = frozenset()
    """Codes by which a response of status 200 means too many requests."""


def id_of(text: str) -> int:
    """An id as an integer: digits are their number, a uuid its 128 bits, other text 128 bits of BLAKE2.

    The same text gives the same number everywhere; two texts the same one only by an accident of 2^-64.
    """
    if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS:
        return int(text)
    bare = text.replace("-", "")
    if len(bare) == UUID_DIGITS and _HEX.fullmatch(bare):
        return int(bare, 16)
    from hashlib import blake2b  # few venues have such ids, and loading OpenSSL slows the start

    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=16).digest())


def clean(text: object, limit: int = 200) -> str:
    """Untrusted text as one short line without control, escape or bidirectional characters."""
    line = _UNSEEN.sub(" ", str(text)).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def is_symbol(text: str) -> bool:
    """Whether a text may be shown and used as a symbol."""
    return SYMBOL.fullmatch(text) is not None


def to_us(time: int) -> int:
    """A venue's time in ms or us (distinguished by size) as microseconds."""
    return time * 1000 if time < MILLISECONDS_BELOW else time


def refuse(market: str | None, text: str) -> WireError:
    """The error for one frame or row: which market, and what was wrong with it."""
    return WireError(f"{market or 'a frame'}: {text}", market=market)
