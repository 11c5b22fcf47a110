"""Network errors of other libraries as readable texts: which host, what happened, what to do."""

import socket
import ssl
from urllib.parse import urlsplit

from cvdtui.errors import VenueError
from cvdtui.venues.grammar.events import clean

BAN_S = 120.0
"""How long a ban (418) lasts when the host does not say."""
PAUSE_S = 60.0
"""The pause after a 429 that names none: its window is a minute."""
REFUSED = frozenset({400, 401, 403, 404, 451})
"""Statuses that another try will not change."""

REGIONAL = frozenset({403, 451})
"""Statuses by which a host refuses an address or a region (Binance answers 451 to the United States)."""


def host_of(url: str) -> str:
    """The host (and port, when given) of a URL."""
    # What stands before an @ is a user and a password: no text shows it.
    return clean(urlsplit(url).netloc.rpartition("@")[2], 100)


def is_loopback(url: str) -> bool:
    """Whether a URL stays on this machine: such a connection never goes through a proxy."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return name in ("localhost", "::1") or name.startswith("127.")


def explain(error: BaseException, host: str) -> VenueError:
    """A failed connection as a VenueError; looks through wrapping errors for the cause."""
    chain = _chain(error)
    for one in chain:
        if isinstance(one, socket.gaierror):
            return VenueError(f"cannot resolve {host}: no such name, or no network")
        if isinstance(one, ssl.SSLError):
            return VenueError(
                f"no secure connection to {host}: {clean(getattr(one, 'reason', '') or one, 80)}"
            )
        if isinstance(one, ConnectionRefusedError):
            return VenueError(f"{host} refuses connections: nothing listens there")
    # By name as well: httpx2's ReadTimeout is no TimeoutError.
    if any(isinstance(one, TimeoutError) or "Timeout" in type(one).__name__ for one in chain):
        return VenueError(f"{host} did not answer in time")
    lowest = chain[-1]
    what = clean(lowest, 120) or type(lowest).__name__
    return VenueError(f"connection to {host} failed: {what}")


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        # httpx2 tries every address of a name, and groups what each of them raised.
        if isinstance(link, BaseExceptionGroup):
            chain += link.exceptions
        # asyncio merges the errors of several addresses into one OSError without a number.
        elif isinstance(link, OSError) and "Errno 111" in str(link):
            chain.append(ConnectionRefusedError(str(link)))
        link = link.__cause__ or link.__context__
    return chain


def refusal(
    status: int, host: str, text: str, *, retry_after: float | None, mirrors: tuple[str, ...]
) -> VenueError:
    """A refused request: its status as a text, the host's own text, and the pause that it demands."""
    detail = f" ({text})" if text else ""
    if status == 451:
        other = f"; other hosts: {', '.join(mirrors)}" if mirrors else ""
        return VenueError(f"{host} does not serve your region (451){detail}{other}", status=451)
    if status == 403:
        other = f"; other hosts: {', '.join(mirrors)}" if mirrors else ""
        return VenueError(f"{host} forbids this address or region (403){detail}{other}", status=403)
    if status == 418:
        wait = BAN_S if retry_after is None else retry_after
        return VenueError(
            f"{host} banned this address for {wait:.0f} s (418){detail}", status=418, retry_after=wait
        )
    if status == 429:
        wait = PAUSE_S if retry_after is None else retry_after
        return VenueError(
            f"{host}: too many requests, silent for {wait:.0f} s{detail}", status=429, retry_after=wait
        )
    kind = "has a server error" if status >= 500 else "refused the request"
    return VenueError(f"{host} {kind} ({status}){detail}", status=status, retry_after=retry_after)


def seconds_of(header: str | None) -> float | None:
    """A Retry-After header in seconds; None when it is absent or a date."""
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None
