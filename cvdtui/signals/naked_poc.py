"""Naked point of control touched: price comes back to where a past session traded most."""

from collections.abc import Iterable

from msgspec import Struct

from cvdtui.engine.closed_bar import ClosedBar, Side
from cvdtui.model import Signal

DAY_US = 86_400_000_000


class NakedPocParameters(Struct, frozen=True, kw_only=True):
    """Only the switch."""

    enabled: bool = True


class NakedPoc:
    """Emits each touch once, for the side price came from (from above: buy). Strength: in sessions."""

    name = "naked_poc"
    Parameters = NakedPocParameters

    def __init__(self, parameters: NakedPocParameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        self._close: int | None = None

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        # a gap may open beyond the level: the side is that of the close before, not of the open
        came_from = self._close if self._close is not None else closed.bar.open
        self._close = closed.bar.close
        return [self._touch(closed, price, session_us, came_from) for price, session_us in closed.touched]

    def _touch(self, closed: ClosedBar, price: int, session_us: int, came_from: int) -> Signal:
        side: Side = "buy" if came_from > price or (came_from == price <= closed.bar.close) else "sell"
        values = {"price": closed.scale.price(price), "session_us": session_us}
        return closed.signal(
            self.name, side, {**values, "strength": float(round((closed.session_us - session_us) / DAY_US))}
        )
