"""One bad row costs that row alone: the rest of its frame counts, and the fault says which row and why."""

import json

import pytest

from cvdtui.model import Liquidations, OpenInterest, Trades
from cvdtui.venues import VENUES, Faulty, Several

MS = 1_790_000_000_000


def bybit_trade(number, **changed):
    row = {"T": MS + number, "s": "BTCUSDT", "S": "Buy", "v": "0.5", "p": "100.5", "i": f"{number}"}
    return {**row, "BT": False, **changed}


def okx_trade(number, **changed):
    row = {"instId": "BTC-USDT", "tradeId": f"{number}", "px": "100.5", "sz": "0.5", "side": "buy"}
    return {**row, "ts": f"{MS + number}", "count": "1", **changed}


def bybit_liquidation(number, **changed):
    return {"T": MS + number, "s": "BTCUSDT", "S": "Sell", "v": "0.5", "p": "100.5", **changed}


def okx_detail(number, **changed):
    return {"side": "buy", "bkPx": "100.5", "sz": "0.5", "ts": f"{MS + number}", **changed}


def bybit(topic, rows):
    frame = {"topic": f"{topic}.BTCUSDT", "type": "snapshot", "ts": MS, "data": rows}
    return VENUES["bybit"](["BTCUSDT"]).decode(json.dumps(frame))


def okx(channel, rows):
    frame = {"arg": {"channel": channel, "instId": "BTC-USDT"}, "data": rows}
    return VENUES["okx"](["BTC-USDT"]).decode(json.dumps(frame))


def parts(event):
    return event.events if isinstance(event, Several) else (event,)


TRADES = {
    "bybit": (lambda rows: bybit("publicTrade", rows), bybit_trade),
    "okx": (lambda rows: okx("trades", rows), okx_trade),
}
BAD = {
    "bybit": [
        {"S": "None"},
        {"v": 0.5},
        {"p": None},
        {"T": "x"},
        {"s": "ETHUSDT"},
        {"v": "-1"},
        {"p": "0"},
        {"T": 5},
    ],
    "okx": [
        {"side": "none"},
        {"sz": 0.5},
        {"px": None},
        {"ts": 5},
        {"instId": "ETH-USDT"},
        {"sz": "-1"},
        {"px": "0"},
        {"ts": "x"},
    ],
}
CASES = [(venue, changed) for venue, changes in BAD.items() for changed in changes]


@pytest.mark.parametrize(("venue", "changed"), CASES, ids=[f"{venue} {changed}" for venue, changed in CASES])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_bad_trade_costs_itself_alone(venue, changed, place):
    read, row = TRADES[venue]
    batch, *faults = parts(read([row(n, **(changed if n == place + 1 else {})) for n in range(1, 6)]))
    assert isinstance(batch, Trades)
    left = [n for n in range(1, 6) if n != place + 1]
    assert [trade.time_us for trade in batch.trades] == [(MS + n) * 1_000 for n in left]
    assert batch.id_rule == ("unique" if venue == "bybit" else "contiguous")
    (fault,) = faults
    assert isinstance(fault, Faulty)
    assert fault.market == batch.market.name


@pytest.mark.parametrize(("venue", "changed"), [("bybit", {"S": 1}), ("okx", {"side": 1})])
def test_the_fault_names_the_row(venue, changed):
    read, row = TRADES[venue]
    _, fault = parts(read([row(1), row(2), row(3, **changed)]))
    assert "row 2: " in fault.reason


@pytest.mark.parametrize(("venue", "what"), [("bybit", "s"), ("okx", "instId")])
def test_a_full_frame_of_1024_loses_one_and_one_that_is_no_row_at_all(venue, what):
    read, row = TRADES[venue]
    rows = [row(n) for n in range(1, 1025)]
    rows[500] = "no row"
    rows[600] = {what: 7}
    batch, *faults = parts(read(rows))
    assert len(batch.trades) == 1022
    assert len(faults) == 2


def test_block_trades_beside_a_bad_row_stay_excluded():
    batch, fault = parts(
        bybit("publicTrade", [bybit_trade(1), bybit_trade(2, BT=True), bybit_trade(3, S="x")])
    )
    assert (len(batch.trades), batch.excluded) == (1, 1)
    assert isinstance(fault, Faulty)


def test_a_bad_liquidation_costs_itself_alone():
    rows = [bybit_liquidation(1), bybit_liquidation(2, S="x"), bybit_liquidation(3)]
    batch, fault = parts(bybit("allLiquidation", rows))
    assert isinstance(batch, Liquidations)
    assert [one.time_us for one in batch.events] == [(MS + 1) * 1_000, (MS + 3) * 1_000]
    assert "liquidation: row 1: " in fault.reason

    rows = [
        {"instId": "BTC-USDT", "details": [okx_detail(1), okx_detail(2, side=""), okx_detail(3)]},
        {"instId": 1},
    ]
    found = parts(okx("liquidation-orders", rows))
    (batch,) = [one for event in found for one in parts(event) if isinstance(one, Liquidations)]
    assert [one.time_us for one in batch.events] == [(MS + 1) * 1_000, (MS + 3) * 1_000]
    faults = [one for event in found for one in parts(event) if isinstance(one, Faulty)]
    assert ["row 1: " in one.reason for one in faults] == [True, True]


def test_a_bad_open_interest_costs_itself_alone():
    good = {"instId": "BTC-USDT", "oiCcy": "12", "ts": f"{MS}"}
    found = parts(okx("open-interest", [{**good, "ts": 5}, good]))
    assert [type(one) for one in found] == [OpenInterest, Faulty]
