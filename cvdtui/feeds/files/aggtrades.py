"""Binance aggTrades archives as columns: chunks parsed ahead by a few threads, handed on in file order."""

import codecs
import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from msgspec.structs import replace

from cvdtui.errors import NoDataError, UnreadableError
from cvdtui.feeds.files.blocks import Chunk
from cvdtui.feeds.files.columns import ColumnScale, Part, read_block
from cvdtui.feeds.files.digits import word_view
from cvdtui.feeds.files.events import Rejected
from cvdtui.feeds.files.layout import Block
from cvdtui.model import Columns, Market
from cvdtui.venues.grammar.events import clean

HEADER = (
    "agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id", "transact_time", "is_buyer_maker",
    "is_best_match",
)  # fmt: skip
"""Columns of the archive, https://github.com/binance/binance-public-data; the eighth in spot files alone."""

_WORD = re.compile(r"[a-z_ ][a-z_ 0-9]*")


class AggTradesReader:
    """Chunks of one market to Columns; the scale starts with the first rows and grows with finer ones."""

    def __init__(self, market: Market, latest_us: int, *, threads: int = 1) -> None:
        self.market = market
        self._latest_us = latest_us
        self._threads = threads
        self._scale: ColumnScale | None = None

    def read(self, where: str, chunks: Iterator[Chunk]) -> Iterator[Columns | Rejected]:
        """One member from its header on; `where` names it in what is rejected.

        Raises NoDataError when its first line names other columns, UnreadableError when the file ends early.
        """
        line = 1
        with ThreadPoolExecutor(self._threads, "aggtrades") as pool:
            for part in self._parts(_without_header(where, chunks), pool):
                yield from self._hand_out(part, where, line)
                line += part.lines

    def _parts(self, chunks: Iterator[Chunk], pool: ThreadPoolExecutor) -> Iterator[Part]:
        """Parsed chunks in order, read ahead by no more than the threads need."""
        ahead: deque[Future[Part]] = deque()
        fault: UnreadableError | None = None
        try:
            for chunk in chunks:
                ahead.append(pool.submit(self._parse, chunk))
                # The first chunk alone sets the scale: parsed in parallel, each would have to be rescaled.
                if self._scale is None or len(ahead) > self._threads:
                    yield ahead.popleft().result()
        except UnreadableError as error:
            fault = error
        while ahead:
            yield ahead.popleft().result()
        if fault is not None:
            raise fault

    def _parse(self, chunk: Chunk) -> Part:
        data = np.frombuffer(chunk.data, np.uint8)
        return read_block(
            Block(data, word_view(data), chunk.first, chunk.last),
            self._scale or ColumnScale(),
            self._latest_us,
        )

    def _hand_out(self, part: Part, where: str, line: int) -> Iterator[Columns | Rejected]:
        self._scale = self._scale.and_also(part.scale) if self._scale else part.scale
        # Parsed ahead with the coarser scale of its moment.
        if part.scale != self._scale:
            part.rescale(self._scale)
        if (self.market.price_decimals, self.market.size_decimals) != (self._scale.price, self._scale.size):
            self.market = replace(
                self.market, price_decimals=self._scale.price, size_decimals=self._scale.size, tick=1
            )
        if len(part.ids):
            yield Columns(self.market, part.ids, part.time_us, part.price, part.size, part.side)
        for reason, refused in part.refused.items():
            yield Rejected(self.market.name, reason, refused.count, f"{where}:{line + refused.line}")


def _without_header(where: str, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The same chunks; a header is blanked (its line still counts), one of other columns refused."""
    for chunk in chunks:
        see_header(where, chunk)
        yield chunk
        break
    yield from chunks


def see_header(where: str, chunk: Chunk) -> None:
    """Blanks the header of a file's first chunk, if it has one; raises NoDataError for other columns."""
    end = chunk.data.index(b"\n", chunk.first)
    text = chunk.data[chunk.first : end].decode(errors="replace").removeprefix("\ufeff")
    names = [name.strip(' \r\t"').lower() for name in text.split(",")]
    if tuple(names) in (HEADER[:7], HEADER):
        chunk.data[chunk.first : end] = b" " * (end - chunk.first)
    elif len(names) > 1 and all(_WORD.fullmatch(name) for name in names):
        raise NoDataError(
            f"{where}: columns are {clean(','.join(names))}, expected {','.join(HEADER[:7])}[,{HEADER[7]}]"
        )
    elif chunk.data.startswith(codecs.BOM_UTF8, chunk.first):
        chunk.data[chunk.first : chunk.first + 3] = b"   "
