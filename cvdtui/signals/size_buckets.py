"""CVD by the notional of taker orders: whether small or large orders buy."""

from collections.abc import Iterable

from cvdtui.engine.closed_bar import ClosedBar
from cvdtui.model import Signal
from cvdtui.model.parameters import SizeBucketsParameters


class SizeBuckets:
    """Marks each class's delta on every bar; emits nothing."""

    name = "size_buckets"
    Parameters = SizeBucketsParameters

    def __init__(self, parameters: SizeBucketsParameters, seconds: int) -> None:  # noqa: ARG002 - one shape for all
        self._enabled = parameters.enabled

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar."""
        if closed.orders is not None and self._enabled:
            closed.marks.orders = closed.orders.deltas
        return ()
