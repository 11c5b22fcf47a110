"""Trades and connections explained, against plain computations over the very snapshot they were made from."""

from statistics import median

import pytest
from msgspec.structs import replace

from cvdtui.model import Link, Liquidated, Quality, SideScore, SideTrial, View
from cvdtui.panes.clock import Clock
from cvdtui.panes.explain.entry import Sight
from cvdtui.panes.explain.pane import BOOKS
from cvdtui.panes.links import COLUMNS
from tests.engine.busy_tape import tape
from tests.panes import snapshots
from tests.panes.explain.test_values import here, number, ways
from tests.snapshot.test_signals import board_of, settled

BTC, NOON = snapshots.BTC, snapshots.NOON


@pytest.fixture(scope="module")
def board():
    board = board_of()
    board.on_columns(tape())
    return board


@pytest.fixture(scope="module")
def shot(board):
    return settled(board, explain=True)


def entry(shot, pane, name, clock=None):
    row = next(row for row in shot.rows if row.market.name == shot.view.market)
    return BOOKS[pane][name](Sight(shot, row, clock or Clock()))


# --- trades ------------------------------------------------------------


def test_the_newest_trade_is_the_one_explained(shot):
    newest = shot.detail.prints[0]
    for name in ("time", "price", "side", "size"):
        page = dict(entry(shot, "tape", name).inputs)["the newest shown:"]
        assert page.startswith(f"{Clock().ms(newest.time_us)}Z ")
        assert number(page.split(" BTC")[0].split()[-1]) == pytest.approx(newest.size, abs=1e-3)


def test_its_size_in_both_units_and_beside_the_others(shot):
    page, prints = entry(shot, "tape", "size"), shot.detail.prints
    newest, found = prints[0], ways(page)
    assert here(page).words == "base units (u)"
    assert number(found["base units (u)"][0]) == pytest.approx(newest.size, abs=1e-3)
    assert number(found["quote units (u)"][0]) == pytest.approx(newest.size * newest.price, abs=0.01)
    inputs = dict(page.inputs)
    assert number(inputs["largest shown"]) == pytest.approx(max(one.size for one in prints), abs=1e-3)
    middle = median(one.size for one in prints)
    assert number(inputs[f"median of the {len(prints)} shown"]) == pytest.approx(middle, abs=1e-3)


def test_in_quote_units_the_same_trade_has_the_same_two_sizes(board, shot):
    page = entry(settled(board, explain=True, unit="quote"), "tape", "size")
    assert page.value.endswith(" USDT")
    assert here(page).words == "quote units (u)"
    base = ways(entry(shot, "tape", "size"))
    for unit in ("base units (u)", "quote units (u)"):
        assert ways(page)[unit] == base[unit]


def test_the_fills_of_one_order_are_added_up_to_the_first_of_another_time_or_side():
    one = snapshots.prints()[0]
    prints = (one, replace(one, size=0.25), replace(one, size=7.0, side=-1), replace(one, size=9.0))
    page = entry(snapshots.snapshot(detail=snapshots.detail(prints=prints)), "tape", "size")
    assert ways(page)["with the fills of its order (2 in a row)"] == ("0.75 BTC",)


@pytest.mark.parametrize(
    ("size", "inverse", "words", "count"),
    [
        ("0.01", False, "contracts of 0.01 BTC", "50"),
        ("100", True, "contracts of 100 USDT", "320.617"),
    ],
)
def test_contracts_are_counted_where_the_venue_counts_in_them(size, inverse, words, count):
    market = replace(BTC, contract_size=size, inverse=inverse)
    detail = snapshots.detail(market=market)
    page = entry(snapshots.snapshot(rows=(snapshots.btc_row(market),), detail=detail), "tape", "size")
    assert ways(page)[words] == (count,)
    assert not any("contracts" in word for word in ways(entry(snapshots.snapshot(), "tape", "size")))


def test_its_price_in_ticks_from_the_one_before_its_row_and_the_means(shot):
    page, (newest, before, *_) = entry(shot, "tape", "price"), shot.detail.prints
    inputs, found, market = dict(page.inputs), ways(page), shot.detail.market
    assert number(page.value) == pytest.approx(newest.price)
    ticks = (newest.price - before.price) * 10**market.price_decimals / market.tick
    assert int(inputs["from it"].removesuffix(" ticks")) == round(ticks)
    row = number(found["the row of the ladder it counts in"][0])
    assert abs(row - newest.price) <= shot.detail.ladder.row / 2 + 1e-9
    prints = shot.detail.prints
    mean = sum(one.price * one.size for one in prints) / sum(one.size for one in prints)
    assert number(found[f"mean of the {len(prints)} shown, by size"][0]) == pytest.approx(mean, abs=0.05)
    vwap = shot.detail.facts.session.vwap
    assert number(found["mean of the session, by size (VWAP)"][0]) == pytest.approx(vwap, abs=0.05)


def test_the_mean_of_the_shown_is_the_same_in_quote_units(board, shot):
    in_quote = ways(entry(settled(board, explain=True, unit="quote"), "tape", "price"))
    assert in_quote == ways(entry(shot, "tape", "price"))


def test_its_side_names_its_source_and_what_the_tick_rule_makes_of_it():
    page = entry(snapshots.snapshot(), "tape", "side")
    assert page.value == "▲ buy"
    assert here(page).words == "sides by the exchange's own flag"
    assert dict(page.inputs)["sides by taker"] == "100.0 %"
    assert ways(page)["by the tick rule, from the prices shown"] == ("▲ buy",)
    first, second, _ = snapshots.prints()
    flat = (replace(second, side=1), second, replace(first, price=70_000.0))
    page = entry(snapshots.snapshot(detail=snapshots.detail(prints=flat)), "tape", "side")
    assert page.value == "▲ buy"
    assert ways(page)["by the tick rule, from the prices shown"] == ("▼ sell",), "the last other price"


@pytest.mark.parametrize(
    ("side", "words"), [(1, "sides by the exchange's own flag"), (0, "no side is known")]
)
def test_history_from_candles_and_trades_without_a_side_leave_the_source_of_others_certain(side, words):
    sources = (("taker/bar", 0.9), ("taker", 0.09), ("unknown", 0.01))
    rows = (snapshots.btc_row(quality=Quality(1.0, "live", "100", sources)),)
    prints = (replace(snapshots.prints()[0], side=side),)
    page = entry(snapshots.snapshot(rows=rows, detail=snapshots.detail(prints=prints)), "tape", "side")
    assert here(page).words == words
    assert page.notes == ()


def test_inferred_sides_say_by_what_and_what_other_rules_were_worth_here():
    quality = Quality(1.0, "live", "100", (("quote", 0.97), ("tick", 0.03)))
    trial = SideTrial(BTC.name, 1000, 0.1, (SideScore("tick", 0.8, 0.75, 0.0, 1.0, 1.0, 2.0),))
    other = replace(trial, market=snapshots.ETH.name, scores=(replace(trial.scores[0], method="quote"),))
    shot = snapshots.snapshot(rows=(snapshots.btc_row(quality=quality),), trials=(other, trial))
    page = entry(shot, "tape", "side")
    assert here(page).words == "as sent or inferred here"
    assert dict(page.inputs)["sides by tick"] == "3.00 %"
    assert ways(page)["tested here: tick"] == ("right 80.00 %, by volume 75.00 %",)
    assert "tested here: quote" not in ways(page)
    assert "several sources" in page.notes[0]


def test_its_time_by_the_exchange_here_and_elsewhere():
    ours = Link("binance-usdm/rest", "live", ahead_us=-1_500_000)
    wrong = Link("okx/rest", "live", ahead_us=9_000_000)
    page = entry(snapshots.snapshot(links=(wrong, ours)), "tape", "time", Clock("Europe/Berlin"))
    assert page.value == "14:00:00.123"
    assert ways(page) == {
        "the exchange's clock, CEST": ("14:00:00.123",),
        "the exchange's clock, UTC": ("12:00:00.123Z",),
        "this machine's clock at that moment": ("14:00:01.623",),
    }
    inputs = dict(page.inputs)
    assert inputs["age"] == "6.9 s"
    assert inputs["its bar of 1m"] == "14:00:00"


def test_the_size_filter_says_what_it_leaves_out(board):
    least = settled(board, explain=True).detail.prints[0].size
    shot = settled(board, explain=True, min_size=least)
    page = entry(shot, "tape", "least size")
    assert number(page.value) == pytest.approx(least, abs=1e-3)
    quote = ways(page)["quote units (u)"][0]
    assert number(quote) == pytest.approx(least * shot.rows[0].last, abs=0.01)
    smallest = number(dict(page.inputs)["smallest shown"])
    assert smallest == pytest.approx(min(one.size for one in shot.detail.prints), abs=1e-3)
    assert smallest >= round(least, 3)
    found = ways(entry(shot, "tape", "side"))
    assert not any("tick rule" in words for words in found), "trades in between are not seen"
    assert entry(settled(board, explain=True), "tape", "least size").value.startswith("none")


def test_without_a_trade_it_says_so_and_by_what():
    for least, words in ((0.0, "no trade yet"), (5.0, "no trade of the least size or more yet")):
        shot = snapshots.snapshot(
            view=View(market=BTC.name, min_size=least),
            detail=snapshots.detail(prints=()),
            rows=(snapshots.btc_row(),),
        )
        for name in ("time", "price", "side", "size"):
            assert entry(shot, "tape", name).notes == (words,)


def test_liquidations_in_both_units_and_whether_all_are_reported():
    row = snapshots.btc_row(liquidated=Liquidated(3, 2.0, 1, 0.5, complete=False), last=60_000.0)
    page = entry(snapshots.snapshot(rows=(row,)), "tape", "liquidated")
    assert page.value == "3 longs, 1 shorts at least"
    assert here(page).values == ("2 BTC", "0.5 BTC")
    assert ways(page)["quote units (u), longs and shorts"] == ("120 000 USDT", "30 000 USDT")
    assert "only some of them" in page.notes[-1]


# --- connections ------------------------------------------------------------

SOCKET = Link(
    "binance-usdm",
    "live",
    "fstream.binance.com",
    markets=(BTC.name,),
    since_us=NOON - 60_000_000,
    last_data_us=NOON + 5_000_000,
    messages=12_345,
    reconnects=2,
    rate=87.6,
)
REST = Link(
    "binance-usdm/rest",
    "live",
    "fapi.binance.com",
    weight_used=2000,
    weight_limit=2400,
    weight_cap=1800,
    ahead_us=-1_500_000,
)
OKX = Link(
    "okx", "refused", "ws.okx.com", "not served (451)", (snapshots.ETH.name,), status=451, reconnects=7
)
LINKS = (OKX, REST, SOCKET)


def connected(**changes):
    return snapshots.snapshot(**{"links": LINKS, **changes})


def test_every_number_of_the_connections_is_explained():
    assert list(BOOKS["links"]) == [column.head for column in COLUMNS if column.head != "host"]


@pytest.mark.parametrize("name", BOOKS["links"])
def test_every_connection_stands_there_with_the_number_of_the_table(name):
    page = entry(connected(), "links", name)
    assert [way.words for way in page.ways] == [link.name for link in LINKS]
    assert here(page).values == (page.value,)


def test_the_connection_of_the_market_at_hand_or_of_its_host_is_the_one_explained():
    assert here(entry(connected(), "links", "state")).words == "binance-usdm"
    assert here(entry(connected(), "links", "reconn")).values == ("2",)
    assert here(entry(connected(), "links", "weight")).words == "binance-usdm/rest"
    eth = connected(view=View(market=snapshots.ETH.name))
    assert here(entry(eth, "links", "state")).words == "okx"
    assert here(entry(eth, "links", "weight")).values == ("-",), "never that of another venue"


def test_the_age_of_data_is_by_our_clock_and_the_newest_trade_by_the_exchanges():
    row = snapshots.btc_row(last_trade_us=NOON + 4_000_000)
    page = entry(connected(rows=(row,)), "links", "last data")
    inputs = dict(page.inputs)
    assert page.value == "2s"
    assert (inputs["last data"], inputs["now"]) == ("12:00:05.000Z", "12:00:07.000Z")
    assert inputs["newest trade of BTCUSDT, by the exchange's time"] == "3s ago"


def test_pace_weight_and_clock_are_made_of_what_the_link_says():
    pace = entry(connected(), "links", "msg/s")
    assert pace.value == "88"
    assert dict(pace.inputs) == {"messages in all": "12 345", "a market": "87.60 of 1"}
    weight = dict(entry(connected(), "links", "weight").inputs)
    assert weight == {
        "used": "2 000",
        "allowed": "2 400",
        "used of it": "83.33 %",
        "we spend at most": "1 800, 75.00 %",
        "left of that": "0",
    }
    clock = entry(connected(), "links", "clock")
    assert clock.value == "-1.50 s"
    assert dict(clock.inputs) == {"our clock": "12:00:07.000Z", "the host's": "12:00:05.500Z"}
    assert "the exchange's time" in clock.notes[0]


def test_holes_are_named_by_market_of_that_connection_alone():
    quality = Quality(0.99, "lost", "99.0", lost=1_041, open=3)
    rows = (
        snapshots.btc_row(quality=quality),
        snapshots.btc_row(snapshots.ETH, quality=replace(quality, lost=5)),
    )
    lost = entry(connected(rows=rows), "links", "lost")
    assert lost.value == "1 041"
    assert lost.inputs == ((BTC.name, "1 041, cover 99.0"),)
    assert entry(connected(rows=rows), "links", "fetching").inputs == ((BTC.name, "3, cover 99.0"),)


def test_a_link_that_was_turned_away_says_why_for_how_long_and_what_to_do():
    shot = connected(view=View(market=snapshots.ETH.name))
    retried = replace(OKX, since_us=NOON, retry_at_us=shot.time_us + 8_000_000)
    page = dict(entry(replace(shot, links=(retried, SOCKET)), "links", "state").inputs)
    assert (page["for"], page["again in"], page["because"]) == ("7s", "8s", "not served (451)")
    assert "--set venues.okx.ws_url=" in page["what to do:"]


def test_a_replay_has_no_connection_to_explain():
    page = entry(connected(links=()), "links", "state")
    assert page.value == "-"
    assert "a replay" in page.notes[0]
