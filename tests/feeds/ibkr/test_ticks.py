"""Ticks as floats become exact integers; runs of one source become batches; what cannot be is refused."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.errors import WireError
from cvdtui.feeds.ibkr.ticks import Ticks, decimals_of, scaled
from cvdtui.model import Market

NOW = 1_790_000_000
NOW_US = NOW * 1_000_000
AAPL = Market("ibkr", "AAPL", "AAPL", "USD", "stock", 2, 0)


def ticks(**options):
    return Ticks(AAPL, **options)


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 10))
def test_every_decimal_of_fifteen_digits_is_read_exactly(digits, decimals):
    number = Decimal(digits).scaleb(-decimals)
    value = float(str(number))
    if abs(value) >= 1e12:
        with pytest.raises(WireError):
            scaled(value, decimals)
        return
    assert scaled(value, decimals) == digits
    plain = number.normalize()
    assert decimals_of(value) == max(0, -plain.as_tuple().exponent)
    if decimals_of(value):
        assert scaled(value, decimals_of(value) - 1) is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, -1e12])
def test_what_is_no_price_is_refused(value):
    with pytest.raises(WireError):
        scaled(value, 2)


def test_a_finer_price_or_size_makes_the_market_finer_and_every_batch_carries_its_scale():
    walked = ticks()
    walked.add_quote(10.0, 10.02, 1, 1, NOW_US)
    walked.add_trade(10.02, 100, NOW, NOW_US)
    walked.add_trade(10.015, 0.25, NOW, NOW_US)  # finer in both: above the midpoint still
    first, second = walked.take()
    assert (first.market.price_decimals, first.trades[0].price, first.trades[0].size) == (2, 1002, 100)
    assert (second.market.price_decimals, second.market.size_decimals) == (3, 2)
    assert (second.trades[0].price, second.trades[0].size, second.source) == (10015, 25, "midpoint")
    assert (second.quoted, second.outside) == (2, 0)


def test_a_packet_is_cut_where_the_source_changes_and_keeps_the_order_of_the_wire():
    walked = ticks()
    walked.add_trade(10.0, 1, NOW, NOW_US)
    walked.add_trade(10.5, 2, NOW, NOW_US)
    walked.add_quote(10.0, 11.0, 1, 1, NOW_US)
    walked.add_trade(11.0, 3, NOW, NOW_US)
    walked.add_trade(10.0, 4, NOW, NOW_US)
    walked.add_trade(10.5, 5, NOW, NOW_US)
    batches = walked.take()
    assert [(batch.source, [trade.size for trade in batch.trades]) for batch in batches] == [
        ("unknown", [1]),
        ("tick", [2]),
        ("quote", [3, 4]),
        ("tick", [5]),
    ]
    assert walked.take() == []


@pytest.mark.parametrize(
    ("bid", "ask", "sizes"),
    [(-1, 10, (0, 1)), (0, 10, (0, 1)), (10, -1, (1, 0)), (11, 10, (1, 1)), (float("nan"), 10, (1, 1))],
)
def test_an_empty_crossed_or_broken_quote_leaves_the_tick_rule(bid, ask, sizes):
    walked = ticks()
    walked.add_quote(9.0, 9.5, 1, 1, NOW_US)
    walked.add_trade(9.5, 1, NOW, NOW_US)
    try:
        walked.add_quote(bid, ask, *sizes, NOW_US)
    except WireError:
        assert math.isnan(bid)
    walked.add_trade(9.4, 1, NOW, NOW_US)
    assert [batch.source for batch in walked.take()] == ["quote", "tick"]


@pytest.mark.parametrize(
    ("second", "price", "size"), [(17, 10, 1), (NOW + 90_000, 10, 1), (NOW, 0, 1), (NOW, -3, 1)]
)
def test_what_cannot_be_a_trade_is_refused_and_leaves_no_trace(second, price, size):
    walked = ticks()
    with pytest.raises(WireError):
        walked.add_trade(price, size, second, NOW_US)
    assert walked.take() == []
    assert walked.trades == 0


def test_unreported_prints_are_counted_even_when_nothing_else_came():
    walked = ticks()
    walked.add_trade(10.0, 7, NOW, NOW_US, unreported=True)
    (batch,) = walked.take()
    assert (batch.trades, batch.excluded) == ((), 1)
    walked.add_trade(10.0, 7, NOW, NOW_US)
    (batch,) = walked.take()
    assert (len(batch.trades), batch.excluded) == (1, 0)
