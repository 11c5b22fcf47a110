"""Sums in base units against exact fractions: dollars of an inverse market, divided trade by trade."""

import asyncio
import json
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.demo.sums import INVERSE_DECIMALS, base_units
from cvdtui.model import Market
from cvdtui.venues.grammar.decimals import inverse_size

INVERSE = "bybit-inverse:BTCUSD"
TRADES = st.lists(st.tuples(st.integers(1, 4 * 10**9), st.integers(1, 10**9)), min_size=1, max_size=30)


@given(TRADES, st.integers(0, 4))
def test_dollars_become_base_units_as_the_grammar_and_a_fraction_have_it(trades, decimals):
    size, price = (np.array(column, np.int64) for column in zip(*trades, strict=True))
    market = Market("x", "y", price_decimals=decimals, size_decimals=INVERSE_DECIMALS, inverse=True)
    for units, (dollars, at) in zip(base_units(size, price, decimals).tolist(), trades, strict=True):
        exact = Fraction(dollars * 10 ** (INVERSE_DECIMALS + decimals), at)
        if exact < 2**62:
            assert units == round(exact)
            assert units == inverse_size(str(dollars), (1, 0), at, market)


def test_the_books_of_an_inverse_market_are_in_base_units_and_agree_with_each_other(exchange_client):
    async def run():
        async with exchange_client(markets=24, rate=600.0) as client:
            await client.exchange.advance(90)
            truth, tape = client.exchange.truth(INVERSE), client.exchange._tapes.by_name[INVERSE]
            begin = tape.history.index_at(client.exchange._ledger._session_us - 1)
            ticks = tape.history.ticks(begin, tape.position)
            sums = {1: 0, -1: 0}
            for price, size, side in zip(*(c.tolist() for c in ticks[2:5]), strict=True):
                sums[side] += round(Fraction(size * 10 ** (INVERSE_DECIMALS + 1), price))
            assert truth["buy"] == Decimal(sums[1]).scaleb(-INVERSE_DECIMALS)
            assert truth["sell"] == Decimal(sums[-1]).scaleb(-INVERSE_DECIMALS)
            assert truth["cvd"]["session"] == truth["cvd"]["start"] == truth["buy"] - truth["sell"]
            assert truth["cvd"]["week"] is None, "it began before the books did"
            middle = truth["last_id"] - 500
            part, rest = (
                client.exchange.truth(INVERSE, middle),
                client.exchange.truth(INVERSE, first_id=middle + 1),
            )
            assert part["cvd"]["live"] + rest["cvd"]["live"] == truth["cvd"]["live"]
            books = client.exchange._ledger._market(tape, trades=True)
            assert sum(Decimal(bar["delta"]) for bar in decoded(books["bars"])) == truth["cvd"]["start"]
            signs = {"buy": 1, "sell": -1}
            total = sum(Decimal(size) * signs[side] for *_, size, side in books["tape"])
            assert total == truth["cvd"]["live"]

    asyncio.run(run())


def decoded(raws):
    return [json.loads(bytes(raw)) for raw in raws]
