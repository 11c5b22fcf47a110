"""The signal log: all markets, a filter, a line pointed at with its record, and the way to its bar."""

from cvdtui.app.layout_state import LayoutState
from cvdtui.model import HorizonScore, Scorecard, SignalView
from cvdtui.panes.chart import ChartPane
from cvdtui.panes.line import length
from cvdtui.panes.signals import SignalsPane
from cvdtui.panes.styles import plain
from tests.app.keypresses import make_controller, press, typed
from tests.panes import snapshots


def signal_view(
    signal="climax", side="buy", ago=5, text="climax up  z +2.14", market=snapshots.BTC, **changes
):
    time_us = snapshots.NOON - ago * snapshots.MINUTE
    return SignalView(signal, time_us, 60, side, text, market=market, **changes)


THREE = (
    signal_view("stacked", "sell", 9, "3 stacked imbalances 64120 - 64140", snapshots.ETH),
    signal_view(),
    signal_view(
        "divergence",
        "sell",
        3,
        "regular divergence  64180 > 64200 / 1102 > 900",
        pivots=(
            (snapshots.NOON - 8 * snapshots.MINUTE, 64180.0, 1102.0),
            (snapshots.NOON - 3 * snapshots.MINUTE, 64200.0, 900.0),
        ),
        provisional=True,
    ),
)
LINES = (
    HorizonScore(5, 31, 24, 0.5806, 0.4081, 0.7364, 0.506, 0.21, 0.03),
    HorizonScore(20, 30, 9, 0.8, 0.58, 0.97, 0.52, 0.4, 0.1),
    HorizonScore(60, 28, 4, 0.25, 0.05, 0.45, 0.53, -0.4, 0.1),
)
CARD = Scorecard(snapshots.BTC.name, "climax", 60, 33, 1998, LINES)


def log(width=100, height=7, signals=THREE, pane=None, card=None, **changes):
    shot = snapshots.snapshot(log=signals, scorecard=card)
    return (pane or SignalsPane()).paint(snapshots.frame(width, height, shot, **changes))


def test_the_newest_signal_is_on_top_with_time_mark_name_market_side_and_values():
    lines = snapshots.texts(log())
    assert lines[0].startswith("╶ signals · 1m ─")
    assert " 1-3 of 3 ╴" in lines[0]
    assert lines[1:4] == [
        "▸11:57Z  ▼?divergence   BTC  binance-usdm  ▼ regular 64180 > 64200 / 1102 > 900",
        " 11:55Z  ◆ climax       BTC  binance-usdm  ▲ up z +2.14",
        " 11:51Z  ┃ stacked      ETH  okx           ▼ 3 imbalances 64120 - 64140",
    ]


def test_a_signal_that_may_be_taken_back_or_whose_data_are_incomplete_is_dim():
    doubtful = signal_view(quality="coverage 97.2 %")
    lines = log(signals=(doubtful, *THREE))
    assert {role for _, role in lines[1]} == {"dim cursor", "text cursor", "key cursor"}
    assert snapshots.roles(lines[1])["▼?"] == "dim cursor"
    assert snapshots.roles(lines[2])["◆"] == "up"
    assert snapshots.roles(lines[4])["◆"] == "dim"
    assert snapshots.texts(lines)[4].endswith("▲ up z +2.14  ⚠ coverage 97.2 %")


def test_a_narrow_log_keeps_the_words_and_cuts_what_has_no_room():
    lines = log(width=36)
    assert snapshots.texts(lines)[2] == " 11:55Z  ◆ BTC   ▲ climax up  z +2.…"
    assert snapshots.texts(lines)[1].endswith("…")
    assert all(length(line) <= 36 for line in lines)


def test_every_mark_has_an_ascii_twin():
    kinds = ("climax", "absorption", "stacked", "naked_poc", "large", "flip")
    lines = snapshots.texts(log(height=9, signals=tuple(signal_view(kind, text="x") for kind in kinds)))
    assert "?" not in plain("".join(lines))


def test_the_line_pointed_at_stays_itself_when_signals_arrive_and_the_newest_is_followed():
    pane = SignalsPane()
    log(height=3, pane=pane)
    assert pane.press("down").view == {"scored": (snapshots.BTC.name, "climax")}
    before = snapshots.texts(log(height=3, pane=pane))
    assert "1-2 of 3" in before[0]
    assert before[2].startswith("▸11:55Z")
    after = snapshots.texts(log(height=3, pane=pane, signals=(*THREE, signal_view(ago=1))))
    assert "▸11:55Z  ◆ climax" in "\n".join(after)
    pane.press("g")
    assert snapshots.texts(log(height=3, pane=pane, signals=(*THREE, signal_view(ago=1))))[1].startswith(
        "▸11:59Z"
    )
    assert snapshots.texts(log(height=3, pane=pane, signals=(*THREE, signal_view(ago=0))))[1].startswith(
        "▸12:00Z"
    )
    pane.press("G")
    assert snapshots.texts(log(height=3, pane=pane))[-1].startswith("▸11:51Z")
    assert pane.scored == (snapshots.ETH.name, "stacked")


def test_a_filter_takes_every_word_of_signal_market_side_and_bar_length():
    pane = SignalsPane()
    for pattern, due in (
        ("climax", ["climax"]),
        ("btc sell", ["divergence"]),
        ("ETH", ["stacked"]),
        ("okx buy", []),
        ("1m", ["divergence", "climax", "stacked"]),
        ("div btc", ["divergence"]),
    ):
        pane.filter(pattern)
        lines = snapshots.texts(log(pane=pane))
        assert f"/{pattern}" in lines[0]
        assert [
            name for name in ("divergence", "climax", "stacked") if any(name in row for row in lines[1:4])
        ] == due
    pane.filter("nothing")
    assert any("none of 3 matches /nothing" in line for line in snapshots.texts(log(pane=pane)))
    assert pane.scored is None
    assert pane.press("enter") is None
    assert pane.press("escape") is not None
    assert pane.pattern == ""


def test_o_leaves_the_selected_market_alone_and_names_it_once():
    pane = SignalsPane()
    log(pane=pane)
    pane.press("o")
    lines = snapshots.texts(log(pane=pane))
    assert lines[0].startswith("╶ signals · BTC binance-usdm · 1m ─")
    assert lines[2] == " 11:55Z  ◆ climax       ▲ up z +2.14"
    assert not any("stacked" in line for line in lines)


def test_the_record_of_the_line_pointed_at_stands_below_with_n_interval_and_base():
    pane = SignalsPane()
    log(pane=pane)
    pane.press("down")
    short = snapshots.texts(log(pane=pane, card=CARD))[-1]
    due = "+5 58% (41..74) n31 base 51%", "+20 80% (58..97) n30 base 52%", "+60 25% (5..45) n28 base 53%"
    assert short == f" climax {'  '.join(due)}"
    assert snapshots.texts(log(pane=pane, card=CARD, width=60))[-1] == " climax +5 58% (41..74) n31 base 51%"
    table = log(pane=pane, card=CARD, height=16)
    assert snapshots.texts(table)[-5].startswith("╶ record of climax · binance-usdm:BTCUSDT · 1m ─")
    assert "33 signals on 1 998 bars" in snapshots.texts(table)[-5]
    assert [line.split() for line in snapshots.texts(table)[-3:]] == [
        ["+5", "58.1", "%", "41", "..", "74", "%", "50.6", "%", "31", "24"],
        ["+20", "80.0", "%", "58", "..", "97", "%", "52.0", "%", "30", "9"],
        ["+60", "25.0", "%", "5", "..", "45", "%", "53.0", "%", "28", "4"],
    ]
    assert [
        snapshots.roles(line)[rate]
        for line, rate in zip(table[-3:], ("58.1 %", "80.0 %", "25.0 %"), strict=True)
    ] == [
        "text",
        "up",
        "down",
    ], "coloured only where the base rate lies beyond the interval"


def test_a_record_that_is_not_there_yet_or_empty_says_so():
    pane = SignalsPane()
    assert snapshots.texts(log(pane=pane, card=CARD))[-1] == " divergence: ...", (
        "the record on show is another's"
    )
    empty = Scorecard(snapshots.BTC.name, "divergence", 60, 2, 80, ())
    words = "divergence: n 0, none of 2 is a horizon old yet"
    assert snapshots.texts(log(pane=pane, card=empty))[-1].strip() == words
    assert words in "\n".join(snapshots.texts(log(pane=pane, card=empty, height=16)))


def test_an_older_day_is_named_and_bars_of_seconds_tell_seconds():
    day = signal_view(ago=24 * 60)
    quick = SignalView(
        "flip", snapshots.NOON - 15_000_000, 15, "sell", "CVD flips to -3", market=snapshots.BTC
    )
    lines = snapshots.texts(log(signals=(day, quick)))
    assert "11:59:45Z" in lines[1]
    assert "Wed 12:00Z" in lines[2]


def test_without_signals_the_log_says_so():
    assert any("no signal on closed bars of 1m yet" in line for line in snapshots.texts(log(signals=())))
    lines = SignalsPane().paint(snapshots.frame(60, 6, snapshots.snapshot(detail=None)))
    assert any("waiting for the first trade" in line for line in snapshots.texts(lines))


def jumper(width, height):
    """A controller whose log points at a signal of another market, of another bar length."""
    controller = make_controller(width, height)
    controller.layout_state.toggle("signals")
    controller.look()
    assert controller.view.log
    other = controller.snapshot.rows[2].market
    past = SignalView("flip", snapshots.NOON, 300, "buy", "CVD flips", market=other)
    pane = controller.panes["signals"]
    pane.paint(snapshots.frame(80, 10, snapshots.snapshot(log=(past,))))
    controller.tick()
    assert controller.view.scored == (other.name, "flip")
    press(controller, "enter")
    return controller, other


def test_enter_goes_to_the_bar_of_the_signal_and_esc_back_to_now_and_to_the_log():
    controller, other = jumper(80, 24)
    view = controller.view
    assert (view.market, view.timeframe, view.at_us) == (other.name, 300, snapshots.NOON)
    assert controller.layout_state.focus == "chart"
    assert controller.markets.selected == other.name
    press(controller, "escape")
    assert (controller.view.at_us, controller.layout_state.focus) == (0, "signals")
    press(controller, "escape")
    assert controller.layout_state.focus == "markets"


def test_where_the_chart_is_on_the_screen_the_log_keeps_the_keys():
    controller, _ = jumper(120, 40)
    assert (controller.view.at_us, controller.layout_state.focus) == (snapshots.NOON, "signals")
    assert "chart" in controller.layout_state.shown
    press(controller, "escape")
    assert (controller.view.at_us, controller.layout_state.focus) == (0, "signals")


def test_another_market_or_timeframe_is_looked_at_as_it_is_now():
    controller, _ = jumper(120, 40)
    press(controller, "]")
    assert controller.view.at_us == 0


def test_a_signal_of_a_market_that_is_gone_leads_nowhere_and_says_so():
    controller = make_controller(120, 40)
    controller.answer(SignalsPane().press("enter") or _to("okx:GONE"))
    assert controller.message == "okx:GONE is not followed any more"
    assert controller.view.at_us == 0


def _to(market):
    from cvdtui.panes.line import Answer

    return Answer(bar=(market, 60, snapshots.NOON))


def test_slash_narrows_the_log_while_it_has_the_keys():
    controller = make_controller(120, 40)
    press(controller, "8", "/")
    typed(controller, "climax")
    assert controller.panes["signals"].pattern == "climax"
    assert controller.markets.pattern == ""
    press(controller, "1", "1", "/")
    assert controller.layout_state.focus != "signals"
    typed(controller, "eth")
    assert (controller.panes["signals"].pattern, controller.markets.pattern) == ("climax", "eth")


def test_the_log_stands_under_profile_and_trades_where_the_screen_is_wide():
    layout_state = LayoutState()
    layout_state.width, layout_state.height = 200, 50
    places = layout_state.places(6)
    log, profile, tape = places["signals"], places["profile"], places["tape"]
    assert (log.x, log.width) == (profile.x, profile.width + tape.width)
    assert log.y == profile.y + profile.height == tape.y + tape.height
    assert log.y + log.height == places["status"].y
    assert log.height >= 8


def test_on_a_smaller_screen_the_log_comes_and_goes_by_its_key():
    layout_state = LayoutState()
    layout_state.width, layout_state.height = 120, 40
    assert "signals" not in layout_state.places(6)
    layout_state.toggle("signals")
    assert layout_state.focus == "signals"
    assert layout_state.places(6)["signals"].height >= 4
    layout_state.toggle("signals")
    assert "signals" not in layout_state.places(6)
    layout_state.width, layout_state.height = 80, 24
    layout_state.toggle("signals")
    assert layout_state.places(6)["signals"].height == 21


def test_the_crosshair_stands_on_the_bar_that_is_looked_at_until_now_is_shown_again():
    chart = ChartPane()
    chart.paint(snapshots.frame(80, 20))
    assert chart.at_us is None
    at = snapshots.bars()[10].time_us
    lines = snapshots.texts(
        chart.paint(snapshots.frame(80, 20, snapshots.snapshot(detail=snapshots.detail(at_us=at))))
    )
    assert chart.at_us == at
    assert "11:41Z" in lines[0]
    chart.press("right")
    chart.paint(snapshots.frame(80, 20, snapshots.snapshot(detail=snapshots.detail(at_us=at))))
    assert chart.at_us == at + snapshots.MINUTE, "it can be moved from there"
    chart.paint(snapshots.frame(80, 20))
    assert chart.at_us is None
