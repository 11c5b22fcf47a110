"""Signals, and the statistics they mark on bars, as JSON."""

from collections.abc import Sequence
from typing import Any

from cvdtui.engine.closed_bar import Cells, ClosedBar, MarketScale, Marks
from cvdtui.engine.decimals import Texts
from cvdtui.engine.footprint import Rows
from cvdtui.model import Bar, Signal
from cvdtui.signals.bar_context import RowsAt, rows_of_bar
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.signals.unfinished import Unfinished

Json = dict[str, Any]


class BarNotes:
    """The keys of a bar that signals fill: statistics of closed bars, imbalances in the report's rows."""

    def __init__(
        self, evaluator: SignalEvaluator, row: int, prices: Texts, rows_at: RowsAt = rows_of_bar
    ) -> None:
        self._evaluator = evaluator
        self._rows_at = rows_at
        self._row = row
        self._prices = prices
        market = evaluator.state.market
        self._scale = MarketScale(market.price_decimals, market.size_decimals, market.tick)
        unfinished = evaluator.parameters["unfinished"]
        self._unfinished = Unfinished(
            unfinished if isinstance(unfinished, Unfinished.Parameters) else Unfinished.Parameters()
        )

    def of(self, bar: Bar, cells: Cells | None, rows: Rows, *, closed: bool) -> Json:
        """The notes of one bar; a closed one is evaluated."""
        if closed:
            self._evaluator.evaluate(bar, cells, self._rows_at)
            evaluated = self._evaluator.last
            if evaluated is not None and evaluated.row == self._row:
                return self._written(evaluated.marks)
            marks = evaluated.marks if evaluated is not None else Marks()
        else:
            marks = Marks()
        seen = ClosedBar(
            bar, self._evaluator.seconds, self._scale, row=self._row, rows=rows, cells=cells if rows else None
        )
        seen.marks.imbalances, seen.marks.stacked = self._evaluator.footprint(rows)
        seen.marks.unfinished = self._unfinished.of(seen)
        seen.marks.z_raw, seen.marks.z = marks.z_raw, marks.z
        seen.marks.efficiency, seen.marks.slope_z = marks.efficiency, marks.slope_z
        return self._written(seen.marks)

    def _written(self, marks: Marks) -> Json:
        prices, row = self._prices, self._row
        return {
            "z_raw": marks.z_raw,
            "z": marks.z,
            "efficiency": marks.efficiency,
            "slope_z": marks.slope_z,
            "imbalances": [[prices[number * row], side] for number, side in marks.imbalances],
            "stacked": [
                [prices[low * row], prices[high * row], side, rows] for low, high, side, rows in marks.stacked
            ],
            "unfinished": list(marks.unfinished),
        }


def signals_report(signals: Sequence[Signal]) -> list[Json]:
    """Signals, ascending in time; `quality` only where their data are incomplete."""
    return [_signal(signal) for signal in signals]


def _signal(signal: Signal) -> Json:
    content: Json = {
        "signal": signal.signal,
        "time_us": signal.time_us,
        "bar_seconds": signal.bar_seconds,
        "side": signal.side,
        "values": signal.values,
    }
    return {**content, "quality": signal.quality} if signal.quality else content
