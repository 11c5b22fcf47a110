"""Alerts over HTTP: what services share: one client, one deadline, refusals in words, no secret shown."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cvdtui.alerts.alert import Alert
from cvdtui.alerts.secrets import scrub
from cvdtui.config import AlertChannel
from cvdtui.errors import AlertError

if TYPE_CHECKING:
    import httpx2

MOST_BYTES = 4_096
"""Bytes of an answer that are read: enough for its error text."""
_AGAIN = (408, 425, 429)
"""Refusals that another try may change; so may every 5xx."""


class Post(NamedTuple):
    """One request. `secrets` are scrubbed from every text about it."""

    url: str
    body: bytes
    headers: Mapping[str, str] = {}
    secrets: Sequence[str] = ()


Compose = Callable[[Alert, AlertChannel], Post]
"""The request of a service for an alert. Raises AlertError for a secret that is not there."""


class WebChannel:
    """A service reached by POST. Redirects are not followed: they would carry the secret elsewhere."""

    def __init__(self, table: AlertChannel, compose: Compose) -> None:
        self._table = table
        self._compose = compose
        self._client: httpx2.AsyncClient | None = None
        self._client_host = ""

    async def send(self, alert: Alert) -> None:
        """One POST. Raises AlertError."""
        import httpx2

        post = self._compose(alert, self._table)
        try:
            url = httpx2.URL(post.url)
        except httpx2.InvalidURL:
            url = httpx2.URL("")
        if url.scheme not in ("http", "https") or not url.host:
            raise AlertError("the address is no http:// or https:// address")
        client = self._open(url.host)
        try:
            async with asyncio.timeout(self._table.timeout_s):
                status, headers, body = await self._post(client, url, post)
        except TimeoutError:
            raise AlertError(
                f"{url.host}: no answer within {self._table.timeout_s:g} s", again=True
            ) from None
        # `from None`: the cause's text and traceback would show the address, which may be the secret.
        except (httpx2.HTTPError, httpx2.StreamError, OSError, ValueError) as error:
            why = scrub(str(error), [*post.secrets, post.url]) or type(error).__name__
            raise AlertError(f"{url.host}: {why}", again=True) from None
        if not 200 <= status < 300:
            raise _refusal(url.host, status, headers, body, [*post.secrets, post.url])

    async def close(self) -> None:
        """Ends the client."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _post(
        self, client: "httpx2.AsyncClient", url: "httpx2.URL", post: Post
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Content-Type": "application/json", **post.headers}
        async with client.stream("POST", url, content=post.body, headers=headers) as answer:
            body = b""
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) >= MOST_BYTES:
                    break
            return answer.status_code, answer.headers, body[:MOST_BYTES]

    def _open(self, host: str) -> "httpx2.AsyncClient":
        if self._client is None:
            import logging

            import httpx2

            # httpx2 logs every address at INFO, and an address may be the secret
            for name in ("httpx2", "httpcore2"):
                logging.getLogger(name).setLevel(logging.WARNING)
            self._client = httpx2.AsyncClient(
                timeout=self._table.timeout_s,
                follow_redirects=False,
                # A proxy of the environment would be sent what must stay on this machine.
                trust_env=host not in ("127.0.0.1", "localhost", "::1"),
                headers={"User-Agent": "cvdtui"},
            )
        return self._client


class _Parameters(msgspec.Struct):
    retry_after: float | None = None


class _Answer(msgspec.Struct):
    """What services answer in JSON beside the status."""

    description: str = ""
    message: str = ""
    error: str = ""
    retry_after: float | None = None
    parameters: _Parameters | None = None


def _refusal(
    host: str, status: int, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]
) -> AlertError:
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        answer = _Answer()
    detail = scrub(answer.description or answer.message or answer.error, secrets)[:200]
    again = status in _AGAIN or status >= 500
    demanded = answer.retry_after if answer.parameters is None else answer.parameters.retry_after
    wait = demanded if demanded is not None else _seconds(headers.get("retry-after", ""))
    text = f"{host}: refused with status {status}" + (f": {detail}" if detail else "")
    return AlertError(text, again=again, retry_after=max(0.0, wait) if wait is not None and again else None)


def _seconds(text: str) -> float | None:
    """Retry-After: seconds, or the date they end (RFC 9110, 10.2.3)."""
    if text.strip().isdigit():
        return float(text)
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
