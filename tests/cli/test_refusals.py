"""What the command line refuses and prints, and how the real program ends."""

import os
import pty
import subprocess
import sys

import pytest

from cvdtui.cli import main
from cvdtui.cli.run_arguments import options


def program(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The real program with nothing but pipes around it."""
    return subprocess.run(
        [sys.executable, "-m", "cvdtui", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **more},
    )


# --- one line and an exit code ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["run", "--frob"], 64, "unrecognized arguments: --frob; see cvdtui run --help"),
        (["run", "--js"], 64, "unrecognized arguments: --js"),
        (["run", "--bar"], 64, "--bar: expected one argument"),
        (["run", "--bar", "7m"], 64, "--bar: expected a bar length"),
        (["run", "--row", "-1"], 64, "--row: expected"),
        (["run", "--rolling", "0"], 64, '--rolling: expected a whole number, 1 or more, not "0"'),
        (["run", "--seconds", "nan"], 64, '--seconds: expected a number above 0, not "nan"'),
        (["run", "--seconds", "0"], 64, "--seconds: expected a number above 0"),
        (["run", "no such"], 64, 'expected a market, such as binance-usdm:BTCUSDT, not "no such"'),
        (
            ["run", "BTCUSDT"],
            64,
            '"BTCUSDT" may mean binance-usdm:BTCUSDT, binance:BTCUSDT; name one of them',
        ),
        (["run", "btc-perp", "BTCUSDT.P"], 64, "binance-usdm:BTCUSDT is named twice"),
        (["markets", "--venue", "binanse"], 64, 'is named "binanse"; did you mean binance?'),
        (["run", "binanse:BTCUSDT"], 64, "did you mean binance?"),
        (["run", "binance:A", "binance:A"], 64, "binance:A is named twice"),
        (["run", "--set", "bar"], 64, '--set: expected KEY=VALUE, not "bar"'),
        (["run", "--set", "=1"], 64, "--set: "),
        (["run", "--set", "a..b=1"], 64, '"a..b" is not a dotted key'),
        (["run", "--set", "tape.hodl=1"], 78, "--set: tape.hodl: no such key; did you mean tape.hold?"),
        (["run", "--set", "bar.x=1"], 78, "--set: bar: expected a bar length"),
        (["run", "--set", "rolling=1\nbar=2"], 78, "--set: rolling: expected a whole number"),
        (
            ["run", "--config", "/none/such.toml"],
            66,
            "/none/such.toml: cannot be read: No such file or directory",
        ),
        (["demo", "--fault", "drop,dupe"], 64, '--fault: no fault is named "dupe"; did you mean dup?'),
        (["demo", "--rate", "0"], 64, "--rate: expected a number above 0"),
        (["demo", "--seed", "x"], 64, "--seed: expected a whole number"),
        (["demo", "--ledger", "/none/such/x.json"], 64, "--ledger: there is no folder /none/such"),
        (["demo", "stray"], 64, "unrecognized arguments: stray"),
        (["replay"], 64, "the following arguments are required: FILE"),
        (["replay", "/none/such.csv"], 66, "/none/such.csv: cannot be read: No such file or directory"),
        (["replay", "/tmp"], 66, "/tmp: cannot be read: it is a folder"),
        (["replay", "a\nb\x1b[31m"], 66, "a b [31m: cannot be read"),
        (
            ["replay", __file__, "--venue", "binanse"],
            64,
            '--venue: no venue is named "binanse"; did you mean binance?',
        ),
        (["replay", __file__, "--symbol", "a b"], 64, "--symbol: expected a symbol"),
        (["replay", __file__, "--format", "csv"], 64, "--format: invalid choice: 'csv'"),
        (["replay", __file__, "--speed", "-1"], 64, "--speed: expected a number, 0 or more"),
        (["config"], 64, "the following arguments are required: action"),
        (["config", "shwo"], 64, "invalid choice: 'shwo'"),
        (["nonsense"], 64, '"nonsense" is neither a command nor a market'),
    ],
)
def test_a_usage_error_is_one_line_on_stderr_and_an_exit_code(words: list[str], code: int, text: str, capsys):
    assert main(words) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("cvdtui: ")
    assert err.count("\n") == 1
    assert text in err


@pytest.mark.parametrize(
    ("toml", "text"),
    [
        ("bar = \n", "line 1, column 7: not TOML: Invalid value"),
        ('markets = ["binance:A",\n', "line 2: not TOML: "),
        ("barr = 1\n", "barr: no such key; did you mean bar?"),
        ('theme = "drak"\n', "did you mean dark?"),
    ],
)
def test_a_broken_config_file_ends_with_78_and_names_the_file(toml: str, text: str, capsys, own_config):
    path = own_config(toml)
    for words in (
        ["run", "--json"],
        ["demo", "--json"],
        ["replay", __file__],
        ["config", "check"],
        ["config", "show"],
    ):
        assert main(words) == 78
        assert capsys.readouterr().err.startswith(f"cvdtui: {path}: ")
    assert main([]) == 78
    assert text in capsys.readouterr().err


def test_a_config_file_that_is_not_text_is_refused(capsys, own_config):
    own_config("").write_bytes(b"bar = \xff")
    assert main(["config", "check"]) == 78
    assert "byte 6: not UTF-8 text" in capsys.readouterr().err


# --- config path, show, check -----------------------------------------------------------------------------


def test_config_path_prints_the_path_alone(home, capsys, monkeypatch):
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{home}/.config/cvdtui/config.toml\n"
    monkeypatch.setenv("XDG_CONFIG_HOME", "/elsewhere")
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == "/elsewhere/cvdtui/config.toml\n"
    monkeypatch.setenv("XDG_CONFIG_HOME", "not/absolute")
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{home}/.config/cvdtui/config.toml\n"


def test_config_check_says_what_was_read(capsys, own_config):
    assert main(["config", "check"]) == 0
    assert capsys.readouterr().out.startswith("good: nothing is set in ")
    path = own_config("bar = 300\n[tape]\nhold = 1000\n")
    assert main(["config", "check"]) == 0
    assert capsys.readouterr().out == f"good: 2 keys set in {path}\n"


def test_config_show_is_a_config_file_of_the_same_values_with_their_origins(tmp_path, capsys, own_config):
    path = own_config('bar = 300\n[row.markets]\n"binance:BTCUSDT" = 0.1\n')
    words = ["--set", "tape.hold=1000", "--set", 'session.markets."binance:A.B".zone=Asia/Tokyo']
    assert main(["config", "show", *words]) == 0
    shown = capsys.readouterr().out
    assert f"# from {path}\nbar = 300\n" in shown
    assert "# from --set\nhold = 1000\n" in shown
    again = tmp_path / "shown.toml"
    again.write_text(shown, encoding="utf-8")
    assert options("run", ["--config", str(again)]) == options("run", words)


# --- the real program -------------------------------------------------------------------------------------


def test_without_a_terminal_the_program_says_so_and_points_at_headless():
    for command in ("run", "demo"):
        done = program(command)
        assert (done.returncode, done.stdout) == (64, "")
        assert done.stderr == (
            "cvdtui: standard input is not a terminal, and the screen needs one; without a screen: "
            f"cvdtui {command} --headless --json\n"
        )


def test_a_dumb_terminal_is_refused_with_what_to_do():
    main_end, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "cvdtui", "demo"],
            stdin=terminal,
            stdout=terminal,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=30,
            env={**os.environ, "TERM": "dumb"},
        )
    finally:
        os.close(main_end)
        os.close(terminal)
    assert done.returncode == 64
    assert done.stderr.startswith("cvdtui: TERM=dumb cannot draw the screen;")
    assert "cvdtui demo --headless --json" in done.stderr


def test_a_reader_that_goes_away_leaves_no_noise():
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-m", "cvdtui", "config", "show"],
        stdout=write_end,
        stderr=subprocess.PIPE,
        check=False,
        timeout=30,
    )
    os.close(write_end)
    assert done.stderr == b""
    assert done.returncode == 141


@pytest.mark.parametrize("words", [("config", "show"), ("replay", "--headless", "--json", "TAPE")])
def test_a_full_disk_under_the_output_is_one_line(tmp_path, words):
    begin = 1_723_161_600_000_000
    rows = (
        f'{{"id":{n},"time_us":{begin + n * 60_000_000},"price":"1.5","size":"2","side":"buy"}}\n'
        for n in range(500)
    )
    tape = tmp_path / "tape.jsonl"
    tape.write_text("".join(rows))
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, "-m", "cvdtui", *(str(tape) if word == "TAPE" else word for word in words)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.stderr.splitlines()[-1] == "cvdtui: the output cannot be written: No space left on device"
    assert "Traceback" not in done.stderr
    assert done.returncode == 74
