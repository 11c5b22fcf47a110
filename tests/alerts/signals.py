"""Signals made by hand."""

from cvdtui.alerts.alert import Alert, signal_alert
from cvdtui.model import Signal, SignalEvent

MINUTE = 60_000_000
NOON = 1_723_118_400_000_000
"""2024-08-08 12:00 UTC."""
CLOSED = NOON + MINUTE
"""When the bar of `event()` closed."""


def event(
    market: str = "binance-usdm:BTCUSDT",
    signal: str = "climax",
    *,
    time_us: int = NOON,
    bar: int = 60,
    side: str = "buy",
    values: dict | None = None,
    **more: object,
) -> SignalEvent:
    signal_ = Signal(signal, time_us, bar, side, {"z": 2.5} if values is None else values)
    return SignalEvent(market=market, signal=signal_, price=61800.5, **more)


def alert(**more: object) -> Alert:
    return signal_alert(event(**more), NOON + MINUTE)
