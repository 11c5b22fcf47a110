"""`cvdtui demo` without a screen: whatever the exchange does wrong, the sums are its own, exactly."""

import contextlib
import json
import os
import signal
import subprocess
import time

from tests.commands.running import finish, report, start

FAULTS = ("drop", "dup", "skip", "stall", "malformed", "slow", "429", "drop,dup,skip")
QUICK = ("--headless", "--json", "--markets", "4", "--rate", "100")
BUSY = ("--rate", "600")
"""One frame in 150 is broken, one in 30 repeated: some come even within the seconds of a slow machine."""


def truth(path) -> dict:
    return json.loads(path.read_text())["markets"]


def test_every_fault_ends_in_exactly_the_true_cvd(tmp_path):
    ledgers = {fault: tmp_path / f"ledger-{fault}.json" for fault in FAULTS}
    with contextlib.ExitStack() as running:
        children = {}
        for fault, ledger in ledgers.items():
            words = [*QUICK, "--seconds", "8", "--fault", fault, "--ledger", str(ledger)]
            words += BUSY if fault == "malformed" or "dup" in fault else ()
            children[fault] = running.enter_context(start(tmp_path, "demo", *words))
            running.callback(children[fault].kill)
        ends = {fault: finish(child, 120) for fault, child in children.items()}
    for fault, (code, out, err) in ends.items():
        assert code == 0, f"{fault}: {err}"
        markets, true = json.loads(out)["markets"], truth(ledgers[fault])
        assert markets.keys() == true.keys()
        for name, market in markets.items():
            for anchor in ("session", "week"):
                assert market["cvd"][anchor] == true[name]["cvd"][anchor], (fault, name, anchor)
            assert market["lost"] == 0, (fault, name)
            assert market["coverage"] == 1.0, (fault, name)
            assert all(gap["state"] == "filled" for gap in market["gaps"]), (fault, name)
        if fault == "malformed":
            assert sum(market["rejected"] for market in markets.values()) > 0
        if "dup" in fault:
            assert sum(market["duplicates"] for market in markets.values()) > 10


def test_the_session_before_the_start_comes_from_candles_and_the_last_hour_gets_its_rows(tmp_path):
    markets = report(tmp_path, "demo", *QUICK, "--seconds", "15", "--set", "history.trades_minutes=3")
    for name, market in markets.items():
        bars = market["bars"]
        assert {bar["source"] for bar in bars} <= {"taker", "taker/bar"}, name
        candles = [bar for bar in bars if bar["source"] == "taker/bar"]
        assert all(bar["rows"] == [] and bar["delta_high"] is None for bar in candles)
        trades = [bar for bar in bars if bar["source"] == "taker"]
        assert all(bar["rows"] and bar["delta_high"] is not None for bar in trades)
        assert len(trades) >= 3, name
        total = sum(float(bar["delta"]) for bar in bars)
        assert abs(total - float(market["cvd"]["start"])) < 1e-6 * max(1.0, float(market["buy"]))
        assert abs(sum(market["side_source"].values()) - 1) < 1e-12


def test_ctrl_c_ends_early_with_the_report(tmp_path):
    ledger = tmp_path / "ledger.json"
    child = start(tmp_path, "demo", *QUICK, "--seconds", "600", "--ledger", str(ledger))
    end = time.monotonic() + 60
    while not (ledger.exists() and b"last_id" in ledger.read_bytes()) and time.monotonic() < end:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.1)
    os.killpg(child.pid, signal.SIGINT)
    code, out, err = finish(child)
    assert code == 0, err
    assert len(json.loads(out)["markets"]) == 4
