"""One HTTP client for one venue: requests within the venue's budget, errors as readable texts."""

import asyncio
import random
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cvdtui.errors import VenueError
from cvdtui.feeds.backoff import Backoff
from cvdtui.feeds.budget import Budget
from cvdtui.feeds.error_text import REFUSED, explain, host_of, is_loopback, refusal, seconds_of

if TYPE_CHECKING:
    import httpx2

    from cvdtui.venues import Request, Venue

MOST_BYTES = 64 * 2**20
"""No answer is larger than this; an endless one is cut off."""
MOST_BUSY = 2_000
"""A refusal in an answer of status 200 is no longer than this."""
SPREAD_S = 0.25
"""After a pause that the host demanded, requests come spread over so long."""


class Rest:
    """Sends a venue's requests over HTTP; an async context manager.

    Proxies come from the environment, but loopback is never proxied. `trouble` is the text of the last
    failure, empty when the last answer was good.
    """

    def __init__(
        self, venue: "Venue", *, share: float, timeout_s: float = 10.0, window_s: float = 0.0
    ) -> None:
        self._venue = venue
        self._timeout_s = timeout_s
        self._http: httpx2.AsyncClient | None = None
        self.host = host_of(venue.rest_url)
        limits = venue.limits
        own_s = limits.weight_window_s
        # Bybit counts in windows of 5 s and OKX of 2 s, so a minute's weight must not be spent at once.
        weight = limits.weight_per_minute if window_s else round(limits.weight_per_minute * own_s / 60.0)
        self.budget = Budget(weight, share=share, window_s=window_s or own_s)
        self.trouble = ""
        self.status = 0
        self.answers = 0

    async def __aenter__(self) -> Self:
        import httpx2

        self._http = httpx2.AsyncClient(
            # Waiting for one of our own four connections is no failure of the host, hence pool=None.
            timeout=httpx2.Timeout(self._timeout_s, pool=None),
            trust_env=not is_loopback(self._venue.rest_url),
            follow_redirects=False,
            headers={"User-Agent": "cvdtui", "Accept": "application/json"},
            limits=httpx2.Limits(max_connections=4),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def ask(self, request: "Request", *, urgent: bool = True) -> bytes:
        """One request, one try; waits for the budget. Raises VenueError."""
        await self.budget.spend(request.weight, urgent=urgent)
        return await self._try(request)

    async def persist(self, request: "Request", patience_s: float, *, urgent: bool = True) -> bytes:
        """Repeat a request until there is an answer, for so many seconds of failing tries.

        Waiting for the budget is not failing; a pause the host demands that outlasts the patience is.
        Raises VenueError: the last one, or at once for what another try will not change.
        """
        clock = asyncio.get_running_loop().time
        backoff = Backoff()
        failing_s = 0.0
        while True:
            if self.budget.pause_s > patience_s - failing_s:
                raise VenueError(self.trouble or f"{self.host} demands a pause", status=self.status)
            await self.budget.spend(request.weight, urgent=urgent)
            begin = clock()
            try:
                return await self._try(request)
            except VenueError as error:
                if error.retry_after is None:
                    wait = max(backoff.next(), self.budget.pause_s)
                else:  # the host named the moment, so every waiting request would come at it
                    wait = self.budget.pause_s + SPREAD_S * random.random()  # noqa: S311 - no secret
                failing_s += clock() - begin + wait
                if error.status in REFUSED or failing_s > patience_s:
                    raise
                await asyncio.sleep(wait)

    async def _try(self, request: "Request") -> bytes:
        try:
            body = await self._fetch(request)
        except VenueError as error:
            self.trouble, self.status = str(error), error.status
            raise
        self.trouble, self.status = "", 200
        self.answers += 1
        return body

    async def _fetch(self, request: "Request") -> bytes:
        import httpx2

        if self._http is None:
            raise VenueError("the HTTP client is closed")
        try:
            headers = {"Content-Type": "application/json"} if request.body else None
            exchange = self._http.stream(
                request.method, request.url, content=request.body or None, headers=headers
            )
            async with exchange as answer:
                body = await self._body(answer)
        # ImportError: a SOCKS proxy in the environment, without the package that httpx2 needs for it.
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ImportError) as error:
            raise explain(error, self.host) from None
        failure = None
        if answer.status_code != 200:
            retry_after = seconds_of(answer.headers.get("Retry-After"))
            failure = self._refusal(answer.status_code, retry_after, body, request.weight)
        elif len(body) < MOST_BUSY and self._is_busy(body):
            failure = self._refusal(429, self._venue.limits.weight_window_s, body, request.weight)
        # Before any refusal is raised: it carries the host's count as well.
        used = answer.headers.get(self._venue.limits.weight_header, "")
        if used.isascii() and used.isdigit():
            self.budget.note(int(used))
        if failure is not None:
            raise failure
        return body

    def _is_busy(self, body: bytes) -> bool:
        """Whether an answer of status 200 says by its code that we send too often, as Bybit's 10006 does."""
        codes = self._venue.limits.busy_codes
        return bool(codes) and self._venue.read_failure(body)[0] in codes

    async def _body(self, answer: "httpx2.Response") -> bytes:
        parts: list[bytes] = []
        size = 0
        # Decompressed bytes are counted: a small body may grow without end.
        async for part in answer.aiter_bytes():
            size += len(part)
            if size > MOST_BYTES:
                raise VenueError(f"{self.host} sent more than {MOST_BYTES >> 20} MB in one answer")
            parts.append(part)
        return b"".join(parts)

    def _refusal(self, status: int, retry_after: float | None, body: bytes, weight: int) -> VenueError:
        code, text = self._venue.read_failure(body[:10_000])
        detail = f"{code}: {text}" if text else ""
        error = refusal(status, self.host, detail, retry_after=retry_after, mirrors=self._venue.mirrors)
        if status in (418, 429):
            self.budget.pause(error.retry_after or 0.0)
            self.budget.refund(weight)  # not served; the host's own count, when it sends one, decides
        elif retry_after:
            self.budget.pause(min(retry_after, 60.0))
        return error
