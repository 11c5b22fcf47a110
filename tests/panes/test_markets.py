"""The markets table: what stands in it, and that rows hold still while one is chosen."""

import pytest
from msgspec.structs import replace

from cvdtui.model import Flag, Quality
from cvdtui.panes.labels import label
from cvdtui.panes.line import length
from cvdtui.panes.markets import MarketsPane
from tests.panes.snapshots import (
    BTC,
    ES,
    ETH,
    LIVE,
    MIDNIGHT,
    NOON,
    PEPE,
    btc_row,
    frame,
    roles,
    rows,
    snapshot,
    texts,
)

NAMES = [BTC.name, ETH.name, PEPE.name, ES.name]


def table(shot=None, pane=None, width=120, height=8):
    shot = shot or snapshot()
    pane = pane or MarketsPane()
    pane.update(shot.rows, shot.time_us)
    return pane, pane.paint(frame(width, height, shot))


def shown(lines):
    return [line.split()[0].lstrip("▸") for line in texts(lines)[2:]]


def test_at_80_columns_the_screener_stands_whole():
    _, lines = table(width=80)
    assert texts(lines) == [
        "╶ markets ───────────────────────────────────────────── 4 of 4 · sizes in base ╴",
        " market              last  chg %  Δ bar     CVD 7m by 1m       z flags     cover",
        "▸BTC  bin-usdm   64 123.4  +1.24 -44.00  +1 203    ▁▂▃▄▅▆▇ +2.1◆ ▼div        100",
        " ETH  okx        2 481.22  -0.35  +40.1   -88.4        ▇▄▁ -1.1↓          gap 12",
        " PEPE binance  0.00001234   0.00 -1.50B   +125B            +0.2              100",
        " ES   ibkr       5 871.25  +0.12   +210 ~+1 120                -             100",
    ]


def test_at_120_columns_change_and_flags_join_in():
    _, lines = table()
    head, first = texts(lines)[1:3]
    assert " ".join(head.split()) == "market last chg % Δ bar Δ 5m CVD 7m by 1m z flags cover"
    assert "+1.24" in first
    assert "▼div" in first
    assert "+2.14◆" in first


def test_at_200_columns_nothing_is_missing():
    _, lines = table(width=200)
    assert "volume" in texts(lines)[1]
    assert "Δ %" in texts(lines)[1]
    assert "+13.37" in texts(lines)[2]


def full_rows():
    """Twelve markets as wide as any: prices from 100 000 to a millionth, sums of any size, flags, a fill."""
    prices = (106_480.12, 3_219.84, 0.0048910, 0.00000490)
    return tuple(
        btc_row(
            market=replace(
                BTC,
                venue=("binance-usdm", "binance", "bybit-spot")[at % 3],
                symbol=f"M{at}USDT",
                base=("BTC", "ETH", "1000PEPE", "PEPE")[at // 3],
                price_decimals=(2, 2, 7, 8)[at // 3],
                tick=1,
            ),
            last=prices[at // 3],
            change=-0.1234,
            cvd=(-1) ** at * 87.65432 * 10**at,
            delta_bar=(-1) ** at * 12.3456 * 10**at,
            delta_5m=-98.7654 * 10**at,
            spark=tuple(float(step * at) for step in range(40)),
            flags=(Flag("▼", "div", "down"), Flag("◆", "climax", "up")),
            quality=Quality(0.96, "fill", "fill 96 %"),
        )
        for at in range(12)
    )


def test_at_80_columns_full_rows_keep_every_column_of_the_first_ranks():
    _, lines = table(snapshot(rows=full_rows()), width=80, height=14)
    head, *written = texts(lines)[1:]
    assert head.split()[:5] == ["market", "last", "chg", "%", "Δ"]
    assert head.split()[-2:] == ["flags", "cover"]
    assert all(len(line) == 80 for line in written)
    assert all(line.endswith("fill 96%") for line in written)
    assert all(sum(sign in "▁▂▃▄▅▆▇" for sign in line) == 8 for line in written)
    assert all("▼div ◆" in line for line in written)
    ends = [line.split("-12.34")[0] for line in written]
    assert len({len(text) for text in ends}) == 1
    assert "106 480.12" in written[0]
    assert "0.00000490" in written[-1]


def test_a_wider_table_gives_up_common_decimal_points_rather_than_a_column():
    _, lines = table(snapshot(rows=full_rows()), width=120, height=14)
    assert {"bar", "5m", "CVD", "z", "flags", "cover"} <= set(texts(lines)[1].split())
    assert all(length(line) <= 120 for line in lines)


@pytest.mark.parametrize("width", [100, 120, 160, 200])
def test_every_line_fits_and_decimal_points_stand_in_one_column(width):
    _, lines = table(width=width)
    assert all(length(line) <= width for line in lines)
    points = {line.index(".") for line in texts(lines)[2:]}
    assert len(points) == 1


def test_a_column_keeps_its_width_when_numbers_become_shorter():
    pane, lines = table()
    before = texts(lines)[1]
    small = tuple(replace(row, last=1.0, cvd=0.1, delta_bar=0.1, delta_5m=0.1) for row in rows())
    _, lines = table(snapshot(rows=small), pane)
    assert texts(lines)[1] == before


def test_a_number_that_is_not_trustworthy_is_dim_and_its_cover_says_why():
    _, lines = table()
    btc, eth = roles(lines[2]), roles(lines[3])
    assert btc["+1 203.4"] == "up cursor"
    assert eth["-88.4"] == "dim"
    assert eth["2 481.22"] == "text"
    assert eth["gap 12"] == "warn"
    old = replace(rows()[1], quality=Quality(0.9, "stale", "stale 14s"))
    _, lines = table(snapshot(rows=(rows()[0], old)))
    assert roles(lines[3])["2 481.22"] == "dim"


def test_a_session_known_from_some_moment_on_says_the_moment_and_not_a_low_number():
    eth = replace(rows()[1], last_trade_us=NOON)
    late = replace(eth, quality=Quality(0.0013, "live", "0.1", from_us=eth.last_trade_us - 300_000_000))
    _, lines = table(snapshot(rows=(rows()[0], late)))
    assert roles(lines[3])["≥11:55Z"] == "note"
    gone = replace(late, quality=replace(late.quality, state="stale", text="stale 14s"))
    _, lines = table(snapshot(rows=(rows()[0], gone)))
    assert "stale 14s" in texts(lines)[3].replace("stale14s", "stale 14s")
    week = replace(late, quality=replace(late.quality, from_us=eth.last_trade_us - 2 * 86_400_000_000))
    _, lines = table(snapshot(rows=(rows()[0], week)))
    assert texts(lines)[3].rstrip().endswith(" 0.1")


def test_a_side_that_was_inferred_is_marked_beside_the_cvd():
    _, lines = table()
    assert "~+1 120" in texts(lines)[5]
    candle = btc_row(quality=Quality(1.0, "live", "≈", (("taker", 0.5), ("candle", 0.5))))
    _, lines = table(snapshot(rows=(candle,)))
    assert "≈+1 203.4" in texts(lines)[2]


def test_before_the_first_answer_the_markets_stand_there_without_numbers():
    waiting = tuple(
        replace(
            row,
            last=None,
            change=None,
            cvd=None,
            delta_bar=None,
            delta_5m=None,
            delta_ratio=None,
            spark=(),
            z=None,
            flags=(),
            quality=Quality(0.0, "waiting", "-"),
        )
        for row in rows()
    )
    _, lines = table(snapshot(rows=waiting, detail=None))
    assert set(texts(lines)[2].removeprefix("▸BTC  binance-usdm").split()) == {"-"}


def test_without_markets_or_matches_the_table_says_so():
    _, lines = table(snapshot(rows=()))
    assert "no markets yet: press a to add one" in "".join(texts(lines))
    pane = MarketsPane()
    pane.filter("doge")
    _, lines = table(pane=pane)
    assert "no market matches /doge" in "".join(texts(lines))


def test_the_filter_takes_regular_expressions_and_plain_text():
    for pattern, wanted in (
        ("^okx|ibkr", ["ETH", "ES"]),
        ("usdm", ["BTC"]),
        ("USDT", ["BTC", "ETH", "PEPE"]),
        ("e[", []),
        ("(", []),
    ):
        pane = MarketsPane()
        pane.filter(pattern)
        _, lines = table(pane=pane)
        if wanted:
            assert shown(lines) == wanted, pattern
        else:
            assert pane.order == []


def test_the_cursor_follows_its_market_and_selects_it():
    pane, _ = table()
    assert pane.selected == BTC.name
    assert pane.press("down").view == {"market": ETH.name}
    assert pane.press("G").view == {"market": ES.name}
    assert pane.press("g").view == {"market": BTC.name}
    assert pane.press("enter").open
    _, lines = table(snapshot(rows=rows()[::-1]), pane)
    marked = next(line for line in texts(lines) if line.startswith("▸"))
    assert marked.startswith("▸BTC")


def test_rows_are_sorted_live_until_one_is_chosen_and_again_after_esc():
    pane, _ = table()
    for _ in range(2):
        pane.press("right")
    assert pane.sort == "last"
    _, lines = table(pane=pane)
    assert shown(lines) == ["BTC", "ES", "ETH", "PEPE"]
    pane.press("down")
    chosen = pane.selected
    crash = tuple(replace(row, last=1.0) if row.market == BTC else row for row in rows())
    later = snapshot(rows=crash, time_us=NOON + 60_000_000)
    _, lines = table(later, pane)
    assert shown(lines) == ["BTC", "ES", "ETH", "PEPE"]
    assert "held" in texts(lines)[0]
    assert pane.press("escape") is not None
    _, lines = table(replace(later, time_us=NOON + 61_000_000), pane)
    assert shown(lines) == ["ES", "ETH", "BTC", "PEPE"]
    assert pane.selected == chosen
    assert next(line for line in texts(lines) if line.startswith("▸"))[1:].startswith("ES")


def test_reversing_and_missing_values_go_last_both_ways():
    pane, _ = table()
    pane.sort = "z"
    pane.press("r")
    _, lines = table(pane=pane)
    assert shown(lines) == ["ETH", "PEPE", "BTC", "ES"]
    pane.press("r")
    _, lines = table(pane=pane)
    assert shown(lines) == ["BTC", "PEPE", "ETH", "ES"]


def test_a_removed_market_hands_the_cursor_to_its_neighbour():
    pane, _ = table()
    pane.press("down")
    table(snapshot(rows=(rows()[0], *rows()[2:])), pane)
    assert pane.selected == PEPE.name
    table(snapshot(rows=()), pane)
    assert pane.selected is None


def test_the_table_scrolls_so_that_the_cursor_shows():
    many = tuple(btc_row(market=replace(BTC, symbol=f"S{at}", base=f"S{at}")) for at in range(40))
    pane, lines = table(snapshot(rows=many), height=10)
    assert shown(lines) == [f"S{at}" for at in range(8)]
    pane.press("G")
    _, lines = table(snapshot(rows=many), pane, height=10)
    assert shown(lines) == [f"S{at}" for at in range(32, 40)]
    pane.press("pageup")
    _, lines = table(snapshot(rows=many), pane, height=10)
    assert "▸S31" in "".join(texts(lines))


def test_two_markets_of_one_base_and_venue_are_distinguished_by_symbol():
    usdc = replace(BTC, symbol="BTCUSDC", quote="USDC")
    labels = label((btc_row(), btc_row(market=usdc)))
    assert labels == {BTC.name: "BTCUSDT binance-usdm", usdc.name: "BTCUSDC binance-usdm"}


def test_only_lines_that_changed_are_drawn_again():
    pane, lines = table()
    changed = (rows()[0], replace(rows()[1], delta_bar=41.0), *rows()[2:])
    same = (pane._rows[0], changed[1], *pane._rows[2:])
    _, again = table(snapshot(rows=same), pane)
    assert [one is other for one, other in zip(lines[2:], again[2:], strict=True)] == [
        True,
        False,
        True,
        True,
    ]


def test_strange_words_from_outside_stay_one_cell_wide():
    row = btc_row(flags=(Flag("漢", "字\x1b[31m", "warn"),), quality=Quality(1.0, "live", "100"))
    _, lines = table(snapshot(rows=(row,)))
    assert "??" in texts(lines)[2]
    assert "\x1b" not in "".join(texts(lines))
    assert length(lines[2]) == 120


def test_the_quote_unit_is_named_in_the_title_and_has_no_cents():
    quote = tuple(
        replace(row, unit="quote", cvd=77_165_000.0, delta_bar=-2821.4, quality=LIVE) for row in rows()[:1]
    )
    shot = snapshot(rows=quote)
    _, lines = table(replace(shot, view=replace(shot.view, unit="quote")))
    assert "sizes in quote" in texts(lines)[0]
    assert "-2 821" in texts(lines)[2]
    assert "+77.16M" in texts(lines)[2] or "+77.17M" in texts(lines)[2]
    assert MIDNIGHT < NOON


def test_how_sides_were_obtained_is_read_whole_where_there_is_room_before_the_line_grows():
    flags = (Flag("~", "side 97q 2m 1t"),)
    shot = snapshot(rows=(btc_row(ES, flags=flags),))
    _, lines = table(shot, width=130)
    assert "~side 97q 2m 1t" in texts(lines)[2]
