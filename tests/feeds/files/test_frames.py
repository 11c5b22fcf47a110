"""Recorded frames in every wrapping, and what is ignored and refused of them."""

import gzip
from collections import Counter

import pytest

from cvdtui.errors import NoDataError
from cvdtui.feeds.files import FileNotice, Ignored, Rejected, open_files
from cvdtui.model import Trades

NOW_US = 1_767_225_600_000_000

AGG = (
    '{"e":"aggTrade","E":1723161255343,"s":"BTCUSDT","a":%d,"p":"61837.60","q":"%s","f":1,"l":2,'
    '"T":1723161255342,"m":%s}'
)
SPOT_TRADE = (
    '{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":%d,"p":"61837.63000000","q":"0.02000000",'
    '"T":1723161255342,"m":true,"M":true}'
)
FUTURES_TRADE = (
    '{"e":"trade","E":1723161255343,"T":1723161255342,"s":"BTCUSDT","t":%d,"p":"61837.60","q":"0.020",'
    '"X":"%s","m":true}'
)
DEPTH = '{"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[],"a":[]}'
SNAPSHOT = '{"lastUpdateId":1,"bids":[],"asks":[]}'


def wrapped(stream, data):
    return f'{{"stream":"btcusdt@{stream}","data":{data}}}'


def agg(number, size="0.5", maker="true"):
    return AGG % (number, size, maker)


def read(folder, lines, name="tape.txt", **options):
    path = folder / name
    data = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return list(open_files([path], now=lambda: NOW_US, **options))


def ids(events):
    return [trade.id for event in events if isinstance(event, Trades) for trade in event.trades]


def ignored(events):
    total = Counter()
    for event in events:
        if isinstance(event, Ignored):
            total[event.market] += event.count
    return dict(total)


@pytest.mark.parametrize("name", ["tape.txt", "tape.gz"])
@pytest.mark.parametrize(
    "prefix",
    ["1723161255030314667 ", "1723161255.03: ", "1723161255: ", "", "  "],
    ids=["ns", "s", "whole s", "bare", "spaces"],
)
@pytest.mark.parametrize("in_stream", [True, False], ids=["wrapped", "raw"])
def test_a_frame_is_read_in_every_wrapping(tmp_path, name, prefix, in_stream):
    frames = [agg(1), agg(2, "0.25", "false")]
    lines = [prefix + (wrapped("aggTrade", frame) if in_stream else frame) for frame in frames]
    events = read(tmp_path, lines, name)
    batches = [event for event in events if isinstance(event, Trades)]
    assert ids(events) == [1, 2]
    assert [(trade.size, trade.side) for batch in batches for trade in batch.trades] == [(500, -1), (250, 1)]
    assert batches[0].market.name == "binance-usdm:BTCUSDT"
    assert ignored(events) == {}


def test_other_streams_are_ignored_and_counted_for_their_market(tmp_path):
    lines = [wrapped("depth@0ms", DEPTH), SNAPSHOT, wrapped("aggTrade", agg(1)), wrapped("depth@0ms", DEPTH)]
    events = read(tmp_path, lines)
    assert ids(events) == [1]
    assert ignored(events) == {"binance-usdm:BTCUSDT": 3}


def test_of_two_kinds_of_trades_the_first_of_each_market_counts(tmp_path):
    other = agg(7).replace("BTCUSDT", "ETHUSDT")
    lines = [
        FUTURES_TRADE % (100, "MARKET"),
        agg(1),
        other,
        FUTURES_TRADE % (102, "MARKET"),
        agg(2),
        other.replace("7", "8", 1),
    ]
    events = read(tmp_path, lines)
    by_market = {e.market.symbol: e.id_rule for e in events if isinstance(e, Trades)}
    assert ids(events) == [100, 7, 102, 7]
    assert by_market == {"BTCUSDT": "ordered", "ETHUSDT": "contiguous"}
    assert ignored(events) == {"binance-usdm:BTCUSDT": 2}


def test_trades_that_no_book_made_are_excluded(tmp_path):
    events = read(tmp_path, [FUTURES_TRADE % (100, "MARKET"), FUTURES_TRADE % (101, "INSURANCE_FUND")])
    assert ids(events) == [100]
    assert sum(event.excluded for event in events if isinstance(event, Trades)) == 1


def test_lines_that_are_no_frames_are_refused_with_their_line(tmp_path):
    lines = [agg(1), "garbage \x1b[31m", "{broken", agg(2), agg(3, "-1"), "garbage \x1b[31m", "", agg(4)]
    events = read(tmp_path, lines)
    refused = [event for event in events if isinstance(event, Rejected)]
    assert ids(events) == [1, 2, 4]
    assert [(event.count, event.where) for event in refused] == [
        (2, "tape.txt:2"),
        (1, "tape.txt:3"),
        (1, "tape.txt:5"),
    ]
    assert {event.market for event in refused} == {"binance-usdm:BTCUSDT"}
    assert "\x1b" not in "".join(event.reason for event in refused)


def test_notes_of_the_connection_are_no_frames(tmp_path):
    lines = [
        "wss://fstream.example/stream <-> 1626992740.17",
        'wss://x.example <- 1626992740.17: {"method":"SUBSCRIBE"}',
        "1.5: " + agg(1),
    ]
    events = read(tmp_path, lines)
    assert ids(events) == [1]
    assert not [event for event in events if isinstance(event, Rejected | Ignored)]


@pytest.mark.parametrize(
    ("lines", "name", "venue", "why"),
    [
        ([SPOT_TRADE % 1], "tape.txt", "binance", "its frames"),
        ([agg(1)], "spot.txt", "binance-usdm", "its frames"),
        ([DEPTH, SPOT_TRADE % 1], "tape.txt", "binance-usdm", "its frames"),
        ([SNAPSHOT], "usdm_btc.txt", "binance-usdm", "its name"),
        ([SNAPSHOT], "column_plum.txt", "binance", "nothing else: it is the default"),
    ],
)
def test_the_venue_is_told_by_frames_then_name_and_said(tmp_path, lines, name, venue, why):
    notices = []
    path = tmp_path / name
    path.write_text("\n".join(lines))
    try:
        notices.extend(
            event for event in open_files([path], now=lambda: NOW_US) if isinstance(event, FileNotice)
        )
    except NoDataError:
        notices.append(next(open_files([path], now=lambda: NOW_US)))
    assert notices[0].text == f"{name}: taken for {venue} by {why}; --venue says otherwise"


def test_the_venue_and_one_symbol_can_be_said(tmp_path):
    lines = [agg(1), agg(2).replace("BTCUSDT", "ETHUSDT")]
    events = read(tmp_path, lines, venue="binance", symbol="ethusdt")
    assert ids(events) == [2]
    assert {event.market.name for event in events if isinstance(event, Trades)} == {"binance:ETHUSDT"}


def test_frames_without_one_trade_say_what_they_were(tmp_path):
    with pytest.raises(NoDataError, match=r"no usable row in tape.txt; 2 frames of other streams"):
        read(tmp_path, [DEPTH, SNAPSHOT])
