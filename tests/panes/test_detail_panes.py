"""Chart, footprint, profile and trades of one snapshot, compared with lines written by hand."""

import pytest
from msgspec.structs import replace

from cvdtui.model import ChartBar, Link, Quality, View
from cvdtui.panes.bottom import Status
from cvdtui.panes.chart import ChartPane
from cvdtui.panes.clock import Clock
from cvdtui.panes.columns import is_trusted
from cvdtui.panes.footprint import FootprintPane
from cvdtui.panes.line import length
from cvdtui.panes.offline import Offline
from cvdtui.panes.plot import AxisScale, braille, candle, column, reach, ticks
from cvdtui.panes.profile import ProfilePane
from cvdtui.panes.tape import TapePane
from cvdtui.panes.words import link_words
from tests.panes.snapshots import (
    BTC,
    MINUTE,
    NOON,
    bars,
    btc_row,
    detail,
    frame,
    ladder,
    profile,
    roles,
    snapshot,
    texts,
)

PANES = (ChartPane, FootprintPane, ProfilePane, TapePane)


def test_the_footprint_shows_sell_by_buy_with_its_marks_and_totals():
    assert texts(FootprintPane().paint(frame(56, 14))) == [
        "╶ footprint · sell × buy · row 10 ─────────────────────╴",
        "           11:58        11:59        12:00▸",
        "64 160",
        "64 150                 0.0×6.0",
        "64 140                 9.0×41.0▲┃",
        "64 130               ■12.0×44.0▲┃  19.0×8.0 ▼",
        "64 120▸   no rows     10.0×39.0▲┃ ■40.0×33.0",
        "64 110                12.0×11.0    21.0×17.0",
        "64 100",
        "64 090",
        "Δ          +26.0        +95.0        -44.0",
        "max          -          +97.0         +8.0",
        "min          -           -2.0        -46.0",
        "vol        180.0        189.0        138.0",
    ]


def test_the_footprint_colours_only_imbalances_signs_and_the_point_of_control():
    lines = FootprintPane().paint(frame(56, 14))
    assert roles(lines[4])["41.0"] == "up"
    assert roles(lines[4])["9.0"] == "text"
    assert roles(lines[5])["44.0"] == "up"
    assert roles(lines[5])["12.0"] == "poc"
    assert roles(lines[6])["64 120▸"] == "poc"
    assert roles(lines[10])["+95.0"] == "up"
    assert roles(lines[10])["-44.0"] == "down"


def moved(rows):
    whole = ladder()
    return snapshot(detail=detail(ladder=replace(whole, last_row=whole.last_row + rows)))


def labels(lines):
    return [line[:6] for line in texts(lines)[2:-4]]


def test_the_ladder_holds_still_until_the_price_leaves_the_middle_half():
    pane = FootprintPane()
    start = labels(pane.paint(frame(56, 26)))  # 19 rows: the middle half is 4 rows up and down
    for rows in (1, 4, -4, 2):
        assert labels(pane.paint(frame(56, 26, moved(rows)))) == start
    away = labels(pane.paint(frame(56, 26, moved(5))))
    assert away != start
    assert away[9] == "64 170"
    assert labels(pane.paint(frame(56, 26, moved(2)))) == away


def test_a_ladder_scrolled_by_hand_stays_until_it_is_centred():
    pane = FootprintPane()
    start = labels(pane.paint(frame(56, 26)))
    pane.press("up")
    pane.press("k")
    held = pane.paint(frame(56, 26, moved(9)))
    assert labels(held)[2] == start[0]
    assert "held" in texts(held)[0]
    assert pane.press("c") is not None
    assert labels(pane.paint(frame(56, 26))) == start
    assert pane.press("escape") is None


def test_another_market_or_row_size_centres_the_ladder_anew():
    pane = FootprintPane()
    pane.paint(frame(56, 26))
    pane.press("up")
    other = replace(ladder(), row=20.0, last_row=3206)
    assert "64 120" in labels(pane.paint(frame(56, 26, snapshot(detail=detail(ladder=other)))))[9]


@pytest.mark.parametrize(("width", "count"), [(30, 1), (40, 2), (56, 3), (120, 3)])
def test_as_many_bars_as_fit_newest_at_the_right(width, count):
    head = texts(FootprintPane().paint(frame(width, 14)))[1].split()
    assert head == ["11:58", "11:59", "12:00▸"][-count:]


def test_large_and_tiny_volumes_stay_in_their_columns():
    whole = ladder()
    cells = {
        row: replace(cell, sell=cell.sell * 1e6, buy=cell.buy * 12345.678)
        for row, cell in whole.bars[2].cells.items()
    }
    big = replace(
        whole, bars=(*whole.bars[:2], replace(whole.bars[2], cells=cells, volume=1.38e8, delta=-4.4e7))
    )
    lines = FootprintPane().paint(frame(56, 14, snapshot(detail=detail(ladder=big))))
    assert "40M×407K" in texts(lines)[6].replace(" ", "")
    assert all(length(line) <= 56 for line in lines)


def test_the_profile_shows_the_split_the_marks_and_where_it_comes_from():
    assert texts(ProfilePane().paint(frame(56, 14))) == [
        "╶ profile · session ──────────────────────── 10 a line ╴",
        " POC 64 120  VAH 64 150  VAL 64 090  VWAP 64 111.2",
        " from 11:00Z · 42 % of session volume",
        "64 160│                               5×5      LVN",
        "64 150▐                              10×20    ◀VAH",
        "64 140│                               0×0",
        "64 130│                               0×0",
        "64 120▐████████████▒▒▒▒▒▒▒▒▒▒▒▒▒▒  1.4K×1.2K  ◀POC",
        "64 110▐███████▒▒▒▒▒▒░               600×700   ◀VWAP",
        "64 100▐█▒                            60×100    LVN",
        "64 090▐███▒▒▒▒▒                     500×300   ◀VAL",
    ]


def test_a_profile_taller_than_the_pane_merges_rows_and_says_how_many():
    lines = texts(ProfilePane().paint(frame(56, 7)))
    assert "20 a line" in lines[0] or "30 a line" in lines[0]
    assert len(lines) <= 7
    assert any("◀POC" in line for line in lines)


def test_a_whole_profile_says_so():
    whole = replace(profile(), share=1.0)
    assert "all of the session" in "".join(
        texts(ProfilePane().paint(frame(60, 14, snapshot(detail=detail(profile=whole)))))
    )


def test_time_and_sales_newest_first_with_side_in_words_and_colour():
    lines = TapePane().paint(frame(50, 6))
    assert texts(lines)[1:] == [
        " 12:00:00.123  64 123.4  ▲ buy   0.500",
        " 12:00:00.100  64 123.3  ▼ sell 12.250",
        " 12:00:00.000  64 123.3  ? -     0.001",
    ]
    assert roles(lines[1])["▲ buy"] == "up"
    assert roles(lines[2])["▼ sell"] == "down"


def test_the_least_size_is_shown_and_an_empty_tape_says_why():
    shot = snapshot(view=View(market=BTC.name, min_size=50.0), detail=detail(prints=()))
    lines = texts(TapePane().paint(frame(50, 6, shot)))
    assert "≥ 50" in lines[0]
    assert "no trade of 50 or more yet" in "".join(lines)


def test_a_narrow_tape_gives_up_milliseconds_and_words_not_numbers():
    assert texts(TapePane().paint(frame(32, 6)))[1] == " 12:00:00  64 123.4  ▲  0.500"


def test_the_chart_has_price_delta_and_cvd_over_one_labelled_time_axis():
    lines = texts(ChartPane().paint(frame(60, 14)))
    assert lines == [
        "╶ chart · BTC binance-usdm · 1m ────────────────── 30 bars ╴",
        "   price │                         ╻╻╻┃╹",
        "         │                   ╻╻╻┃┇┃╹╵╵",
        "  64 100 ┤             ╻╻╻┃┇┃╹╹╹",
        "         │       ╻╻╻┃┇┃╹╹╹",
        "         │ ╷╷╻┃┇┃╹╹╹",
        "  64 000 ┤┃╹╹╹",
        " Δ +3.50 ┤▂▅ ▂▅ ▂▅ ▂▅ ▂▅ ▂▅ ▂▅ ▂▅ ▂▅ ▂▅",
        "   -3.50 ┤",
        "     CVD │ ⡜⡆ ⡰⡄ ⢠⡀ ⢀",
        "       0 ┤⠉ ⢸⠔⠁⢱⡠⠃⢣⣀⠎⢇⢀⠜⡆ ⡰⡄ ⡠⡀ ⢀  ⢀",
        "         │        ⠈  ⠘⠁ ⠸⠊ ⢱⠔⠁⢣⡠⠃⢇⢀⠎⡇ ⡜⡆",
        "      -5 ┤                    ⠈  ⠘⠁ ⠸⠊ ⢱",
        "  1m UTC └─────────┴11:40────┴11:50─────",
    ]


def test_a_falling_delta_hangs_from_the_zero_line_in_the_other_colour():
    lines = ChartPane().paint(frame(60, 14))
    hanging = [(text, role) for text, role in lines[8] if "reverse" in role]
    assert {role for _, role in hanging} == {"down reverse"}
    assert sum(len(text) for text, _ in hanging) == 10


def test_the_crosshair_reads_time_price_delta_cvd_and_volume():
    pane = ChartPane()
    pane.paint(frame(120, 30, zoomed=True))
    pane.press("left")
    pane.press("left")
    lines = pane.paint(frame(120, 30, zoomed=True))
    bar = bars()[-2]
    assert f"11:59Z  price {bar.close:.1f}".replace("64", "64 ") in texts(lines)[0]
    assert "Δ +2.00" in texts(lines)[0]
    assert "CVD -1.50" in texts(lines)[0]
    assert "vol 48.00" in texts(lines)[0]
    crossed = [sum(len(text) for text, role in line if "cross" in role) for line in lines[1:-1]]
    assert set(crossed) == {1}


def test_the_crosshair_stays_on_its_bar_when_a_new_one_begins():
    pane = ChartPane()
    pane.paint(frame(120, 30))
    pane.press("left")
    pane.press("left")
    old = bars()
    new = (*old, ChartBar(NOON + MINUTE, 64100, 64110, 64090, 64105, 5, 1, 1, 0, 9, closed=False))
    lines = texts(pane.paint(frame(120, 30, snapshot(detail=detail(bars=new)))))
    assert "11:59Z" in lines[0]
    assert pane.press("escape") is not None
    assert pane.press("escape") is None


def test_the_price_line_of_the_crosshair_is_read_as_well():
    pane = ChartPane()
    pane.paint(frame(120, 30))
    pane.press("left")
    pane.press("down")
    lines = pane.paint(frame(120, 30))
    assert "line 64 1" in texts(lines)[0]
    assert any("╌" in text for line in lines for text, _ in line)


def test_candle_derived_bars_are_marked():
    estimated = tuple(replace(bar, source="candle") for bar in bars())
    assert "≈" in texts(ChartPane().paint(frame(80, 20, snapshot(detail=detail(bars=estimated)))))[0]


def test_bars_before_the_anchor_have_no_cvd_line():
    early = tuple(replace(bar, cvd=None) if at < 15 else bar for at, bar in enumerate(bars()))
    lines = texts(ChartPane().paint(frame(60, 14, snapshot(detail=detail(bars=early)))))
    assert all(not line[10:25].strip() for line in lines[9:13])


@pytest.mark.parametrize("pane", PANES)
def test_an_empty_pane_says_what_it_waits_for(pane):
    links = (
        Link("binance-usdm", "waiting", "fapi.binance.com", "name not resolved; retry in 8 s", (BTC.name,)),
    )
    shot = snapshot(rows=(btc_row(last=None, quality=Quality(0, "waiting", "-")),), detail=None, links=links)
    text = "\n".join(texts(pane().paint(frame(80, 20, shot))))
    assert "waiting for the first trade of BTC binance-usdm" in text
    assert "fapi.binance.com: name not resolved; retry in 8 s" in text
    connected = snapshot(
        rows=shot.rows,
        detail=None,
        links=(Link("x", "live", "h", markets=(BTC.name,), since_us=NOON + 3_000_000),),
    )
    assert "connected 4 s ago" in "\n".join(texts(pane().paint(frame(80, 20, connected))))


@pytest.mark.parametrize("pane", PANES)
@pytest.mark.parametrize("size", [(80, 21), (30, 6), (120, 37), (12, 3), (200, 47)])
def test_no_line_is_wider_than_its_pane(pane, size):
    width, height = size
    for shot in (snapshot(), snapshot(detail=None)):
        lines = pane().paint(frame(width, height, shot))
        assert width < 24 or all(length(line) <= width for line in lines)


def test_local_time_is_shown_where_a_zone_is_configured():
    pane = frame(56, 14, clock=Clock("Europe/Paris"))
    assert "14:00▸" in texts(FootprintPane().paint(pane))[1]
    assert (
        texts(ChartPane().paint(frame(60, 14, clock=Clock("Europe/Paris"))))[-1]
        .lstrip()
        .startswith("1m CEST")
    )


def test_one_bar_and_flat_prices_are_drawn():
    flat = (ChartBar(NOON, 5.0, 5.0, 5.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0),)
    assert len(ChartPane().paint(frame(60, 14, snapshot(detail=detail(bars=flat))))) == 14


def test_scales_ticks_candles_and_bars():
    scale = AxisScale(0.0, 10.0, 5)
    assert [scale.row(value) for value in (10, 5, 0, -3, 99)] == [0, 2, 4, 4, 0]
    assert sorted(ticks(AxisScale(61300, 62700, 12))[0].values()) == [61500, 62000, 62500]
    assert candle(scale, 2.0, 10.0, 0.0, 6.0) == ("│", "│", "┃", "┃", "│")
    assert candle(scale, 6.0, 10.0, 0.0, 2.0) == ("│", "│", "┇", "┇", "│")
    assert column(4.0, 8.0, 4) == ((" ", False), ("█", False), (" ", False), (" ", False))
    assert column(-1.0, 8.0, 2) == ((" ", False), ("▇", True))
    assert column(99.0, 8.0, 4) == (("▲", False), ("█", False), (" ", False), (" ", False))
    assert column(-99.0, 8.0, 2) == ((" ", False), ("▼", False))
    assert reach([1.0, -2.0, 3.0]) == 3.0
    assert reach([1.0] * 50 + [-300.0]) == 2.5
    assert reach([]) == reach([0.0]) == 0.0
    assert column(1e-9, 8.0, 2) == (("▁", False), (" ", False))
    assert braille([0, 1, None, 3], 1) == ["⡠⠈"]


def test_long_words_are_wrapped_or_end_in_an_ellipsis():
    pane = Offline()
    pane.report = (
        "cannot resolve stream.example.org:9443: no such name, or no network; trying again in 12 s",
    )
    lines = texts(pane.paint(frame(50, 20)))
    assert lines[2] == "  ⚠ cannot resolve stream.example.org:9443: no"
    assert lines[3] == "    such name, or no network; trying again in 12"
    assert lines[4] == "    s"
    status = Status()
    status.message = "x" * 90
    assert texts(status.paint(frame(80, 1)))[0] == " " + "x" * 78 + "…"


def test_a_link_names_its_host_once():
    named = Link("a", "waiting", "api.example.org", "cannot resolve api.example.org: no such name")
    assert link_words(named) == "cannot resolve api.example.org: no such name"
    assert link_words(replace(named, text="503")) == "api.example.org: 503"


def test_sums_are_trusted_while_only_rows_are_being_filled():
    row = btc_row(quality=Quality(1.0, "fill", "fill 40 %"))
    assert is_trusted(row)
    assert not is_trusted(btc_row(quality=Quality(0.9, "fill", "fill 40 %")))
