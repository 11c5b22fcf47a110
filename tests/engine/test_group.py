"""Group arithmetic against fractions, and which markets make a group."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.group import Exact, by_side, total, weighted_coverage
from cvdtui.model import Market, asset_of, group_key, leg_of, money_of

parts = st.lists(
    st.tuples(st.sampled_from(["spot", "perp"]), st.integers(-(10**24), 10**24), st.integers(0, 18)),
    max_size=12,
)


def decimal(units, decimals):
    return Fraction(units, 10**decimals)


def value(exact):
    return decimal(exact.units, exact.decimals)


@given(parts)
def test_sums_of_any_decimals_are_exact(rows):
    sides = by_side((side, Exact(units, decimals)) for side, units, decimals in rows)
    spot = sum((decimal(units, places) for side, units, places in rows if side == "spot"), Fraction(0))
    perp = sum((decimal(units, places) for side, units, places in rows if side == "perp"), Fraction(0))
    assert value(sides.spot) == spot
    assert value(sides.perp) == perp
    assert value(sides.all) == spot + perp
    assert value(sides.spread) == spot - perp
    assert value(total(Exact(units, places) for _, units, places in rows)) == spot + perp
    assert float(sides.spread) == float(spot - perp)


@pytest.mark.parametrize(
    ("base", "asset", "multiple"),
    [
        ("BTC", "BTC", 1),
        ("btc", "BTC", 1),
        ("XBT", "BTC", 1),
        ("WBTC", "WBTC", 1),
        ("CBBTC", "CBBTC", 1),
        ("STETH", "STETH", 1),
        ("1000PEPE", "PEPE", 1000),
        ("10000SATS", "SATS", 10_000),
        ("1000000MOG", "MOG", 1_000_000),
        ("1MBABYDOGE", "BABYDOGE", 1_000_000),
        ("SHIB1000", "SHIB", 1000),
        ("kPEPE", "PEPE", 1000),
        ("KSM", "KSM", 1),
        ("KAVA", "KAVA", 1),
        ("1INCH", "1INCH", 1),
        ("1MX", "1MX", 1),
        ("XDG", "DOGE", 1),
    ],
)
def test_the_asset_of_a_base(base, asset, multiple):
    assert asset_of(base) == (asset, multiple)


def test_every_dollar_coin_is_one_dollar_and_other_money_is_itself():
    assert {money_of(quote) for quote in ("USD", "USDT", "usdc", "FDUSD", "DAI")} == {"USD"}
    assert money_of("EUR") == "EUR"
    assert money_of("XBT") == "BTC"


def test_groups_part_by_asset_money_and_family():
    def name(base, quote, kind="spot", symbol="X"):
        return group_key(Market("v", symbol, base, quote, kind)).name

    assert name("BTC", "USDT") == name("XBT", "USD", "perp") == name("BTC", "USDC", "future") == "BTC"
    assert name("PEPE", "USDT") == name("1000PEPE", "USDT", "perp") == "PEPE"
    assert name("BTC", "EUR") == "BTC/EUR"
    assert name("ETH", "BTC") == "ETH/BTC"
    assert name("COMP", "USD", "stock") == "COMP stock"
    assert name("COMP", "USDT") == "COMP"
    assert name("", "", symbol="ODD") == "ODD/?"


def test_dated_futures_stand_with_the_perpetuals():
    assert leg_of(Market("v", "s", kind="future")) == leg_of(Market("v", "s", kind="perp")) == "perp"
    assert leg_of(Market("v", "s", kind="spot")) == leg_of(Market("v", "s", kind="crypto")) == "spot"


def test_coverage_is_weighted_by_what_was_due_and_is_1_only_when_nothing_is_missing():
    assert weighted_coverage([]) == 1.0
    assert weighted_coverage([(1.0, 5.0), (1.0, 0.0)]) == 1.0
    # 90 of 100 and 300 of 300: 390 of 400
    assert weighted_coverage([(0.9, 90.0), (1.0, 300.0)]) == pytest.approx(0.975)
    assert weighted_coverage([(1 - 1e-12, 0.0), (1.0, 1e12)]) < 1.0
    assert weighted_coverage([(0.0, 0.0)]) == 0.0
