"""Arguments in, options or one clear line out."""

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from cvdtui import __version__
from cvdtui.cli import main
from cvdtui.cli.help_texts import DESCRIPTIONS
from cvdtui.cli.parsers import parser
from cvdtui.cli.run_arguments import options
from cvdtui.cli.usage import COMMANDS, help_text, split
from cvdtui.config import Config
from cvdtui.errors import UsageError
from cvdtui.sources.options import DemoOptions, ReplayOptions, RunOptions
from cvdtui.store.user_state import State, save_state

HEAVY = ("textual", "rich", "websockets", "numpy", "httpx2", "duckdb", "ib_async", "asyncio")


# --- help, version, words ---------------------------------------------------------------------------------


def test_version_and_help_are_alone_on_stdout(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr() == (f"cvdtui {__version__}\n", "")
    for word in ("--help", "-h", "help"):
        assert main([word]) == 0
        assert capsys.readouterr() == (help_text(), "")


def test_help_names_every_command_and_exit_code():
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", help_text(), re.MULTILINE)
    for code in ("0", "1", "64", "65", "66", "69", "70", "74", "78"):
        assert re.search(rf"\b{code} ", " ".join(help_text().splitlines()[-2:]))


@pytest.mark.parametrize("command", DESCRIPTIONS)
def test_help_of_a_command_names_every_flag_and_gives_examples_that_parse(command: str, capsys):
    with pytest.raises(SystemExit) as left:
        parser(command).parse_args(["--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    for action in parser(command)._actions:
        assert all(flag in text for flag in action.option_strings)
    examples = re.findall(rf"^  cvdtui {command} ?(.*)$", text, re.MULTILINE)
    for example in examples:
        parser(command).parse_intermixed_args(example.split())
    assert examples


@pytest.mark.parametrize("words", [("--help",), ("--version",)])
def test_help_and_version_import_nothing_heavy(words: tuple[str, ...]):
    code = (
        "import sys; from cvdtui.cli import main; main(sys.argv[1:]);"
        f"heavy = [name for name in {(*HEAVY, 'msgspec', 'argparse')!r} if name in sys.modules];"
        "print(heavy, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stderr == "[]\n"


def test_reading_the_options_imports_nothing_heavy():
    code = (
        "import sys; from cvdtui.cli.run_arguments import options; options('run', ['--json']);"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ("run", [])),
        (["--json"], ("run", ["--json"])),
        (["binance:BTCUSDT", "--json"], ("run", ["binance:BTCUSDT", "--json"])),
        (["demo", "--json"], ("demo", ["--json"])),
        (["replay", "f"], ("replay", ["f"])),
        (["run"], ("run", [])),
    ],
)
def test_run_is_meant_where_no_command_is_named(words: list[str], expected: tuple[str, list[str]]):
    assert split(words) == expected


def test_a_word_that_is_no_command_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match=r'"repaly" is neither .* did you mean replay\?'):
        split(["repaly", "x"])


# --- options ----------------------------------------------------------------------------------------------


def test_with_no_words_at_all_the_defaults_are_in_force():
    assert options("run", []) == RunOptions(config=Config())
    assert options("demo", []) == DemoOptions(config=Config())


def test_flags_beat_set_and_set_beats_the_users_file(own_config):
    own_config('bar = "5m"\nrolling = 500\nunit = "quote"\n[memory]\nbars = 300\n')
    config = options("run", ["--set", "bar=15m", "--set", "memory.bars=400", "--rolling", "700"]).config
    assert (config.bar, config.rolling, config.unit) == (900, 700, "quote")
    assert (config.memory.bars, config.memory.footprints) == (400, 500)


def test_a_named_file_takes_the_place_of_the_users_own(tmp_path, own_config):
    own_config('bar = "5m"\nrolling = 500\n')
    other = tmp_path / "other.toml"
    other.write_bytes(b'\xef\xbb\xbfunit = "quote"\n')
    config = options("run", ["--config", str(other)]).config
    assert (config.bar, config.rolling, config.unit) == (60, 1000, "quote")


def test_markets_on_the_command_line_replace_the_configured_ones_wherever_they_stand():
    made = options("run", ["binance:BTCUSDT", "--json", "binance-usdm:ETHUSDT", "--bar", "60"])
    assert made.config.markets == ("binance:BTCUSDT", "binance-usdm:ETHUSDT")
    assert made.headless


@pytest.mark.parametrize(
    ("word", "seconds"), [("60", 60), ("1m", 60), ("5s", 5), ("4h", 14400), ("86400", 86400)]
)
def test_bar_is_seconds_or_a_name(word: str, seconds: int):
    assert options("replay", ["--bar", word, __file__]).config.bar == seconds


def test_a_row_on_the_command_line_holds_for_every_market(own_config):
    own_config('[row]\ndefault = 5\n[row.markets]\n"binance:BTCUSDT" = 10\n')
    assert options("run", []).config.row_of("binance:BTCUSDT") == Decimal(10)
    assert options("run", ["--row", "0.5"]).config.row_of("binance:BTCUSDT") == Decimal("0.5")
    assert options("run", ["--row", "auto"]).config.row_of("binance:BTCUSDT") is None


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        (
            "venues.binance-usdm.ws_url=ws://127.0.0.1:8000",
            ("venues", "binance-usdm", "ws_url"),
            "ws://127.0.0.1:8000",
        ),
        (
            'session.markets."binance:BTCUSDT".start=18:00',
            ("session", "markets", "binance:BTCUSDT", "start"),
            "18:00",
        ),
        (
            "session.markets.binance:BTCUSDT.start = 18:00",
            ("session", "markets", "binance:BTCUSDT", "start"),
            "18:00",
        ),
        ("theme=mono", ("theme",), "mono"),
    ],
)
def test_set_takes_dotted_keys_and_plain_values(text: str, path: tuple[str, ...], value: str):
    found: object = options("run", ["--set", text]).config
    for name in path:
        found = found[name] if isinstance(found, dict) else getattr(found, name)
    assert found == value


def test_set_takes_lists_and_switches():
    config = options("run", ["--set", 'markets=["binance:A"]', "--set", "exclude_zero=true"]).config
    assert config.markets == ("binance:A",)
    assert config.exclude_zero is True


def test_json_implies_headless_and_seconds_do_not():
    assert options("demo", ["--json"]).headless
    assert not options("demo", ["--seconds", "3"]).headless
    assert options("demo", ["--seconds", "0.5"]).seconds == 0.5


def test_demo_reads_its_own_flags(tmp_path):
    ledger = tmp_path / "truth.json"
    words = ["--seed", "7", "--markets", "20", "--rate", "2000", "--fault", "drop,dup", "--fault", "429,dup"]
    made = options("demo", [*words, "--ledger", str(ledger)])
    assert made == DemoOptions(
        config=Config(), seed=7, markets=20, rate=2000.0, faults=("drop", "dup", "429"), ledger=ledger
    )


def test_replay_reads_its_own_flags_and_is_fast_when_headless():
    words = [__file__, "--format", "jsonl", "--venue", "binance", "--symbol", "BTCUSDT"]
    made = options("replay", words)
    assert made == ReplayOptions(
        config=Config(), files=(Path(__file__),), format="jsonl", venue="binance", symbol="BTCUSDT", speed=1.0
    )
    assert options("replay", [*words, "--json"]).speed == 0.0
    assert options("replay", [*words, "--json", "--speed", "100"]).speed == 100.0


def test_what_was_chosen_on_the_screen_comes_back_on_the_screen_alone(own_config):
    own_config('theme = "light"\nmarkets = ["binance:A", "binance:B"]\n')
    state = State(theme="mono", added=("binance-usdm:C", "gone:D"), removed=("binance:A",))
    assert save_state(state) == ""
    shown = options("run", []).config
    assert (shown.theme, shown.markets) == ("mono", ("binance:B", "binance-usdm:C"))
    assert options("run", ["--set", "theme=dark", "binance:X"]).config.theme == "dark"
    assert options("run", ["binance:X"]).config.markets == ("binance:X",)
    assert options("run", ["--headless"]).config.markets == ("binance:A", "binance:B")
    assert options("demo", []).config.theme == "mono"


def test_choices_that_do_not_exist_any_more_are_passed_over(own_config):
    own_config('markets = ["binance:A"]\n')
    save_state(State(theme="gone", preset="gone", added=("gone:D",), removed=("binance:A",)))
    config = options("run", []).config
    assert (config.theme, config.preset, config.markets) == ("dark", "trader", ("binance:A",))


def test_a_broken_state_file_is_a_notice_not_an_end(home):
    path = home / ".local/state/cvdtui/state.toml"
    path.parent.mkdir(parents=True)
    path.write_text("theme = [", encoding="utf-8")
    made = options("run", [])
    assert made.config == Config()
    assert len(made.notices) == 1
    assert "state.toml: line 1" in made.notices[0]
