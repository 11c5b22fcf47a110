"""Format, venue and symbol of a file where no option names them: by its first lines and its name."""

import re
from pathlib import Path
from typing import Literal

from cvdtui.feeds.files.blocks import Chunk
from cvdtui.venues.grammar.events import is_symbol

Format = Literal["frames", "binance-aggtrades", "jsonl"]
FORMATS: tuple[Format, ...] = ("frames", "binance-aggtrades", "jsonl")

SPOT, FUTURES = "binance", "binance-usdm"

_ARCHIVE = re.compile(r"^([A-Za-z0-9_]{1,40})-aggTrades?-", re.IGNORECASE)
_FUTURES_NAME = re.compile(
    r"(?<![a-z])(usdm|futures?|um|fapi|fstream|perp|swap|cm|coinm)(?![a-z])", re.IGNORECASE
)
_FRAME = re.compile(rb"(\d+(\.\d+)?:? +)?[{\[]|\w+://")
_ROW = re.compile(rb'"?\d+"?,[^{}]*,|agg_trade_id')
_JSONL_KEYS = (b'"time_us"', b'"price"', b'"size"', b'"side"')
_TRADE = re.compile(rb'"e"\s*:\s*"(agg)?[tT]rade"')
_LINES = 400


def format_of(chunk: Chunk) -> Format | None:
    """The format of the first line that looks like any; None when none does."""
    for line in chunk.lines()[:_LINES]:
        text = line.removeprefix(b"\xef\xbb\xbf").strip()
        if _FRAME.match(text):
            return "jsonl" if all(key in text for key in _JSONL_KEYS) else "frames"
        if _ROW.match(text.lower()):
            return "binance-aggtrades"
    return None


def symbol_of(*names: str) -> str | None:
    """The symbol of an archive's name (`BTCUSDT-aggTrades-2024-08-08.zip`), of the first that has one."""
    for name in names:
        match = _ARCHIVE.match(Path(name).name)
        if match:
            return match[1].upper()
    return None


def stem_symbol(path: Path) -> str | None:
    """A symbol made of a file's name, for trades that come with none."""
    stem = path.name.partition(".")[0].upper()
    return stem if is_symbol(stem) else None


def venue_of(form: Format, path: Path, chunk: Chunk) -> tuple[str, str]:
    """The venue, and what it was recognised by."""
    lines = chunk.lines()[:_LINES]
    found = venue_of_rows(lines) if form == "binance-aggtrades" else venue_of_frames(lines)
    if found is not None:
        return found, "its columns" if form == "binance-aggtrades" else "its frames"
    # Folders count: archives are kept as futures/um/daily/aggTrades by Binance's own site.
    if _FUTURES_NAME.search(str(path.absolute())):
        return FUTURES, "its name"
    return SPOT, "nothing else: it is the default"


def venue_of_rows(lines: list[bytes]) -> str | None:
    """Futures archives name their columns and have seven; spot archives have eight and no header."""
    if lines[0].removeprefix(b"\xef\xbb\xbf").lower().startswith(b"agg_trade_id"):
        return SPOT if lines[0].count(b",") == 7 else FUTURES
    return SPOT if lines[0].count(b",") == 7 else None


def venue_of_frames(lines: list[bytes]) -> str | None:
    """Futures frames carry `pu` or `ps` in depth and an event name in bookTicker; spot trades carry `M`."""
    for line in lines:
        if _TRADE.search(line):
            return SPOT if b'"M":' in line else FUTURES
        if b'"depthUpdate"' in line:
            return FUTURES if b'"pu":' in line else SPOT
        if b'"bookTicker"' in line:
            return FUTURES
    return None
