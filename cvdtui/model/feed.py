"""What a feed hands over, and to whom: columns, links, the Sink."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from cvdtui.model.market_data import (
    Candle,
    IdRule,
    Liquidations,
    Market,
    Missing,
    OpenInterest,
    Outage,
    SideSource,
    Trades,
)

if TYPE_CHECKING:  # numpy is heavy: it is loaded after the first picture
    import numpy as np

Now = Callable[[], int]
"""The wall clock in microseconds, handed in so that nothing below the monitor reads one."""

LinkState = Literal["idle", "connecting", "live", "quiet", "stale", "refused", "waiting", "closed"]


class Link(Struct, frozen=True, gc=False):
    """The state of one connection, in words a trader understands."""

    name: str
    """`venue` or `venue/host` as shown."""
    state: LinkState
    host: str = ""
    text: str = ""
    """Why it is not live and what will happen next; cleaned of control characters."""
    markets: tuple[str, ...] = ()
    since_us: int = 0
    last_data_us: int = 0
    messages: int = 0
    reconnects: int = 0
    weight_used: int = 0
    weight_limit: int = 0
    retry_at_us: int = 0
    rate: float = 0.0
    """Messages a second lately."""
    status: int = 0
    """The HTTP status that turned us away (403, 418, 429, 451 ...); 0 when none did."""
    ahead_us: int | None = None
    """How far the host's clock is ahead of ours; None while it is not known."""
    weight_cap: int = 0
    """What we spend of `weight_limit` at most: the configured share."""


class Columns:
    """Trades of one market as numpy columns, in the venue's order: history and files.

    All arrays have one length: `ids`, `time_us`, `price`, `size` int64, `side` int8 (1, -1, 0); integers are
    in the decimals of `market`.
    """

    __slots__ = ("id_rule", "ids", "market", "price", "side", "size", "source", "time_us")

    def __init__(  # noqa: PLR0913 - one argument a column
        self,
        market: Market,
        ids: "np.ndarray",
        time_us: "np.ndarray",
        price: "np.ndarray",
        size: "np.ndarray",
        side: "np.ndarray",
        *,
        id_rule: IdRule = "contiguous",
        source: SideSource = "taker",
    ) -> None:
        self.market = market
        self.ids = ids
        self.time_us = time_us
        self.price = price
        self.size = size
        self.side = side
        self.id_rule = id_rule
        self.source = source

    def __len__(self) -> int:
        return len(self.ids)


class Sink(Protocol):
    """What a feed hands its news to (the board is one); every call is synchronous and cheap.

    The order for one market: `on_market`, then either trades at once, or `on_history` (bars known from
    candles, all before a bar boundary) followed by `expect` (the id the tape begins with), then trades.
    Trades that arrive before `expect` of a market announced by `hold` wait in the tape.
    """

    def on_market(self, market: Market) -> None:
        """The venue described an instrument: its true decimals and tick."""

    def hold(self, market: str) -> None:
        """History is being fetched: trades of this market wait until `expect`; may be said twice."""

    def expect(self, market: str, next_id: int) -> Missing | None:
        """The tape begins at `next_id`: older ids are dropped silently, held ones follow.

        A hole before the held ones is asked for.
        """

    def on_trades(self, batch: Trades) -> Missing | None:
        """Trades arrived, live or fetched: the tape sorts out which; a Missing is a new hole to fetch."""

    def on_lost(self, missing: Missing) -> None:
        """What of these ids has not come by now will not come: the hole is closed as lost."""

    def on_history(self, market: Market, candles: tuple[Candle, ...]) -> None:
        """Closed candles with taker-buy volume, ascending, of one length (60 or 3600 s), before any trade."""

    def on_filled(self, columns: Columns, from_us: int, to_us: int) -> None:
        """Every trade of the whole minutes from_us <= time < to_us: rows for bars known from candles."""

    def on_progress(self, market: str, share: float) -> None:
        """How far the background fill of rows has come, 0 to 1; 1 is done."""

    def on_candles(self, market: Market, candles: tuple[Candle, ...]) -> None:
        """The venue's own closed bars, to audit ours."""

    def on_outage(self, outage: Outage) -> None:
        """Trades of this span are missing for good; how many, nobody can tell."""

    def on_open_interest(self, sample: OpenInterest) -> None:
        """Open interest, pushed or asked for."""

    def on_liquidations(self, liquidations: Liquidations) -> None:
        """Positions closed by force."""

    def on_link(self, link: Link) -> None:
        """A connection changed its state (or its counters)."""

    def on_ignored(self, market: str | None, count: int = 1) -> None:
        """A frame of a stream nobody asked for."""

    def on_rejected(self, market: str | None, reason: str, count: int = 1) -> None:
        """A frame or row that does not parse."""
