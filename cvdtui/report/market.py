"""The JSON report: what was counted, exact values as decimal strings; the schema is versioned and stable."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cvdtui.engine.bars import Bars
from cvdtui.engine.closed_bar import Cells
from cvdtui.engine.coverage import late_start
from cvdtui.engine.decimals import Texts, to_text
from cvdtui.engine.footprint import Rows, auto_row, group
from cvdtui.engine.market_state import MarketState
from cvdtui.engine.profile import profile
from cvdtui.engine.segment import PackedCells
from cvdtui.model import Bar, Gap
from cvdtui.report.groups import groups_report
from cvdtui.report.signals import BarNotes, signals_report
from cvdtui.signals.bar_context import RowsAt, rows_of_bar
from cvdtui.signals.evaluator import MakeEvaluator, SignalEvaluator
from cvdtui.signals.peers import link_peers

_WHAT = {True: "approximate", False: "lost"}
SCHEMA = 1

MANY = 500
"""Number of bars from which on their rows are grouped all at once."""

Json = dict[str, Any]
Keep = Callable[[Json], object]


def report(  # noqa: PLR0913 - what is reported, and how
    states: Iterable[MarketState],
    *,
    bar_seconds: int,
    rows: dict[str, int | None],
    silent: Mapping[str, str] | None = None,
    make_evaluator: MakeEvaluator | None = None,
    keep: Keep | None = None,
) -> Json:
    """The whole report; `rows` gives row sizes by market in price units, None for the automatic one.

    `silent` has the reason of each market that was silent at the end: its group leaves it out.
    `make_evaluator` makes the evaluator of a market, by default with the signals' default parameters. `keep`
    is applied to each bar as it is made: thousands of them encoded at once take a tenth of the memory.
    """
    states = list(states)

    def evaluator(state: MarketState) -> SignalEvaluator:
        if make_evaluator is not None:
            return make_evaluator(state, bar_seconds)
        return SignalEvaluator(state, bar_seconds, row=rows.get(state.market.name))

    return {
        "schema": SCHEMA,
        "markets": {
            state.market.name: market_report(
                state, evaluator(state), rows.get(state.market.name), states, keep
            )
            for state in states
        },
        "groups": groups_report(states, silent or {}),
    }


def market_report(
    state: MarketState,
    evaluator: SignalEvaluator,
    row: int | None,
    others: Sequence[MarketState] = (),
    keep: Keep | None = None,
) -> Json:
    """Everything of one market, of the bars of an evaluator that has evaluated nothing yet."""
    bar_seconds, flow = evaluator.seconds, state.flow
    flow.settle()
    bars = flow.bars[bar_seconds]
    row = row or auto_row(bars.closed or bars.all(), flow.market.tick)
    prices, sizes = Texts(flow.market.price_decimals), Texts(flow.market.size_decimals)
    link_peers(evaluator, others)
    open_us = bars.open.time_us if bars.open is not None else None
    rows_at = _rows_at(bars)
    notes = BarNotes(evaluator, row, prices, rows_at)
    bar_objects: Iterable[Json] = (
        _bar(bar, cells, row, prices, sizes, notes, rows_at(bar, cells, row), closed=bar.time_us != open_us)
        for bar, cells in _with_cells(bars)
    )
    kept = [*(bar_objects if keep is None else map(keep, bar_objects))]
    evaluator.catch_up()  # spread signals: they need the other market's bars beside all of these
    start = flow.start
    return {
        "trades": flow.trades,
        "duplicates": state.duplicates,
        "lost": state.lost,
        "ignored": state.ignored,
        "rejected": state.refused,
        "excluded": state.excluded,
        "outside": state.outside,
        "gaps": [_gap(gap) for gap in sorted(state.gaps, key=lambda gap: gap.after)]
        + [_span(one.from_time_us, one.to_time_us, _WHAT[one.approximate]) for one in state.known.outages]
        + ([_span(*state.known.dead, "open")] if state.known.dead else []),
        "first_time_us": flow.first_time_us,
        "last_time_us": flow.last_time_us,
        "buy": sizes[start.buy],
        "sell": sizes[start.sell],
        "unknown": sizes[start.unknown],
        "cvd": _cvd(state),
        "rolling_trades": flow.rolling,
        "vwap": _vwap(state),
        "side_source": flow.sources.shares(),
        "coverage": state.session_coverage(),
        "known_from_time_us": late_start(flow.session, state.known.from_us),
        "bar_seconds": bar_seconds,
        "bars": kept,
        "profile": _profile(state, row, prices, sizes),
        "signals": signals_report(evaluator.signals),
    }


def _cvd(state: MarketState) -> Json:
    flow = state.flow
    sizes = flow.market.size_decimals
    return {
        "start": to_text(flow.start.delta, sizes),
        "session": to_text(flow.session.delta if flow.session else 0, sizes),
        "week": to_text(flow.week.delta if flow.week else 0, sizes),
        "rolling": to_text(flow.rolling_delta()[0], sizes),
    }


def _vwap(state: MarketState) -> float | None:
    session = state.flow.session
    if session is None or not session.volume:
        return None
    return float(session.value / (session.volume * 10**state.market.price_decimals))


def _gap(gap: Gap) -> Json:
    return {
        "after": gap.after,
        "before": gap.before,
        # how many trades are missing between two epochs of ids nobody knows
        "missing": None if gap.state == "anew" else gap.missing,
        "from_time_us": gap.from_time_us,
        "to_time_us": gap.to_time_us,
        "state": gap.state,
    }


def _span(from_us: int, to_us: int, state: str) -> Json:
    """A gap whose ids nobody knows."""
    return {
        "after": None,
        "before": None,
        "missing": None,
        "from_time_us": from_us,
        "to_time_us": to_us,
        "state": state,
    }


def _with_cells(bars: Bars) -> Iterator[tuple[Bar, Cells | None]]:
    """Every bar with its cells, read where they are stored: only few of them are used."""
    for bar in bars.closed:
        packed = bars.footprints.get(bar.time_us)
        yield bar, PackedCells(packed) if isinstance(packed, tuple) else packed
    if bars.open is not None:
        time_us = bars.open.time_us
        yield bars.open.bar(bars.cvd_before), bars.cells(time_us)


def _rows_at(bars: Bars) -> RowsAt:
    """How rows are made: for each bar by itself, or for a stretch of many bars at once."""
    if len(bars.footprints) < MANY:
        return rows_of_bar
    from cvdtui.engine.columns.footprints import RowsAhead  # importing numpy pays for many bars alone

    ahead = RowsAhead(bars.footprints, [bar.time_us for bar in bars.closed])

    def rows_at(bar: Bar, cells: Cells | None, row: int) -> Rows:
        found = ahead.rows(bar.time_us, row) if bar.delta_high is not None else None
        return found or rows_of_bar(bar, cells, row)

    return rows_at


def _bar(  # noqa: PLR0913 - a bar, and how it is written
    bar: Bar,
    cells: Cells | None,
    row: int,
    prices: Texts,
    sizes: Texts,
    notes: BarNotes,
    rows: Rows,
    *,
    closed: bool,
) -> Json:
    return {
        "time_us": bar.time_us,
        "open": prices[bar.open],
        "high": prices[bar.high],
        "low": prices[bar.low],
        "close": prices[bar.close],
        "buy": sizes[bar.buy],
        "sell": sizes[bar.sell],
        "unknown": sizes[bar.unknown],
        "delta": sizes[bar.delta],
        "source": bar.source,
        "delta_high": None if bar.delta_high is None else sizes[bar.delta_high],
        "delta_low": None if bar.delta_low is None else sizes[bar.delta_low],
        "cvd": sizes[bar.cvd],
        "trades": bar.trades,
        "rows": _rows(rows, row, prices, sizes),
        **notes.of(bar, cells, rows, closed=closed),
    }


def _rows(rows: Rows, row: int, prices: Texts, sizes: Texts) -> list[list[str]]:
    return [[prices[number * row], sizes[sums[0]], sizes[sums[1]]] for number, sums in sorted(rows.items())]


def _profile(state: MarketState, row: int, prices: Texts, sizes: Texts) -> Json:
    session = state.flow.session
    rows = group(session.cells, row) if session is not None else {}
    found = profile(rows)

    def price(number: int | None) -> str | None:
        return None if number is None else prices[number * row]

    return {
        "row": prices[row],
        "poc": price(found.poc),
        "vah": price(found.vah),
        "val": price(found.val),
        "hvn": [price(number) for number in found.hvn],
        "lvn": [price(number) for number in found.lvn],
        "rows": _rows(rows, row, prices, sizes),
    }
