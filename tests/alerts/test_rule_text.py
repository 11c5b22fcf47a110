"""A rule as it is typed on the screen, and how it is written back."""

import pytest

from cvdtui.alerts.rule_text import rule_of, text_of
from cvdtui.config import AlertChannel, AlertRule, Alerts
from cvdtui.errors import UsageError

MARKET = "binance-usdm:BTCUSDT"
ALERTS = Alerts(channels={"phone": AlertChannel(kind="ntfy", topic="x")})


@pytest.mark.parametrize(
    ("typed", "expected", "written"),
    [
        ("", {}, "any signal"),
        ("*", {}, "any signal"),
        ("any signal", {}, "any signal"),
        ("climax", {"signal": "climax"}, "climax"),
        ("climax 2.5", {"signal": "climax", "strength": 2.5}, "climax >= 2.5"),
        ("climax >= 2.5", {"signal": "climax", "strength": 2.5}, "climax >= 2.5"),
        ("Climax >=2", {"signal": "climax", "strength": 2.0}, "climax >= 2"),
        ("divergence sell 5m", {"signal": "divergence", "side": "sell", "bar": 300}, "divergence sell 5m"),
        (
            "stacked 4 buy to bell",
            {"signal": "stacked", "strength": 4.0, "side": "buy", "to": ("bell",)},
            "stacked >= 4 buy",
        ),
        ("to phone, bell", {"to": ("phone", "bell")}, "any signal"),
        ("any to phone bell phone", {"to": ("phone", "bell")}, "any signal"),
        ("z > 2", {"when": "z > 2"}, "z > 2"),
        (
            "z > 2 and coverage > 0.99 to phone",
            {"when": "z > 2 and coverage > 0.99", "to": ("phone",)},
            "z > 2 and coverage > 0.99",
        ),
        ("climax and live", {"when": "climax and live"}, "climax and live"),
    ],
)
def test_what_is_typed_becomes_a_rule_of_this_market(typed, expected, written):
    rule = rule_of(MARKET, typed, ALERTS)
    assert rule == AlertRule(market=MARKET, **expected)
    assert text_of(rule) == written
    again = rule_of(MARKET, written, ALERTS)
    assert (again.signal, again.strength, again.when, again.side, again.bar) == (
        rule.signal,
        rule.strength,
        rule.when,
        rule.side,
        rule.bar,
    )


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("climx", 'no signal is named "climx"; did you mean climax?'),
        ("z > 2 to phne", 'no channel is named "phne"; did you mean phone?'),
        ("z >> 2", "column 4: expected a number, a name or a bracket"),
        ("climax 3x", "expected a signal and its least strength, or a condition"),
        ("z", "column"),
        ("climax 1e99", "expected a signal"),
    ],
)
def test_what_is_not_understood_is_told(typed, why):
    with pytest.raises(UsageError) as caught:
        rule_of(MARKET, typed, ALERTS)
    assert why in str(caught.value) or why == "column"
