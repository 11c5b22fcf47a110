"""Faults of the demo exchange, on request; they change frames and connections, never the tape itself."""

from collections import deque
from collections.abc import Callable, Iterable
from random import Random
from typing import NamedTuple
from zlib import crc32

from cvdtui.demo.dialect import Keys, Message
from cvdtui.errors import UsageError

KNOWN = ("drop", "dup", "skip", "stall", "malformed", "slow", "429")
"""Names `--fault` takes."""

_RUN = 8
"""Skipped trades come in runs of at most this many ids."""
_SKIP_ONE_IN, _DUP_ONE_IN, _MALFORMED_ONE_IN = 40, 30, 150
_MEAN_S = {"drop": 12.0, "stall": 25.0, "slow": 10.0}
_LENGTH_S = {"drop": (0.0, 0.0), "stall": (2.0, 8.0), "slow": (0.3, 2.0)}


class ConnectionFault(NamedTuple):
    """A fault of one connection: cut it, lose its data for a while, or hold them back."""

    kind: str
    seconds: float


class RequestFault(NamedTuple):
    """What is done to a REST request: delayed, and refused unless `status` is 0."""

    delay_s: float = 0.0
    status: int = 0
    retry_after: int = 0


def fault_names(names: Iterable[str]) -> frozenset[str]:
    """The set of fault names; raises UsageError for one that is not known."""
    chosen = frozenset(names)
    for name in sorted(chosen):
        if name not in KNOWN:
            raise UsageError(f"fault: {name!r} given, expected some of {', '.join(KNOWN)}")
    return chosen


class Faults:
    """Chooses what goes wrong: by seed and trade id for frames, by seed and exchange time for connections.

    Every attribute may be set while the exchange runs; `skip_ids` and the rest work without any name given.
    """

    def __init__(self, names: Iterable[str] = (), seed: int = 1) -> None:
        self.names = fault_names(names)
        self.refuse: dict[str, int] = {}
        """Venue -> HTTP status every connect and request is refused with."""
        self.skip_ids: dict[str, list[tuple[int, int]]] = {}
        """Market -> id ranges (both inclusive) whose frames are left out."""
        self.repeat_ids: dict[str, list[tuple[int, int]]] = {}
        """Market -> id ranges whose frames are sent twice."""
        self.silent: set[str] = set()
        """Markets that send nothing."""
        self.replay = 0
        """How many old trades a new subscription begins with."""
        self.extra: list[Message] = []
        """Frames sent once, as they are, before the next ones of their topic."""
        self.request_faults: deque[RequestFault] = deque()
        """Faults of the next REST requests, one each."""
        self.skipped: dict[str, int] = {}
        self.repeated: dict[str, int] = {}
        self.malformed = 0
        self._seed = seed
        self._events = Random(f"events {seed}")
        self._requests = Random(f"requests {seed}")
        self._next_us: dict[str, float] = {}
        self._limited_until = 0
        self._is_calm = False

    def distort(self, messages: list[Message]) -> list[Message]:
        """The frames as they leave: some missing, some twice, broken ones in between."""
        if not (self.names or self.skip_ids or self.repeat_ids or self.silent or self.extra):
            return messages
        sent: list[Message] = []
        for message in messages:
            if self.extra:
                sent += [extra for extra in self.extra if extra.topic == message.topic]
                self.extra = [extra for extra in self.extra if extra.topic != message.topic]
            if message.market in self.silent:
                continue
            if message.trade is None:
                sent.append(message)
            else:
                sent += self._trade(message, message.trade)
        return sent

    def _trade(self, message: Message, trade: int) -> list[Message]:
        if message.numbered and self._skips(message.market, trade):
            self.skipped[message.market] = self.skipped.get(message.market, 0) + 1
            return []
        sent = [message]
        if (
            "malformed" in self.names
            and self._draw("malformed", message.market, trade, _MALFORMED_ONE_IN) == 0
        ):
            self.malformed += 1
            sent.insert(0, broken(message, trade))
        if self._repeats(message.market, trade):
            self.repeated[message.market] = self.repeated.get(message.market, 0) + 1
            sent.append(message)
        return sent

    def _skips(self, market: str, trade: int) -> bool:
        if any(first <= trade <= last for first, last in self.skip_ids.get(market, ())):
            return True
        if "skip" not in self.names or self._draw("skip", market, trade // _RUN, _SKIP_ONE_IN):
            return False
        return trade % _RUN <= self._draw("run", market, trade // _RUN, _RUN)

    def _repeats(self, market: str, trade: int) -> bool:
        if any(first <= trade <= last for first, last in self.repeat_ids.get(market, ())):
            return True
        return "dup" in self.names and self._draw("dup", market, trade, _DUP_ONE_IN) == 0

    def _draw(self, what: str, market: str, number: int, one_in: int) -> int:
        # Not hash(), which differs from process to process: the same seed must give the same faults.
        return crc32(f"{self._seed} {what} {market} {number}".encode()) * 2654435761 % 2**32 * one_in >> 32

    def due(self, now_us: int) -> list[ConnectionFault]:
        """Connection faults that happen by now."""
        events = []
        for kind, mean in _MEAN_S.items():
            if kind not in self.names:
                continue
            when = self._next_us.setdefault(kind, now_us + self._wait_us(mean))
            if now_us >= when:
                events.append(ConnectionFault(kind, self._events.uniform(*_LENGTH_S[kind])))
                self._next_us[kind] = now_us + self._wait_us(mean)
        return events

    def pick(self, count: int) -> int:
        """Which of `count` connections it hits."""
        return self._events.randrange(count)

    def calm(self) -> None:
        """No REST faults from now on: the exchange's clock, by which limits end, has stopped."""
        self._is_calm = True

    def request(self, venue: str, now_us: int) -> RequestFault:
        """The fault of the next REST request."""
        if self._is_calm:
            return RequestFault()
        if venue in self.refuse:
            return RequestFault(status=self.refuse[venue])
        if self.request_faults:
            return self.request_faults.popleft()
        delay = 0.0
        if "slow" in self.names and self._requests.random() < 0.3:
            delay = self._requests.uniform(0.1, 1.5)
        if now_us < self._limited_until:
            return RequestFault(delay, 429, max(1, -(-(self._limited_until - now_us) // 1_000_000)))
        if "429" in self.names and self._requests.random() < 0.12:
            wait = self._requests.randint(1, 2)
            self._limited_until = now_us + wait * 1_000_000
            return RequestFault(delay, 429, wait)
        return RequestFault(delay)

    def _wait_us(self, mean_s: float) -> float:
        return self._events.expovariate(1 / mean_s) * 1e6 + 1_000_000


_BREAKS: tuple[Callable[[str, Keys], str], ...] = (
    lambda body, _: body[: len(body) * 2 // 3],
    lambda body, keys: _with(body, keys.price, '"NaN"'),
    lambda body, keys: _with(body, keys.size, '"-1.5"'),
    lambda body, keys: _with(body, keys.size, '"Infinity"'),
    lambda body, keys: _with(body, keys.time, '"soon"'),
    lambda body, keys: _with(body, keys.price, "null"),
    lambda body, keys: _with(body, keys.time, "-5"),
    lambda body, keys: _with(body, keys.size, '"1e400"'),
    lambda body, keys: _with(body, keys.side, '"maybe"'),
    lambda body, keys: _with(body, keys.symbol, '"\\u001b[31m[/x]"'),
    lambda body, keys: _without(body, keys.price),
    lambda *_: "[]",
)


def broken(message: Message, number: int) -> Message:
    """A frame like `message` that no parser may take for a trade; `number` picks the way it is broken."""
    body = _BREAKS[number % len(_BREAKS)](message.body, message.keys)
    return Message(message.topic, body, None, message.market)


def _span(body: str, key: str) -> tuple[int, int]:
    start = body.index(f'"{key}":')
    ends = [at for at in (body.find(",", start), body.find("}", start)) if at >= 0]
    return start, min(ends)


def _with(body: str, key: str, value: str) -> str:
    start, end = _span(body, key)
    return f'{body[:start]}"{key}":{value}{body[end:]}'


def _without(body: str, key: str) -> str:
    start, end = _span(body, key)
    return body[:start] + body[end + 1 :]
