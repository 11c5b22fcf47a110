"""Dotted keys, with quotes where TOML needs them, and the nearest known name."""

import difflib
import re
from collections.abc import Iterable

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")


def toml_key(name: str) -> str:
    """`name` as one TOML key: bare where that is allowed, else in double quotes."""
    if _BARE.match(name):
        return name
    import json

    return json.dumps(name, ensure_ascii=False)


def dotted(path: Iterable[str]) -> str:
    """A path of keys as TOML writes it: `row.markets."binance:BTCUSDT"`."""
    return ".".join(toml_key(name) for name in path)


def split_dotted(text: str) -> tuple[str, ...]:
    """The path that a dotted key names. Quotes protect dots; a part without quotes may hold colons.

    Raises ValueError for an empty part or an open quote.
    """
    parts: list[str] = []
    rest = text.strip()
    while True:
        match = re.match(r"""\s*(?:"([^"]*)"|'([^']*)'|([^."'=\s]+))\s*(\.|\Z)""", rest)
        if match is None:
            raise ValueError(text)
        parts.append(next(part for part in match.groups()[:3] if part is not None))
        if match[4] != ".":
            return tuple(parts)
        rest = rest[match.end() :]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be, or None."""
    candidates = list(known)
    by_lower = {candidate.lower(): candidate for candidate in candidates}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def hint(name: str, known: Iterable[str], under: Iterable[str] = ()) -> str:
    """The end of an error text: the nearest name, else all of them; written as keys below `under`."""
    candidates = sorted(known)
    near = nearest(name, candidates)
    found = [
        dotted((*under, candidate)) if under else candidate for candidate in ([near] if near else candidates)
    ]
    if near is not None:
        return f"; did you mean {found[0]}?"
    return f"; known: {', '.join(found)}" if found else ""
