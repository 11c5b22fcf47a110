"""Zones and marks of the ladder: stacked imbalances until traded through, absorption, unfinished auctions."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from cvdtui.engine.bars import start_of
from cvdtui.engine.footprint import row_number
from cvdtui.model import Bar, LadderMark, LadderZone, Signal
from cvdtui.signals.evaluator import SignalEvaluator

BARS = 400
"""Closed bars whose zones are kept: each is followed bar by bar until one trades through it."""


class _Zone(NamedTuple):
    """In price units: the outer edges of its rows are `low - half` and `high + half`."""

    low: int
    high: int
    row: int
    is_buy: bool
    from_us: int
    to_us: int
    """The bar that traded through it; 0: none has."""

    def is_broken_by(self, bar: Bar) -> bool:
        """A buy zone holds until a trade below its lowest row, a sell zone until one above its highest."""
        if self.is_buy:
            return row_number(bar.low, self.row) < row_number(self.low, self.row)
        return row_number(bar.high, self.row) > row_number(self.high, self.row)


class Zones:
    """Found when a bar closes; whether the open bar breaks one is checked in every snapshot."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._zones: list[_Zone] = []

    def view(self, evaluator: SignalEvaluator, row: int, shown: Sequence[Bar]) -> tuple[LadderZone, ...]:
        """Zones that reach into the bars shown, in rows of `row` price units, oldest first."""
        # up to 400 bars are walked for each zone: only when a bar closed or a signal came
        key = (
            id(evaluator),
            evaluator.evaluated,
            len(evaluator.signals),
            evaluator.bars.version,
            evaluator.state.market.price_decimals,
        )
        if key != self._key:
            self._key, self._zones = key, _zones(evaluator)
        if not shown or not self._zones:
            return ()
        first, last, opened = shown[0].time_us, shown[-1].time_us, evaluator.bars.open
        now = evaluator.bars.last(1)[0] if opened is not None else None
        found: list[LadderZone] = []
        for zone in self._zones:
            to_us = zone.to_us
            if not to_us and now is not None and zone.is_broken_by(now):
                to_us = now.time_us
            if (to_us == 0 or to_us > first) and zone.from_us < last:
                low, high = row_number(zone.low, row), row_number(zone.high, row)
                found.append(LadderZone(low, high, "buy" if zone.is_buy else "sell", zone.from_us, to_us))
        return tuple(found)


def marks(evaluator: SignalEvaluator, row: int, shown: Sequence[Bar]) -> tuple[LadderMark, ...]:
    """Absorption and unfinished auctions at the extremes of closed bars."""
    if not shown:
        return ()
    unit = evaluator.state.market.price_decimals
    found: list[LadderMark] = []
    for bar in shown:
        found_on = evaluator.marks.get(bar.time_us)
        for end in found_on.unfinished if found_on is not None else ():
            is_high = end == "high"
            number = row_number(bar.high if is_high else bar.low, row)
            found.append(LadderMark(bar.time_us, number, "unfinished", "sell" if is_high else "buy"))
    for signal in _since(evaluator.signals, shown[0].time_us):
        price_text = signal.values.get("price")
        if signal.signal == "absorption" and isinstance(price_text, str):
            number = row_number(_units(price_text, unit), row)
            found.append(LadderMark(signal.time_us, number, "absorption", signal.side))
    return tuple(found)


def _zones(evaluator: SignalEvaluator) -> list[_Zone]:
    bars = evaluator.bars.closed[-BARS:]
    if not bars:
        return []
    decimals = evaluator.state.market.price_decimals
    found: list[_Zone] = []
    for signal in _since(evaluator.signals, bars[0].time_us):
        zone = _zone(signal, decimals) if signal.signal == "stacked" else None
        if zone is not None:
            after = bisect_right(bars, signal.time_us, key=start_of)
            broken = next((bar for bar in bars[after:] if zone.is_broken_by(bar)), None)
            found.append(zone if broken is None else zone._replace(to_us=broken.time_us))
    return found


def _zone(signal: Signal, decimals: int) -> _Zone | None:
    low, high, rows = (signal.values.get(name) for name in ("low", "high", "rows"))
    if not isinstance(low, str) or not isinstance(high, str) or not isinstance(rows, int) or rows < 2:
        return None
    bottom, top = _units(low, decimals), _units(high, decimals)
    return _Zone(bottom, top, (top - bottom) // (rows - 1), signal.side == "buy", signal.time_us, 0)


def _units(price: str, decimals: int) -> int:
    return round(Decimal(price).scaleb(decimals))


def _since(signals: Sequence[Signal], time_us: int) -> Sequence[Signal]:
    return signals[bisect_left(signals, time_us, key=_time_of) :]


def _time_of(signal: Signal) -> int:
    return signal.time_us
