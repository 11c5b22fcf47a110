"""The server's interface to a venue's wire format; a further venue is one more file that implements it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

import msgspec
from msgspec import Struct

from cvdtui.demo.tapes import DemoTape, News


class HttpAnswer(Struct, frozen=True):
    """One HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str] = {}


class DialectLimits(Struct, frozen=True):
    """What a venue allows one client."""

    weight: int
    """REST weight a minute."""
    messages: int
    """Incoming WebSocket messages a second."""
    ping_seconds: float
    pong_seconds: float


class ClientSession:
    """One WebSocket connection as the dialect knows it."""

    __slots__ = ("combined", "kinds", "micro", "topics")

    def __init__(self, *, combined: bool, kinds: frozenset[str] | None = None, micro: bool = False) -> None:
        self.combined = combined
        """Wrap data as {"stream", "data"}."""
        self.kinds = kinds
        """Kinds of stream this route delivers; None is all. Others are acknowledged and stay silent."""
        self.micro = micro
        self.topics: dict[str, None] = {}
        """Streams subscribed to, in order."""


class Keys(Struct, frozen=True, gc=False):
    """Names of a trade's fields on the wire, for faults that break one."""

    price: str = "p"
    size: str = "q"
    time: str = "T"
    side: str = "m"
    symbol: str = "s"


class Message(Struct, frozen=True, gc=False):
    """One piece of market data before it is wrapped for a session."""

    topic: str
    body: str
    trade: int | None = None
    """Aggregate trade id, for messages a fault may skip or repeat."""
    market: str = ""
    """`venue:SYMBOL`."""
    numbered: bool = True
    """Whether a client can see by the ids that it is missing: others are never left out."""
    keys: Keys = Keys()


class Dialect(Protocol):
    """One venue's wire: routes, subscriptions, frames, REST. Holds no socket and reads no clock."""

    @property
    def venue(self) -> str:
        """The name cvdtui knows the venue by."""

    @property
    def numbered(self) -> bool:
        """Whether ids show what is missing; else a silent loss on an open connection could not be found."""

    @property
    def limits(self) -> DialectLimits:
        """What a client may ask for."""

    @property
    def tapes(self) -> Mapping[str, DemoTape]:
        """Its markets by symbol."""

    def open(self, path: str, query: Mapping[str, str]) -> ClientSession | HttpAnswer:
        """The session of a client that connects here, or the HTTP refusal."""

    def receive(self, session: ClientSession, text: str) -> list[str]:
        """A client's text frame: changes `session.topics`; the frames to answer with."""

    def delivers(self, session: ClientSession, topic: str) -> bool:
        """Whether this session gets data of a topic it subscribed to."""

    def publish(self, news: Iterable[News], now_us: int, wanted: Collection[str]) -> list[Message]:
        """The frames of what just happened, of wanted topics only."""

    def recent(self, topic: str, count: int, now_us: int) -> list[Message]:
        """The newest trades of a topic once more."""

    def wrap(self, session: ClientSession, message: Message) -> str:
        """The text frame this session gets."""

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        """What a request costs."""

    def answer(self, path: str, query: Mapping[str, str], now_us: int) -> HttpAnswer:
        """The answer to a GET."""

    def refusal(self, status: int, retry_after: int) -> HttpAnswer:
        """The answer when a request is refused: 403, 418, 429, 451."""

    def stamp(self, weight_used: int) -> dict[str, str]:
        """Headers of every answer."""


def json_answer(status: int, value: object, headers: dict[str, str] | None = None) -> HttpAnswer:
    """An answer whose body is `value` as JSON."""
    return HttpAnswer(status, msgspec.json.encode(value), headers or {})
