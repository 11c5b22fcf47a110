"""The worked examples, limits and files of cvdtui/engine/README.md, computed by the engine."""

import inspect
import re
from decimal import Decimal
from pathlib import Path

import pytest

import cvdtui.engine
from cvdtui.engine import audit, levels, liquidations, orders, periods, recent_ids
from cvdtui.engine.decimals import to_text
from cvdtui.engine.flow import Flow, MemoryLimits
from cvdtui.engine.footprint import group, row_number
from cvdtui.engine.market_state import MarketState
from cvdtui.engine.profile import point_of_control, value_area
from cvdtui.engine.side import SideRule
from cvdtui.engine.tape import Tape
from cvdtui.engine.tpo import BRACKET_US, Tpo
from cvdtui.model import BUY, MINUTE_US, SELL, Market, Trade
from cvdtui.signals.imbalance import imbalances
from cvdtui.signals.stacked import stacked
from tests.engine.hard_tapes import MARKET, MONDAY, batch_of, decimals_of, state_of
from tests.engine.reference import Row

ROOM = Path(cvdtui.engine.__file__).parent
README = (ROOM / "README.md").read_text("utf-8")
SIDES = {"buy": BUY, "sell": SELL}


def table(title):
    """Rows of the first table after a heading or line that contains `title`, by column."""
    lines = iter(README.split(title, 1)[1].splitlines())
    rows = []
    for line in lines:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            break
    head, _, *body = rows
    assert body, title
    return [dict(zip(head, cells, strict=True)) for cells in body]


def fills(text):
    """(size, price) of each `size@price`."""
    return [tuple(Decimal(part) for part in word.split("@")) for word in text.split()]


def bar_of(signed_sizes, **options):
    """The closed minute that trades of these signed sizes, all at one price, make."""
    state = state_of(timeframes=(60,), **options)
    rows = [
        Row(place, MONDAY + place, Decimal(100), abs(size), BUY if size > 0 else SELL)
        for place, size in enumerate(map(Decimal, signed_sizes.split()))
    ]
    state.accept(batch_of(rows, MARKET))
    state.flow.settle()
    return state.flow.bars[60].all()[0]


def test_decimals_grow_and_the_value_stays_exact():
    state = MarketState(Market("x", "Y", price_decimals=1, size_decimals=0), Flow)
    for place, row in enumerate(table("Example: decimals grow")):
        state.accept_scaled(
            batch_of(
                [Row(place, MONDAY, Decimal(row["price"]), Decimal(row["size"]), BUY)],
                Market(
                    "x",
                    "Y",
                    price_decimals=decimals_of(Decimal(row["price"])),
                    size_decimals=decimals_of(Decimal(row["size"])),
                ),
            )
        )
        state.flow.settle()
        prices, sizes = state.market.price_decimals, state.market.size_decimals
        assert (str(prices), str(sizes)) == (row["price decimals"], row["size decimals"])
        assert to_text(state.flow.start.value, prices + sizes) == row["value so far"]


def test_the_table_of_coinglass_gives_its_cvd():
    expected = table("Example: CVD")
    market = Market("x", "Y", price_decimals=0, size_decimals=4)
    rows = []
    for minute, row in enumerate(expected):
        for side in ("buy", "sell"):
            time_us = MONDAY + minute * MINUTE_US
            rows.append(Row(len(rows), time_us, Decimal(1), Decimal(row[side]), SIDES[side]))
    state = MarketState(market, Flow)
    state.accept(batch_of(rows, market))
    state.flow.settle()
    found = [(to_text(bar.delta, 4), to_text(bar.cvd, 4)) for bar in state.flow.bars[60].all()]
    assert found == [(row["delta"], row["CVD"]) for row in expected]
    assert to_text(state.flow.start.delta, 4) == expected[-1]["CVD"]


def test_sides_follow_quote_midpoint_and_tick():
    rule = SideRule()
    for row in table("Example: side by quote and tick"):
        rule.on_quote(int(row["bid"]), int(row["ask"]))
        assert rule.side_of(int(row["price"])) == (SIDES[row["side"]], row["source"])


def test_the_running_delta_has_its_extremes():
    for row in table("Example: running delta"):
        bar, without = bar_of(row["signed sizes"]), bar_of(row["signed sizes"], excludes_zero=True)
        found = bar.delta, bar.delta_high, bar.delta_low, without.delta_high, without.delta_low
        columns = ("delta", "delta high", "delta low", "high without 0", "low without 0")
        assert [to_text(number, MARKET.size_decimals) for number in found] == [row[name] for name in columns]


def test_coverage_is_the_share_of_the_ids_that_came():
    for row in table("Example: coverage"):
        state = state_of(timeframes=(60,))
        ids = map(int, row["ids that came"].split())
        state.accept(batch_of([Row(number, MONDAY, Decimal(100), Decimal(10), BUY) for number in ids]))
        state.finish()
        assert (state.duplicates, state.lost) == (int(row["duplicates"]), int(row["lost"]))
        assert state.session_coverage() == float(row["coverage"])


def test_a_price_has_its_row():
    for row in table("Example: rows of size 50"):
        assert row_number(int(Decimal(row["price"]) * 10), 500) * 50 == int(row["row"])


def test_the_footprint_has_its_rows():
    expected = table("Example: footprint")
    market = Market("x", "Y", price_decimals=0, size_decimals=0)
    rows = [
        Row(2 * place + (side == "sell"), MONDAY, Decimal(row["row"]), Decimal(row[side]), SIDES[side])
        for place, row in enumerate(expected)
        for side in ("buy", "sell")
    ]
    state = MarketState(market, Flow)
    state.accept(batch_of(rows, market))
    state.flow.settle()
    found = group(state.flow.bars[60].cells(MONDAY), 50)
    assert [(number * 50, *found[number]) for number in sorted(found, reverse=True)] == [
        (int(row["row"]), int(row["buy"]), int(row["sell"]), 0) for row in expected
    ]
    assert [buy - sell for buy, sell, _ in (found[number] for number in sorted(found, reverse=True))] == [
        int(row["delta"]) for row in expected
    ]


def test_diagonal_imbalances_and_zones():
    for row in table("Example: diagonal imbalance"):
        rows = {}
        for place, name in enumerate(("buys (size @ price)", "sells (size @ price)")):
            for size, price in fills(row[name]):
                rows.setdefault(int(price), [0, 0, 0])[place] += int(size)
        found = imbalances(rows, min_volume=int(row["least volume"]))
        assert (", ".join(f"{side} {number}" for number, side in found) or "-") == row["imbalances"]
        zones = stacked(found)
        assert (", ".join(f"{low}-{high}" for low, high, _, _ in zones) or "-") == row["stacked"]


def test_value_areas():
    for row in table("Example: value area"):
        volumes = dict(enumerate(map(int, row["volumes upward"].split()), int(row["lowest price"])))
        target = None if row["target"] == "70 %" else int(row["target"])
        poc = point_of_control(volumes)
        step = {"one-row": 1, "two-row": 2}[row["rule"]]
        found = (poc, *value_area(volumes, poc, target=target, step=step))
        assert found == (int(row["POC"]), int(row["VAL"]), int(row["VAH"]))


def test_vwap():
    for row in table("Example: VWAP"):
        state = state_of(timeframes=(60,))
        trades = fills(row["trades (size @ price)"])
        state.accept(batch_of([Row(n, MONDAY, price, size, BUY) for n, (size, price) in enumerate(trades)]))
        state.flow.settle()
        session = state.flow.session
        assert session.value == session.volume * Decimal(row["VWAP"]) * 10**MARKET.price_decimals


def test_letters_of_the_tpo():
    for row in table("Example: TPO"):
        flow = Flow(Market("x", "Y", price_decimals=0, size_decimals=0), timeframes=(1800,))
        for bracket, name in enumerate("ABC"):
            time_us = MONDAY + bracket * BRACKET_US
            flow.apply([Trade(0, time_us, int(price), 1, BUY) for price in row[name].split()])
        flow.settle()
        tpo = Tpo(MONDAY, 1)
        for bar, cells in flow.bars[1800].with_cells():
            tpo.add(bar, cells)
        assert tpo.profile().letters[int(row["row"])] == row["letters"]


def test_memory_limits_are_those_of_the_code():
    limits = MemoryLimits()
    hold = inspect.signature(Tape).parameters["hold_limit"].default
    assert {row["kept of one market"]: int(row["at most"]) for row in table("## Memory")} == {
        "closed bars a timeframe": limits.bars,
        "footprints a timeframe": limits.footprints,
        "cells a timeframe": limits.cells,
        "latest trades": limits.prints,
        "trades that wait behind a hole": hold,
        "ids where they are not contiguous": recent_ids.RECENT_IDS,
        "sessions, and weeks": periods.KEPT,
        "slots with large taker orders": orders.ORDER_SLOTS,
        "liquidations": liquidations.MOST,
        "candles that wait for the audit": audit.KEPT,
        "naked POCs": levels.NAKED,
    }


@pytest.mark.parametrize("file", sorted(ROOM.glob("[a-z]*.py")), ids=lambda file: file.name)
def test_every_file_is_named(file):
    assert f"`{file.name}`" in README


def test_every_example_is_computed():
    code = Path(__file__).read_text("utf-8")
    titles = re.findall(r"^### (Example: [a-zA-Z]+)", README, re.MULTILINE)
    assert len(titles) == 11
    assert all(f'table("{title}' in code for title in titles)
