"""Rules: which signals alert, once, and when they stay silent; the clock is an argument."""

import pytest

from cvdtui.alerts.alert import strength_of
from cvdtui.alerts.rules import Rules
from cvdtui.config import AlertRule, Alerts
from cvdtui.config.alerts import SIGNALS
from cvdtui.signals.evaluator import SignalEvaluator
from tests.alerts.signals import CLOSED, MINUTE, NOON, event
from tests.engine.busy_tape import counted, tape


def rules(*rule_set: AlertRule, **more: object) -> Rules:
    return Rules(Alerts(rules=rule_set, zone=str(more.pop("zone", "UTC")), **more))


def channels(found) -> tuple[str, ...] | None:
    return None if found is None else found.channels


@pytest.mark.parametrize(
    ("rule", "alerts"),
    [
        ({}, True),
        ({"signal": "climax"}, True),
        ({"signal": "divergence"}, False),
        ({"market": "binance-usdm:BTCUSDT"}, True),
        ({"market": "binance-usdm:*"}, True),
        ({"market": "*:BTC*"}, True),
        ({"market": "binance:*"}, False),
        ({"market": "BINANCE-USDM:*"}, False),
        ({"strength": 2.5}, True),
        ({"strength": 2.51}, False),
        ({"bar": 60}, True),
        ({"bar": 300}, False),
        ({"side": "buy"}, True),
        ({"side": "sell"}, False),
    ],
)
def test_a_rule_asks_by_signal_market_strength_bar_and_side(rule, alerts):
    found = rules(AlertRule(**rule)).check(event(), CLOSED)
    assert channels(found) == (("bell", "notice") if alerts else None)


def test_without_rules_nothing_alerts():
    assert rules().check(event(), CLOSED) is None


def test_a_signal_alerts_once_however_often_it_is_computed():
    check = rules(AlertRule(cooldown_s=0)).check
    assert check(event(), CLOSED)
    assert check(event(), CLOSED) is None
    assert check(event(values={"z": 9.0}), CLOSED + 1) is None
    assert check(event(side="sell"), CLOSED + 2)
    assert check(event("binance:BTCUSDT"), CLOSED + 2)
    assert check(event(time_us=NOON + MINUTE), CLOSED + MINUTE)


def test_several_rules_make_one_alert_through_all_their_channels():
    found = rules(AlertRule(to=("phone", "bell")), AlertRule(to=("bell", "desktop"))).check(event(), CLOSED)
    assert channels(found) == ("phone", "bell", "desktop")


def test_a_rule_is_silent_on_a_market_while_it_cools_down_and_no_longer():
    check = rules(AlertRule(signal="climax", cooldown_s=90), AlertRule(signal="flip")).check
    assert check(event(), CLOSED)
    assert check(event(time_us=NOON + MINUTE), CLOSED + MINUTE) is None
    assert check(event("binance:BTCUSDT", time_us=NOON + MINUTE), CLOSED + MINUTE), "another market"
    assert check(event(signal="flip", time_us=NOON + MINUTE), CLOSED + MINUTE), "another rule"
    assert check(event(time_us=NOON + 2 * MINUTE), CLOSED + 90_000_000 + MINUTE)


@pytest.mark.parametrize(
    ("quiet", "zone", "silent"),
    [
        ("11:00-13:00", "UTC", True),
        ("12:01-12:02", "UTC", True),
        ("12:00-12:01", "UTC", False),
        ("12:02-12:01", "UTC", False),
        ("22:00-12:30", "UTC", True),
        ("22:00-07:00", "UTC", False),
        ("14:00-14:30", "Europe/Berlin", True),
        ("07:00-09:00", "America/New_York", True),
        ("", "UTC", False),
    ],
)
def test_quiet_hours_are_a_stretch_of_the_day_in_their_zone(quiet, zone, silent):
    found = rules(AlertRule(), quiet=quiet, zone=zone).check(event(), CLOSED)
    assert found
    assert (found.quiet, found.channels) == (silent, () if silent else ("bell", "notice"))


def test_a_rule_may_have_its_own_quiet_hours_or_none():
    rule_set = rules(AlertRule(quiet="", to=("phone",)), AlertRule(to=("bell",)), quiet="11:00-13:00")
    assert rule_set.check(event(), CLOSED) == (("phone",), False)


def test_incomplete_backfilled_and_old_signals_are_silent_unless_asked_for():
    for more in ({"complete": False}, {"backfilled": True}):
        assert rules(AlertRule()).check(event(**more), CLOSED) is None
    assert rules(AlertRule()).check(event(), CLOSED + 120_000_000)
    assert rules(AlertRule()).check(event(), CLOSED + 120_000_001) is None
    assert rules(AlertRule(), fresh_s=200).check(event(), CLOSED + 120_000_001)
    assert rules(AlertRule(incomplete=True)).check(event(complete=False), CLOSED)
    assert rules(AlertRule(backfilled=True)).check(event(backfilled=True), CLOSED + 10**12)


def test_a_bar_that_has_not_closed_by_any_clock_does_not_alert():
    assert rules(AlertRule()).check(event(), CLOSED - 5_000_000)
    assert rules(AlertRule()).check(event(), CLOSED - 5_000_001) is None


def test_a_signal_that_became_complete_alerts_then():
    check = rules(AlertRule()).check
    assert check(event(complete=False), CLOSED) is None
    assert check(event(), CLOSED + 10_000_000)


def test_rules_of_the_screen_count_like_those_of_the_configuration():
    rule_set = rules()
    rule_set.added.append(AlertRule(market="binance-usdm:BTCUSDT"))
    assert rule_set.check(event("binance:ETHUSDT"), CLOSED) is None
    assert rule_set.check(event(), CLOSED)


@pytest.mark.parametrize(
    ("values", "strength"),
    [
        ({"z": -2.5}, 2.5),
        ({"rows": 4, "low": "1"}, 4.0),
        ({"ratio": "1.25", "value": 9}, 1.25),
        ({"type": "regular"}, None),
        ({"z": None, "ratio": 3}, 3.0),
        ({"value": "none", "z": True}, None),
    ],
)
def test_strength_is_what_the_signal_reports(values, strength):
    assert strength_of(values) == strength


def test_every_signal_says_how_strong_it_is():
    evaluator = SignalEvaluator(counted(tape(hours=200, trades=60_000), 300), 300)
    evaluator.catch_up()
    strengths = {signal.signal: strength_of(signal.values) for signal in evaluator.signals}
    assert strengths.keys() == {*SIGNALS} - {"spread", "accumulation"}, (
        "those need other markets, and have their z"
    )
    assert all(strength is not None for strength in strengths.values()), strengths


def test_two_zones_of_one_side_on_one_bar_are_two_alerts():
    check = rules(AlertRule(signal="stacked", cooldown_s=0)).check
    zones = ({"low": "10", "high": "12", "rows": 3}, {"low": "15", "high": "18", "rows": 4})
    assert all(check(event(signal="stacked", values=zone), CLOSED) for zone in zones)
    assert not any(check(event(signal="stacked", values=zone), CLOSED) for zone in zones)
