"""What a venue's file need not say: the markets it knows, and answers for what the venue does not tell."""

from typing import Any

from cvdtui.errors import WireError
from cvdtui.model import OpenInterest
from cvdtui.venues.grammar.events import Candles, Request

KNOWN = ("learn", "forget", "market", "markets")
"""Methods of a venue that its Listing (`known`) answers."""


class Defaults:
    """The parts of a `Venue` for one that says nothing of them: trades alone, no frame but subscriptions."""

    mirrors: tuple[str, ...] = ()

    def __init__(self, venue: str) -> None:
        self._venue = venue

    def greeting(self) -> tuple[str, ...]:
        """Nothing is to be said before subscribing."""
        return ()

    def heartbeat(self) -> str | None:
        """The venue wants no frame of ours."""
        return None

    def ask_candles(self, symbol: str, seconds: int, from_us: int, to_us: int) -> Request:  # noqa: ARG002
        """Never a question (`limits.candles_page` is 0); raises WireError."""
        raise WireError(f"{self._venue} has no candles with the taker's volume")

    def read_candles(self, body: bytes, symbol: str, seconds: int) -> Candles:  # noqa: ARG002
        """Never an answer; raises WireError."""
        raise WireError(f"{self._venue} has no candles with the taker's volume")

    def ask_open_interest(self, symbol: str) -> Request | None:  # noqa: ARG002
        """None: it is pushed, or there is none."""
        return None

    def read_open_interest(self, body: bytes, symbol: str) -> OpenInterest:  # noqa: ARG002
        """Never an answer; raises WireError."""
        raise WireError(f"{self._venue} is not asked for open interest")


def add_defaults(grammar: Any) -> None:  # noqa: ANN401 - a class of a venue's file, which tests hold to the Venue
    """Give a venue the methods that its file leaves out: of `known`, its Listing, and of Unsaid."""
    defaults = Defaults(grammar.name)
    parts = [(name, defaults) for name in dir(Defaults) if not name.startswith("_")]
    parts += [(name, grammar.known) for name in KNOWN if not hasattr(grammar, name)]
    for name, part in parts:
        if not hasattr(grammar, name):
            setattr(grammar, name, getattr(part, name))
