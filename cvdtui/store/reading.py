"""Reading a journal back: everything once, in order of time; lines that do not parse are counted."""

from pathlib import Path

import msgspec

from cvdtui.errors import UnreadableError
from cvdtui.model import SignalKey
from cvdtui.store.entries import BarEntry, Entry, SignalEntry
from cvdtui.store.journal import files_of

TAIL_BYTES = 4_000_000
"""So much of the end is enough to know what was written last."""
_DECODER = msgspec.json.Decoder(Entry)


class JournalReading:
    """What a journal holds."""

    def __init__(self) -> None:
        self.bars: dict[tuple[str, int], dict[int, BarEntry]] = {}
        """By (market, seconds), by start; ascending once `sort` was called."""
        self.signals: dict[SignalKey, SignalEntry] = {}
        """By key, the first that was written."""
        self.skipped = 0
        """Lines that are no entry: torn by a kill, or of another program."""

    def take(self, line: bytes) -> None:
        """One line, with its end."""
        if not line.strip():
            return
        try:
            entry = _DECODER.decode(line)
        # RecursionError: a line of nothing but brackets.
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self.skipped += 1
            return
        if isinstance(entry, BarEntry):
            self.bars.setdefault((entry.market, entry.seconds), {})[entry.time_us] = entry
        else:
            self.signals.setdefault(entry.key, entry)

    def sort(self) -> None:
        """Bars and signals ascend in time."""
        self.bars = {key: dict(sorted(bars.items())) for key, bars in sorted(self.bars.items())}
        ascending = sorted(self.signals.values(), key=lambda entry: entry.time_us)
        self.signals = {entry.key: entry for entry in ascending}


def read(path: Path) -> JournalReading:
    """All of a journal, or of one of its files. UnreadableError where it cannot be opened."""
    found = JournalReading()
    files = files_of(path)
    if not files:
        raise UnreadableError(f"{path}: cannot be read: No such file or directory")
    for file in files:
        _read(file, 0, found)
    found.sort()
    return found


def read_tail(path: Path) -> JournalReading:
    """The end of a journal; nothing where there is none."""
    found = JournalReading()
    rest = TAIL_BYTES
    starts: list[tuple[Path, int]] = []
    for file in reversed(files_of(path)):
        size = file.stat().st_size
        starts.append((file, max(0, size - rest)))
        rest -= size
        if rest <= 0:
            break
    for file, start in reversed(starts):
        _read(file, start, found)
    found.sort()
    return found


def _read(path: Path, start: int, found: JournalReading) -> None:
    try:
        with path.open("rb") as file:
            if start:
                file.seek(start)
                # The place lies within a line, whose rest is no entry.
                file.readline()
            for line in file:
                found.take(line)
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {error.strerror or error}") from None
