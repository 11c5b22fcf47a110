"""The signal log and the marks on the chart."""

from cvdtui.app.stage import Stage
from cvdtui.model import SignalView
from cvdtui.panes.ink import plain
from cvdtui.panes.line import length
from cvdtui.panes.signals import Signals
from tests.screen import made


def told(signal="climax", side="buy", ago=5, text="climax up  z +2.14", **changes):
    return SignalView(signal, made.NOON - ago * made.MINUTE, 60, side, text, **changes)


THREE = (
    told("stacked", "sell", 9, "3 stacked imbalances 64120 - 64140"),
    told(),
    told(
        "divergence",
        "sell",
        3,
        "regular divergence  64180 > 64200 / 1102 > 900",
        pivots=(
            (made.NOON - 8 * made.MINUTE, 64180.0, 1102.0),
            (made.NOON - 3 * made.MINUTE, 64200.0, 900.0),
        ),
        provisional=True,
    ),
)


def log(width=100, height=6, signals=THREE, pane=None, **changes):
    shot = made.snapshot(detail=made.detail(signals=signals))
    return (pane or Signals()).paint(made.frame(width, height, shot, **changes))


def test_the_newest_signal_is_on_top_with_time_mark_name_market_side_and_values():
    lines = made.texts(log())
    assert lines[0].startswith("╶ signals · BTC binance-usdm · 1m ─")
    assert " 1-3 of 3 ╴" in lines[0]
    assert lines[1:] == [
        " 11:57Z  ▼?divergence   BTC binance-usdm  ▼ regular 64180 > 64200 / 1102 > 900",
        " 11:55Z  ◆ climax       BTC binance-usdm  ▲ up z +2.14",
        " 11:51Z  ┃ stacked      BTC binance-usdm  ▼ 3 imbalances 64120 - 64140",
    ]


def test_a_signal_that_may_be_taken_back_or_whose_data_are_incomplete_is_dim():
    doubtful = told(quality="coverage 97.2 %")
    lines = log(signals=(doubtful, *THREE))
    assert {role for _, role in lines[1]} == {"dim", "text"}
    assert made.roles(lines[1])["▼?"] == "dim"
    assert made.roles(lines[2])["◆"] == "up"
    assert made.roles(lines[4])["◆"] == "dim"
    assert made.texts(lines)[4].endswith("▲ up z +2.14  ⚠ coverage 97.2 %")


def test_a_narrow_log_keeps_the_words_and_cuts_what_has_no_room():
    lines = log(width=34)
    assert made.texts(lines)[2] == " 11:55Z  ◆ ▲ climax up  z +2.14"
    assert made.texts(lines)[1].endswith("…")
    assert all(length(line) <= 34 for line in lines)


def test_every_mark_has_an_ascii_twin():
    kinds = ("climax", "absorption", "stacked", "naked_poc", "large", "flip")
    lines = made.texts(log(height=9, signals=tuple(told(kind, text="x") for kind in kinds)))
    assert "?" not in plain("".join(lines))


def test_a_scrolled_log_stays_where_it_is_when_a_signal_arrives():
    pane = Signals()
    log(height=3, pane=pane)
    assert pane.press("down") is not None
    before = made.texts(log(height=3, pane=pane))
    assert "climax" in before[1]
    assert "2-3 of 3" in before[0]
    after = made.texts(log(height=3, pane=pane, signals=(*THREE, told(ago=1))))
    assert after[1:] == before[1:]
    assert "3-4 of 4" in after[0]
    pane.press("g")
    assert "11:59Z" in made.texts(log(height=3, pane=pane, signals=(*THREE, told(ago=1))))[1]
    pane.press("G")
    assert pane.past == 2


def test_an_older_day_is_named_and_bars_of_seconds_tell_seconds():
    day = told(ago=24 * 60)
    quick = SignalView("flip", made.NOON - 15_000_000, 15, "sell", "CVD flips to -3")
    lines = made.texts(log(signals=(day, quick)))
    assert "11:59:45Z" in lines[1]
    assert "Wed 12:00Z" in lines[2]


def test_without_signals_the_log_says_so():
    assert any("no signal on closed bars of 1m yet" in line for line in made.texts(log(signals=())))
    lines = Signals().paint(made.frame(60, 6, made.snapshot(detail=None)))
    assert any("waiting for the first trade" in line for line in made.texts(lines))


def test_the_log_stands_under_profile_and_trades_where_the_screen_is_wide():
    stage = Stage()
    stage.width, stage.height = 200, 50
    places = stage.places(6)
    log, profile, tape = places["signals"], places["profile"], places["tape"]
    assert (log.x, log.width) == (profile.x, profile.width + tape.width)
    assert log.y == profile.y + profile.height == tape.y + tape.height
    assert log.y + log.height == places["status"].y
    assert log.height >= 8


def test_on_a_smaller_screen_the_log_comes_and_goes_by_its_key():
    stage = Stage()
    stage.width, stage.height = 120, 40
    assert "signals" not in stage.places(6)
    stage.toggle("signals")
    assert stage.focus == "signals"
    assert stage.places(6)["signals"].height >= 4
    stage.toggle("signals")
    assert "signals" not in stage.places(6)
    stage.width, stage.height = 80, 24
    stage.toggle("signals")
    assert stage.places(6)["signals"].height == 21
