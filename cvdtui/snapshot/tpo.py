"""The TPO of the selected market: closed bars are counted once, the open one in every snapshot."""

from cvdtui.engine.bars import Bars
from cvdtui.engine.footprint import row_number, scale_125, stepped_row
from cvdtui.engine.market_state import MarketState
from cvdtui.engine.tpo import Tpo
from cvdtui.model import TpoRow, TpoView, View
from cvdtui.snapshot.values import Scaler, current, decimals_shown

ROWS = 40
"""Rows the session's range is cut into, at most."""
LENGTHS = (900, 300, 60)
"""Bars that no half hour of a session cuts through; the longest first, as fewer are counted."""


class TpoBuilder:
    """Makes one market's TpoView."""

    def __init__(self, state: MarketState) -> None:
        self._state = state
        self._row = (0, 0)
        """Session and row size: it only grows while the session stays."""
        self._key: tuple[object, ...] = ()
        self._seen = 0
        self._tpo = Tpo(0, 1)

    def view(self, view: View, scaler: Scaler, now_us: int) -> TpoView | None:
        """The session that holds `now_us`; None while it has no trade."""
        state = self._state
        session = current(state.flow.session, now_us)
        if session is None or session.open is None:
            return None
        start = session.start_us
        bars = next(
            (
                state.flow.bars[seconds]
                for seconds in LENGTHS
                if seconds in state.flow.bars and not start % (seconds * 1_000_000)
            ),
            None,
        )
        if bars is None:
            return None
        row = self._row_size(start, session.high - session.low, view.row_step)
        tpo = self._count(bars, start, row)
        return _view(tpo, state, scaler)

    def _row_size(self, start: int, span: int, step: int) -> int:
        market = self._state.market
        place = 0
        while scale_125(place) * market.tick * ROWS < span:
            place += 1
        row = scale_125(place) * market.tick
        if self._row[0] == start:
            row = max(row, self._row[1])
        self._row = start, row
        return stepped_row(row, market.tick, step)

    def _count(self, bars: Bars, start: int, row: int) -> Tpo:
        market = self._state.market
        key = (id(bars), bars.version, start, row, market.price_decimals)
        if key != self._key or bars.closed_count < self._seen:
            self._key, self._seen, self._tpo = key, bars.closed_count - len(bars.closed), Tpo(start, row)
        fresh = min(bars.closed_count - self._seen, len(bars.closed))
        for bar in bars.closed[len(bars.closed) - fresh :]:
            if bar.time_us >= start:
                self._tpo.add(bar, bars.cells(bar.time_us))
        self._seen = bars.closed_count
        if bars.open is None or bars.open.time_us < start:
            return self._tpo
        # the open bar is added to a copy: what it prints may still change
        return self._tpo.with_open(bars.last(1)[-1], bars.cells(bars.open.time_us))


def _view(tpo: Tpo, state: MarketState, scaler: Scaler) -> TpoView:
    found, row, unit = tpo.profile(), tpo.row, scaler.price
    val, vah = found.val, found.vah
    rows = tuple(
        TpoRow(
            number * row / unit,
            letters,
            number == found.poc,
            in_value=val is not None and vah is not None and val <= number <= vah,
        )
        for number, letters in sorted(found.letters.items())
    )
    last = state.flow.last_trade
    return TpoView(
        row / unit,
        decimals_shown(row, state),
        rows,
        None if found.poc is None else found.poc * row / unit,
        None if vah is None else vah * row / unit,
        None if val is None else val * row / unit,
        None if found.initial is None else (found.initial[0] / unit, found.initial[1] / unit),
        len(found.singles),
        tpo.start_us,
        tpo.is_exact,
        None if last is None else row_number(last.price, row) * row / unit,
    )
