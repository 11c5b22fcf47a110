"""Signals and alerts for journal, rules and screen; states of rules and channels; records of signals."""

from typing import Literal

from msgspec import Struct, field

from cvdtui.model.market_data import Signal

SignalKey = tuple[str, str, int, int, str, str]
"""Market, signal, bar length (s), start of the bar (us), side, and price or lower row of its zone."""


def key_of(market: str, signal: Signal) -> SignalKey:
    """The identity of a signal: equal when it is computed, or read from the journal, again."""
    where = signal.values.get("low", signal.values.get("price", ""))  # one bar may have several zones
    return market, signal.signal, signal.bar_seconds, signal.time_us, signal.side, str(where)


class SignalEvent(Struct, frozen=True, kw_only=True, gc=False):
    """A signal with the state of its market when its bar closed."""

    market: str
    signal: Signal
    price: float | None = None
    """Close of its bar, quote units."""
    coverage: float = 1.0
    """Share of the session's volume known exactly."""
    complete: bool = True
    """False over incomplete data: coverage below the limit, an open gap, a stale venue."""
    backfilled: bool = False
    """Its bar closed before the program began."""
    parameters: dict[str, object] = field(default_factory=dict)
    """Those of the signal, as configured."""

    @property
    def key(self) -> SignalKey:
        """Its identity, see `key_of`."""
        return key_of(self.market, self.signal)

    @property
    def closed_us(self) -> int:
        """End of its bar, us."""
        return self.signal.time_us + self.signal.bar_seconds * 1_000_000


class AlertLine(Struct, frozen=True, gc=False):
    """One alert as the screen lists it."""

    time_us: int
    """When it was sent, or would have been."""
    market: str
    signal: str
    side: Literal["buy", "sell", ""]
    """Empty for a condition, which has none."""
    bar_us: int
    """Start of its bar."""
    bar_seconds: int
    text: str
    """Ready to show."""
    channels: tuple[str, ...] = ()
    """Names of the channels it went to."""
    quiet: bool = False
    """In quiet hours: listed, not sent."""


class RuleLine(Struct, frozen=True, gc=False):
    """One rule as the screen lists it."""

    key: str
    """Its identity, for removing it."""
    market: str
    """A name or a pattern."""
    text: str
    """Its condition: `climax 2.5`, `z > 2`, `any signal`."""
    channels: tuple[str, ...]
    added: bool
    """True: on the screen. False: by the configuration, and only there can it be removed."""
    state: Literal["ready", "cooling", "quiet"] = "ready"
    alerted_us: int = 0
    """When it alerted last; 0: not yet."""


class ChannelState(Struct, frozen=True, gc=False):
    """The state of one alert channel, in words for the screen; what a Link is for a connection."""

    name: str
    kind: str
    state: Literal["ready", "sending", "waiting", "failed"] = "ready"
    """`waiting`: for the next try or its turn. `failed`: the last alert was not delivered."""
    text: str = ""
    """Why it failed and what happens next; no secret is in it."""
    sent: int = 0
    """Alerts delivered."""
    failed: int = 0
    """Alerts given up."""
    queued: int = 0
    """Alerts that wait."""
    retry_at_us: int = 0
    trouble: str = ""
    """The last failure, which may be over; no secret is in it."""
    trouble_us: int = 0
    """When that was."""


class HorizonScore(Struct, frozen=True, gc=False):
    """Outcomes of the signals of one kind after a number of bars."""

    horizon: int
    """In bars."""
    count: int
    """n: signals whose horizon has passed."""
    apart: int
    """Those at least a horizon after the one before, which share no bars; the interval is of so many."""
    rate: float
    """Share after which price closed beyond the signal's close, in its direction."""
    low: float
    """Lower end of its 95 % interval."""
    high: float
    """Upper end."""
    base: float
    """Base rate: the same share after any bar of the market, in the same directions."""
    atrs: float
    """Mean return in ATRs, positive in the signal's direction."""
    base_atrs: float
    """The same after any bar."""


class Scorecard(Struct, frozen=True, gc=False):
    """The record of one signal on one market and bar length."""

    market: str
    signal: str
    bar_seconds: int
    emitted: int
    """Signals on complete data, those whose horizon has not passed included."""
    bars: int
    """Closed bars that were evaluated."""
    lines: tuple[HorizonScore, ...]
    """By horizon; empty while none has passed."""
