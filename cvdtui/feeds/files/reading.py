"""Several files as one tape: each in turn is opened, recognised and read by the reader of its format."""

import os
import stat
from collections.abc import Generator, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cvdtui.errors import NoDataError, UnreadableError, UsageError
from cvdtui.feeds.files import frames, jsonl
from cvdtui.feeds.files.blocks import BlockSource, Chunk, shown
from cvdtui.feeds.files.events import Event, FileNotice, Ignored, Rejected
from cvdtui.feeds.files.exact import DAY_US
from cvdtui.feeds.files.guess import FORMATS, Format, format_of, stem_symbol, symbol_of, venue_of
from cvdtui.feeds.files.order import by_time
from cvdtui.model import Columns, Market, Now, Trades
from cvdtui.venues import VENUES, Venue, clean, is_symbol

if TYPE_CHECKING:  # numpy is heavy: only archives need it
    from cvdtui.feeds.files import aggtrades

BLOCK = 1 << 21
"""Bytes read and parsed at once: about 30,000 rows, so that a block and its columns stay in the cache."""
THREADS = max(1, min(2, (os.cpu_count() or 1) - 1))
"""They parse ahead, beside the thread that counts; more than two wait for each other."""


class ReadOptions(Struct, frozen=True):
    """The user's options for the files; None is to be recognised from each file."""

    format: Format | None = None
    venue: str | None = None
    symbol: str | None = None


class Reading:
    """The events of files, in order, once; a market met in two files is one tape and keeps its scale."""

    def __init__(
        self,
        paths: Sequence[str | Path],
        options: ReadOptions,
        now: Now,
        *,
        threads: int = THREADS,
        block: int = BLOCK,
    ) -> None:
        self._paths = [Path(path) for path in paths]
        self._options = options
        self._now = now
        self._threads = threads
        self._block = block
        self._venues: dict[str, Venue] = {}
        self._frames: dict[str, frames.FramesReader] = {}
        self._archives: dict[str, aggtrades.AggTradesReader] = {}
        self._jsonl: jsonl.JsonLinesReader | None = None
        self._done = 0
        self._source: BlockSource | None = None
        self._trades = 0
        self._rejected = 0
        self._ignored = 0
        self._first_refusal: Rejected | None = None
        self._events = self._read()

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        return next(self._events)

    @property
    def share(self) -> float:
        """How much of all files has been read, 0 to 1."""
        return (self._done + (self._source.share if self._source else 0.0)) / max(1, len(self._paths))

    def close(self) -> None:
        """Stops reading and closes what is open."""
        self._events.close()

    def _read(self) -> Generator[Event, None, None]:
        ordered = by_time(self._paths, self._options.format)
        if ordered != self._paths:
            yield FileNotice(f"read by the time of their first rows: {_some(ordered)}")
        for path in ordered:
            self._source = BlockSource(path, block=self._block)
            for name, chunks in self._source.members():
                for event in self._member(path, name, chunks):
                    self._count(event)
                    yield event
            self._source = None
            self._done += 1
        if not self._trades:
            # An empty report would read as a market without trades.
            raise NoDataError(self._nothing())

    def _member(self, path: Path, name: str, chunks: Iterator[Chunk]) -> Iterator[Event]:
        first = next(chunks, None)
        if first is None:
            return
        where = shown(path.name if name in (path.name, path.stem) else f"{path.name}/{name}")
        form = self._options.format or format_of(first)
        if form is None:
            start = clean(first.lines()[0][:40].decode(errors="replace"))
            raise NoDataError(f"{where}: neither aggTrades rows nor frames nor JSON lines: {start!r}")
        every = chain((first,), chunks)
        if form == "jsonl":
            yield from self._json_lines(path).read(where, every)
            return
        venue = self._options.venue
        if venue is None:
            venue, why = venue_of(form, path, first)
            yield FileNotice(f"{where}: taken for {venue} by {why}; --venue says otherwise")
        if form == "frames":
            yield from self._frame_reader(venue).read(where, every)
        else:
            yield from self._archive(venue, path, name, where, first).read(where, every)

    def _json_lines(self, path: Path) -> jsonl.JsonLinesReader:
        if self._jsonl is None:
            symbol = self._options.symbol or stem_symbol(path)
            if symbol is None:
                raise UsageError(f"{shown(path)}: its name makes no symbol; say --symbol")
            market = Market(self._options.venue or "file", symbol)
            self._jsonl = jsonl.JsonLinesReader(market, self._now() + DAY_US)
        return self._jsonl

    def _frame_reader(self, venue: str) -> frames.FramesReader:
        if venue not in self._frames:
            symbol = self._options.symbol
            symbols = () if symbol is None else (symbol,)
            self._frames[venue] = frames.FramesReader(
                VENUES[venue](symbols, any_symbol=symbol is None, now=self._now)
            )
        return self._frames[venue]

    def _archive(
        self, venue: str, path: Path, name: str, where: str, first: Chunk
    ) -> "aggtrades.AggTradesReader":
        from cvdtui.feeds.files import aggtrades  # numpy comes with it

        aggtrades.see_header(where, first)  # other columns are the graver error
        symbol = self._options.symbol or symbol_of(name, path.name)
        if symbol is None:
            raise UsageError(
                f"{shown(path)}: its name has no symbol (SYMBOL-aggTrades-DATE.csv); say --symbol"
            )
        market = VENUES[venue]().default_market(symbol)
        if market.name not in self._archives:
            reader = aggtrades.AggTradesReader(market, self._now() + DAY_US, threads=self._threads)
            self._archives[market.name] = reader
        return self._archives[market.name]

    def _count(self, event: Event) -> None:
        if isinstance(event, Rejected):
            self._rejected += event.count
            self._first_refusal = self._first_refusal or event
        elif isinstance(event, Ignored):
            self._ignored += event.count
        elif isinstance(event, Columns):
            self._trades += len(event)
        elif isinstance(event, Trades):
            self._trades += len(event.trades)

    def _nothing(self) -> str:
        """Why there is no trade."""
        text = f"no usable row in {_some(self._paths)}"
        if self._first_refusal is not None:
            first = self._first_refusal
            text += f": {self._rejected} rejected, the first at {first.where} ({first.reason})"
        if self._ignored:
            text += f"; {self._ignored} frames of other streams"
        return text if self._first_refusal or self._ignored else f"{text}: empty"


def _some(paths: Sequence[Path]) -> str:
    """The first three names."""
    return ", ".join(shown(path.name) for path in paths[:3]) + (", ..." if len(paths) > 3 else "")


def open_files(  # noqa: PLR0913 - every one is an option with a default
    paths: Sequence[str | Path],
    *,
    now: Now,
    form: str = "auto",
    venue: str | None = None,
    symbol: str | None = None,
    threads: int = THREADS,
) -> Reading:
    """The trades of files as one tape, the files by the time of their first rows.

    Raises UsageError for options that cannot be and UnreadableError for a file that is not there or not
    readable, both at once; while iterating, UnreadableError for a file that breaks off (after everything
    before the break was handed out) and NoDataError for one in no known format or when nothing was usable.
    """
    options = ReadOptions(_format(form), _venue(venue, form), _symbol(symbol))
    for path in paths:
        _see(Path(path))
    return Reading(paths, options, now, threads=threads)


def _format(form: str) -> Format | None:
    if form == "auto":
        return None
    for known in FORMATS:
        if form == known:
            return known
    raise UsageError(f"format {clean(form, 40)!r}: expected auto, {', '.join(FORMATS)}")


def _venue(venue: str | None, form: str) -> str | None:
    if venue is None or venue in VENUES or (form == "jsonl" and is_symbol(venue) and ":" not in venue):
        return venue
    raise UsageError(f"venue {clean(venue, 40)!r}: expected one of {', '.join(VENUES)}")


def _symbol(symbol: str | None) -> str | None:
    if symbol is None or is_symbol(symbol):
        return symbol and symbol.upper()
    raise UsageError(f"symbol {clean(symbol, 60)!r}: expected letters, digits and ._:/- only, at most 40")


def _see(path: Path) -> None:
    """Raises UnreadableError for a file that cannot be opened, before any other is read."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{shown(path)}: {clean(getattr(error, 'strerror', None) or error)}") from error
    if stat.S_ISDIR(mode):
        raise UnreadableError(f"{shown(path)}: is a directory, expected a file")
    if not os.access(path, os.R_OK):
        raise UnreadableError(f"{shown(path)}: permission denied")
