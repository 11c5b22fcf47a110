"""Rules that ask for a condition: they alert when it begins to hold, by rows of their own."""

import asyncio

import pytest
from msgspec.structs import replace

from cvdtui.alerts.channels import Screen
from cvdtui.alerts.dispatcher import AlertDispatcher
from cvdtui.board.board import Board
from cvdtui.board.setup import flow_maker, live_limits
from cvdtui.cli.config_layers import checked
from cvdtui.config import AlertRule, Alerts, Config
from cvdtui.errors import ConfigError
from cvdtui.model import Link, Market, Trade, Trades
from cvdtui.monitor.conditions import Conditions

BTC = Market("binance", "BTCUSDT", "BTC", "USDT", "spot", 2, 3, 1)
ETH = replace(BTC, symbol="ETHUSDT", base="ETH")
MINUTE = 60_000_000
T = 1_723_161_600_000_000


class BoardWithRules:
    """A board with two markets, a dispatcher with rules, and a clock."""

    def __init__(self, *rules, **alerts):
        config = Config(alerts=Alerts(rules=rules, zone="UTC", **{"cooldown_s": 0, **alerts}))
        self.board = Board(flow_maker(config, [60], live_limits(config)), live=True)
        self.notices = []
        self.now = T
        self.dispatcher = AlertDispatcher(
            config.alerts,
            Screen(note=self.notices.append),
            now=lambda: self.now,
            note=self.notices.append,
        )
        self.conditions = Conditions(self.board, config, self.dispatcher, now=lambda: self.now)
        self.ids = 0
        for market in (BTC, ETH):
            self.board.add(market)
            self.board.on_link(Link("binance", "live", "x", markets=(BTC.name, ETH.name), last_data_us=T))

    def trade(self, market, price, side=1):
        self.ids += 1
        self.now += 1_000_000
        self.board.on_link(Link("binance", "live", "x", markets=(BTC.name, ETH.name), last_data_us=self.now))
        self.board.on_trades(Trades(market, (Trade(self.ids, self.now, price, 1000, side),), "unique"))

    def look(self):
        before = len(self.dispatcher.lines)
        self.conditions.check()
        return [(line.market, line.text) for line in [*self.dispatcher.lines][before:]]


def run(test):
    async def go():
        await test()

    asyncio.run(go())


def test_a_condition_alerts_when_it_begins_to_hold_and_again_only_after_it_did_not():
    async def go():
        setup = BoardWithRules(AlertRule(when="cvd > 1.5", market="*:BTC*", to=("notice",), incomplete=True))
        setup.trade(BTC, 10_000)
        assert setup.look() == []
        setup.trade(BTC, 10_000)
        ((market, text),) = setup.look()
        assert market == BTC.name
        assert text.startswith("binance:BTCUSDT cvd > 1.5, cvd 2, coverage")
        assert setup.look() == [], "it still holds"
        setup.trade(BTC, 10_000, -1)
        assert setup.look() == []
        setup.trade(BTC, 10_000)
        assert len(setup.look()) == 1
        for _ in range(3):
            setup.trade(ETH, 10_000)
        assert setup.look() == [], "a rule of other markets"
        await setup.dispatcher.drain()
        assert sum("cvd > 1.5" in notice for notice in setup.notices) == 2
        await setup.dispatcher.stop()

    run(go)


def test_what_is_not_known_yet_or_incomplete_waits():
    async def go():
        setup = BoardWithRules(
            AlertRule(when="last > 1", to=("notice",)),
            AlertRule(when="z > -99", to=("notice",), incomplete=True),
        )
        assert setup.look() == []
        setup.trade(BTC, 10_000)
        assert setup.look() == [], (
            "the session before is not known: coverage is below the limit; and there is no z"
        )
        await setup.dispatcher.stop()

    run(go)


def test_rows_of_the_past_that_are_on_their_way_hold_nothing_back_but_a_gap_does():
    async def go():
        setup = BoardWithRules(AlertRule(when="cvd > 0", to=("notice",)))
        state = setup.board.states[BTC.name]
        state.known.from_us = T
        setup.board.on_progress(BTC.name, 0.2)
        setup.trade(BTC, 10_000)
        assert len(setup.look()) == 1
        setup.trade(ETH, 10_000)
        assert setup.look() == [], "the session before is not known"
        await setup.dispatcher.stop()

    run(go)


def test_a_condition_cools_down_and_keeps_quiet_hours_as_signals_do():
    async def go():
        rule = AlertRule(when="cvd > 0", to=("notice",), incomplete=True, cooldown_s=60)
        setup = BoardWithRules(rule, quiet="00:10-00:20")
        setup.trade(BTC, 10_000)
        assert len(setup.look()) == 1
        setup.trade(BTC, 10_000, -1)
        setup.look()
        setup.trade(BTC, 10_000)
        assert setup.look() == [], "within the minute"
        (line,) = setup.dispatcher.rule_lines(setup.now)
        assert (line.text, line.state, line.added, line.alerted_us > T) == ("cvd > 0", "cooling", False, True)
        setup.now = T + 12 * MINUTE
        assert setup.dispatcher.rule_lines(setup.now)[0].state == "quiet"
        setup.trade(BTC, 10_000, -1)
        setup.look()
        setup.trade(BTC, 10_000)
        setup.look()
        assert setup.dispatcher.lines[-1].quiet
        await setup.dispatcher.stop()

    run(go)


def test_rules_of_the_screen_are_removed_one_by_one_and_those_of_the_configuration_stay():
    setup = BoardWithRules(AlertRule(signal="climax"))
    first, second = (
        AlertRule(market=BTC.name, when="z > 2"),
        AlertRule(market=BTC.name, signal="flip", strength=2.0),
    )
    assert setup.dispatcher.add_rule(first)
    assert setup.dispatcher.add_rule(second)
    assert not setup.dispatcher.add_rule(AlertRule(market=BTC.name, when="z > 2"))
    lines = setup.dispatcher.rule_lines(T)
    assert [(line.market, line.text, line.added) for line in lines] == [
        ("*", "climax", False),
        (BTC.name, "z > 2", True),
        (BTC.name, "flip >= 2", True),
    ]
    assert len({line.key for line in lines}) == 3
    assert not setup.dispatcher.remove_rule(lines[0].key)
    assert setup.dispatcher.remove_rule(lines[1].key)
    assert setup.dispatcher.rules.added == [second]
    assert not setup.dispatcher.remove_rule(lines[1].key)


def test_a_rule_with_a_condition_asks_for_no_signal():
    from tests.alerts.signals import CLOSED, event

    setup = BoardWithRules(AlertRule(when="z > 2"))
    assert setup.dispatcher.on_signal(event(), CLOSED) is None


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (
            {"when": "z >> 2"},
            'alerts.rules.1.when: expected a condition, such as "z > 2 and coverage > 0.99"',
        ),
        ({"when": "zz > 2"}, "did you mean z?"),
        (
            {"when": "z > 2", "signal": "climax"},
            "alerts.rules.1.when: stands alone, without signal and strength",
        ),
    ],
)
def test_a_condition_of_the_configuration_that_makes_no_sense_is_refused(rule, why):
    with pytest.raises(ConfigError) as caught:
        checked([("here", {"alerts": {"rules": [rule]}})])
    assert why in str(caught.value)


def test_a_condition_of_the_configuration_is_a_rule():
    config = checked([("here", {"alerts": {"rules": [{"when": "z > 2 and coverage > 0.99"}]}})])
    assert config.alerts.rules == (AlertRule(when="z > 2 and coverage > 0.99"),)
