"""Hard tapes for hypothesis (late, repeated, missing trades, extreme values), as integers of the engine.

`CVDTUI_EXAMPLES=2000 pytest tests/engine` tries that many tapes a property; the default keeps the room under
a minute.
"""

import os
from decimal import Decimal

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from cvdtui.engine.flow import EVERYTHING, Flow
from cvdtui.engine.market_state import MarketState
from cvdtui.model import Columns, Market, Trade, Trades
from tests.engine.reference import Row

MONDAY = 1_723_420_800_000_000  # 2024-08-12 00:00 UTC
MARKET = Market("binance-usdm", "BTCUSDT", price_decimals=1, size_decimals=3)


def examples(count):
    """Settings of a property: `count` examples, or as many as CVDTUI_EXAMPLES says."""
    return settings(
        max_examples=int(os.environ.get("CVDTUI_EXAMPLES", count)),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


STEPS = (
    0,
    0,
    0,
    1,
    1_000,
    999_999,
    4_000_000,
    30_000_000,
    70_000_000,
    1_000_000_000,
    40_000_000_000,
    90_000_000_000,
)
prices = st.one_of(
    st.integers(-3, 40).map(lambda ticks: Decimal(ticks) / 10),
    st.integers(0, 300).map(lambda ticks: 640 + Decimal(ticks) / 10),
    st.sampled_from([Decimal("640.05"), Decimal("640.000000001"), Decimal(-37), Decimal(0)]),
)
sizes = st.one_of(
    st.integers(1, 5_000).map(lambda units: Decimal(units) / 1_000),
    st.sampled_from(
        [Decimal("0.00000001"), Decimal("1e15"), Decimal("123456789012345.12345678"), Decimal(3)]
    ),
)


@st.composite
def rows_of(draw, max_size=40, price=prices, size=sizes, steps=STEPS, first_id=1_000):
    """Trades in the venue's order; some carry a time before that of their predecessor."""
    time_us = MONDAY + draw(st.sampled_from([-7_200_000_000, -1, 0, 5, 36_000_000_000]))
    rows = []
    for number in range(draw(st.integers(1, max_size))):
        time_us += draw(st.sampled_from(steps))
        late = draw(st.sampled_from([0, 0, 0, 0, 0, 1, 3_000_000, 61_000_000, 90_000_000_000]))
        side = draw(st.sampled_from([1, -1, 1, -1, 0]))
        rows.append(Row(first_id + number, time_us - late, draw(price), draw(size), side))
    return rows


@st.composite
def arrivals_of(draw, rows):
    """The same trades as they may arrive: in batches, some twice, some late, some never."""
    queue = []
    for place, row in enumerate(rows):
        arrival_kind = draw(st.sampled_from(["once"] * 6 + ["twice", "later", "never"])) if place else "once"
        if arrival_kind != "never":
            queue.append((place + (draw(st.integers(1, 12)) if arrival_kind == "later" else 0), place, row))
        if arrival_kind == "twice":
            queue.append((place + draw(st.integers(0, 30)), place, row))
    queue.sort(key=lambda arrival: arrival[:2])
    batches, batch = [], []
    for _, _, row in queue:
        batch.append(row)
        if draw(st.booleans()):
            batches.append(batch)
            batch = []
    return [*batches, batch] if batch else batches


def decimals_of(value):
    return max(0, -int(value.normalize().as_tuple().exponent))


def market_for(rows, market=MARKET):
    """The market, grown to the finest value of these rows."""
    price = max([market.price_decimals, *(decimals_of(row.price) for row in rows)])
    size = max([market.size_decimals, *(decimals_of(row.size) for row in rows)])
    return Market(market.venue, market.symbol, price_decimals=price, size_decimals=size)


def trade_of(row, market):
    return Trade(
        row.id,
        row.time_us,
        int(row.price.scaleb(market.price_decimals)),
        int(row.size.scaleb(market.size_decimals)),
        row.side,
    )


def batch_of(rows, market=None, *, id_rule="contiguous", source="taker"):
    """Rows as a venue's batch: in the market's own decimals, or finer where these rows need it."""
    market = market or market_for(rows)
    return Trades(market, tuple(trade_of(row, market) for row in rows), id_rule, source)


def columns_of(rows, market=None):
    market = market or market_for(rows)
    trades = [trade_of(row, market) for row in rows]
    table = np.array([(t.id, t.time_us, t.price, t.size, t.side) for t in trades], np.int64).reshape(-1, 5)
    ids, times, price, size, side = (table[:, place].copy() for place in range(5))
    return Columns(market, ids, times, price, size, side.astype(np.int8))


def flow_maker(**options):
    options.setdefault("limits", EVERYTHING)
    return lambda market: Flow(market, **options)


def state_of(**options):
    return MarketState(MARKET, flow_maker(**options))
