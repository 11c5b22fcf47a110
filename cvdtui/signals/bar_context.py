"""What was known when a bar closed: its rows, session, key levels, taker orders and open interest."""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from cvdtui.engine.bars import start_of
from cvdtui.engine.closed_bar import Cells, ClosedBar, InterestSample, MarketScale
from cvdtui.engine.footprint import Rows, group
from cvdtui.engine.levels import Levels
from cvdtui.engine.market_state import MarketState
from cvdtui.engine.row_choice import RowChoice
from cvdtui.model import Bar

RowsAt = Callable[[Bar, Cells | None, int], Rows]
"""Rows of a bar in a row size, from its cells; none where these are not whole."""


def rows_of_bar(bar: Bar, cells: Cells | None, row: int) -> Rows:
    """Rows of one bar; a bar without delta extremes comes from a candle or is only partly known."""
    return group(cells, row) if cells and bar.delta_high is not None else {}


class BarContext:
    """Turns bars into ClosedBars, in order: levels are as they stood then, so that nothing looks ahead."""

    def __init__(self, state: MarketState, seconds: int, fixed_row: int | None) -> None:
        market = state.market
        self.scale = MarketScale(market.price_decimals, market.size_decimals, market.tick)
        self.levels = Levels(state.flow.periods.clock, self._past_rows)
        self._state = state
        self._seconds = seconds
        self._choice = RowChoice(fixed_row, market.tick)

    def close(
        self,
        bar: Bar,
        cells: Cells | None,
        rows_at: RowsAt,
        *,
        dropped: Sequence[int],
        perpetual: MarketState | None,
    ) -> ClosedBar:
        """The next bar as the signals see it; `dropped` are levels of the user, in price units."""
        levels = self.levels
        begins = levels.begin(bar.time_us)
        row = self._choice.push(bar, begins=begins)
        if (
            row != levels.row
        ):  # the profile behind the levels is counted in rows: it is made again in the new size
            levels.take_row(row, {} if begins else self._session_rows(bar.time_us, row))
        rows = rows_at(bar, cells, row)
        levels.dropped = dropped
        # levels take the bar before signals see it: a naked POC is touched by the bar that traded at it
        touched = levels.push(bar, rows)
        orders = self._state.flow.orders
        return ClosedBar(
            bar,
            self._seconds,
            self.scale,
            row=row,
            rows=rows,
            cells=cells if rows else None,
            session_us=levels.session_us,
            levels=levels.levels,
            touched=touched,
            interest=None if perpetual is None else _interest_of(perpetual),
            orders=None if orders is None else orders.of(bar.time_us, self._seconds, bar.delta),
        )

    def _session_rows(self, before_us: int, row: int) -> Rows:
        """Rows of the session's bars before this one, in another row size."""
        rows: Rows = {}
        bars = self._state.flow.bars[self._seconds]
        place = bisect_right(bars.closed, before_us - 1, key=start_of)
        while place and bars.closed[place - 1].time_us >= self.levels.session_us:
            place -= 1
            cells = bars.cells(bars.closed[place].time_us)
            for number, sums in group(cells or {}, row).items():
                mine = rows.setdefault(number, [0, 0, 0])
                for side in range(3):
                    mine[side] += sums[side]
        return rows

    def _past_rows(self, session_us: int, row: int) -> Rows | None:
        """A past session's rows from its own sums, where these saw every trade of it."""
        period = self._state.flow.periods.sessions.get(session_us)
        # a POC of part of the volume may be another price than the true one
        if period is None or not period.volume or period.cell_volume < period.volume:
            return None
        return group(period.cells, row)


def _interest_of(perpetual: MarketState) -> Callable[[int], InterestSample | None]:
    """Open interest of this market as it was known at a time, in base units."""

    def interest(time_us: int) -> InterestSample | None:
        sample = perpetual.open_interest.at(time_us)
        if sample is None:
            return None
        return InterestSample(sample[1] / 10**perpetual.market.size_decimals, sample[0])

    return interest
