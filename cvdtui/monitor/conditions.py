"""Alert rules with a condition: checked for every market, reported when a condition begins to hold."""

from collections.abc import Callable
from fnmatch import fnmatchcase

from cvdtui.alerts.condition import Condition, Values
from cvdtui.alerts.dispatcher import AlertDispatcher
from cvdtui.board.board import Board
from cvdtui.board.viewport import Viewport
from cvdtui.config import AlertRule, Config
from cvdtui.model import MarketRow, View


class Conditions:
    """Checks rows of its own, with bars, anchor and unit of the configuration, whatever the screen shows."""

    def __init__(
        self, board: Board, config: Config, dispatcher: AlertDispatcher, *, now: Callable[[], int]
    ) -> None:
        self._board = board
        self._dispatcher = dispatcher
        self._now = now
        self._view = View(timeframe=config.bar, anchor=config.anchor, unit=config.unit)
        self._coverage = config.signal_coverage
        self._parsed: dict[str, Condition] = {}
        self._viewport = Viewport(board)
        self._holding: set[tuple[AlertRule, str]] = set()

    def check(self) -> None:
        """Checks every rule once; on incomplete data a rule waits unless it allows them (`incomplete`)."""
        rules = [rule for rule in (*self._dispatcher.configured, *self._dispatcher.rules.added) if rule.when]
        if not rules:
            return
        now_us = self._now()
        exchange_us = self._board.exchange_us(now_us)
        self._board.settle()  # rows read settled sums, and nothing ticks without a screen
        for name in self._board.states:
            matching = [rule for rule in rules if fnmatchcase(name, rule.market)]
            if matching:
                row = self._viewport.row(name, self._view, now_us)
                values = values_of(row, exchange_us)
                for rule in matching:
                    self._check(rule, row, values, exchange_us)

    def _check(self, rule: AlertRule, row: MarketRow, values: Values, now_us: int) -> None:
        condition = self._parsed.get(rule.when)
        if condition is None:
            condition = self._parsed[rule.when] = Condition(rule.when)
        key = (rule, row.market.name)
        # A condition has three values: over unknown numbers it is None, which ends what held before.
        if condition(values) is not True:
            self._holding.discard(key)
        elif key not in self._holding and (rule.incomplete or self._is_complete(row)):
            self._holding.add(key)
            self._dispatcher.on_condition(
                rule, row, {name: values.get(name) for name in condition.names}, now_us
            )

    def _is_complete(self, row: MarketRow) -> bool:
        """Rows of the past may still be fetched (`fill`): the current numbers do not wait for them."""
        return row.quality.state in ("live", "fill", "lost") and row.quality.coverage >= self._coverage


def values_of(row: MarketRow, now_us: int) -> Values:
    """Values of the names in a condition; None where unknown (so far)."""
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
