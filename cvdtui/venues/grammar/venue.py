"""`Venue`: all that feeds know of an exchange, with the methods that most exchanges implement alike."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Protocol, Unpack

from cvdtui.errors import WireError
from cvdtui.model import GroupLeg, IdRule, Market, OpenInterest
from cvdtui.venues.grammar.events import Candles, ColumnsPage, Event, Limits, Page, QuoteTexts, Request, clean
from cvdtui.venues.grammar.parsing import to_columns
from cvdtui.venues.grammar.requests import Window

Action = Literal["subscribe", "unsubscribe"]
Decode = Callable[[bytes | str], Event]


class KnownMarkets(Protocol):
    """The markets a venue reads frames of: `Instruments`, or a class of the venue's own."""

    def learn(self, market: Market) -> None: ...
    def forget(self, symbol: str) -> None: ...
    def market(self, symbol: str) -> Market: ...
    def markets(self) -> tuple[Market, ...]: ...


class Venue(Protocol):
    """One exchange (or one product of it) as pure grammar; a venue's class derives from this one.

    The abstract methods must be written; Python refuses to make a venue that lacks one, and names it. Every
    other method is implemented as for an exchange with trades alone: no mirror, greeting or heartbeat, no
    candles with the taker's volume, no open interest to request. Readers and `decode` raise WireError.

    The venue knows each market's decimals and grows them when a finer value comes: what it returns always
    carries the Market its integers are in (`Instruments` in grammar/instruments.py does that for texts).

    **Sizes** are base units always: a venue's contracts are multiplied by `Market.contract_size`, of inverse
    markets also divided by the price, rounded half even at 10 decimals. While the contract size is not known,
    frames are refused: never a wrong number.

    **Sides** are the aggressor's: where a venue sends the maker's, `decode` and the readers invert it.

    **Ids**, by `id_rule`: `contiguous` (1 by 1; a trade that stands for several of the venue's ids carries
    the first one and their `count`; holes are fetched by `ask_trades(from_id=)`, where `limits.pages_by` is
    `time` by its `hint_us`, a time not after that id's), `ordered` and `unique` (no hole can be seen: after
    each connection the newest page is merged by id, and what it does not reach back to is an Outage). Ids
    that are no integers become one (`events.id_of`). Old trades that a venue sends on subscribing are trades
    like any other: they are merged by id.

    **Prints that enter nothing** (block, ADL, insurance, internal) are counted in `Trades.excluded`.

    **A socket**: `greeting` goes out once after connecting, then `subscribe`, whose frames keep
    `limits.streams_per_message` and `limits.frame_bytes`; `heartbeat` every `limits.heartbeat_s`; a `Reply`
    event is sent back at once. An Ack (or Refusal) names the request or the symbol. A frame of several
    markets is `Several`. Open interest comes as an event or, where `ask_open_interest` gives a Request, is
    polled.
    """

    name: str
    id_rule: IdRule
    limits: Limits
    ws_url: str
    """Base URLs: scheme://host:port."""
    rest_url: str
    mirrors: tuple[str, ...] = ()
    """Hosts to name when the main one refuses a region."""
    known: KnownMarkets
    heartbeat_frame: str | None = None
    """What `heartbeat` sends; None: the venue expects none."""

    # --- markets

    @abstractmethod
    def default_market(self, symbol: str) -> Market:
        """A market from its symbol alone; raises WireError for a text that cannot be a symbol here."""

    @abstractmethod
    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        """The venue's symbols of a pair (BTC, USDT), the usual one first; none where it lists no such pair.

        An empty quote means the quotes it lists itself. What is not known to be listed is left out rather
        than guessed: these names are offered before the venue's instruments were requested.
        """

    def learn(self, market: Market) -> None:
        """Read this market's frames from now on, in its decimals."""
        self.known.learn(market)

    def forget(self, symbol: str) -> None:
        """Ignore this market's frames from now on."""
        self.known.forget(symbol)

    def market(self, symbol: str) -> Market:
        """The market as known by now; raises KeyError for one never learnt."""
        return self.known.market(symbol)

    def markets(self) -> tuple[Market, ...]:
        """Every market as known by now."""
        return self.known.markets()

    # --- the socket

    @abstractmethod
    def socket_url(self) -> str:
        """Where to connect."""

    @abstractmethod
    def streams(self, symbol: str) -> tuple[str, ...]:
        """The streams of one market: its trades first."""

    @abstractmethod
    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        """Frames that subscribe to these markets or end them, as few as the limits allow.

        Numbered from `first_id` where the venue's requests have numbers.
        """

    def subscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that request these markets' streams."""
        return self.requests("subscribe", symbols, first_id)

    def unsubscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that end these markets' streams."""
        return self.requests("unsubscribe", symbols, first_id)

    def greeting(self) -> tuple[str, ...]:
        """Frames to send before subscribing."""
        return ()

    def heartbeat(self) -> str | None:
        """The frame due every `limits.heartbeat_s`."""
        return self.heartbeat_frame

    def decoder(self) -> Decode:
        """What reads the frames of one connection, the first to the last; feeds make one for each connection.

        As it stands here: `decode`, which keeps nothing between frames. A venue whose frames mean something
        on their own connection alone (channels numbered anew on each, subscriptions that replace one another)
        makes an object that remembers them.
        """
        return self.decode

    @abstractmethod
    def decode(self, frame: bytes | str) -> Event:
        """One frame as an Event; raises WireError (with `market` where known) for one that does not parse."""

    # --- trades and quotes together, which side rules are evaluated with

    def quotes_url(self, symbols: Sequence[str]) -> str:  # noqa: ARG002
        """A socket of both, so that their order means something; empty where the venue has none."""
        return ""

    def read_quote(self, frame: bytes) -> QuoteTexts | None:  # noqa: ARG002
        """The best bid and ask in one of its frames; None where it is about something else."""
        return None

    # --- REST requests

    @abstractmethod
    def ask_time(self) -> Request:
        """The exchange's clock."""

    @abstractmethod
    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:
        """Requests whose responses (`read_markets`) describe these instruments; none given: all there are."""

    @abstractmethod
    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        """Trades from an id on (inclusive), or of a window of time, or the newest; pages are ascending."""

    def ask_candles(self, symbol: str, seconds: int, from_us: int, to_us: int) -> Request:  # noqa: ARG002
        """Candles with from_us <= open time < to_us, `limits.candles_page` at most."""
        raise WireError(f"{self.name} has no candles with the taker's volume")

    def ask_open_interest(self, symbol: str) -> Request | None:  # noqa: ARG002
        """The open interest of now; None where it is pushed, or there is none."""
        return None

    # --- REST responses

    @abstractmethod
    def read_time(self, body: bytes) -> int:
        """The exchange's clock in us."""

    @abstractmethod
    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        """Those of `symbols` (none given: all that trade) which the response describes."""

    @abstractmethod
    def read_trades(self, body: bytes, symbol: str) -> Page:
        """A response to `ask_trades`, oldest first."""

    def read_columns(self, body: bytes, symbol: str) -> ColumnsPage:
        """`read_trades` as numpy columns; raises WireError too for ids of 128 bits, which do not fit."""
        return to_columns(self.read_trades(body, symbol))

    def read_candles(self, body: bytes, symbol: str, seconds: int) -> Candles:  # noqa: ARG002
        """A response to `ask_candles`."""
        raise WireError(f"{self.name} has no candles with the taker's volume")

    def read_open_interest(self, body: bytes, symbol: str) -> OpenInterest:  # noqa: ARG002
        """A response to `ask_open_interest`."""
        raise WireError(f"{self.name} has no open interest to request")

    def read_failure(self, body: bytes) -> tuple[int, str]:
        """Code (0 where the venue has none) and cleaned text of an error response; (0, "") when it is none.

        As it stands here: the body is plain text.
        """
        return 0, clean(body[:500].decode(errors="replace"))
