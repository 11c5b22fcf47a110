"""Every signal: one file and one line here. The marks that one writes on a bar, those below it may read."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from msgspec import Struct

from cvdtui.engine.closed_bar import ClosedBar
from cvdtui.model import Signal
from cvdtui.signals.absorption import Absorption
from cvdtui.signals.accumulation import Accumulation
from cvdtui.signals.divergence import Divergence
from cvdtui.signals.efficiency import Efficiency
from cvdtui.signals.flip import Flip
from cvdtui.signals.imbalance import Imbalance
from cvdtui.signals.large import Large
from cvdtui.signals.naked_poc import NakedPoc
from cvdtui.signals.size_buckets import SizeBuckets
from cvdtui.signals.slope import Slope
from cvdtui.signals.speed import Speed
from cvdtui.signals.spread import Spread
from cvdtui.signals.stacked import Stacked
from cvdtui.signals.unfinished import Unfinished
from cvdtui.signals.zscore import Climax


class SignalRule(Protocol):
    """A signal at work on one market and timeframe."""

    name: str

    def push(self, closed: ClosedBar) -> Iterable[Signal]:
        """Takes the next closed bar; the signals it returns are known on that bar and never change."""


SIGNALS: dict[str, Any] = {
    kind.name: kind
    # in order of evaluation: accumulation reads the z that climax marks, stacked the imbalances
    for kind in (
        Climax,
        Efficiency,
        Divergence,
        Slope,
        Imbalance,
        Stacked,
        Absorption,
        Unfinished,
        Speed,
        SizeBuckets,
        Flip,
        NakedPoc,
        Large,
        Accumulation,
        Spread,
    )
}
"""By name: classes made with (parameters, bar length in seconds), each a SignalRule with its `Parameters`."""

PARAMETERS: Mapping[str, type[Struct]] = {name: kind.Parameters for name, kind in SIGNALS.items()}
"""The parameters of each, with defaults and bounds."""

EMITTING = tuple(name for name in SIGNALS if name not in ("imbalance", "unfinished", "size_buckets"))
"""Signals that emit; the others only mark bars."""
