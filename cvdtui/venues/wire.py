"""What every venue's grammar is made of: events, requests, limits, and the cleaning of strangers' words."""

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from cvdtui.errors import WireError
from cvdtui.model import Candle, Market, Trades

if TYPE_CHECKING:  # numpy is heavy: only history needs it
    from cvdtui.model import Columns

SYMBOL = re.compile(r"[A-Za-z0-9._:/-]{1,40}")
"""What an instrument's symbol may look like, ours or a stranger's."""

MILLISECONDS_BELOW = 10**14
"""A time below this is in milliseconds (until the year 5138), at or above it in microseconds."""
EARLIEST_US = 1_230_768_000_000_000
"""2009-01-01 UTC: nothing here traded before it."""
LATEST_US = 4_102_444_800_000_000
"""2100-01-01 UTC: the bound where no clock is given."""
DAY_US = 86_400_000_000

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


class Closed(Struct, frozen=True, gc=False):
    """The venue's own candle of one market, final."""

    market: Market
    candle: Candle


class Forming(Struct, frozen=True, gc=False):
    """A candle that is still moving: proof of a live candle stream, nothing more."""

    market: str | None = None


class Ack(Struct, frozen=True, gc=False):
    """The venue accepted request `id`; whether data follows is another matter."""

    id: int | None


class Refusal(Struct, frozen=True, gc=False):
    """The venue refused a request, in its own (cleaned) words."""

    id: int | None
    code: int
    text: str


class Shutdown(Struct, frozen=True, gc=False):
    """The venue will close this connection soon: open another at once."""

    text: str


class Other(Struct, frozen=True, gc=False):
    """A well-formed frame of a stream or symbol nobody asked for."""

    market: str | None = None


Event = Trades | Closed | Forming | Ack | Refusal | Shutdown | Other


class Request(Struct, frozen=True, gc=False):
    """One REST question as a value."""

    url: str
    weight: int
    """What it costs of the venue's budget a minute."""
    method: str = "GET"


class Page(Struct, frozen=True, gc=False):
    """One REST answer of trades; rows that do not parse are named in `refused`, the rest is kept."""

    batch: Trades
    refused: tuple[str, ...] = ()
    rows: int = 0
    """Rows in the answer, refused ones too: fewer than asked for means the venue has no more."""


class ColumnsPage(Struct, frozen=True):
    """`Page` as numpy columns."""

    columns: "Columns"
    refused: tuple[str, ...] = ()
    rows: int = 0


class Candles(Struct, frozen=True, gc=False):
    """One REST answer of candles, in the decimals of `market`."""

    market: Market
    candles: tuple[Candle, ...]
    refused: tuple[str, ...] = ()
    rows: int = 0


class Limits(Struct, frozen=True, gc=False):
    """What one venue allows, so that feeds need not know which it is."""

    weight_per_minute: int
    weight_header: str
    """The answer's header that says how much of it is used."""
    connects: int
    """Connections allowed in five minutes."""
    streams_per_socket: int
    messages_per_second: float
    """Frames we may send on one socket."""
    streams_per_message: int
    socket_seconds: int
    """The venue closes a socket after so long."""
    trades_page: int
    """Most trades in one answer."""
    candles_page: int
    trades_back_us: int
    """How far back trades can be asked for; 0 is without limit."""


def clean(text: object, limit: int = 200) -> str:
    """A stranger's text as one short line without control, escape or bidirectional characters."""
    line = _UNSEEN.sub(" ", str(text)).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def is_symbol(text: str) -> bool:
    """Whether a text may be shown and used as a symbol."""
    return SYMBOL.fullmatch(text) is not None


def to_us(time: int) -> int:
    """A venue's time in ms or us (told apart by size) as microseconds."""
    return time * 1000 if time < MILLISECONDS_BELOW else time


def refuse(market: str | None, text: str) -> WireError:
    """The error for one frame or row: which market, and what was wrong with it."""
    return WireError(f"{market or 'a frame'}: {text}", market=market)
