"""The selected market in detail: chart bars, footprint ladder, profile, time and sales."""

from itertools import islice

from cvdtui.engine.footprint import auto_row, stepped_row
from cvdtui.engine.market_state import MarketState
from cvdtui.model import (
    Dashboard,
    KeyLevel,
    Link,
    MarketDetail,
    Print,
    View,
)
from cvdtui.signals.evaluator import SignalEvaluator
from cvdtui.snapshot.chart import ChartBuilder
from cvdtui.snapshot.explain import ExplainInputs
from cvdtui.snapshot.ladder import LadderBuilder
from cvdtui.snapshot.market_row import RowBuilder
from cvdtui.snapshot.profile import profile_view
from cvdtui.snapshot.quality import quality_of
from cvdtui.snapshot.signals import SignalViews, dashboard
from cvdtui.snapshot.tpo import TpoBuilder
from cvdtui.snapshot.values import Scaler, anchor_time

PRINTS = 200
"""Lines of time and sales handed to the screen."""


class DetailBuilder:
    """Makes one market's MarketDetail; closed footprints are remembered."""

    def __init__(self, row_builder: RowBuilder, fixed_row: int | None) -> None:
        self._row_builder = row_builder
        self._state = row_builder.state
        self._fixed_row = fixed_row
        """Row size in price units at the market's first scale, from the configuration; None is automatic."""
        self._decimals = row_builder.state.market.price_decimals
        self._auto: dict[tuple[int, int], tuple[int, int]] = {}
        """Chosen row size, and the price decimals it was chosen in, by timeframe and session."""
        self._chart = ChartBuilder(row_builder)
        self._tpo = TpoBuilder(row_builder.state)
        self._facts = ExplainInputs(row_builder)
        self._signals = SignalViews()
        self._ladder = LadderBuilder(row_builder)

    def detail(self, view: View, now_us: int, link: Link | None) -> MarketDetail:
        """Everything that is drawn of this market."""
        state = self._state
        evaluator = self._row_builder.evaluator
        scaler = Scaler(state, view.unit)
        row = stepped_row(self.row_size(view.timeframe), state.market.tick, view.row_step)
        return MarketDetail(
            state.market,
            view.timeframe,
            view.anchor,
            anchor_time(state, view.anchor, now_us),
            view.unit,
            self._chart.bars(view, now_us, scaler),
            self._ladder.view(view, row, scaler),
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
        if bars.closed:  # the row of a bar that is still forming would hold for the whole session
            self._auto[key] = row, market.price_decimals
        return row


def lasting_levels(evaluator: SignalEvaluator) -> tuple[KeyLevel, ...]:
    """Naked points of control, the session before, and what the user dropped; ascending in price."""
    unit = 10**evaluator.state.market.price_decimals
    found = [KeyLevel("naked poc", price / unit, session_us) for price, session_us in evaluator.naked()]
    previous = evaluator.previous()
    if previous is not None:
        found += [KeyLevel("previous high", previous[0] / unit), KeyLevel("previous low", previous[1] / unit)]
    found += [KeyLevel("level", price / unit) for price in evaluator.dropped]
    return tuple(sorted(found, key=lambda level: level.price))


def _prints(state: MarketState, view: View, scaler: Scaler) -> tuple[Print, ...]:
    found = (
        Print(trade.time_us, trade.price / scaler.price, size, trade.side)
        for trade in state.flow.prints(1_000)
        if (size := scaler.at_price(trade.size, trade.price)) >= view.min_size
    )
    return tuple(islice(found, PRINTS))
