"""Recorded frames, one a line: the receipt time is cut off, the venue's own grammar reads the rest.

`<receipt ns> <json>`, `<epoch s>: <json>` and bare JSON lines; lines that note a connection (`url <-> ...`)
are no frames and are skipped.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from cvdtui.errors import WireError
from cvdtui.feeds.files.blocks import Chunk
from cvdtui.feeds.files.events import Ignored, Rejected
from cvdtui.model import Market, Trades
from cvdtui.venues import Event, Faulty, Several, Venue
from cvdtui.venues.grammar.events import clean

_STAMP = re.compile(rb"\d+(?:\.\d+)?:?[ \t]+")
_CONNECTION = re.compile(rb"\w+://\S+ <-(>?)")
"""`url <-> time`: opened; `url <- time: frame`: what was sent."""
_KIND = re.compile(rb'"e"\s*:\s*"(\w+)"')

HEARTBEATS = (b"ping", b"pong")
NO_FRAME = "neither a frame nor a time and a frame"


class FramesReader:
    """Frames of one venue, over any number of files; of each market only the first kind of trade counts.

    A recording may hold `aggTrade` and `trade` of one market: the same volume twice.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._read_frame = venue.decoder()
        self._kinds: dict[str, bytes] = {}

    def read(self, where: str, chunks: Iterator[Chunk]) -> Iterator[Trades | Rejected | Ignored]:
        """One file; what was ignored and rejected follows the trades of its chunk."""
        number = 0
        for chunk in chunks:
            ignored: Counter[str | None] = Counter()
            rejected: dict[tuple[str | None, str], list[int]] = {}
            for number, line in enumerate(chunk.lines(), number + 1):  # noqa: B020 - goes on counting
                try:
                    parts = self._decode(line)
                except WireError as error:
                    rejected.setdefault((error.market, str(error)), []).append(number)
                    continue
                for part in parts:
                    if isinstance(part, Trades):
                        yield part
                    elif isinstance(part, Faulty):
                        rejected.setdefault((part.market, part.reason), []).append(number)
                    else:
                        ignored[part.market] += 1
            for (market, reason), lines in rejected.items():
                yield Rejected(market or self._only(), reason, len(lines), f"{where}:{lines[0]}")
            for market, count in ignored.items():
                yield Ignored(market or self._only(), count)

    def _only(self) -> str | None:
        """The market of frames that name none, where only one can be meant."""
        known = self._venue.markets()
        return known[0].name if len(known) == 1 else None

    def _decode(self, line: bytes) -> Iterable[Trades | Faulty | Ignored]:
        text = line.strip()
        stamp = _STAMP.match(text)
        if stamp:
            text = text[stamp.end() :]
        if text[:1] not in (b"{", b"["):
            note = _CONNECTION.match(text)
            if note and note[1]:
                self._read_frame = self._venue.decoder()  # what frames meant on the last one ended with it
            # OKX and Bitget send bare ping and pong texts.
            if not text or text in HEARTBEATS or note:
                return ()
            raise WireError(f"{NO_FRAME}: {clean(text[:40].decode(errors='replace'))!r}")
        event = self._read_frame(text)
        events = event.events if isinstance(event, Several) else (event,)
        return [self._part(one, text) for one in events]

    def _part(self, event: Event, text: bytes) -> Trades | Faulty | Ignored:
        """One event: trades count if they are of their market's first kind."""
        if isinstance(event, Faulty):
            return event
        if not isinstance(event, Trades):
            market = getattr(event, "market", None)
            return Ignored(market.name if isinstance(market, Market) else market, 1)
        kind = _KIND.search(text)
        name = event.market.name
        if kind is not None and self._kinds.setdefault(name, kind[1]) != kind[1]:
            return Ignored(name, 1)
        return event
