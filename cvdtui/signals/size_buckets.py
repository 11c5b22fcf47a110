"""CVD by the value of taker orders: who is it that buys."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from cvdtui.engine.closed_bar import ClosedBar
from cvdtui.engine.orders import ORDER_CLASSES
from cvdtui.model import Signal


class SizeBuckets:
    """Writes each class's delta on every bar; tells nothing by itself."""

    name = "size_buckets"

    class Parameters(Struct, frozen=True, kw_only=True):
        """Where the classes end, in quote units (USD); the same for every bar length of a market."""

        enabled: bool = True
        small: Annotated[float, Meta(ge=1, le=1e15, description="quote units")] = ORDER_CLASSES[0]
        medium: Annotated[float, Meta(ge=1, le=1e15, description="quote units")] = ORDER_CLASSES[1]
        big: Annotated[float, Meta(ge=1, le=1e15, description="quote units")] = ORDER_CLASSES[2]

    def __init__(self, parameters: Parameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        self._enabled = parameters.enabled

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        if closed.orders is not None and self._enabled:
            closed.marks.orders = closed.orders.deltas
        return ()
