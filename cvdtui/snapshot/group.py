"""The asset groups, from the states and rows of their markets: sums in quote units."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from cvdtui.engine.group import Exact, Sides, by_side, total, weighted_coverage
from cvdtui.engine.market_state import MarketState
from cvdtui.model import (
    GroupKey,
    GroupPart,
    GroupPoint,
    GroupRow,
    GroupView,
    MarketRow,
    Quality,
    View,
    asset_of,
    group_key,
    leg_of,
)
from cvdtui.snapshot.values import Pair, anchor_time, anchored, current, delta_of_bar

Member = tuple[MarketState, MarketRow]
LEFT_OUT = ("waiting", "stale", "refused", "offline")
"""Quality states whose market would bend the sum: its CVD stands still while the others move on."""


class _Share(Struct, frozen=True, gc=False):
    """What one market brings, exactly."""

    state: MarketState
    row: MarketRow
    why: str
    cvd: Exact | None
    delta_bar: Exact
    delta_5m: Exact
    volume: Exact


class GroupBuilder:
    """Makes GroupRows; a group whose markets' rows did not change gives the same object as before."""

    def __init__(self) -> None:
        self._made: dict[GroupKey, tuple[View, list[MarketRow], GroupRow]] = {}

    def rows(self, members: Iterable[Member], view: View, now_us: int) -> tuple[GroupRow, ...]:
        """All groups, in the order of their first markets."""
        found: dict[GroupKey, list[Member]] = {}
        for state, row in members:
            found.setdefault(group_key(row.market), []).append((state, row))
        self._made = {key: made for key, made in self._made.items() if key in found}
        return tuple(self._row(key, group, view, now_us) for key, group in found.items())

    def _row(self, key: GroupKey, members: list[Member], view: View, now_us: int) -> GroupRow:
        rows = [row for _, row in members]
        known = self._made.get(key)
        if known is not None and known[0] == view and _same(known[1], rows):
            return known[2]
        row = group_row(key, members, view, now_us)
        if known is not None and known[2] == row:
            row = known[2]
        self._made[key] = (view, rows, row)
        return row


def _same(before: list[MarketRow], now: list[MarketRow]) -> bool:
    """The very same objects."""
    return len(before) == len(now) and all(a is b for a, b in zip(before, now, strict=True))


def group_row(key: GroupKey, members: Sequence[Member], view: View, now_us: int) -> GroupRow:
    """One group, added up."""
    shares = [_share(state, row, view, now_us) for state, row in members]
    counted = [share for share in shares if not share.why]
    # the price is that of the market with most volume, not a mixture
    lead = max(counted or shares, key=lambda share: float(share.volume))
    volume = total(share.volume for share in counted)
    sides = _cvd(counted)
    has = {leg_of(share.row.market) for share in counted}
    # 1000PEPE trades a thousand PEPE: the price shown is that of one
    multiple = asset_of(lead.row.market.base)[1]
    return GroupRow(
        key.name,
        key.money,
        lead.row.market,
        None if lead.row.last is None else lead.row.last / multiple,
        lead.row.market.price_decimals + len(str(multiple)) - 1,
        lead.row.change,
        float(volume),
        float(total(share.delta_bar for share in counted)) if counted else None,
        float(total(share.delta_5m for share in counted)) if counted else None,
        float(sides.all) if counted else None,
        float(sides.spot) if "spot" in has else None,
        float(sides.perp) if "perp" in has else None,
        float(sides.spread) if len(has) == 2 else None,
        open_interest=_interest(counted),
        open_interest_change=_interest_change(counted),
        coverage=weighted_coverage([(one.row.quality.coverage, float(one.volume)) for one in counted]),
        parts=tuple(_part(share, float(volume)) for share in shares),
    )


def selected_group(
    groups: Iterable[GroupRow], members: Sequence[Member], view: View, now_us: int
) -> GroupView | None:
    """The group that the View's market belongs to; None when there is no such market."""
    for row in groups:
        if any(part.market.name == view.market for part in row.parts):
            return group_view(row, members, view, now_us)
    return None


def group_view(row: GroupRow, members: Iterable[Member], view: View, now_us: int) -> GroupView:
    """The group with its lines: CVD of either side at the end of every bar, counted back from now."""
    names = {part.market.name for part in row.parts if not part.why}
    states = [state for state, _ in members if state.market.name in names]
    begins = [begin for state in states if (begin := anchor_time(state, view.anchor, now_us))]
    begin = min(begins, default=0)
    return GroupView(row, view.timeframe, view.anchor, begin, _points(states, view, begin, now_us))


def _points(states: Sequence[MarketState], view: View, begin: int, now_us: int) -> tuple[GroupPoint, ...]:
    # markets count in different decimals: all are brought to the finest, so that the sum is of integers
    decimals = max((_value_decimals(state) for state in states), default=0)
    now = [0, 0]
    deltas: dict[int, list[int]] = {}
    for state in states:
        at = 0 if leg_of(state.market) == "spot" else 1
        grown = 10 ** (decimals - _value_decimals(state))
        now[at] += (anchored(state, view.anchor, now_us) or (0, 0))[1] * grown
        for bar in state.flow.bars[view.timeframe].last(view.bars):
            deltas.setdefault(bar.time_us, [0, 0])[at] += bar.value_delta * grown
    points: list[GroupPoint] = []
    scale = 10**decimals
    for time_us in sorted(deltas, reverse=True)[: view.bars]:
        if time_us + view.timeframe * 1_000_000 <= begin:
            break
        points.append(GroupPoint(time_us, now[0] / scale, now[1] / scale))
        now[0] -= deltas[time_us][0]
        now[1] -= deltas[time_us][1]
    return tuple(reversed(points))


def _share(state: MarketState, row: MarketRow, view: View, now_us: int) -> _Share:
    decimals = _value_decimals(state)
    pair = anchored(state, view.anchor, now_us)
    session = current(state.flow.session, now_us)
    why = _why_not(row.quality, pair)
    return _Share(
        state,
        row,
        why,
        None if pair is None else Exact(pair[1], decimals),
        Exact(delta_of_bar(state, view.timeframe, now_us)[1], decimals),
        Exact(state.flow.delta_5m(now_us)[1], decimals),
        Exact(session.value if session is not None else 0, decimals),
    )


def _why_not(quality: Quality, pair: Pair | None) -> str:
    """Why a market would bend the sum; empty when it would not."""
    if quality.state in LEFT_OUT:
        return "no trade yet" if quality.state == "waiting" else quality.text
    return "" if pair is not None else "no mark"


def _part(share: _Share, volume: float) -> GroupPart:
    market = share.row.market
    own = float(share.volume)
    return GroupPart(
        market,
        leg_of(market),
        asset_of(market.base)[1],
        None if share.cvd is None else float(share.cvd),
        float(share.delta_5m),
        own,
        own / volume if volume and not share.why else 0.0,
        share.why,
        share.row.quality,
    )


def _interest(shares: Sequence[_Share]) -> float | None:
    """Open interest in the group's money, of the markets that have one."""
    values = [
        Exact(
            share.state.open_interest.latest[1] * share.state.flow.last_trade.price,
            _value_decimals(share.state),
        )
        for share in shares
        if share.state.open_interest.latest is not None and share.state.flow.last_trade is not None
    ]
    return float(total(values)) if values else None


def _interest_change(shares: Sequence[_Share]) -> float | None:
    """Its change in assets, over the markets whose beginning is known."""
    before, now = Exact(), Exact()
    for share in shares:
        # without a beginning there is no change: a market that was added today would count as a rise from 0
        history, session = share.state.open_interest, share.state.flow.session
        begin = (history.at(session.start_us) if session is not None else None) or history.first
        if history.latest is None or begin is None or begin[0] >= history.latest[0]:
            continue
        market = share.state.market
        multiple = asset_of(market.base)[1]
        before += Exact(begin[1] * multiple, market.size_decimals)
        now += Exact(history.latest[1] * multiple, market.size_decimals)
    return float(now) / float(before) - 1 if before.units else None


def _cvd(shares: Sequence[_Share]) -> Sides:
    return by_side((leg_of(share.row.market), share.cvd) for share in shares if share.cvd is not None)


def _value_decimals(state: MarketState) -> int:
    return state.market.price_decimals + state.market.size_decimals
