"""After a break or a refusal: which streams of which markets are requested again, and when."""

import asyncio
from collections.abc import Callable

from cvdtui.feeds.ibkr import words
from cvdtui.feeds.ibkr.gateway import Gateway, Stream
from cvdtui.feeds.ibkr.line import Line
from cvdtui.feeds.ibkr.options import IbkrOptions
from cvdtui.feeds.ibkr.streams import Note, Streams
from cvdtui.model import Now

_PASSING = frozenset({words.NO_SLOT, words.COMPETING})
"""Refusals that may pass by themselves."""


class Recovery:
    """Brings the markets of one feed back. `guard` makes a call whose error must not leave a callback."""

    def __init__(  # noqa: PLR0913 - its wires to the feed
        self,
        options: IbkrOptions,
        streams: Streams,
        *,
        now: Now,
        note: Note,
        guard: Callable[..., None],
        wake: Callable[[], None],
    ) -> None:
        self._options = options
        self._streams = streams
        self._now = now
        self._note = note
        self._guard = guard
        self._wake = wake

    # --- what TWS reports

    def on_refusal(self, request: int, code: int, text: str) -> None:
        """One stream was refused: without quotes the tick rule goes on alone, without trades nothing does."""
        found = self._streams.by_request.get(request)
        if found is None:
            return  # a description or a page of history: its own request raises
        line, stream = found
        reason = words.refusal(code, text)
        # Without quotes the trades go on; a competing session takes the trades as well.
        if stream == "BidAsk" and code != words.COMPETING:
            if reason != line.no_quotes:
                self._note(f"{line.name}: quotes refused, tick rule only: {reason}")
            line.no_quotes, line.no_quotes_code = reason, code
            line.ticks.forget_quote()
        else:
            line.refused, line.refused_code = reason, code
            self._guard(line.broke, self._now())
        self._streams.refused_s[line] = _loop_s()

    def all_broke(self) -> None:
        """TWS has no data for any market from here on."""
        now_us = self._now()
        for line in self._lines:
            self._guard(line.broke, now_us)

    def restored(self, gateway: Gateway, *, anew: bool) -> None:
        """1101: the streams are gone. 1102: they are kept, if ticks prove it."""
        for line in self._lines:
            if anew:
                self._guard(self._streams.subscribe_anew, gateway, line, self._now())
            else:
                line.proof_due_s = _loop_s() + self._options.silent_s

    def farm_lost(self) -> None:
        """2103: from here on ticks may be missing, which only their coming or not will show."""
        now_us = self._now()
        for line in self._lines:
            line.suspected_us = now_us

    def farm_back(self) -> None:
        """2104: feeds have stayed dead for 8 hours after it, so silent markets must prove themselves."""
        for line in self._lines:
            if line.suspected_us is not None:
                self._guard(line.broke, line.suspected_us)
                line.proof_due_s = _loop_s() + self._options.silent_s

    # --- what time brings

    def check(self, gateway: Gateway) -> None:
        """Request again where a silence or a refusal has lasted long enough."""
        now_s = _loop_s()
        for line in self._lines:
            if line.proof_due_s is not None and now_s >= line.proof_due_s:
                self._note(f"{line.name}: silent after a break, requested again")
                self._guard(self._streams.subscribe_anew, gateway, line, self._now())
            refused_s = self._streams.refused_s.get(line)
            if refused_s is not None and now_s - refused_s >= self._options.retry_s:
                self._retry(gateway, line)

    def _retry(self, gateway: Gateway, line: Line) -> None:
        """Try what was refused once more; quotes alone are requested without touching the trades."""
        del self._streams.refused_s[line]
        if line.contract is None:
            line.refused = ""
            self._wake()
        elif line.refused and line.refused_code in _PASSING:
            self._guard(self._streams.subscribe_anew, gateway, line, self._now())
        elif line.no_quotes and line.no_quotes_code in _PASSING:
            # Its number is let go first, so that a late message about it is ignored.
            self._streams.by_request.pop(line.requests.pop("BidAsk", -1), None)
            stream: Stream = "BidAsk"
            self._guard(self._streams.subscribe, gateway, line, stream)

    @property
    def _lines(self) -> tuple[Line, ...]:
        return self._streams.followed


def _loop_s() -> float:
    return asyncio.get_running_loop().time()
