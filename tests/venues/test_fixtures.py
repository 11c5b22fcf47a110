"""Every venue's fixture, frame by frame: a new venue brings a file, not new test code."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from cvdtui.errors import WireError
from cvdtui.model import BUY, SELL, Trades
from cvdtui.venues import VENUES, Closed

HERE = Path(__file__).parent
SIDES = {BUY: "buy", SELL: "sell"}


def fixture(venue):
    lines = (HERE / f"{venue}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return rows[0]["symbols"], rows[1:]


def text(units, decimals):
    value = format(Decimal(units).scaleb(-decimals), "f")
    return value.rstrip("0").rstrip(".") if "." in value else value


def told(trade, market):
    price, size = text(trade.price, market.price_decimals), text(trade.size, market.size_decimals)
    return [trade.id, trade.time_us, price, size, SIDES[trade.side]]


@pytest.mark.parametrize("venue", VENUES)
def test_every_venue_has_a_fixture(venue):
    assert (HERE / f"{venue}.jsonl").is_file(), f"venue {venue} has no fixture tests/venues/{venue}.jsonl"


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("venue", VENUES)
def test_every_frame_of_the_fixture_gives_what_it_says(venue, as_text):
    symbols, rows = fixture(venue)
    reader = VENUES[venue](symbols)
    assert any("trades" in row for row in rows)
    for row in rows:
        frame = row["frame"] if as_text else row["frame"].encode()
        if "refused" in row:
            refused(reader, frame, row)
            continue
        given = reader.decode(frame)
        if "trades" in row:
            assert isinstance(given, Trades), row["case"]
            assert [told(trade, given.market) for trade in given.trades] == row["trades"], row["case"]
            assert given.excluded == row.get("excluded", 0), row["case"]
            assert given.id_rule == row.get("rule", given.id_rule), row["case"]
        elif "candle" in row:
            assert told_candle(given) == row["candle"], row["case"]
        else:
            assert type(given).__name__ == row["event"], row["case"]
            if "market" in row:
                assert given.market == row["market"], row["case"]


def refused(reader, frame, row):
    with pytest.raises(WireError) as caught:
        reader.decode(frame)
    assert row["refused"] in str(caught.value), row["case"]
    assert "\x1b" not in str(caught.value), row["case"]
    if "market" in row:
        assert caught.value.market == row["market"], row["case"]


def told_candle(given):
    assert isinstance(given, Closed)
    market, candle = given.market, given.candle
    ohlc = (candle.open, candle.high, candle.low, candle.close)
    prices = [text(one, market.price_decimals) for one in ohlc]
    sizes = [text(one, market.size_decimals) for one in (candle.volume, candle.taker_buy)]
    value = text(candle.quote_volume, market.price_decimals + market.size_decimals)
    return [candle.time_us, candle.seconds, *prices, *sizes, value, candle.trades]
