"""History: bars from the venue's candles, and rows for them from trades fetched later."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cvdtui.engine.bars import MINUTE
from cvdtui.engine.open_bar import OpenBar, reopen
from cvdtui.engine.segment import Cells, Segment
from cvdtui.model import MINUTE_US, Bar, Candle, Columns

if TYPE_CHECKING:
    from cvdtui.engine.bars import Bars
    from cvdtui.engine.flow import Flow


def segment_of(candle: Candle) -> Segment:
    """A candle with taker-buy volume as a Segment: exact delta, no cells, no running delta.

    delta = 2 x taker buy - volume (Binance klines, index 9 of the row).
    """
    return Segment(
        candle.time_us,
        candle.open,
        candle.high,
        candle.low,
        candle.close,
        candle.taker_buy,
        candle.volume - candle.taker_buy,
        0,
        None,
        None,
        candle.trades,
        candle.quote_volume,
        2 * candle.taker_buy_value - candle.quote_volume,
        {},
        "taker/bar",
    )


def add_candles(flow: "Flow", candles: Iterable[Candle]) -> None:
    """Adds closed candles, ascending, that lie before every trade.

    Minutes enter session, week and every timeframe from a minute up; longer candles (of the week before the
    session) the week and timeframes of at least their length. A candle without volume makes no bar.
    """
    for candle in candles:
        if candle.seconds == MINUTE and not flow.minutes_from_us:
            flow.minutes_from_us = candle.time_us
        if not candle.volume:
            continue  # its prices are those of an earlier trade
        segment = segment_of(candle)
        for seconds, bars in flow.bars.items():
            if seconds >= candle.seconds:
                bars.add(segment)
        if candle.seconds == MINUTE:
            flow.periods.add(segment)
        else:
            flow.periods.week_of(candle.time_us).add(segment)


def graft(flow: "Flow", columns: Columns, from_us: int, to_us: int) -> None:
    """Adds rows to bars known from candles: `columns` are all trades of from_us <= time < to_us.

    Integers must be in the decimals of `flow.market`. Sums do not change where trades and candles agree; a
    bar of several minutes gets its rows once all its minutes have theirs. Minutes known by their trades stay
    as they are.
    """
    import numpy as np

    from cvdtui.engine.columns.apply import apply_columns
    from cvdtui.engine.columns.rows import trades_of

    flow.settle()
    flow.extend_left(trades_of(columns), from_us, to_us)
    minutes = columns.time_us - columns.time_us % MINUTE_US
    due = [minute for minute in np.unique(minutes).tolist() if _is_candle(flow.bars[MINUTE].at(minute))]
    columns = columns.taken(np.flatnonzero(np.isin(minutes, due)))
    if not len(columns):
        return
    short = [seconds for seconds in flow.bars if seconds <= MINUTE]
    # summed in a flow of their own: the bars of `flow` are past that time, and keep their running delta
    scratch = flow.scratch(sorted({*short, MINUTE}))
    apply_columns(scratch, columns)
    scratch.settle()
    if flow.orders is not None and scratch.orders is not None:
        flow.orders.add_earlier(scratch.orders)
    for seconds in short:
        flow.bars[seconds].graft(list(scratch.bars[seconds].with_cells()))
    for bar, cells in scratch.bars[MINUTE].with_cells():
        if cells:
            flow.periods.session_of(bar.time_us).add_cells(cells, bar.volume, bar.time_us)
            flow.sources.move(bar.volume, "taker/bar", "taker")  # counted before, from its candle
    for seconds, bars in flow.bars.items():
        if seconds > MINUTE:
            _complete(bars, flow.bars[MINUTE], (from_us, to_us), flow.minutes_from_us)


def _is_candle(bar: Bar | None) -> bool:
    return bar is not None and bar.source == "taker/bar"


def _complete(bars: "Bars", minutes: "Bars", span: tuple[int, int], known_from: int) -> None:
    """Builds bars that overlap the span and lack rows from their minutes, where all of these have rows."""
    length = bars.seconds * 1_000_000
    by_time = {bar.time_us: bar for bar in minutes.all()}
    if minutes.closed_count > len(minutes.closed):  # the oldest were dropped: a bar would lack them
        known_from = max(known_from, min(by_time))
    for start in range(span[0] - span[0] % length, span[1], length):
        parts = [by_time[time] for time in range(start, start + length, MINUTE_US) if time in by_time]
        known = bars.at(start)
        if start < known_from or not parts or (known is not None and known.delta_high is not None):
            continue
        whole = _fold(start, parts, minutes)
        if whole is not None:
            bars.put(whole.bar(0), whole.cells)


def _fold(start: int, parts: list[Bar], minutes: "Bars") -> OpenBar | None:
    folded: OpenBar | None = None
    for part in parts:
        cells: Cells | None = minutes.cells(part.time_us)
        if cells is None or part.delta_high is None:
            return None
        segment = reopen(part, cells).segment
        if folded is None:
            folded = OpenBar(start, segment)
        else:
            folded.merge(segment)
    return folded
