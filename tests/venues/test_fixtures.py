"""Every venue's fixture, frame by frame: a new venue brings a file, not new test code."""

import json
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from cvdtui.errors import WireError
from cvdtui.model import BUY, SELL, UNKNOWN, Liquidations, Market, Trades
from cvdtui.venues import VENUES, ClosedCandle, Faulty, Several

HERE = Path(__file__).parent
SIDES = {BUY: "buy", SELL: "sell", UNKNOWN: "unknown"}


def fixture(venue):
    lines = (HERE / f"{venue}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    markets = msgspec.convert(rows[0].get("markets", []), list[Market])
    return VENUES[venue](rows[0]["symbols"], markets=markets), rows[1:]


def parts(event):
    return event.events if isinstance(event, Several) else (event,)


def text(units, decimals):
    value = format(Decimal(units).scaleb(-decimals), "f")
    return value.rstrip("0").rstrip(".") if "." in value else value


def plain(trade, market):
    price, size = text(trade.price, market.price_decimals), text(trade.size, market.size_decimals)
    return [trade.id, trade.time_us, price, size, SIDES[trade.side]]


@pytest.mark.parametrize("venue", VENUES)
def test_every_venue_has_a_fixture(venue):
    assert (HERE / f"{venue}.jsonl").is_file(), f"venue {venue} has no fixture tests/venues/{venue}.jsonl"


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("venue", VENUES)
def test_every_frame_of_the_fixture_gives_what_it_expects(venue, as_text):
    reader, rows = fixture(venue)
    assert any("trades" in row for row in rows)
    for row in rows:
        frame = row["frame"] if as_text else row["frame"].encode()
        if "refused" in row:
            refused(reader, frame, row)
            continue
        event = reader.decode(frame)
        if "trades" in row:
            check_trades(event, row)
        elif "markets" in row:
            batches = {batch.market.name: batch for batch in parts(event)}
            assert {name: plain_trades(batch) for name, batch in batches.items()} == row["markets"], row[
                "case"
            ]
        elif "open_interest" in row:
            size = text(event.size, event.market.size_decimals)
            assert [event.time_us, size] == row["open_interest"], row["case"]
        elif "liquidations" in row:
            assert isinstance(event, Liquidations), row["case"]
            liquidations = [plain_liquidation(one, event.market) for one in event.events]
            assert (liquidations, event.complete) == (row["liquidations"], row["complete"]), row["case"]
        elif "candle" in row:
            assert plain_candle(event) == row["candle"], row["case"]
        else:
            assert type(event).__name__ == row["event"], row["case"]
            for field in ("market", "id", "symbol"):
                if field in row:
                    assert getattr(event, field) == row[field], row["case"]


def plain_trades(batch):
    assert isinstance(batch, Trades)
    return [plain(trade, batch.market) for trade in batch.trades]


def check_trades(event, row):
    (batch,) = (part for part in parts(event) if isinstance(part, Trades))
    assert plain_trades(batch) == row["trades"], row["case"]
    assert batch.excluded == row.get("excluded", 0), row["case"]
    assert [one.count for one in batch.trades] == row.get("counts", [1] * len(batch.trades)), row["case"]
    assert batch.id_rule == row.get("rule", batch.id_rule), row["case"]
    forced = [part for part in parts(event) if isinstance(part, Liquidations)]
    assert [plain_liquidation(one, part.market) for part in forced for one in part.events] == row.get(
        "liquidations", []
    ), row["case"]
    assert len(parts(event)) == 1 + len(forced), row["case"]


def plain_liquidation(one, market):
    price, size = text(one.price, market.price_decimals), text(one.size, market.size_decimals)
    return [one.time_us, price, size, SIDES[one.side]]


def refused(reader, frame, row):
    """A frame is refused as a whole, or its bad row is, beside the good ones."""
    try:
        faults = [part for part in parts(reader.decode(frame)) if isinstance(part, Faulty)]
        reasons = [(fault.reason, fault.market) for fault in faults]
    except WireError as error:
        reasons = [(str(error), error.market)]
    assert len(reasons) == 1, row["case"]
    reason, market = reasons[0]
    assert row["refused"] in reason, row["case"]
    assert "\x1b" not in reason, row["case"]
    if "market" in row:
        assert market == row["market"], row["case"]


def plain_candle(event):
    assert isinstance(event, ClosedCandle)
    market, candle = event.market, event.candle
    ohlc = (candle.open, candle.high, candle.low, candle.close)
    prices = [text(one, market.price_decimals) for one in ohlc]
    sizes = [text(one, market.size_decimals) for one in (candle.volume, candle.taker_buy)]
    value = text(candle.quote_volume, market.price_decimals + market.size_decimals)
    return [candle.time_us, candle.seconds, *prices, *sizes, value, candle.trades]
