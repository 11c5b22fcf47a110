"""Lines of the journal: one closed bar or one signal each, exact prices as decimal strings."""

from typing import Literal

from msgspec import Struct, field

from cvdtui.model import Signal, SignalEvent, SignalKey
from cvdtui.model.alerts import key_of


class BarEntry(Struct, frozen=True, kw_only=True, tag="bar", tag_field="kind", gc=False):
    """A closed bar, as far as scoring needs it."""

    market: str
    seconds: int
    time_us: int
    open: str
    high: str
    low: str
    close: str


class SignalEntry(Struct, frozen=True, kw_only=True, tag="signal", tag_field="kind", gc=False):
    """A signal with its parameters and what was known of its market."""

    market: str
    signal: str
    time_us: int
    bar_seconds: int
    side: Literal["buy", "sell"]
    values: dict[str, object]
    quality: str = ""
    price: float | None = None
    coverage: float = 1.0
    backfilled: bool = False
    parameters: dict[str, object] = field(default_factory=dict)
    # The key on disk is older than the name.
    evaluated_us: int = field(default=0, name="heard_us")

    @property
    def key(self) -> SignalKey:
        """What makes it the same signal."""
        return key_of(self.market, self.as_signal)

    @property
    def as_signal(self) -> Signal:
        """The signal itself."""
        return Signal(self.signal, self.time_us, self.bar_seconds, self.side, self.values, self.quality)


Entry = BarEntry | SignalEntry


def signal_entry(event: SignalEvent, now_us: int) -> SignalEntry:
    """The line of a signal."""
    signal = event.signal
    return SignalEntry(
        market=event.market,
        signal=signal.signal,
        time_us=signal.time_us,
        bar_seconds=signal.bar_seconds,
        side=signal.side,
        values=signal.values,
        quality=signal.quality,
        price=event.price,
        coverage=event.coverage,
        backfilled=event.backfilled,
        parameters=event.parameters,
        evaluated_us=now_us,
    )
