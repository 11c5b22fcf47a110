"""Signals and statistics for display: flags in the table, marks on the chart, the dashboard."""

from collections.abc import Sequence

from msgspec import convert

from cvdtui.model import Dashboard, Flag, Market, Signal, SignalParameters, SignalView
from cvdtui.signals.evaluator import SignalEvaluator

SHOWN = 200
"""Signals in a snapshot at most."""


def signal_flags(evaluator: SignalEvaluator) -> tuple[Flag, ...]:
    """Marks of the bar that closed last; incomplete ones are marked so, the climax has a flag of its own."""
    if evaluator.last is None or evaluator.latest is None:
        return ()
    time_us = evaluator.last.bar.time_us
    flags: list[Flag] = []
    for signal in reversed(evaluator.signals):
        if signal.time_us < time_us:  # ascending in time: all further ones are older
            break
        flag = _flag(signal)
        if flag is not None:
            flags.append(flag)
    return tuple(dict.fromkeys(reversed(flags)))


def _flag(signal: Signal) -> Flag | None:
    up = signal.side == "buy"
    incomplete = "?" if signal.quality else ""
    arrow = "▲" if up else "▼"
    glyph, text = {
        "divergence": (arrow, "div"),
        "stacked": ("", f"{signal.values.get('rows')}×imb"),
        "absorption": ("◇", "abs"),
        "spread": (arrow, "spread"),
        "flip": (arrow, "flip"),
        "accumulation": (arrow, "accum"),
        "naked_poc": ("", "npoc"),
        "slope": (arrow, "slope"),
        "speed": (arrow, "speed"),
        "large": (arrow, "large"),
        "efficiency": ("", str(signal.values.get("phase", ""))),
    }.get(signal.signal, ("", ""))
    return Flag(glyph, text + incomplete, "up" if up else "down") if text else None


class SignalViews:
    """The latest signals, the same objects as before while no bar has closed."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._views: tuple[SignalView, ...] = ()

    def of(self, evaluator: SignalEvaluator) -> tuple[SignalView, ...]:
        """Of this evaluator, as `signal_views` returns them."""
        key = evaluator.revision
        if key != self._key:
            self._key, self._views = key, signal_views(evaluator)
        return self._views


def signal_views(evaluator: SignalEvaluator, count: int = SHOWN) -> tuple[SignalView, ...]:
    """The latest signals, oldest first, provisional ones last."""
    emitted = [signal_view(signal) for signal in evaluator.signals[-count:]]
    return (*emitted, *(signal_view(signal, provisional=True) for signal in evaluator.provisional()))


def signal_view(signal: Signal, market: Market | None = None, *, provisional: bool = False) -> SignalView:
    """One signal as the screen shows it; `market` where it stands among those of others."""
    values = signal.values
    pivots: tuple[tuple[int, float, float], ...] = ()
    times, prices, cvds = values.get("pivots"), values.get("prices"), values.get("cvds")
    if isinstance(times, list) and isinstance(prices, list) and isinstance(cvds, list):
        pivots = tuple(
            (time, float(price), float(cvd)) for time, price, cvd in zip(times, prices, cvds, strict=True)
        )
    low, high, price = values.get("low"), values.get("high"), values.get("price")
    zone = (float(low), float(high)) if isinstance(low, str) and isinstance(high, str) else None
    return SignalView(
        signal.signal,
        signal.time_us,
        signal.bar_seconds,
        signal.side,
        signal_text(signal),
        float(price) if isinstance(price, str) else pivots[-1][1] if pivots else None,
        pivots,
        zone,
        values,
        signal.quality,
        provisional,
        market,
    )


def signal_text(signal: Signal) -> str:
    """What it found, in a few words."""
    values = signal.values
    number = _number
    words = {
        "climax": lambda: (
            f"climax {'up' if signal.side == 'buy' else 'down'}  z {number(values, 'z', '+.2f')}"
        ),
        "divergence": lambda: (
            f"{values['type']} divergence  {_joined(values, 'prices')} / {_joined(values, 'cvds')}"
        ),
        "efficiency": lambda: f"{values['phase']}  e {number(values, 'efficiency', '.2f')}",
        "slope": lambda: f"slope z {number(values, 'z', '+.2f')} at {values['level']} {values['price']}",
        "spread": lambda: f"spread z {number(values, 'z', '+.2f')} to {values['partner']}",
        "accumulation": lambda: f"spot accumulation  z {number(values, 'z', '+.2f')}",
        "stacked": lambda: f"{values['rows']} stacked imbalances {values['low']} - {values['high']}",
        "absorption": lambda: (
            f"{'sellers' if signal.side == 'buy' else 'buyers'} absorbed at {values['price']}"
        ),
        "speed": lambda: f"tape {number(values, 'ratio', '.1f')} times its mean",
        "naked_poc": lambda: f"naked POC {values['price']} touched",
        "flip": lambda: f"CVD flips to {values['cvd']}",
        "large": lambda: f"{values['count']} large, most {values['size']} at {values['price']}",
    }.get(signal.signal)
    return words() if words is not None else signal.signal


def _number(values: dict[str, object], key: str, form: str) -> str:
    value = values.get(key)
    return format(value, form) if isinstance(value, float | int) else "-"


def _joined(values: dict[str, object], key: str) -> str:
    found = values.get(key)
    return " > ".join(str(value) for value in found) if isinstance(found, Sequence) else "-"


def dashboard(evaluator: SignalEvaluator) -> Dashboard:
    """The statistics of the bar that closed last."""
    # structs that are of the right type already pass through `convert`: the signals' own, and only those read
    parameters, marks = convert(evaluator.parameters, SignalParameters), evaluator.latest
    partner = "" if evaluator.pair is None else evaluator.pair.partner
    if marks is None:
        return Dashboard(evaluated=evaluator.evaluated, parameters=parameters, partner=partner)
    sizes = 10**evaluator.state.market.size_decimals
    return Dashboard(
        marks.z,
        marks.z_before,
        marks.z_raw,
        marks.efficiency,
        marks.phase,
        marks.slope_z,
        marks.speed,
        evaluator.spread_z,
        tuple(amount / sizes for amount in marks.orders),
        evaluator.evaluated,
        parameters,
        partner,
    )
