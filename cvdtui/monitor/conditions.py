"""Rules that ask for a condition: looked at now and then for every market, told when one begins to hold."""

from collections.abc import Callable
from fnmatch import fnmatchcase

from cvdtui.alerts.condition import Condition, Values
from cvdtui.alerts.dispatcher import AlertDispatcher
from cvdtui.board.board import Board, prepare
from cvdtui.config import AlertRule, Config
from cvdtui.model import MarketRow, View
from cvdtui.snapshot.market_row import RowBuilder


class Conditions:
    """Sees rows of its own, with bars, anchor and unit of the configuration, whatever the screen looks at."""

    def __init__(
        self, board: Board, config: Config, dispatcher: AlertDispatcher, *, now: Callable[[], int]
    ) -> None:
        self._board = board
        self._dispatcher = dispatcher
        self._now = now
        self._view = View(timeframe=config.bar, anchor=config.anchor, unit=config.unit)
        self._coverage = config.signal_coverage
        self._parsed: dict[str, Condition] = {}
        self._pictures: dict[str, RowBuilder] = {}
        self._holding: set[tuple[AlertRule, str]] = set()

    def look(self) -> None:
        """Looks once; over incomplete data a rule waits unless it wants such alerts too."""
        rules = [rule for rule in (*self._dispatcher.configured, *self._dispatcher.rules.added) if rule.when]
        if not rules:
            return
        now_us = self._now()
        for name in self._board.states:
            asked = [rule for rule in rules if fnmatchcase(name, rule.market)]
            if asked:
                row = self._row(name, now_us)
                values = values_of(row, now_us)
                for rule in asked:
                    self._judge(rule, row, values, now_us)

    def _judge(self, rule: AlertRule, row: MarketRow, values: Values, now_us: int) -> None:
        condition = self._parsed.get(rule.when)
        if condition is None:
            condition = self._parsed[rule.when] = Condition(rule.when)
        key = (rule, row.market.name)
        if condition(values) is not True:
            self._holding.discard(key)
        elif key not in self._holding and (rule.incomplete or self._is_complete(row)):
            self._holding.add(key)
            self._dispatcher.hold(rule, row, {name: values.get(name) for name in condition.names}, now_us)

    def _is_complete(self, row: MarketRow) -> bool:
        """Rows of the past may still be on their way (`fill`): the numbers of now do not wait for them."""
        return row.quality.state in ("live", "fill", "lost") and row.quality.coverage >= self._coverage

    def _row(self, name: str, now_us: int) -> MarketRow:
        state = self._board.states[name]
        picture = self._pictures.get(name)
        if picture is None or picture.state is not state:
            picture = self._pictures[name] = RowBuilder(state)
        evaluators, seconds = self._board.evaluators, self._view.timeframe
        picture.evaluator = (
            evaluators.evaluator(state, seconds)
            if evaluators is not None and seconds in state.flow.bars
            else None
        )
        prepare(state)
        link = next((one for one in self._board.links.values() if name in one.markets), None)
        return picture.row(self._view, now_us, link)


def values_of(row: MarketRow, now_us: int) -> Values:
    """What the names of a condition stand for; None where it is not known (yet)."""
    seen = row.last is not None
    quality = row.quality
    return {
        "last": row.last,
        "change": row.change,
        "volume": row.volume if seen else None,
        "cvd": row.cvd,
        "delta_bar": row.delta_bar,
        "delta_5m": row.delta_5m,
        "delta_ratio": row.delta_ratio,
        "z": row.z,
        "z_before": row.z_before,
        "coverage": quality.coverage if seen else None,
        "trades": row.trades,
        "lost": quality.lost,
        "missing": quality.open,
        "age": max(0.0, (now_us - row.last_trade_us) / 1e6) if row.last_trade_us else None,
        "climax": row.climax if row.z is not None else None,
        "live": quality.state == "live",
    }
