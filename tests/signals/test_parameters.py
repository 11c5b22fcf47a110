"""Parameters: the nearest wins, the unknown is refused, config.toml names them all."""

import tomllib
from pathlib import Path

import pytest

from cvdtui.config import Config, load
from cvdtui.config.alerts import SIGNALS as ALERTED
from cvdtui.errors import ConfigError
from cvdtui.signals.parameters import parameters
from cvdtui.signals.registry import EMITTING, PARAMETERS, SIGNALS
from tests.config.shipped import switched_on

ROOT = Path(__file__).resolve().parents[2]


def config(text: str) -> Config:
    return load([("mine.toml", tomllib.loads(text))], venues=("binance", "bybit"), signals=PARAMETERS)


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config(text)
    return str(caught.value)


def test_the_defaults_are_those_of_the_indicator_it_began_with():
    found = parameters({}, "binance:BTCUSDT", 60)
    assert (found["climax"].n, found["climax"].smoothing) == (20, 5)
    assert (found["climax"].neutral, found["climax"].extreme) == (1.0, 2.0)
    assert (found["accumulation"].range, found["accumulation"].bars) == (1.5, 5)
    assert (found["imbalance"].ratio, found["stacked"].rows) == (3.0, 3)
    assert (found["spread"].extreme, found["spread"].n) == (1.5, 100)
    assert (found["slope"].extreme, found["slope"].near, found["slope"].atr) == (2.0, 0.25, 14)
    assert (found["efficiency"].bars, found["efficiency"].window, found["efficiency"].least) == (5, 100, 20)
    assert (found["divergence"].apart, found["divergence"].strength) == (60, 0.5)
    assert (found["absorption"].rows, found["absorption"].volume, found["absorption"].delta) == (2, 2.0, 0.4)


def test_bar_length_then_market_then_both_are_the_nearer():
    got = config(
        """
        [signals.climax]
        n = 10
        extreme = 3
        [signals.climax.timeframes.4h]
        n = 7
        [signals.climax.markets."binance:BTCUSDT"]
        n = 8
        [signals.climax.markets."binance:BTCUSDT".timeframes.4h]
        n = 9
        """
    )

    def climax(market, seconds):
        found = parameters(got.signals, market, seconds)["climax"]
        return found.n, found.extreme

    assert climax("binance:ETHUSDT", 60) == (10, 3.0)
    assert climax("binance:ETHUSDT", 14400) == (7, 3.0)
    assert climax("binance:BTCUSDT", 60) == (8, 3.0)
    assert climax("binance:BTCUSDT", 14400) == (9, 3.0)


def test_layers_are_merged_key_by_key_whichever_way_a_bar_length_is_written():
    layers = [
        ("a", {"signals": {"climax": {"n": 10, "timeframes": {"4h": {"n": 5, "extreme": 1}}}}}),
        ("b", {"signals": {"climax": {"timeframes": {"14400": {"n": 6}}}}}),
    ]
    found = parameters(load(layers, signals=PARAMETERS).signals, "x", 14400)["climax"]
    assert (found.n, found.extreme) == (6, 1.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("signals.climx.n = 1", "signals.climx: no such key; did you mean signals.climax?"),
        ("signals.climax.nn = 1", "signals.climax.nn: no such key; did you mean signals.climax.n?"),
        ("signals.climax.n = 1", "signals.climax.n: expected a whole number of bars from 2 to 10000, not 1"),
        ("signals.climax.n = 2.5", "signals.climax.n: expected a whole number of bars"),
        ('signals.climax.method = "x"', 'signals.climax.method: expected one of "level", "flow", not "x"'),
        ("signals.climax.enabled = 1", "signals.climax.enabled: expected true or false, not 1"),
        (
            "signals.climax.timeframes.7m.n = 3",
            "signals.climax.timeframes.7m: expected as its name a bar length",
        ),
        ("signals.climax.timeframes.4h.m = 3", "signals.climax.timeframes.4h.m: no such key"),
        ("signals.climax.markets.BTC.n = 3", "signals.climax.markets.BTC: expected as its name a market"),
        (
            'signals.climax.markets."binance:A".timeframes.4h.extrem = 3',
            "did you mean ",
        ),
        ("signals.coverage = 1.1", "signals.coverage: expected a number from 0 to 1, not 1.1"),
        ("signals = 3", "signals: expected a table, not 3"),
        ('signals.spread.partner = "BTC"', "signals.spread.partner: expected a market, such as"),
    ],
)
def test_what_is_unknown_or_wrong_is_refused_by_its_whole_key(text, expected):
    assert expected in refusal(text)


def test_coverage_has_its_own_key():
    assert Config().signal_coverage == 0.99
    assert config("signals.coverage = 0.5").signal_coverage == 0.5


def test_the_shipped_file_shows_every_parameter_with_its_default():
    shown = switched_on(examples=True)["signals"]
    config("")
    load([("config.toml", {"signals": shown})], signals=PARAMETERS)
    assert shown.pop("coverage") == Config().signal_coverage
    assert shown.keys() == PARAMETERS.keys()
    for name, kind in PARAMETERS.items():
        own = {key: value for key, value in shown[name].items() if not isinstance(value, dict)}
        assert own == {key: getattr(kind(), key) for key in kind.__struct_fields__}, name


def test_every_signal_is_registered_by_its_own_name_and_alerts_may_name_those_that_emit():
    assert all(name == kind.name for name, kind in SIGNALS.items())
    assert sorted(EMITTING) == sorted(ALERTED)
