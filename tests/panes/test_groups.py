"""The table of groups, one group drawn large, and the connections: from fixed snapshots at three sizes."""

import pytest
from msgspec.structs import replace

from cvdtui.model import (
    GroupPart,
    GroupPoint,
    GroupRow,
    GroupView,
    Interest,
    Link,
    Liquidated,
    Market,
    Quality,
    View,
)
from cvdtui.panes.group import GroupPane
from cvdtui.panes.groups import GroupsPane
from cvdtui.panes.line import length
from cvdtui.panes.links import LinksPane, duration, next_step
from cvdtui.panes.markets import MarketsPane
from cvdtui.panes.tape import TapePane
from tests.app.keypresses import make_controller, press
from tests.panes.snapshots import BTC, LIVE, MIDNIGHT, MINUTE, NOON, btc_row, frame, snapshot, texts

SIZES = [(80, 24), (120, 40), (200, 50)]
SPOT = Market("binance", "BTCUSDT", "BTC", "USDT", "spot", 2, 5, 1)
BYBIT = Market("bybit", "BTCUSDT", "BTC", "USDT", "perp", 1, 3, 1)
STALE = Quality(1.0, "stale", "stale 14s")
PARTS = (
    GroupPart(BTC, "perp", 1, 2_000_000.0, 50_000.0, 3e9, 0.75, "", LIVE),
    GroupPart(SPOT, "spot", 1, -500_000.0, -1_000.0, 1e9, 0.25, "", LIVE),
    GroupPart(BYBIT, "perp", 1, 9_000_000.0, 0.0, 2e9, 0.0, "stale 14s", STALE),
)
ROW = GroupRow(
    "BTC",
    "USD",
    BTC,
    64123.4,
    2,
    0.0124,
    4e9,
    12_345.0,
    49_000.0,
    1_500_000.0,
    -500_000.0,
    2_000_000.0,
    -2_500_000.0,
    7.5e9,
    0.004,
    1.0,
    PARTS,
)
PEPE = GroupRow("PEPE/EUR", "EUR", Market("kraken", "PEPE/EUR", "PEPE", "EUR"), coverage=1.0, parts=())


def points(count=60):
    return tuple(
        GroupPoint(NOON + (at - count + 1) * MINUTE, -500_000.0 + 1000 * (count - 1 - at), 2e6 - 5000.0 * at)
        for at in range(count)
    )


def shot(**changes):
    view = View(market=BTC.name, groups=True, group=True)
    group = GroupView(ROW, 60, "session", MIDNIGHT, points())
    return snapshot(view=view, groups=(ROW,), group=group, **changes)


def groups_lines(width, height=6, rows=(ROW,)):
    pane = GroupsPane()
    pane.update(rows, [BTC.name, SPOT.name, BYBIT.name])
    return pane.paint(frame(width, height, shot()), BTC.name, "")


def test_groups_at_80_columns():
    assert texts(groups_lines(80)) == [
        "╶ groups ────── 1 of 1 · in quote units, every dollar coin = 1 USD · v markets ╴",
        " asset                last       CVD      spot      perp spot-perp markets cover",
        "▸BTC             64 123.40   +1.500M   -500.0K   +2.000M   -2.500M     2/3   100",
    ]


def test_wide_tables_have_open_interest_and_name_who_is_left_out():
    head, line = texts(groups_lines(200))[1:]
    assert " ".join(head.split()) == (
        "asset last chg % volume Δ bar Δ 5m CVD spot perp spot-perp OI OI % markets cover left out"
    )
    assert "7.500B   +0.40" in line
    assert line.endswith("bybit stale 14s")


@pytest.mark.parametrize("size", SIZES)
def test_every_line_fits_its_size(size):
    width, height = size
    link = Link(
        "bybit", "refused", "api.bybit.com", "does not serve your region (403)", (BYBIT.name,), status=403
    )
    picture = shot(links=(link, Link("binance-usdm", "live", "fstream.binance.com")))
    panes = [GroupPane(), LinksPane()]
    for lines in [groups_lines(width, height)] + [
        pane.paint(frame(width, height, picture)) for pane in panes
    ]:
        assert len(lines) <= height
        assert all(length(line) <= width for line in lines)


def test_markets_without_numbers_and_other_money_are_quiet_lines():
    (line,) = texts(groups_lines(120, rows=(replace(PEPE, parts=(replace(PARTS[0], why="no trade yet"),)),)))[
        2:
    ]
    assert line.split()[:3] == ["▸PEPE/EUR", "-", "-"]


def test_a_group_shows_what_each_market_brings():
    lines = texts(GroupPane().paint(frame(100, 24, shot())))
    assert lines[0].startswith("╶ group · BTC · 1m ──")
    assert lines[0].endswith("── CVD in USD since 00:00Z ╴")
    assert lines[1] == " CVD +1.500M spot -500.0K perp +2.000M spot-perp -2.500M  cover 100  2 of 3 markets"
    narrow = texts(GroupPane().paint(frame(80, 24, shot())))[1]
    assert narrow.endswith("  cover 100  2/3"), "the count is the last to go"
    perp, spot, stale = lines[2:5]
    assert perp.split("│")[0].split() == ["binance-usdm", "BTCUSDT", "perp", "+2.000M"]
    assert (perp.count("█"), spot.count("▒")) == (24, 6)
    assert perp.endswith(" 75.0 %")
    assert stale.endswith("+9.000M  left out: stale 14s")
    assert any("spot ┤" in line or "spot" in line.split("┤")[0] for line in lines[5:])
    assert any("perp" in line.split("┤")[0] for line in lines[5:])
    assert lines[-1].lstrip().startswith("1m UTC └")


def test_a_low_pane_shows_the_markets_and_leaves_the_lines_out():
    lines = texts(GroupPane().paint(frame(80, 7, shot())))
    assert [line.split()[0] for line in lines[2:]] == ["binance-usdm", "binance", "bybit"]


def test_without_a_group_the_pane_says_so():
    assert "select a market" in "".join(texts(GroupPane().paint(frame(80, 10, snapshot()))))


def test_v_turns_the_table_and_back_and_enter_opens_the_group():
    controller = make_controller()
    press(controller, "v")
    assert controller.view.groups
    assert "groups" in texts(controller.markets.paint(frame(80, 10, controller.snapshot)))[0]
    controller.markets.groups.update(
        (replace(ROW, parts=(replace(PARTS[0], market=controller.snapshot.rows[0].market),)),),
        controller.markets.order,
    )
    press(controller, "enter")
    assert controller.layout_state.zoom == "group"
    assert controller.view.group
    press(controller, "escape", "v")
    assert (controller.layout_state.zoom, controller.view.group, controller.view.groups) == (
        None,
        False,
        False,
    )


def test_the_table_of_groups_comes_back_as_it_was_sorted():
    controller = make_controller()
    press(controller, "v", "right", "right", "r")
    sort = controller.markets.groups.sort
    assert sort is not None
    press(controller, "v")
    assert controller.markets.groups is None
    press(controller, "v")
    assert (controller.markets.groups.sort, controller.markets.groups.reverse) == (sort, False)


def test_the_cursor_walks_over_groups_and_stands_for_their_lead():
    markets = MarketsPane()
    rows = tuple(btc_row(market) for market in (BTC, SPOT, BYBIT))
    markets.update(rows, NOON)
    markets.groups = GroupsPane()
    other = replace(ROW, name="X", lead=BYBIT, parts=PARTS[2:])
    markets.groups.update((replace(ROW, parts=PARTS[:2]), other), markets.order)
    assert markets.press("down").view == {"market": BYBIT.name}
    markets.selected = BYBIT.name
    assert markets.press("down").view == {"market": BYBIT.name}
    assert markets.press("k").view == {"market": BTC.name}
    assert markets.point(1).view == {"market": BYBIT.name}


def test_groups_are_sorted_by_the_keys_of_the_markets_table():
    markets = MarketsPane()
    markets.update(tuple(btc_row(market) for market in (BTC, SPOT, BYBIT)), NOON)
    pane = markets.groups = GroupsPane()
    spot, bybit = (replace(ROW, parts=(part,)) for part in PARTS[1:3])
    rows = [
        replace(ROW, name="A", cvd=1.0, parts=PARTS[:1]),
        replace(spot, name="B", cvd=3.0, lead=SPOT),
        replace(bybit, name="C", cvd=None, lead=BYBIT),
    ]

    def names(now_us, *values):
        shown = [replace(row, cvd=value) for row, value in zip(rows, values, strict=True)] if values else rows
        pane.update(shown, markets.order, now_us)
        head, *lines = texts(pane.paint(frame(80, 6, shot()), markets.selected, ""))[1:]
        return "".join(line[1] for line in lines if line.strip()), head

    assert names(NOON)[0] == "ABC"
    for _ in range(2):
        assert markets.press("right") is not None
    assert "CVD▼" in names(NOON)[1]
    assert "sort CVD ▼" in texts(pane.paint(frame(120, 6, shot()), markets.selected, ""))[0]
    assert names(NOON + 1_000_000)[0] == "BAC", "without a value last"
    assert names(NOON + 1_500_000, 5.0, 3.0, None)[0] == "BAC", "no more than once a second"
    assert names(NOON + 2_000_000, 5.0, 3.0, None)[0] == "ABC"
    assert markets.press("r") is not None
    assert names(NOON + 2_000_000, 5.0, 3.0, None)[0] == "BAC"
    assert markets.press("down").view == {"market": BYBIT.name}
    assert names(NOON + 9_000_000, 1.0, 3.0, None)[0] == "BAC", "rows hold still while one is chosen"
    assert markets.press("escape") is not None
    assert names(NOON + 9_000_000, 1.0, 3.0, None)[0] == "ABC"
    assert markets.press("escape") is None
    assert markets.press("x") is None


def test_links_show_state_age_rate_and_the_next_step():
    links = (
        Link(
            "binance-usdm",
            "live",
            "fstream.binance.com",
            "",
            (BTC.name,),
            NOON,
            NOON + 5_000_000,
            12_345,
            2,
            rate=87.6,
        ),
        Link(
            "binance-usdm/rest",
            "live",
            "fapi.binance.com",
            weight_used=2000,
            weight_limit=2400,
            ahead_us=-1_500_000,
        ),
        Link("okx", "refused", "ws.okx.com", "ws.okx.com does not serve your region (451)", status=451),
    )
    lines = texts(LinksPane().paint(frame(160, 20, snapshot(links=links))))
    assert lines[0].endswith("2 of 3 connected ╴")
    assert " ".join(lines[2].split()) == "binance-usdm live 2s 88 12 345 1 2 - - - - fstream.binance.com"
    assert "2000/2400" in lines[3]
    assert "-1.50 s" in lines[3]
    assert lines[5].strip() == "ws.okx.com does not serve your region (451)"
    assert "--set venues.okx.ws_url=..." in "".join(lines[6:])


@pytest.mark.parametrize("status", [403, 418, 429, 451])
def test_every_refusal_has_a_next_step_that_names_the_venue(status):
    assert "venues.binance-usdm." in next_step(Link("binance-usdm/rest", "refused", status=status))


def test_a_link_that_is_well_has_none_and_durations_stay_short():
    assert next_step(Link("okx", "live")) == ""
    assert [duration(seconds) for seconds in (0, 99, 100, 7_200, 400_000)] == ["0s", "99s", "1m", "2h", "4d"]


def test_untrusted_text_cannot_draw_on_the_screen():
    link = Link("x", "waiting", "\x1b[2J", "\x1b]0;title\x07[/red]")
    assert "\x1b" not in "".join(texts(LinksPane().paint(frame(80, 10, snapshot(links=(link,))))))


def test_open_interest_has_columns_where_it_is_known_and_there_is_room():
    shown = Interest(81_234.5, NOON, 0.004, MIDNIGHT)
    table = MarketsPane()
    rows = (btc_row(interest=shown),)
    table.update(rows, NOON)
    head, line = texts(table.paint(frame(200, 5, snapshot(rows=rows))))[1:3]
    assert "OI" in head.split()
    assert "81 234" in line
    assert "+0.40" in line
    quiet = MarketsPane()
    quiet.update((btc_row(),), NOON)
    assert "OI" not in texts(quiet.paint(frame(200, 5, snapshot(rows=(btc_row(),)))))[1].split()


def test_time_and_sales_tell_open_interest_and_liquidations():
    row = btc_row(
        interest=Interest(81_234.5, NOON, 0.004, MIDNIGHT), liquidated=Liquidated(3, 1.25, 5, 3.5, False)
    )
    lines = texts(TapePane().paint(frame(100, 8, snapshot(rows=(row,)))))
    assert lines[1] == (
        " OI 81 234 +0.40 % since 00:00Z, 7s old · liquidated 3 longs 1.25, 5 shorts 3.50 at least"
    )
