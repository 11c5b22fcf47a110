"""The alerts pane: channels, rules and alerts sent; rules added and removed on the screen, and kept."""

import asyncio

import pytest

from cvdtui.app.alert_actions import AlertActions
from cvdtui.app.background import BackgroundTasks
from cvdtui.commands.screen import kept_alerts, remember_alerts
from cvdtui.config import AlertChannel, AlertRule, Alerts
from cvdtui.model import AlertLine, ChannelState, RuleLine, View
from cvdtui.panes.alerts import AlertsPane as Pane
from cvdtui.panes.line import length
from cvdtui.panes.styles import plain
from tests.app.fake_source import FakeSource
from tests.app.keypresses import FIRST, make_controller, press, settle, typed
from tests.panes import snapshots

RULES = (
    RuleLine("0", "binance-usdm:*", "climax >= 2.5", ("bell", "phone"), False, "quiet"),
    RuleLine(
        "a",
        snapshots.BTC.name,
        "z > 2 and coverage > 0.99",
        ("bell",),
        True,
        "cooling",
        snapshots.NOON - snapshots.MINUTE,
    ),
    RuleLine("b", snapshots.ETH.name, "any signal", ("notice",), True),
)
HEARD = (
    AlertLine(
        snapshots.NOON - 2 * snapshots.MINUTE,
        snapshots.ETH.name,
        "flip",
        "sell",
        snapshots.NOON - 3 * snapshots.MINUTE,
        60,
        "ETH flip",
        (),
    ),
    AlertLine(
        snapshots.NOON,
        snapshots.BTC.name,
        "condition",
        "",
        snapshots.NOON + 7_000_000,
        0,
        "BTC z > 2, z 2.31",
        ("bell",),
    ),
)
CHANNELS = (
    ChannelState("bell", "bell", "ready", sent=3),
    ChannelState("phone", "telegram", "waiting", "refused: too many; next try in 8 s", sent=1, queued=2),
    ChannelState("script", "command", "failed", "exit code 3 (after 4 tries)", failed=1),
)


def painted(width=100, height=20, pane=None, **changes):
    shot = snapshots.snapshot(**{"rules": RULES, "alerts": HEARD, "channels": CHANNELS, **changes})
    return (pane or Pane()).paint(snapshots.frame(width, height, shot))


def test_channels_rules_and_alerts_stand_below_one_another():
    lines = snapshots.texts(painted())
    assert lines[0].startswith("╶ alerts ─")
    assert "3 rules · 2 sent" in lines[0]
    assert lines[1:4] == [
        " channels  bell ready (3 sent)",
        " phone waiting (1 sent, 2 waiting): refused: too many; next try in 8 s",
        " script failed (1 failed): exit code 3 (after 4 tries)",
    ]
    assert lines[4] == " rules"
    assert [" ".join(line.split()) for line in lines[5:8]] == [
        "▸binance-usdm:* climax >= 2.5 → bell phone config quiet hours",
        "binance-usdm:BTCUSDT z > 2 and coverage > 0.99 → bell added 11:59Z cooling down",
        "okx:ETH-USDT any signal → notice added",
    ]
    assert lines[8] == " alerts sent, newest first"
    assert lines[9].startswith(" 12:00Z · BTC z > 2, z 2.31")
    assert lines[9].endswith("  bell")
    assert lines[10].startswith(" 11:58Z ▼ ETH flip")


def test_trouble_has_the_colour_of_trouble_and_every_mark_an_ascii_twin():
    lines = painted()
    assert [role for _, role in lines[2]] == ["warn"]
    assert snapshots.roles(lines[9])["·"] == "note"
    assert "?" not in plain("".join(snapshots.texts(lines)))


def test_trouble_that_is_over_is_still_named_but_quietly():
    over = ChannelState(
        "phone", "ntfy", "ready", sent=2, trouble="HTTP 503", trouble_us=snapshots.NOON - snapshots.MINUTE
    )
    lines = painted(channels=(over,))
    assert snapshots.texts(lines)[2] == " phone ready (2 sent): last trouble 11:59Z: HTTP 503"
    assert [role for _, role in lines[2]] == ["dim"]


def test_an_empty_pane_says_how_to_begin():
    lines = snapshots.texts(painted(rules=(), alerts=(), channels=()))
    assert lines[1:] == [
        " channels  no rule has a channel yet",
        " rules",
        " none: ! adds one for the selected market",
        " alerts sent",
        " none yet",
    ]


@pytest.mark.parametrize(("width", "height"), [(80, 21), (54, 8), (30, 5), (20, 3)])
def test_it_fits_any_place(width, height):
    many = tuple(RuleLine(str(at), snapshots.BTC.name, f"z > {at}", ("bell",), True) for at in range(30))
    pane = Pane()
    for _ in range(3):
        lines = painted(width, height, pane, rules=many)
        assert len(lines) <= height
        assert all(length(line) <= width for line in lines)
        pane.press("pagedown")


def test_the_line_pointed_at_stays_itself_and_in_sight():
    pane = Pane()
    painted(pane=pane)
    pane.press("G")
    assert any(line.startswith("▸11:58Z") for line in snapshots.texts(painted(80, 8, pane)))
    more = (
        *HEARD,
        AlertLine(snapshots.NOON, snapshots.BTC.name, "flip", "buy", snapshots.NOON, 60, "BTC flip", ()),
    )
    assert any(line.startswith("▸11:58Z") for line in snapshots.texts(painted(80, 8, pane, alerts=more)))
    pane.press("g")
    assert any(line.startswith("▸binance-usdm:*") for line in snapshots.texts(painted(80, 8, pane)))


def test_x_asks_to_remove_the_rule_and_enter_goes_to_the_bar_of_an_alert():
    pane = Pane()
    painted(pane=pane)
    pane.press("down")
    answer = pane.press("x")
    assert (answer.action, answer.argument) == ("unalert", "a")
    assert "x" in dict(pane.hints)
    assert pane.press("enter") is None
    pane.press("G")
    assert pane.press("enter").bar == (snapshots.ETH.name, 60, snapshots.NOON - 3 * snapshots.MINUTE)
    assert pane.press("x").argument == "", "no rule, nothing to remove, and no market either"
    pane.press("up")
    assert pane.press("enter").bar == (snapshots.BTC.name, 60, snapshots.NOON), (
        "a condition has the bar it was seen in"
    )


def test_a_rule_is_typed_for_the_selected_market():
    async def scene():
        controller = make_controller()
        press(controller, "!")
        assert controller.prompt.ask == "alert BTCUSDT on: "
        typed(controller, "climax 2.5 to bell")
        await settle()
        assert controller.source.alerts == [(FIRST, "climax 2.5 to bell")]
        assert controller.message == f"alerts on {FIRST}: climax 2.5 to bell; 0 lists the rules"
        press(controller, "!")
        typed(controller, "nonsense")
        await settle()
        assert controller.message == "not understood: nonsense"
        press(controller, "!", "escape")
        press(controller, ":")
        typed(controller, "alert z > 2")
        await settle()
        assert controller.source.alerts[-1] == (FIRST, "z > 2")

    asyncio.run(scene())


def test_rules_are_taken_back_one_by_one_or_all_of_a_market():
    async def scene():
        controller = make_controller()
        controller.source.alerts = [(FIRST, "one"), (FIRST, "two"), ("okx:OTHER", "three")]
        controller.do("unalert", "one")
        await settle()
        assert (controller.message, controller.source.alerts[0]) == ("rule removed", (FIRST, "two"))
        controller.do("unalert", "nobody")
        await settle()
        assert controller.message == "a rule of the configuration is removed there"
        press(controller, ":")
        typed(controller, "unalert")
        await settle()
        assert controller.source.alerts == [("okx:OTHER", "three")]
        press(controller, ":")
        typed(controller, "unalert")
        await settle()
        assert controller.message == f"{FIRST} has no alert"

    asyncio.run(scene())


def test_tab_completes_signals_and_the_channels_after_to():
    said = []
    alerting = AlertActions(BackgroundTasks(FakeSource(3, live=False), said.append), said.append)
    alerting.begin(snapshots.snapshot(channels=CHANNELS))
    assert alerting.complete("cli") == ["climax"]
    assert alerting.complete("climax 2 to ph") == ["climax 2 to phone"]
    assert alerting.complete("climax 2 to phone,be") == ["climax 2 to phone,bell"]
    assert alerting.complete("to sc") == ["to script"]
    assert alerting.complete("") == []
    assert alerting.begin(snapshots.snapshot(view=View())) == ""
    assert said == ["no market to alert on"]


def test_the_pane_has_the_key_0_and_keeps_its_own_keys():
    controller = make_controller(120, 40)
    press(controller, "0")
    assert controller.layout_state.focus == "alerts"
    press(controller, "x")
    assert controller.source.alerts == []
    assert len(controller.snapshot.rows) == 6, "x never removes a market"


def test_rules_of_the_screen_are_kept_whole_and_what_makes_no_sense_any_more_is_left_out(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    alerts = Alerts(channels={"phone": AlertChannel(kind="ntfy", topic="x")})
    rules = [
        AlertRule(market=FIRST, signal="climax", strength=2.5, side="buy", bar=300, to=("phone", "bell")),
        AlertRule(market=FIRST, when="z > 2 and coverage > 0.99"),
        AlertRule(market="okx:*"),
    ]
    assert remember_alerts(rules) == ""
    assert kept_alerts(alerts) == rules
    assert kept_alerts(Alerts())[0].to == ("bell",), "a channel that is gone is left out"
    state = tmp_path / "cvdtui" / "state.toml"
    state.write_text(state.read_text().replace("z > 2", "zz > 2").replace('"climax"', '"climx"'))
    assert kept_alerts(alerts) == rules[2:]
