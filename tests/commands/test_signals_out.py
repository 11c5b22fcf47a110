"""Signals to alerts and journal of a live run; the commands watch, score and alert test."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from cvdtui.alerts.channels import Screen
from cvdtui.board.setup import demo_config
from cvdtui.cli import main, watch_command
from cvdtui.commands.watch import values_of
from cvdtui.config import AlertRule, Alerts, Config, JournalConfig
from cvdtui.config.alerts import SIGNALS
from cvdtui.demo.process import DemoProcess, ExchangeOptions
from cvdtui.errors import UsageError
from cvdtui.model import Market, MarketRow, Quality
from cvdtui.monitor.monitor import Monitor
from cvdtui.signals.registry import EMITTING
from cvdtui.store.reading import read
from tests.commands.running import finish, start


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_rules_can_ask_for_every_signal_that_tells_something():
    assert sorted(SIGNALS) == sorted(EMITTING)


# --- a live run


def live(tmp_path: Path, rule: AlertRule, enough: int) -> tuple[list[str], Path, Monitor]:
    """Notices of a live run against the demo exchange, until there were so many alerts; its journal."""
    notices: list[str] = []
    path = tmp_path / "state" / "signals.jsonl"

    async def go() -> Monitor:
        async with DemoProcess(ExchangeOptions(markets=3, rate=200)) as exchange:
            base = Config(
                alerts=Alerts(rules=(rule,), cooldown_s=0, zone="UTC"), journal=JournalConfig(megabytes=4)
            )
            config = demo_config(base, exchange.overrides)
            config = replace(config, history=replace(config.history, trades_minutes=0))
            monitor = Monitor(
                config, config.markets, screen=Screen(note=notices.append), journal=path, demo=True
            )
            await monitor.start()
            async with asyncio.timeout(40):
                while len(monitor.alerts.lines) < enough or not path.exists():  # noqa: ASYNC110 - as the screen does
                    await asyncio.sleep(0.1)
            await monitor.stop()
            return monitor

    return (monitor := asyncio.run(go())) and notices, path, monitor


def test_a_live_run_alerts_once_for_each_signal_and_keeps_a_journal_that_can_be_scored(tmp_path, capsys):
    rule = AlertRule(signal="climax", backfilled=True, incomplete=True, to=("notice",))
    notices, path, monitor = live(tmp_path, rule, 5)
    lines = list(monitor.alerts.lines)
    assert all(line.signal == "climax" for line in lines)
    keys = [(line.market, line.bar_us, line.side) for line in lines]
    assert len(keys) == len(set(keys))
    assert len(notices) >= 5
    assert all(notice.startswith("DEMO ") for notice in notices if "climax" in notice)
    found = read(path)
    assert found.skipped == 0
    times = next(iter(found.bars.values()))
    assert len(times) > 20
    climaxes = [one for one in found.signals.values() if one.signal == "climax"]
    assert {(one.market, one.time_us, one.side) for one in climaxes} >= set(keys)
    assert 20 in climaxes[0].parameters.values(), "the bars of the z-score"
    assert climaxes[0].price
    assert main(["score", "--journal", str(path), "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert {one["horizon"] for one in card["all"]} <= {5, 20, 60}
    assert all(one["count"] > 0 and one["low"] <= one["rate"] <= one["high"] for one in card["all"])
    assert card["markets"].keys() == {market for market, _ in found.bars}


def test_signals_from_before_the_start_are_silent_by_default_and_journaled_as_such(tmp_path):
    rule = AlertRule(to=("notice",), incomplete=True)
    _, path, monitor = live(tmp_path, rule, 0)
    entries = list(read(path).signals.values())
    assert entries
    assert all(one.backfilled for one in entries if one.time_us + 60_000_000 < one.evaluated_us - 120_000_000)
    alerted = {line.bar_us for line in monitor.alerts.lines}
    assert not any(one.backfilled and one.time_us in alerted for one in entries)


# --- watch


def test_watch_ends_with_0_and_one_line_when_the_condition_holds(tmp_path):
    child = start(tmp_path, "watch", "--once", "--demo", "--when", "last > 0 and coverage > 0.5")
    code, out, err = finish(child, 60)
    assert code == 0, err
    (line,) = out.splitlines()
    found = json.loads(line)
    assert found["when"] == "last > 0 and coverage > 0.5"
    assert found["values"]["last"] > 0
    assert found["market"].startswith("binance")


def test_watch_ends_with_1_when_it_never_held_and_69_when_nothing_answers(tmp_path):
    never = start(tmp_path, "watch", "--once", "--demo", "--when", "last < 0", "--seconds", "2")
    dead = [
        word
        for key in ("ws_url=ws", "rest_url=http")
        for word in ("--set", f"venues.binance.{key}://127.0.0.1:1")
    ]
    alone = start(tmp_path, "watch", "--when", "z > 0", "--seconds", "2", "binance:BTCUSDT", *dead)
    assert finish(never, 60)[:2] == (1, "")
    code, out, err = finish(alone, 60)
    assert (code, out) == (69, "")
    assert err.startswith("cvdtui: no market could be reached: 127.0.0.1:1")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--when", "z >> 2"], '--when: column 4: expected a number, a name or a bracket, not ">"'),
        (["--when", ""], "--when: column 1: expected a condition"),
        (["--once"], "--when"),
        (["--when", "z > 2", "--seconds", "0"], "--seconds"),
        (["--when", "z > 2", "bynance:BTCUSDT"], "binance"),
    ],
)
def test_watch_refuses_what_makes_no_sense(words, expected):
    with pytest.raises(UsageError) as caught:
        watch_command.options(words)
    assert expected in str(caught.value)


def test_a_market_that_has_not_begun_has_no_values_but_counts():
    row = MarketRow(Market("binance", "BTCUSDT"))
    values = values_of(row, 10)
    known = {name: value for name, value in values.items() if value is not None}
    assert known == {"trades": 0, "lost": 0, "missing": 0, "live": False}


def test_values_are_those_of_the_row():
    row = MarketRow(
        Market("binance", "BTCUSDT"),
        last=2.0,
        z=2.5,
        climax=True,
        cvd=-3.0,
        trades=5,
        last_trade_us=1_000_000,
        quality=Quality(coverage=0.5, state="gap", lost=1, open=2),
    )
    values = values_of(row, 3_000_000)
    assert (values["last"], values["z"], values["climax"], values["cvd"]) == (2.0, 2.5, True, -3.0)
    assert (values["coverage"], values["lost"], values["missing"], values["live"]) == (0.5, 1, 2, False)
    assert values["age"] == 2.0


# --- score


def trades(path: Path, count: int) -> Path:
    """A zigzag of prices with a delta that follows: one trade a second."""
    lines = []
    for number in range(count):
        up = number // 90 % 2 == 0
        price = 1000 + (number % 90 if up else 90 - number % 90)
        side = "buy" if up else "sell"
        size = 1 + number % 7
        lines.append(
            json.dumps(
                {
                    "id": number + 1,
                    "time_us": (1_723_161_000 + number) * 1_000_000,
                    "price": str(price),
                    "size": str(size),
                    "side": side,
                }
            )
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_score_of_files_names_n_interval_and_base_for_every_signal(tmp_path, capsys):
    file = trades(tmp_path / "t.jsonl", 6000)
    words = ["score", str(file), "--venue", "binance", "--symbol", "BTCUSDT", "--bar", "15s"]
    assert main([*words, "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert card["schema"] == 1
    assert card["horizons"] == [5, 20, 60]
    assert list(card["markets"]) == ["binance:BTCUSDT"]
    assert card["all"] == card["markets"]["binance:BTCUSDT"]
    assert main(["replay", *words[1:], "--json"]) == 0
    bars = json.loads(capsys.readouterr().out)["markets"]["binance:BTCUSDT"]
    known = {bar["time_us"]: place for place, bar in enumerate(bars["bars"][:-1])}
    closes = [float(bar["close"]) for bar in bars["bars"][:-1]]
    assert card["all"], "the zigzag must give signals"
    for one in card["all"]:
        found = [
            signal
            for signal in bars["signals"]
            if signal["signal"] == one["signal"]
            and "quality" not in signal
            and 13 <= known[signal["time_us"]] < len(closes) - one["horizon"]
        ]
        reached = 0
        for signal in found:
            place = known[signal["time_us"]]
            move = closes[place + one["horizon"]] - closes[place]
            reached += move > 0 if signal["side"] == "buy" else move < 0
        assert (one["count"], one["reached"]) == (len(found), reached)
    assert main(words) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == [
        "signal",
        "bar",
        "after",
        "n",
        "apart",
        "reached",
        "95",
        "%",
        "interval",
        "base",
        "ATRs",
        "base",
    ]
    assert len([line for line in table if " 15s " in line]) == len(card["all"])


def test_score_without_a_journal_or_with_an_empty_one_says_so(home, capsys):
    assert main(["score"]) == 66
    assert "signals.jsonl: cannot be read: No such file" in capsys.readouterr().err
    empty = home / "signals.jsonl"
    empty.write_text('{"torn\n', encoding="utf-8")
    assert main(["score", "--journal", str(empty)]) == 65
    assert "holds no closed bar" in capsys.readouterr().err


# --- alert test


def test_alert_test_says_what_came_of_it(home, capsys):
    out = home / "out.json"
    program = home / "on-signal"
    program.write_text(
        f"#!{sys.executable}\nimport sys; open({str(out)!r}, 'wb').write(sys.stdin.buffer.read())\n"
    )
    program.chmod(0o700)
    own = home / "own.toml"
    own.write_text(
        f'[alerts.channels.script]\nkind = "command"\ncommand = ["{program}"]\n'
        '[alerts.channels.phone]\nkind = "telegram"\nchat = "1"\ntoken = "env:NOT_SET_ANYWHERE"\n'
    )
    config = ["--config", str(own)]
    assert main(["alert", "test", "script", *config]) == 0
    assert capsys.readouterr().out == "script (command): sent\n"
    found = json.loads(out.read_bytes())
    assert (found["test"], found["title"]) == (True, "cvdtui test")
    assert main(["alert", "test", "phone", *config]) == 69
    assert capsys.readouterr().err == "cvdtui: phone: env:NOT_SET_ANYWHERE: is not set in the environment\n"
    assert main(["alert", "test", "scrpt", *config]) == 64
    assert "did you mean script?" in capsys.readouterr().err
    assert main(["alert", "test", "bell", *config]) == 69
    assert "there is no terminal to ring" in capsys.readouterr().err
