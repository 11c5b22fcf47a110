"""Large trade: one taker order of unusual notional."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from cvdtui.engine.closed_bar import ClosedBar, Order, Side, exact
from cvdtui.engine.orders import LARGE_ORDER
from cvdtui.model import Signal


class LargeParameters(Struct, frozen=True, kw_only=True):
    """What is large, in quote units (USD)."""

    enabled: bool = True
    value: Annotated[float, Meta(ge=1, le=1e15, description="quote units")] = LARGE_ORDER


class Large:
    """Emits, for each side, the bars in which orders of at least `value` traded, with the largest of them."""

    name = "large"
    Parameters = LargeParameters

    def __init__(self, parameters: LargeParameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        self._value = exact(parameters.value)

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        if closed.orders is None or not closed.orders.large:
            return ()
        scale = closed.scale
        # price x size of integers has the decimals of both
        notional = 10 ** (scale.price_decimals + scale.size_decimals)
        orders = [order for order in closed.orders.large if order.value >= self._value * notional]
        found: list[Signal] = []
        sides: tuple[tuple[int, Side], ...] = ((1, "buy"), (-1, "sell"))
        for number, side in sides:
            mine = [order for order in orders if order.side == number]
            if mine:
                found.append(closed.signal(self.name, side, _values(mine, closed, notional)))
        return found


def _values(orders: list[Order], closed: ClosedBar, notional: int) -> dict[str, object]:
    largest = max(orders, key=lambda order: order.value)
    return {
        "count": len(orders),
        "price": closed.scale.price(largest.price),
        "size": closed.scale.size(largest.size),
        "value": largest.value / notional,
        "trade_time_us": largest.time_us,
    }
