"""The market at hand, drawn large: chart bars, footprint ladder, profile, time and sales."""

from itertools import islice
from typing import Literal

from cvdtui.engine.footprint import auto_row, group, row_number, stepped_row
from cvdtui.engine.market_state import MarketState
from cvdtui.engine.profile import point_of_control, profile
from cvdtui.engine.segment import Cells
from cvdtui.model import (
    Bar,
    Dashboard,
    KeyLevel,
    Ladder,
    LadderBar,
    LadderCell,
    Link,
    MarketDetail,
    Print,
    ProfileRow,
    ProfileView,
    View,
)
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.signals.imbalance import imbalances
from cvdtui.signals.stacked import stacked
from cvdtui.snapshot.chart import ChartBuilder, seen
from cvdtui.snapshot.explain import ExplainInputs
from cvdtui.snapshot.market_row import RowBuilder
from cvdtui.snapshot.quality import quality_of
from cvdtui.snapshot.signals import SignalViews, dashboard
from cvdtui.snapshot.tpo import TpoBuilder
from cvdtui.snapshot.values import Scaler, anchor_time, current, decimals_shown
from cvdtui.snapshot.zones import Zones, marks

PRINTS = 200
"""Lines of time and sales handed to the screen."""


class DetailBuilder:
    """Makes one market's MarketDetail; closed footprints are remembered."""

    def __init__(self, picture: RowBuilder, fixed_row: int | None) -> None:
        self._picture = picture
        self._state = picture.state
        self._fixed_row = fixed_row
        """Row size in price units at the market's first scale, from the configuration; None is automatic."""
        self._decimals = picture.state.market.price_decimals
        self._auto: dict[tuple[int, int], tuple[int, int]] = {}
        """Chosen row size, and the price decimals it was chosen in, by timeframe and session."""
        self._chart = ChartBuilder(picture)
        self._tpo = TpoBuilder(picture.state)
        self._facts = ExplainInputs(picture)
        self._zones = Zones()
        self._signals = SignalViews()
        self._ladder_key: tuple[object, ...] = ()
        self._ladder_bars: dict[int, LadderBar] = {}

    def detail(self, view: View, now_us: int, link: Link | None) -> MarketDetail:
        """Everything that is drawn of this market."""
        state = self._state
        evaluator = self._picture.evaluator
        scaler = Scaler(state, view.unit)
        row = stepped_row(self.row_size(view.timeframe), state.market.tick, view.row_step)
        return MarketDetail(
            state.market,
            view.timeframe,
            view.anchor,
            anchor_time(state, view.anchor, now_us),
            view.unit,
            self._chart.bars(view, now_us, scaler),
            self._ladder(view, row, scaler),
            profile_view(state, row, scaler, now_us),
            _prints(state, view, scaler),
            quality_of(state, view.anchor, now_us, link),
            state.flow.rolling,
            () if evaluator is None else self._signals.of(evaluator),
            Dashboard() if evaluator is None else dashboard(evaluator),
            ()
            if evaluator is None
            else tuple(price / 10**state.market.price_decimals for price in evaluator.dropped),
            at_us=view.at_us,
            facts=self._facts.facts(view, row, now_us),
            lasting=() if evaluator is None else lasting_levels(evaluator),
            tpo=self._tpo.view(view, scaler, now_us) if view.tpo else None,
        )

    def row_size(self, timeframe: int) -> int:
        """The configured row size, or the automatic one, which is chosen once a session."""
        market = self._state.market
        if self._fixed_row is not None:
            return int(self._fixed_row * 10 ** (market.price_decimals - self._decimals))
        flow = self._state.flow
        session = flow.session
        key = (timeframe, session.start_us if session is not None else 0)
        bars = flow.bars[timeframe]
        known = self._auto.get(key)
        if known is not None:
            row, decimals = known
            return row * int(10 ** (market.price_decimals - decimals))
        row = auto_row(bars.closed or bars.all(), market.tick)
        if bars.closed:
            self._auto[key] = row, market.price_decimals
        return row

    def _ladder(self, view: View, row: int, scaler: Scaler) -> Ladder:
        state = self._state
        bars = state.flow.bars[view.timeframe]
        key = (view.timeframe, row, view.unit, bars.version, state.market.price_decimals)
        if key != self._ladder_key:
            self._ladder_key, self._ladder_bars = key, {}
        open_us = bars.open.time_us if bars.open is not None else -1
        known, made = self._ladder_bars, {}
        shown, later = seen(bars, view.footprints, view.at_us, 1)
        for bar in shown:
            is_open = bar.time_us == open_us
            made[bar.time_us] = (not is_open and known.get(bar.time_us)) or ladder_bar(
                bar, bars.cells(bar.time_us), row, scaler, self._picture.evaluator, closed=not is_open
            )
        self._ladder_bars = {time: one for time, one in made.items() if one.closed}
        last = state.flow.last_trade
        price = shown[-1].close if later else None if last is None else last.price
        last_row = None if price is None else row_number(price, row)
        evaluator = self._picture.evaluator
        return Ladder(
            row / scaler.price,
            decimals_shown(row, state),
            tuple(made.values()),
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


def lasting_levels(evaluator: SignalEvaluator) -> tuple[KeyLevel, ...]:
    """Naked points of control, the session before, and what the user dropped; ascending in price."""
    unit = 10**evaluator.state.market.price_decimals
    found = [KeyLevel("naked poc", price / unit, session_us) for price, session_us in evaluator.naked()]
    previous = evaluator.previous()
    if previous is not None:
        found += [KeyLevel("previous high", previous[0] / unit), KeyLevel("previous low", previous[1] / unit)]
    found += [KeyLevel("level", price / unit) for price in evaluator.dropped]
    return tuple(sorted(found, key=lambda level: level.price))


def profile_view(state: MarketState, row: int, scaler: Scaler, now_us: int) -> ProfileView:
    """The profile of the session that holds `now_us`."""
    session = current(state.flow.session, now_us)
    decimals = decimals_shown(row, state)
    if session is None:
        return ProfileView(row / scaler.price, decimals, (), None, None, None, None, 0, 0.0)
    rows = session.rows(row)
    found = profile(rows)
    hvn, lvn = set(found.hvn), set(found.lvn)
    named: dict[int | None, Literal["vah", "val", "poc"]] = {
        found.vah: "vah",
        found.val: "val",
        found.poc: "poc",
    }
    drawn: list[ProfileRow] = []
    for number, (buy, sell, unknown) in sorted(rows.items()):
        drawn.append(
            ProfileRow(
                number * row / scaler.price,
                scaler.at_price(buy, number * row),
                scaler.at_price(sell, number * row),
                scaler.at_price(unknown, number * row),
                named.get(number, ""),
                "hvn" if number in hvn else "lvn" if number in lvn else "",
                in_value=found.val is not None and found.vah is not None and found.val <= number <= found.vah,
            )
        )

    def price(number: int | None) -> float | None:
        return None if number is None else number * row / scaler.price

    return ProfileView(
        row / scaler.price,
        decimals,
        tuple(drawn),
        price(found.poc),
        price(found.vah),
        price(found.val),
        session.value / (session.volume * scaler.price) if session.volume else None,
        session.cells_from_us or 0,
        session.cell_volume / session.volume if session.volume else 0.0,
    )


def _prints(state: MarketState, view: View, scaler: Scaler) -> tuple[Print, ...]:
    found = (
        Print(trade.time_us, trade.price / scaler.price, size, trade.side)
        for trade in state.flow.prints(1_000)
        if (size := scaler.at_price(trade.size, trade.price)) >= view.min_size
    )
    return tuple(islice(found, PRINTS))
