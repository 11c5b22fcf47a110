"""One alert: what every channel is given, as text for people and as JSON for programs."""

from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from cvdtui.alerts.condition import Values
from cvdtui.config import AlertRule
from cvdtui.config.validators import bar_text
from cvdtui.model import TIMEFRAMES, MarketRow, SignalEvent

_STRENGTHS = ("strength", "z", "ratio", "rows", "efficiency", "value")
"""Values of a signal that hold its strength; the first that is there counts."""


class Alert(Struct, frozen=True, kw_only=True, gc=False):
    """One alert of a signal or a condition. `title` and `text` are ready to show."""

    title: str
    text: str
    market: str
    signal: str
    side: str
    time_us: int
    """Start of the bar."""
    bar_seconds: int
    strength: float | None
    price: float | None
    coverage: float
    values: dict[str, object]
    sent_us: int
    demo: bool = False
    test: bool = False

    @property
    def json(self) -> bytes:
        """All fields as one JSON object."""
        return msgspec.json.encode(self)


def strength_of(values: dict[str, object]) -> float | None:
    """The strength of a signal, without its sign; None where its values hold none."""
    for name in _STRENGTHS:
        value = values.get(name)
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            return abs(float(value))
    return None


def signal_alert(event: SignalEvent, now_us: int, *, demo: bool = False) -> Alert:
    """The alert of a signal."""
    signal = event.signal
    strength = strength_of(signal.values)
    arrow = "▲" if signal.side == "buy" else "▼"
    title = f"{event.market} {signal.signal} {arrow} {signal.side}"
    length = bar_text(signal.bar_seconds) if signal.bar_seconds in TIMEFRAMES else f"{signal.bar_seconds}s"
    clock = datetime.fromtimestamp(signal.time_us // 1_000_000, UTC)
    parts = [f"{length} bar of {clock:%Y-%m-%d %H:%M:%S} UTC"]
    parts += [] if event.price is None else [f"price {event.price:.10g}"]
    parts += [] if strength is None else [f"strength {strength:.4g}"]
    # Cut, not rounded: 99.96 % must not read as 100.
    parts.append(f"coverage {int(event.coverage * 1000) / 10:g} %")
    parts += [] if event.complete else ["incomplete data"]
    return Alert(
        title=("DEMO " if demo else "") + title,
        text=", ".join(parts),
        market=event.market,
        signal=signal.signal,
        side=signal.side,
        time_us=signal.time_us,
        bar_seconds=signal.bar_seconds,
        strength=strength,
        price=event.price,
        coverage=event.coverage,
        values=signal.values,
        sent_us=now_us,
        demo=demo,
    )


def condition_alert(
    rule: AlertRule, row: MarketRow, values: Values, now_us: int, *, demo: bool = False
) -> Alert:
    """The alert of a condition that began to hold for a market; `values` are those of its names."""
    parts = [f"{name} {_shown(value)}" for name, value in values.items()]
    parts.append(f"coverage {int(row.quality.coverage * 1000) / 10:g} %")
    return Alert(
        title=("DEMO " if demo else "") + f"{row.market.name} {rule.when}",
        text=", ".join(parts),
        market=row.market.name,
        signal="condition",
        side="",
        time_us=now_us,
        bar_seconds=0,
        strength=None,
        price=row.last,
        coverage=row.quality.coverage,
        values={"when": rule.when, **values},
        sent_us=now_us,
        demo=demo,
    )


def _shown(value: float | bool | None) -> str:  # noqa: FBT001 - as a Values has it
    if value is None or isinstance(value, bool):
        return {None: "not known", True: "yes", False: "no"}[value]
    return f"{value:.6g}"


def sample_alert(now_us: int) -> Alert:
    """What `cvdtui alert test` sends."""
    return Alert(
        title="cvdtui test",
        text="this channel works",
        market="",
        signal="test",
        side="buy",
        time_us=now_us,
        bar_seconds=0,
        strength=None,
        price=None,
        coverage=1.0,
        values={},
        sent_us=now_us,
        test=True,
    )
