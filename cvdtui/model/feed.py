"""What a feed delivers, and to whom: columns, links, the Sink."""

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

if TYPE_CHECKING:  # numpy takes 0.1 s to load: after the first screen
    import numpy as np

Now = Callable[[], int]
"""The wall clock in microseconds, a parameter everywhere below the monitor."""

LinkState = Literal["idle", "connecting", "live", "quiet", "stale", "refused", "waiting", "closed"]


class Link(Struct, frozen=True, gc=False):
    """The state of one connection, in words for the screen."""

    name: str
    """`venue` or `venue/host` as shown."""
    state: LinkState
    host: str = ""
    text: str = ""
    """Why it is not live and what follows; free of control characters."""
    markets: tuple[str, ...] = ()
    since_us: int = 0
    """When this state began."""
    last_data_us: int = 0
    messages: int = 0
    reconnects: int = 0
    weight_used: int = 0
    """Request weight spent in the venue's current window, as it counts it."""
    weight_limit: int = 0
    retry_at_us: int = 0
    """When the next try is due; 0: none is."""
    rate: float = 0.0
    """Messages a second lately."""
    status: int = 0
    """The HTTP status of the refusal (403, 418, 429, 451 ...); 0 when there was none."""
    ahead_us: int | None = None
    """The host's clock minus ours, us; None while it is not known."""
    weight_cap: int = 0
    """The most we spend of `weight_limit`: the configured share of it."""


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

    def taken(self, rows: "np.ndarray | slice") -> "Columns":
        """The rows of these numbers, in their order; of a slice, or where a boolean array is true."""
        return Columns(
            self.market,
            self.ids[rows],
            self.time_us[rows],
            self.price[rows],
            self.size[rows],
            self.side[rows],
            id_rule=self.id_rule,
            source=self.source,
        )


class Sink(Protocol):
    """Where a feed delivers its events (the board is one); every call is synchronous and cheap.

    The order for one market: `on_market`, then either trades at once, or `on_history` (bars known from
    candles, all before a bar boundary) followed by `expect` (the id the tape begins with), then trades.
    Trades that arrive before `expect` of a market announced by `hold` wait in the tape.
    """

    def on_market(self, market: Market) -> None:
        """Takes a venue's description of an instrument: its decimals and tick."""

    def hold(self, market: str) -> None:
        """History is being fetched: trades of this market wait until `expect`; may be called twice."""

    def expect(self, market: str, next_id: int) -> Missing | None:
        """The tape begins at `next_id`: older ids are dropped silently, held ones follow.

        Returns the hole before the held ones, to fetch.
        """

    def on_trades(self, batch: Trades) -> Missing | None:
        """Takes trades, live or fetched, which the tape sorts out; returns a new hole to fetch."""

    def on_lost(self, missing: Missing) -> None:
        """Ids of this hole that have not come will not come: it is closed as lost."""

    def on_history(self, market: Market, candles: tuple[Candle, ...]) -> None:
        """Takes closed candles with taker-buy volume, ascending, of 60 or 3600 s, before any trade."""

    def on_filled(self, columns: Columns, from_us: int, to_us: int) -> None:
        """Takes all trades of the whole minutes from_us <= time < to_us: rows for bars known from candles."""

    def on_progress(self, market: str, share: float) -> None:
        """Share of the background fill of rows that is done, 0 to 1."""

    def on_candles(self, market: Market, candles: tuple[Candle, ...]) -> None:
        """Takes the venue's own closed candles, to audit our bars."""

    def on_outage(self, outage: Outage) -> None:
        """Trades of this span are missing for good; their number is unknown."""

    def on_open_interest(self, sample: OpenInterest) -> None:
        """Takes open interest, streamed or requested."""

    def on_liquidations(self, liquidations: Liquidations) -> None:
        """Takes liquidations."""

    def on_link(self, link: Link) -> None:
        """Takes the changed state or counters of a connection."""

    def on_ignored(self, market: str | None, count: int = 1) -> None:
        """Counts frames of streams that were not subscribed."""

    def on_rejected(self, market: str | None, reason: str, count: int = 1) -> None:
        """Counts frames or rows that do not parse."""
