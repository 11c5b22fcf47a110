"""Events of files in small batches, blocks of archives as plain trades, for a paced replay."""

from collections.abc import Iterator
from typing import Protocol

from cvdtui.errors import CvdtuiError
from cvdtui.feeds.files.events import Event
from cvdtui.model import Columns, Trade, Trades

PIECE = 256
"""Trades in one value at most."""
FETCH = 512
"""Events read in one go."""


class Recording(Protocol):
    """A recording to be played; `files.Reading` is one."""

    @property
    def share(self) -> float: ...

    def __iter__(self) -> Iterator[Event]: ...
    def __next__(self) -> Event: ...
    def close(self) -> None: ...


def fetch(recording: Recording) -> tuple[list[Event], CvdtuiError | None]:
    """The next events, some hundred frames or one block of an archive, and the fault that ended them."""
    events: list[Event] = []
    try:
        for event in recording:
            if isinstance(event, Columns):
                events.extend(_pieces(event))
                break
            events.append(event)
            if len(events) == FETCH:
                break
    except CvdtuiError as error:
        return events, error
    return events, None


def _pieces(columns: Columns) -> Iterator[Trades]:
    """The same trades as plain values, a few at a time."""
    for begin in range(0, len(columns), PIECE):
        part = slice(begin, begin + PIECE)
        lists = (columns.ids, columns.time_us, columns.price, columns.size, columns.side)
        trades = tuple(map(Trade, *(column[part].tolist() for column in lists)))
        yield Trades(columns.market, trades, columns.id_rule, columns.source)
