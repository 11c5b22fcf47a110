"""REST questions as values, and what a venue says that tells trades alone: no candles, no open interest."""

from urllib.parse import quote, urlencode

from cvdtui.errors import WireError
from cvdtui.model import OpenInterest
from cvdtui.venues.wire import Candles, Request


def question(url: str, weight: int, **params: object) -> Request:
    """A GET; parameters that are None are left out."""
    query = urlencode(
        {key: str(value) for key, value in params.items() if value is not None}, quote_via=quote
    )
    return Request(url + (f"?{query}" if query else ""), weight)


class TradesAlone:
    """A venue's part for what it does not tell: its candles lack the taker's volume."""

    def __init__(self, venue: str) -> None:
        self._venue = venue

    def ask_candles(self, symbol: str, seconds: int, from_us: int, to_us: int) -> Request:  # noqa: ARG002
        """Never a question (`limits.candles_page` is 0); raises WireError."""
        raise WireError(f"{self._venue} has no candles with the taker's volume")

    def read_candles(self, body: bytes, symbol: str, seconds: int) -> Candles:  # noqa: ARG002
        """Never an answer; raises WireError."""
        raise WireError(f"{self._venue} has no candles with the taker's volume")

    def ask_open_interest(self, symbol: str) -> Request | None:  # noqa: ARG002
        """None."""
        return None

    def read_open_interest(self, body: bytes, symbol: str) -> OpenInterest:  # noqa: ARG002
        """Never an answer; raises WireError."""
        raise WireError(f"{self._venue} is not asked for open interest")
