"""Signals on their way to journal, rules and screen: what was known with them, what became of the alert."""

from typing import Literal

from msgspec import Struct, field

from cvdtui.model.market_data import Signal

SignalKey = tuple[str, str, int, int, str, str]
"""Market, signal, bar length, start of the bar, side, and where: what makes it the same signal."""


def key_of(market: str, said: Signal) -> SignalKey:
    """What makes a signal the same one when it is computed, or read, again."""
    where = said.values.get("low", said.values.get("price", ""))
    return market, said.signal, said.bar_seconds, said.time_us, said.side, str(where)


class SignalEvent(Struct, frozen=True, kw_only=True, gc=False):
    """A signal with what was known of its market when it was."""

    market: str
    signal: Signal
    price: float | None = None
    """Close of its bar."""
    coverage: float = 1.0
    """Share of the session's volume known exactly."""
    complete: bool = True
    """False over incomplete data: coverage below the limit, an open gap, a stale venue."""
    backfilled: bool = False
    """Its bar closed before the program began."""
    parameters: dict[str, object] = field(default_factory=dict)

    @property
    def key(self) -> SignalKey:
        """What makes it the same signal when it is computed again."""
        return key_of(self.market, self.signal)

    @property
    def closed_us(self) -> int:
        """When its bar closed."""
        return self.signal.time_us + self.signal.bar_seconds * 1_000_000


class AlertLine(Struct, frozen=True, gc=False):
    """One alert as the screen lists it."""

    time_us: int
    market: str
    signal: str
    side: Literal["buy", "sell", ""]
    """Empty for a condition, which has none."""
    bar_us: int
    """Start of the bar, to jump to."""
    bar_seconds: int
    text: str
    """Ready to show."""
    channels: tuple[str, ...] = ()
    """Where it went."""
    quiet: bool = False
    """In quiet hours: listed, not sent."""


class RuleLine(Struct, frozen=True, gc=False):
    """One rule as the screen lists it."""

    key: str
    """By this it is removed."""
    market: str
    """A name or a pattern."""
    text: str
    """What it asks for: `climax 2.5`, `z > 2`, `any signal`."""
    channels: tuple[str, ...]
    added: bool
    """On the screen; else by the configuration, where alone it can be removed."""
    state: Literal["ready", "cooling", "quiet"] = "ready"
    spoke_us: int = 0
    """When it alerted last; 0: not yet."""


class ChannelState(Struct, frozen=True, gc=False):
    """One way out, in words a trader understands; as a Link is for a connection."""

    name: str
    kind: str
    state: Literal["ready", "sending", "waiting", "failed"] = "ready"
    """`waiting`: for the next try or its turn. `failed`: the last alert did not get out."""
    text: str = ""
    """Why it failed and what happens next; no secret is in it."""
    sent: int = 0
    failed: int = 0
    """Alerts given up."""
    queued: int = 0
    retry_at_us: int = 0
    trouble: str = ""
    """What went wrong last, though it may work by now; no secret is in it."""
    trouble_us: int = 0
    """When that was."""


class HorizonScore(Struct, frozen=True, gc=False):
    """What came of signals of one kind so many bars later."""

    horizon: int
    """In bars."""
    count: int
    """n: signals whose horizon has passed."""
    apart: int
    """Those a horizon or more from the one before; the interval is of so many."""
    rate: float
    """Share after which price closed beyond the signal's close, in its direction."""
    low: float
    """Lower end of its 95 % interval."""
    high: float
    base: float
    """The same share after any bar of the market, in the same directions."""
    atrs: float
    """Mean return in ATRs."""
    base_atrs: float


class Scorecard(Struct, frozen=True, gc=False):
    """The record of one signal on one market and bar length."""

    market: str
    signal: str
    bar_seconds: int
    told: int
    """All on complete data, those whose horizon has not passed included."""
    bars: int
    """Closed bars they were told on."""
    lines: tuple[HorizonScore, ...]
    """By horizon; empty while none has passed."""
