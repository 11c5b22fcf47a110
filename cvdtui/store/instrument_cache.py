"""Instruments that venues list, kept on disk between runs: one file a venue and host, with its time."""

import os
import re
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from cvdtui.model import Market
from cvdtui.store.user_state import cache_folder

SCHEMA = 1
MOST_BYTES = 32 * 2**20
"""No listing is larger; a larger file is not ours."""


class CachedInstruments(Struct, frozen=True):
    """All instruments of one venue, as one host listed them."""

    venue: str
    host: str
    time_us: int
    """When they were requested."""
    markets: tuple[Market, ...]
    schema: int = SCHEMA


def path_of(venue: str, host: str) -> Path | None:
    """The file of a venue and host; None where there is no home directory."""
    folder = cache_folder()
    name = re.sub(r"[^A-Za-z0-9.-]", "_", f"{venue}@{host}")[:120]
    return None if folder is None else folder / "instruments" / f"{name}.json"


def load(venue: str, host: str) -> CachedInstruments | None:
    """The kept list; None when there is none, or when it cannot be used."""
    path = path_of(venue, host)
    if path is None:
        return None
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        kept = msgspec.json.decode(path.read_bytes(), type=CachedInstruments)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    # A mirror may list other instruments than the venue itself: the host must be the same.
    good = kept.schema == SCHEMA and (kept.venue, kept.host) == (venue, host)
    return kept if good and all(market.venue == venue for market in kept.markets) else None


def save(listing: CachedInstruments) -> str:
    """Keep it, whole or not at all. An empty text, or why it could not be kept."""
    path = path_of(listing.venue, listing.host)
    if path is None:
        return "instruments are not kept: there is no home directory"
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(msgspec.json.encode(listing))
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        return f"{path}: instruments are not kept: {error.strerror or type(error).__name__}"
    return ""
