"""Trades as JSON lines: exact whatever their decimals, refused one by one."""

import json
from decimal import Decimal

import pytest

from cvdtui.errors import NoDataError
from cvdtui.feeds.files import Rejected, open_files
from cvdtui.model import Trades

NOW_US = 1_767_225_600_000_000
GOOD = {"id": 1, "time_us": 1723161255342000, "price": "61837.6", "size": "0.020", "side": "buy"}


def line(**changes):
    return json.dumps(GOOD | changes)


def read(folder, lines, name="mine.jsonl", **options):
    path = folder / name
    path.write_text("\n".join(lines))
    return list(open_files([path], now=lambda: NOW_US, **options))


def trades(events):
    return [
        (
            t.id,
            t.time_us,
            Decimal(t.price).scaleb(-e.market.price_decimals),
            Decimal(t.size).scaleb(-e.market.size_decimals),
            t.side,
        )
        for e in events
        if isinstance(e, Trades)
        for t in e.trades
    ]


def test_prices_and_sizes_are_strings_or_numbers(tmp_path):
    lines = [
        line(),
        line(id=2, price=61837.65, size=3, side="sell"),
        '{"id":"3","time_us":1723161255342001,"price":1e2,"size":0.30000000000000004,"side":"unknown","more":[1]}',
    ]
    assert trades(read(tmp_path, lines)) == [
        (1, 1723161255342000, Decimal("61837.6"), Decimal("0.02"), 1),
        (2, 1723161255342000, Decimal("61837.65"), Decimal(3), -1),
        (3, 1723161255342001, Decimal(100), Decimal("0.30000000000000004"), 0),
    ]


def test_the_market_is_the_one_said_or_the_name_of_the_file(tmp_path):
    def name(**options):
        return next(
            event.market.name
            for event in read(tmp_path, [line()], "btc-mine.day1.jsonl", **options)
            if isinstance(event, Trades)
        )

    assert name() == "file:BTC-MINE"
    assert name(venue="binance", symbol="BTCUSDT") == "binance:BTCUSDT"
    assert name(form="jsonl", venue="kraken", symbol="XBT/USD") == "kraken:XBT/USD"


def test_long_files_come_in_batches_and_in_order(tmp_path):
    events = read(tmp_path, [line(id=number) for number in range(5000)])
    assert [row[0] for row in trades(events)] == list(range(5000))
    assert len([event for event in events if isinstance(event, Trades)]) > 2


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (line(price="nan"), "price is not a number"),
        (line(price="-1"), "price is negative"),
        (line(size=0), "size is zero"),
        (line(size="1e400"), "size is absurd"),
        (line(side="long"), "side is not buy, sell or unknown"),
        (line(time_us=1723161255342), "time is not between 2009 and tomorrow"),
        (line(id=-1), "id is not a whole number"),
        (line(id="one"), "id is not a whole number"),
        ('{"id": 1, "price": NaN}', "not a JSON object"),
        ("[1, 2]", "Expected `object`, got `array`"),
        ('{"id": 1}', "Object missing required field `time_us`"),
    ],
)
def test_a_defect_costs_its_own_line(tmp_path, bad, reason):
    events = read(tmp_path, [line(), bad, "", bad, line(id=2)])
    assert [row[0] for row in trades(events)] == [1, 2]
    assert [event for event in events if isinstance(event, Rejected)] == [
        Rejected("file:MINE", reason, 2, "mine.jsonl:2")
    ]


def test_nothing_usable_is_said(tmp_path):
    with pytest.raises(NoDataError, match=r"1 rejected, the first at mine.jsonl:1 \(size is zero\)"):
        read(tmp_path, [line(size=0)])
