"""The side rules against hand-made examples and against a slow reference in exact decimals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.engine.side import Quotes, SideRule, TickRule
from cvdtui.model import BUY, SELL, UNKNOWN


def sides(rule, events):
    """Walks ("q", bid, ask) and ("t", price) in wire order; the inferred sides of the trades."""
    out = []
    for place, event in enumerate(events):
        if event[0] == "q":
            rule.on_quote(event[1], event[2], place * 1000)
        else:
            out.append(rule.side_of(event[1], place * 1000))
    return out


def test_at_or_beyond_the_touch_the_quote_decides():
    events = [("q", 100, 104), ("t", 104), ("t", 105), ("t", 100), ("t", 99)]
    rule = SideRule()
    assert sides(rule, events) == [(BUY, "quote"), (BUY, "quote"), (SELL, "quote"), (SELL, "quote")]
    assert (rule.quoted, rule.outside) == (4, 2)


def test_inside_the_midpoint_decides_and_at_it_the_tick_rule():
    events = [("q", 100, 104), ("t", 103), ("t", 101), ("t", 102), ("q", 100, 103), ("t", 102), ("t", 101)]
    assert sides(SideRule(), events) == [
        (BUY, "midpoint"),
        (SELL, "midpoint"),
        (BUY, "tick"),
        (BUY, "midpoint"),
        (SELL, "midpoint"),
    ]


def test_the_midpoint_of_prices_that_floats_miss_is_met_exactly():
    # In floats (0.1 + 0.7) / 2 is 0.39999999999999997: a trade at 0.4 would count as a buy.
    assert (0.1 + 0.7) / 2 < 0.4
    events = [("t", 5), ("q", 1, 7), ("t", 4)]
    assert sides(SideRule(), events)[1] == (SELL, "tick")


def test_a_zero_tick_inherits_and_the_first_trade_is_unknown():
    inferred = sides(SideRule(), [("t", 10), ("t", 10), ("t", 11), ("t", 11), ("t", 11), ("t", 9), ("t", 9)])
    assert [side for side, _ in inferred] == [UNKNOWN, UNKNOWN, BUY, BUY, BUY, SELL, SELL]
    assert [source for _, source in inferred] == ["unknown"] * 2 + ["tick"] * 5


def test_a_zero_tick_inherits_the_last_price_change_whatever_the_quote_was_since():
    # 11 rose; it then trades at the bid, a sell by quote; without a quote 11 is still an uptick.
    inferred = sides(SideRule(), [("t", 10), ("t", 11), ("q", 11, 12), ("t", 11), ("q", 12, 12), ("t", 11)])
    assert inferred[-2:] == [(SELL, "quote"), (BUY, "tick")]


@pytest.mark.parametrize(
    ("bid", "ask"),
    [(12, 12), (13, 12), (None, 12), (12, None), (None, None), (0, 12), (-1, 12)],
    ids=["locked", "crossed", "no bid", "no ask", "empty", "bid of zero", "bid below zero"],
)
def test_an_unusable_quote_leaves_the_tick_rule_and_ends_the_quote_before(bid, ask):
    events = [("t", 10), ("t", 11), ("q", 11, 13), ("q", bid, ask), ("t", 11)]
    assert sides(SideRule(), events)[-1] == (BUY, "tick")


def test_negative_prices_are_compared_where_the_contract_can_trade_there():
    events = [("q", -376, -372), ("t", -372), ("t", -376), ("t", -374), ("t", -373), ("t", -375)]
    assert sides(SideRule(allows_negative=True), events) == [
        (BUY, "quote"),
        (SELL, "quote"),
        (BUY, "tick"),
        (BUY, "midpoint"),
        (SELL, "midpoint"),
    ]
    assert {source for _, source in sides(SideRule(), events)} == {"unknown", "tick"}


def test_the_quote_a_trade_caused_is_not_used_when_it_arrives_after_it():
    before = [("q", 100, 101), ("t", 101), ("q", 101, 102)]
    assert sides(SideRule(), before) == [(BUY, "quote")]
    ahead = [("q", 100, 101), ("q", 101, 102), ("t", 101)]
    assert sides(SideRule(), ahead) == [(SELL, "quote")], "the same trade, its quote ahead of it, turns"
    assert sides(SideRule(lag_us=1500), ahead) == [(BUY, "quote")], "an older quote repairs it"


def test_a_lag_uses_a_quote_exactly_as_old_as_its_lag_and_none_before_there_is_one():
    quotes = Quotes(lag_us=50)
    quotes.add(1, 2, 100)
    assert quotes.in_force(149) is None
    assert quotes.in_force(150) == (1, 2)
    quotes.add(3, 4, 160)
    quotes.add(5, 6, 170)
    assert quotes.in_force(215) == (3, 4)
    assert quotes.in_force(220) == (5, 6)


def test_after_a_break_only_the_tick_rule_applies_until_the_next_quote():
    rule = SideRule()
    sides(rule, [("q", 100, 102), ("t", 102), ("t", 101)])
    rule.forget_quote()
    assert rule.side_of(101) == (SELL, "tick")
    rule.on_quote(99, 101)
    assert rule.side_of(101) == (BUY, "quote")


events_of_floats = st.lists(
    st.one_of(
        st.tuples(st.just("q"), st.integers(-20, 60), st.integers(-20, 60)),
        st.tuples(st.just("t"), st.integers(-20, 60)),
    ),
    max_size=60,
)


def by_decimals(events, lag, *, allows_negative):
    """The definition, slowly: the whole past is searched for every trade, in decimals of a cent."""
    out = []
    for place, event in enumerate(events):
        if event[0] == "q":
            continue
        price = Decimal(event[1]) / 100
        past = [
            one for at, one in enumerate(events[:place]) if one[0] == "q" and at * 1000 <= place * 1000 - lag
        ]
        trades = [Decimal(one[1]) / 100 for one in events[:place] if one[0] == "t"]
        different = next((one for one in reversed(trades) if one != price), None)
        tick = UNKNOWN if different is None else BUY if price > different else SELL
        inferred = (tick, "tick") if tick else (UNKNOWN, "unknown")
        if past:
            bid, ask = (Decimal(one) / 100 for one in past[-1][1:])
            middle = (bid + ask) / 2
            if bid < ask and (bid > 0 or allows_negative):
                if price >= ask or price <= bid:
                    inferred = (BUY if price >= ask else SELL), "quote"
                elif price != middle:
                    inferred = (BUY if price > middle else SELL), "midpoint"
        out.append(inferred)
    return out


@given(events_of_floats, st.sampled_from([0, 1000, 2500]), st.booleans())
def test_every_tape_gets_the_sides_of_the_slow_reference(events, lag, allows_negative):
    rule = SideRule(lag_us=lag, allows_negative=allows_negative)
    assert sides(rule, events) == by_decimals(events, lag, allows_negative=allows_negative)


@given(events_of_floats, st.integers(0, 60))
def test_finer_prices_midway_change_no_side(events, at):
    plain, grown = SideRule(lag_us=1500), SideRule(lag_us=1500)
    expected = sides(plain, events)
    finer = [(kind, *(10 * price for price in prices)) for kind, *prices in events]
    got = []
    for place, event in enumerate([*events[:at], *finer[at:]]):
        if place == at:
            grown.rescale(10)
        if event[0] == "q":
            grown.on_quote(event[1], event[2], place * 1000)
        else:
            got.append(grown.side_of(event[1], place * 1000))
    assert got == expected


def test_the_tick_rule_alone_knows_no_quote():
    rule = TickRule()
    assert [rule.side_of(price) for price in (5, 5, 6, 6, 4, 4)] == [0, 0, BUY, BUY, SELL, SELL]
