"""A file played into a board as fast as it can be read, for the report."""

import time
from collections.abc import Callable, Iterable, Iterator

from cvdtui.board.board import Board
from cvdtui.board.setup import counted_board
from cvdtui.errors import NoDataError, UnreadableError
from cvdtui.feeds.files import Event, FileNotice, Ignored, Rejected, open_files
from cvdtui.model import Columns, Trades
from cvdtui.monitor.clock import wall_us
from cvdtui.sources.options import ReplayOptions

Fault = UnreadableError | NoDataError


def play(options: ReplayOptions) -> tuple[Board, Fault | None]:
    """Reads every file to its end (or until `options.seconds` are over), and counts.

    A file that breaks off, or of which no row can be used, after trades were counted ends it: the board keeps
    these, and the fault is given beside it. Raises UsageError, and the same faults before any trade.
    """
    board = counted_board(options.config)
    reading = open_files(
        options.files,
        now=wall_us,
        form=options.format,
        venue=options.venue,
        symbol=options.symbol,
    )
    fault: Fault | None = None
    try:
        feed(board, _until(reading, options.seconds, time.monotonic))
    except (UnreadableError, NoDataError) as error:
        if not any(state.flow.taken for state in board.states.values()):
            raise
        fault = error
    board.finish()
    return board, fault


def feed(board: Board, events: Iterable[Event]) -> None:
    """Passes events of a file to the board."""
    for event in events:
        if isinstance(event, Columns):
            board.on_columns(event)
        elif isinstance(event, Trades):
            board.on_trades(event)
        elif isinstance(event, Rejected):
            board.on_rejected(event.market, f"{event.where}: {event.reason}", event.count)
        elif isinstance(event, Ignored):
            board.on_ignored(event.market, event.count)
        elif isinstance(event, FileNotice):
            board.note(event.text)


def _until(events: Iterator[Event], seconds: float | None, clock: Callable[[], float]) -> Iterator[Event]:
    end = None if seconds is None else clock() + seconds
    for event in events:
        yield event
        if end is not None and clock() >= end:
            return
