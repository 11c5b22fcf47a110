"""REST requests as values, and which trades a venue can be requested for."""

from collections.abc import Sequence
from typing import TypedDict, TypeVar
from urllib.parse import quote, urlencode

from cvdtui.venues.grammar.events import Request, refuse

T = TypeVar("T")


class Window(TypedDict, total=False):
    """Which trades `Venue.ask_trades` requests (`**window: Unpack[Window]`); None is as if not given."""

    from_id: int | None
    from_us: int | None
    to_us: int | None
    limit: int
    hint_us: int | None


def newest_only(market: str, window: Window, most: int) -> int:
    """How many of the newest trades to request, at most `most`; raises WireError for a window of others."""
    if any(window.get(key) is not None for key in ("from_id", "from_us", "to_us")):
        raise refuse(market, "only the newest trades can be requested")
    return min(window.get("limit", most), most)


def by_id_only(market: str, window: Window, most: int) -> tuple[int | None, int]:
    """First id (None: the newest) and how many, at most `most`; raises WireError for a window of time."""
    if window.get("from_us") is not None or window.get("to_us") is not None:
        raise refuse(market, "trades can be requested by id alone")
    return window.get("from_id"), min(window.get("limit", most), most)


def in_parts(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """The items in their order, at most `size` at a time."""
    return [items[at : at + size] for at in range(0, len(items), size)]


def get_request(url: str, weight: int, **params: object) -> Request:
    """A GET; parameters that are None are left out."""
    query = urlencode(
        {key: str(value) for key, value in params.items() if value is not None}, quote_via=quote
    )
    return Request(url + (f"?{query}" if query else ""), weight)
