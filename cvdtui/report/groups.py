"""The groups of the JSON report: the markets of one asset added up in its money, exactly."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cvdtui.engine.decimals import to_text
from cvdtui.engine.group import Exact, Sides, by_side, total, weighted_coverage
from cvdtui.engine.market_state import MarketState
from cvdtui.engine.sums import Period
from cvdtui.model import GroupKey, asset_of, group_key, leg_of

Json = dict[str, Any]
Sum = Callable[[MarketState], int]


def groups_report(states: Iterable[MarketState], silent: Mapping[str, str]) -> Json:
    """Every group by name; `silent` has the reason of each market that was silent at the end."""
    found: dict[GroupKey, list[MarketState]] = {}
    for state in states:
        found.setdefault(group_key(state.market), []).append(state)
    return {key.name: _group(key, members, silent) for key, members in found.items()}


def _group(key: GroupKey, members: list[MarketState], silent: Mapping[str, str]) -> Json:
    excluded = {state.market.name: why for state in members if (why := _why_not(state, silent))}
    counted = [state for state in members if state.market.name not in excluded]
    sums = {anchor: _sides(counted, of) for anchor, of in ANCHORS.items()}
    volume = total(_exact(state, _session_value) for state in counted)
    return {
        "money": key.money,
        "volume": _text(volume),
        "cvd": {anchor: _text(sides.all) for anchor, sides in sums.items()},
        "spot": {anchor: _text(sides.spot) for anchor, sides in sums.items()},
        "perp": {anchor: _text(sides.perp) for anchor, sides in sums.items()},
        "spot_minus_perp": {anchor: _text(sides.spread) for anchor, sides in sums.items()},
        "coverage": weighted_coverage(
            [(state.session_coverage(), float(_exact(state, _session_value))) for state in counted]
        ),
        "excluded": excluded,
        "parts": {state.market.name: _part(state) for state in members},
    }


def _part(state: MarketState) -> Json:
    return {
        "side": leg_of(state.market),
        "multiple": asset_of(state.market.base)[1],
        "volume": _text(_exact(state, _session_value)),
        "cvd": {anchor: _text(_exact(state, of)) for anchor, of in ANCHORS.items()},
    }


def _why_not(state: MarketState, silent: Mapping[str, str]) -> str:
    if not state.flow.trades and not state.flow.start.volume:
        return "no trades"
    return silent.get(state.market.name, "")


def _sides(states: Iterable[MarketState], of: Sum) -> Sides:
    return by_side((leg_of(state.market), _exact(state, of)) for state in states)


def _exact(state: MarketState, of: Sum) -> Exact:
    return Exact(of(state), state.market.price_decimals + state.market.size_decimals)


def _of_period(period: Period | None) -> int:
    return 0 if period is None else period.value_delta


def _session_value(state: MarketState) -> int:
    session = state.flow.session
    return 0 if session is None else session.value


ANCHORS: dict[str, Sum] = {
    "start": lambda state: state.flow.start.value_delta,
    "session": lambda state: _of_period(state.flow.session),
    "week": lambda state: _of_period(state.flow.week),
    "rolling": lambda state: state.flow.rolling_delta()[1],
}


def _text(value: Exact) -> str:
    return to_text(value.units, value.decimals)
