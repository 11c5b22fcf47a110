import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
import websockets

import cvdtui
from cvdtui.demo.process import DemoProcess, ExchangeOptions
from cvdtui.errors import CvdtuiError, UsageError

HOME = Path(cvdtui.__file__).parent.parent


def _command(*arguments):
    return [sys.executable, "-m", "cvdtui.demo", *arguments]


def _start(*arguments):
    child = subprocess.Popen(
        _command(*arguments), cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    return child, json.loads(child.stdout.readline())


async def _listen(overrides, count):
    url = overrides["venues"]["binance-usdm"]["ws_url"]
    path = "/market/stream?streams=btcusdt@aggTrade"
    async with asyncio.timeout(20), websockets.connect(url + path, proxy=None) as socket:
        return [json.loads(await socket.recv())["data"] for _ in range(count)]


def test_the_child_serves_freezes_and_leaves_its_ledger_behind(tmp_path):
    async def run():
        file = tmp_path / "truth.json"
        async with DemoProcess(
            ExchangeOptions(seed=3, markets=2, rate=400.0, ledger=file, faults=("dup",))
        ) as demo:
            assert demo.overrides["markets"] == ["binance-usdm:BTCUSDT", "binance:BTCUSDT"]
            frames = await _listen(demo.overrides, 50)
            last = await demo.freeze()
            assert last["binance-usdm:BTCUSDT"] >= frames[-1]["a"]
            async with httpx2.AsyncClient(trust_env=False) as http:
                base = demo.overrides["venues"]["binance"]["rest_url"]
                trades = (await http.get(f"{base}/api/v3/aggTrades?symbol=BTCUSDT&limit=1")).json()
                assert trades[0]["a"] == last["binance:BTCUSDT"]
        books = json.loads(file.read_text())
        assert {name: market["last_id"] for name, market in books["markets"].items()} == last
        assert (books["seed"], books["faults"]["names"]) == (3, ["dup"])

    asyncio.run(run())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rate": -1.0}, "rate: -1 given, 0.1 to 5000"),
        ({"rate": float("nan")}, "rate: nan given"),
        ({"markets": 99}, "markets: 99 given, 1 to 60"),
        ({"seed": -4}, "seed: -4 given"),
        ({"port": 80}, "port: 80 given"),
        ({"faults": ("drpo",)}, "fault: 'drpo' given"),
        ({"ledger": Path("/nowhere/at/all.json")}, "ledger: cannot write /nowhere/at/all.json: No such file"),
        (
            {"ledger": Path("/dev/null")},
            "ledger: cannot write /dev/null: is not a regular file",
        ),
    ],
)
def test_options_that_make_no_sense_come_back_as_one_clear_error(options, words):
    async def run():
        with pytest.raises(UsageError) as refused:
            await DemoProcess(ExchangeOptions(**options)).start()
        assert str(refused.value).startswith(words)

    asyncio.run(run())


@pytest.mark.parametrize(
    "arguments", [["--rate", "fast"], ["--colour"], ["--fault", "no"], ["--port", "70000"]]
)
def test_a_bad_command_line_is_one_line_and_exit_code_64(arguments):
    done = subprocess.run(_command(*arguments), cwd=HOME, capture_output=True, timeout=20, check=False)
    assert done.returncode == 64
    assert done.stdout == b""
    assert done.stderr.startswith(b"cvdtui demo: ")
    assert done.stderr.count(b"\n") == 1


def test_a_port_in_use_is_said_so():
    child, overrides = _start("--markets", "1")
    try:
        port = overrides["venues"]["binance-usdm"]["ws_url"].rsplit(":", 1)[1]
        done = subprocess.run(
            _command("--port", port), cwd=HOME, capture_output=True, timeout=20, check=False
        )
        assert done.returncode == 64
        assert b"address already in use" in done.stderr
    finally:
        child.terminate()
        child.communicate(timeout=10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_with_its_ledger_written(tmp_path, number):
    file = tmp_path / "truth.json"
    child, _ = _start("--markets", "1", "--ledger", str(file))
    child.send_signal(number)
    _, errors = child.communicate(timeout=10)
    assert (child.returncode, errors) == (0, b"")
    assert json.loads(file.read_text())["markets"].keys() == {"binance-usdm:BTCUSDT"}


def test_it_ends_when_its_stdin_closes():
    child, _ = _start("--markets", "1", "--parent", str(os.getpid()))
    child.stdin.close()
    assert child.wait(timeout=10) == 0
    child.stdout.close()
    child.stderr.close()


def test_it_ends_when_its_parent_is_another_process():
    child, _ = _start("--markets", "1", "--parent", "1")
    _, errors = child.communicate(timeout=10)
    assert (child.returncode, errors) == (0, b"")


def test_the_ledger_survives_a_kill(tmp_path):
    file = tmp_path / "truth.json"
    child, overrides = _start("--markets", "2", "--rate", "500", "--ledger", str(file))
    before = json.loads(file.read_text())["time_us"]
    try:
        for _ in range(200):
            asyncio.run(_listen(overrides, 20))
            if json.loads(file.read_text())["time_us"] > before:
                break
    finally:
        child.kill()
        child.communicate(timeout=10)
    books = json.loads(file.read_text())
    assert books["time_us"] > before
    market = books["markets"]["binance-usdm:BTCUSDT"]
    assert market["last_id"] - market["first_id"] + 1 == market["trades"] == len(market["tape"]) > 0


def test_a_dead_child_is_reported_and_not_waited_for():
    async def run():
        demo = DemoProcess(ExchangeOptions(markets=1))
        await demo.start()
        demo._child.kill()
        with pytest.raises(CvdtuiError, match="demo exchange: ended with -9"):
            await demo.freeze()
        await demo.stop()
        with pytest.raises(CvdtuiError, match="not running"):
            await demo.freeze()

    asyncio.run(run())
