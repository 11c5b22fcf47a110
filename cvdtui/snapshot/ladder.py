"""The footprint ladder of one market: closed bars are made once, the open one in every snapshot."""

from cvdtui.engine.footprint import group, row_number
from cvdtui.engine.profile import point_of_control
from cvdtui.engine.segment import Cells
from cvdtui.model import Bar, Ladder, LadderBar, LadderCell, View
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.signals.imbalance import imbalances
from cvdtui.signals.stacked import stacked
from cvdtui.snapshot.chart import seen
from cvdtui.snapshot.market_row import RowBuilder
from cvdtui.snapshot.values import Scaler, decimals_shown
from cvdtui.snapshot.zones import Zones, marks


class LadderBuilder:
    """Makes one market's Ladder."""

    def __init__(self, row_builder: RowBuilder) -> None:
        self._row_builder = row_builder
        self._state = row_builder.state
        self._zones = Zones()
        self._key: tuple[object, ...] = ()
        self._bars: dict[int, LadderBar] = {}

    def view(self, view: View, row: int, scaler: Scaler) -> Ladder:
        """The bars that the view asks for, oldest first, in rows of `row` price units."""
        state = self._state
        bars = state.flow.bars[view.timeframe]
        key = (view.timeframe, row, view.unit, bars.version, state.market.price_decimals)
        if key != self._key:
            self._key, self._bars = key, {}
        open_us = bars.open.time_us if bars.open is not None else -1
        known, shown_bars = self._bars, {}
        shown, later = seen(bars, view.footprints, view.at_us, 1)
        for bar in shown:
            is_open = bar.time_us == open_us
            shown_bars[bar.time_us] = (not is_open and known.get(bar.time_us)) or ladder_bar(
                bar, bars.cells(bar.time_us), row, scaler, self._row_builder.evaluator, closed=not is_open
            )
        self._bars = {time_us: bar for time_us, bar in shown_bars.items() if bar.closed}
        last = state.flow.last_trade
        # of a bar long past the row of its close is marked, not that of the price now
        price = shown[-1].close if later else None if last is None else last.price
        last_row = None if price is None else row_number(price, row)
        evaluator = self._row_builder.evaluator
        return Ladder(
            row / scaler.price,
            decimals_shown(row, state),
            tuple(shown_bars.values()),
            last_row,
            () if evaluator is None else self._zones.view(evaluator, row, shown),
            () if evaluator is None else marks(evaluator, row, shown),
        )


def ladder_bar(  # noqa: PLR0913 - a bar, and how it is drawn
    bar: Bar,
    cells: Cells | None,
    row: int,
    scaler: Scaler,
    evaluator: SignalEvaluator | None,
    *,
    closed: bool,
) -> LadderBar:
    """One bar of the footprint; a bar known from a candle has totals and no cells."""
    rows = group(cells, row) if cells else {}
    if evaluator is not None:
        found, stacks = evaluator.footprint(rows)
    else:
        found = imbalances(rows)
        stacks = stacked(found)
    sides = dict(found)
    zones = {number for low, high, _, _ in stacks for number in range(low, high + 1)}
    poc = point_of_control({number: sum(sums) for number, sums in rows.items()}) if rows else None
    drawn = {
        number: LadderCell(
            scaler.at_price(sums[1], number * row),
            scaler.at_price(sums[0], number * row),
            sides.get(number, ""),
            number in zones,
            number == poc,
        )
        for number, sums in rows.items()
    }
    return LadderBar(
        bar.time_us,
        drawn,
        scaler.amount(bar.volume, bar.value),
        scaler.amount(bar.delta, bar.value_delta),
        None if bar.delta_high is None else scaler.at_price(bar.delta_high, bar.close),
        None if bar.delta_low is None else scaler.at_price(bar.delta_low, bar.close),
        bar.trades,
        closed,
        bar.source,
    )
