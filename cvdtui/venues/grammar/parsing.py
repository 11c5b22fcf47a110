"""Pieces of frames and responses as values: digits of numbers, times in microseconds, rows one by one."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

from msgspec import DecodeError, Meta, Raw
from msgspec.json import Decoder

from cvdtui.errors import WireError
from cvdtui.model import Columns, IdRule, Trades
from cvdtui.venues.grammar.events import (
    ColumnsPage,
    Event,
    Faulty,
    Other,
    Page,
    Several,
    clean,
    is_symbol,
    refuse,
)
from cvdtui.venues.grammar.instruments import Instruments, Row

T = TypeVar("T")

Moment = Annotated[datetime, Meta(tz=True)]
"""A time in RFC 3339 with its zone."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECONDS_BELOW = 10**11
"""A count below this is of seconds (until the year 5138), at or above it of milliseconds."""


def us_of(moment: datetime) -> int:
    """A moment as microseconds since the epoch."""
    return (moment - _EPOCH) // _MICROSECOND


def text_of(number: Raw) -> str:
    """The digits of a JSON number, or of a text that holds one, as they were sent; empty when absent."""
    return bytes(number).decode(errors="replace").strip().strip('"')


def epoch_us(number: str) -> int:
    """Seconds or milliseconds with any fraction, as text, in microseconds; raises WireError for more."""
    whole, _, part = number.partition(".")
    digits = whole + part
    if not (whole and digits.isascii() and digits.isdigit() and len(digits) <= 30):
        raise WireError(f"time {clean(number, 40)!r}: expected seconds or milliseconds")
    places = 6 if int(whole) < _SECONDS_BELOW else 3
    return int(whole + part[:places].ljust(places, "0"))


def by_symbol(
    raws: Iterable[Raw], symbol_of: Callable[[Raw], str], event: Callable[[str, list[Raw]], Event]
) -> Event:
    """A message's rows as one event a symbol, in the order of their first rows."""
    groups: dict[str, list[Raw]] = {}
    for raw in raws:
        groups.setdefault(symbol_of(raw), []).append(raw)
    events = tuple(event(symbol, rows) for symbol, rows in groups.items())
    return Several(events) if len(events) > 1 else events[0] if events else Other()


def rows_of(raws: Iterable[Raw], read: Callable[[Raw], T]) -> tuple[list[T], list[str]]:
    """What `read` makes of each row, and why it raised WireError for the others."""
    found: list[T] = []
    refused: list[str] = []
    for number, raw in enumerate(raws):
        try:
            found.append(read(raw))
        except WireError as error:
            refused.append(f"row {number}: {error}")
    return found, refused


def page_of(  # noqa: PLR0913 - what a page is made of
    known: Instruments,
    symbol: str,
    raws: Iterable[Raw],
    read: Callable[[Raw], Row | None],
    rule: IdRule,
    *,
    by_id: bool = False,
) -> Page:
    """Rows of one market that is watched (else WireError), in their order or that of the ids.

    `read` gives None for a print that enters nothing, and raises WireError for a row that makes no trade.
    """
    instrument = known.instrument(symbol)
    found, refused = rows_of(raws, read)
    rows = [row for row in found if row is not None]
    trades, wrong = known.read(instrument, sorted(rows) if by_id else rows)
    batch = Trades(instrument.market, tuple(trades), rule, excluded=len(found) - len(rows))
    return Page(batch, (*refused, *wrong), len(found) + len(refused))


def event_of(page: Page) -> Event:
    """A message's rows of one market: its trades, and a fault for every row that is none."""
    name = page.batch.market.name
    faults = tuple(Faulty(name, f"{name}: {reason}") for reason in page.refused)
    return Several((page.batch, *faults)) if faults else page.batch


def events_by_symbol(  # noqa: PLR0913 - what a page is made of
    known: Instruments,
    raws: Iterable[Raw],
    symbol_of: Callable[[Raw], str],
    read: Callable[[Raw], Row | None],
    rule: IdRule,
    *,
    by_id: bool = False,
) -> Event:
    """A message's rows as the trades of each market that is watched (see `page_of`)."""

    def event(symbol: str, rows: list[Raw]) -> Event:
        if known.find(symbol) is None:
            return Other()
        return event_of(page_of(known, symbol, rows, read, rule, by_id=by_id))

    return by_symbol(raws, symbol_of, event)


def is_wanted(symbol: str, wanted: frozenset[str], *, trades: bool) -> bool:
    """Whether a described instrument is one of those requested or, where none is named, one that trades."""
    return is_symbol(symbol) and (symbol in wanted if wanted else trades)


def failure_in(decoder: Decoder[T], body: bytes, read: Callable[[T], tuple[int, str]]) -> tuple[int, str]:
    """Code and cleaned text of an error response; (0, "") for a body that the decoder does not take."""
    try:
        code, text = read(decoder.decode(body))
    except (DecodeError, UnicodeDecodeError):
        return 0, ""
    return code, clean(text)


def to_columns(page: Page) -> ColumnsPage:
    """A page of trades as columns; raises WireError when a number does not fit 63 bits."""
    import numpy as np  # heavy to load, and needed for history alone

    market, trades = page.batch.market, page.batch.trades
    try:
        table = np.array(
            [(trade.id, trade.time_us, trade.price, trade.size, trade.side) for trade in trades],
            dtype=np.int64,
        ).reshape(-1, 5)
    except OverflowError:
        raise refuse(market.name, "a price or size that does not fit 63 bits in its decimals") from None
    ids, times, price, size, side = (table[:, column].copy() for column in range(5))
    columns = Columns(market, ids, times, price, size, side.astype(np.int8), id_rule=page.batch.id_rule)
    return ColumnsPage(columns, page.refused, page.rows)
