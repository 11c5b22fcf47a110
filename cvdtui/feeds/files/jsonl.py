"""Trades as JSON lines.

`{"id": 1, "time_us": 1723161255342000, "price": "61837.6", "size": 0.02, "side": "buy"}`
"""

from collections.abc import Iterator

from msgspec import DecodeError, Raw, Struct, ValidationError
from msgspec.json import Decoder
from msgspec.structs import replace

from cvdtui.errors import WireError
from cvdtui.feeds.files import exact
from cvdtui.feeds.files.blocks import Chunk
from cvdtui.feeds.files.events import Rejected
from cvdtui.model import BUY, SELL, UNKNOWN, Market, Trade, Trades
from cvdtui.venues.grammar.events import clean

SIDES = {"buy": BUY, "sell": SELL, "unknown": UNKNOWN}
BATCH = 1024
FINEST = 18
"""Decimals of a price or size at most: integers here are unbounded, so only nonsense is finer."""


class _Line(Struct, gc=False):
    id: int | str
    time_us: int | str
    # Raw: a float would lose digits that the text has.
    price: Raw
    size: Raw
    side: str


_DECODE = Decoder(_Line).decode


class JsonLinesReader:
    """JSON lines of one market, over any number of files; its decimals grow as finer values come."""

    def __init__(self, market: Market, latest_us: int) -> None:
        self.market = replace(market, price_decimals=0, size_decimals=0, tick=1)
        self._latest_us = latest_us

    def read(self, where: str, chunks: Iterator[Chunk]) -> Iterator[Trades | Rejected]:
        """One file, in batches."""
        number = 0
        rows: list[exact.ExactRow] = []
        for chunk in chunks:
            rejected: dict[str, list[int]] = {}
            for number, line in enumerate(chunk.lines(), number + 1):  # noqa: B020 - goes on counting
                if not line.strip():
                    continue
                try:
                    rows.append(self._row(line))
                except WireError as error:
                    rejected.setdefault(str(error), []).append(number)
                if len(rows) == BATCH:
                    yield self._batch(rows)
                    rows = []
            if rows:
                yield self._batch(rows)
                rows = []
            for reason, lines in rejected.items():
                yield Rejected(self.market.name, reason, len(lines), f"{where}:{lines[0]}")

    def _row(self, line: bytes) -> exact.ExactRow:
        try:
            row = _DECODE(line)
        except ValidationError as error:
            raise WireError(clean(error)) from error
        except (DecodeError, UnicodeDecodeError) as error:
            raise WireError("not a JSON object") from error
        side = SIDES.get(row.side.lower())
        if side is None:
            raise WireError("side is not buy, sell or unknown")
        number = exact.whole_number(str(row.id), exact.BAD_ID)
        stamp = exact.whole_number(str(row.time_us), exact.BAD_TIME)
        if not exact.EARLIEST_US <= stamp <= self._latest_us:
            raise WireError(exact.WRONG_TIME)
        price = exact.positive(_text(row.price), "price", FINEST)
        size = exact.positive(_text(row.size), "size", FINEST)
        return exact.ExactRow(number, stamp, price, size, side)

    def _batch(self, rows: list[exact.ExactRow]) -> Trades:
        prices = max(self.market.price_decimals, *(row.price[1] for row in rows))
        sizes = max(self.market.size_decimals, *(row.size[1] for row in rows))
        if (prices, sizes) != (self.market.price_decimals, self.market.size_decimals):
            self.market = replace(self.market, price_decimals=prices, size_decimals=sizes)
        trades = tuple(
            Trade(
                row.id,
                row.time_us,
                row.price[0] * 10 ** (prices - row.price[1]),
                row.size[0] * 10 ** (sizes - row.size[1]),
                row.side,
            )
            for row in rows
        )
        return Trades(self.market, trades)


def _text(raw: Raw) -> str:
    """A JSON number or string as the text of a number."""
    return bytes(raw).decode().strip().strip('"').strip()
