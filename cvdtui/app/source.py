"""What the screen needs from what runs behind it: snapshots, and a few actions."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from cvdtui.model import Market, Snapshot, View

if TYPE_CHECKING:
    from cvdtui.config import AlertRule


class Source(Protocol):
    """The monitor as the screen sees it. Calls without `await` are cheap and never wait for the network."""

    async def start(self) -> None:
        """Begin feeding; called after the first snapshot. Returns when the feeds run, not when they end."""

    async def stop(self) -> None:
        """End everything and flush what must survive; called once, when the screen closes."""

    def tick(self, view: View) -> None:
        """Bring up to date what `snapshot` of this view reads: called right before it.

        Signals are evaluated here, sums settled, the audit run.
        """

    def snapshot(self, view: View) -> Snapshot:
        """What the view asks, as of the last tick; reading changes nothing.

        Before the first answer its rows are the configured markets, without numbers.
        """

    def drop_mark(self, market: str) -> None:
        """Set the anchor `mark` of one market to now."""

    async def set_levels(self, market: str, prices: tuple[str, ...]) -> str:
        """The key levels of one market from now on; a warning when they cannot be kept, else empty."""

    async def add_market(self, name: str) -> str | None:
        """Follow `venue:SYMBOL` as well; None when it is followed, else why not, in one line."""

    def instruments(self) -> Mapping[str, Sequence[Market]]:
        """What venues list, by venue, as far as it is known."""

    async def load_instruments(self, venue: str) -> str | None:
        """Ask what a venue lists (empty: those of the markets shown); None, or what went wrong."""

    async def remove_market(self, name: str) -> str | None:
        """Stop following it; None when done, else why not."""

    async def add_alert(self, market: str, query: str = "") -> str | None:
        """Add an alert rule for this market alone, kept over a restart; None, or why not, in one line.

        `query` is the rule's text: `climax 2.5 to phone`, `z > 2`; empty is any signal.
        """

    async def remove_alert(self, key: str) -> str | None:
        """Remove one added rule, by the key of its line; None, or why not."""

    async def remove_alerts(self, market: str) -> str | None:
        """Remove the rules added for this market; None, or why not."""

    def alerts_of(self, market: str) -> "tuple[AlertRule, ...]":
        """Rules that match this market: those of the configuration, then the added ones."""

    async def switch_to_demo(self) -> str | None:
        """Replace the live feeds by the demo exchange; None when done, else why not."""

    def offline(self) -> tuple[str, ...]:
        """`host: why`, one a host, when 10 s went by and nothing at all was reached; else empty."""

    @property
    def replay(self) -> "Replay | None":
        """The controls of a replay; None when live."""


class Replay(Protocol):
    """The controls of a replay."""

    @property
    def paused(self) -> bool:
        """It stands still."""

    @property
    def speed(self) -> float:
        """Times real time; 0 is as fast as it can."""

    def pause(self, paused: bool) -> None:  # noqa: FBT001 - a switch
        """Stop or go on."""

    def step(self) -> None:
        """While paused: on to the next trade (or frame of trades)."""

    def set_speed(self, speed: float) -> None:
        """Play `speed` times as fast as it happened."""
