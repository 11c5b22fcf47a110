"""Secrets come from the environment or a file of mode 0600, and never show."""

import os
import tomllib
from pathlib import Path

import pytest

from cvdtui.alerts.secrets import resolve, scrub
from cvdtui.cli import main
from cvdtui.config import load
from cvdtui.errors import AlertError, ConfigError

SECRET = "123456:AAsecretAAsecret"  # noqa: S105 - made up


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def secret_file(path: Path, text: str = SECRET, mode: int = 0o600) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return f"file:{path}"


def test_a_secret_comes_from_the_environment_or_a_file_of_ones_own(home, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", f" {SECRET}\n")
    assert resolve("env:MY_TOKEN") == SECRET
    assert resolve(secret_file(home / "token", f"{SECRET}\n")) == SECRET
    assert resolve("file:~/token") == SECRET
    assert resolve(secret_file(home / "read-only", mode=0o400)) == SECRET
    assert resolve("plain") == "plain"
    assert resolve("") == ""


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601])
def test_a_file_that_others_can_read_is_refused_with_the_remedy(home, mode):
    place = secret_file(home / "token", mode=mode)
    with pytest.raises(AlertError, match=rf"others can read it \(mode {mode:04o}\); chmod 600") as caught:
        resolve(place)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("content", ["", " \n", "two words", "two\nlines", "täken", "x" * 5000, "a\x1b[0m"])
def test_what_cannot_be_a_secret_is_refused_without_showing_it(home, content):
    with pytest.raises(AlertError) as caught:
        resolve(secret_file(home / "token", content))
    assert not content.strip() or content not in str(caught.value)


def test_what_is_not_there_is_named(home, monkeypatch):
    monkeypatch.delenv("MY_TOKEN", raising=False)
    with pytest.raises(AlertError, match="env:MY_TOKEN: is not set in the environment"):
        resolve("env:MY_TOKEN")
    with pytest.raises(AlertError, match="cannot be read: No such file"):
        resolve(f"file:{home}/none")
    os.mkfifo(home / "pipe")
    with pytest.raises(AlertError, match="is not a regular file"):
        resolve(f"file:{home}/pipe")


def test_scrubbing_finds_a_secret_its_quoted_form_and_the_parts_of_a_secret_address():
    secrets = [SECRET, "https://discord.test/api/webhooks/1234567890/tokenTOKENtoken"]
    text = f"a {SECRET} b 123456%3AAAsecretAAsecret c /1234567890/ d tokenTOKENtoken e\x1b[2J\nf"
    assert scrub(text, secrets) == "a *** b *** c /***/ d *** e [2J f"


BAD = [
    f'[alerts.channels.telegram]\nchat = "1"\ntoken = "{SECRET}"',
    f'[alerts.channels.discord]\nurl = "https://discord.com/{SECRET}"',
    f'[alerts.channels.webhook]\nurl = "https://me:{SECRET}@host.test/"',
    f'[alerts.channels.webhook]\nurl = "https://host.test/?key={SECRET}"',
    f'[alerts.channels.webhook]\nurl = "{SECRET} "',
    f'[alerts.channels.ntfy]\ntopic = "my {SECRET}"',
]


@pytest.mark.parametrize("toml", BAD)
def test_a_secret_written_into_the_configuration_is_refused_and_not_repeated(toml):
    with pytest.raises(ConfigError) as caught:
        load([("mine.toml", tomllib.loads(toml))])
    text = str(caught.value)
    assert text.startswith(("mine.toml: alerts.channels.", "alerts.channels."))
    assert "env:NAME" in text
    assert SECRET not in text


def test_config_show_and_check_name_the_place_of_a_secret_and_never_the_secret(home, monkeypatch, capsys):
    monkeypatch.setenv("MY_TOKEN", SECRET)
    own = home / "own.toml"
    place = secret_file(home / "topic")
    own.write_text(
        f'[alerts.channels.telegram]\nchat = "1"\ntoken = "env:MY_TOKEN"\n'
        f'[alerts.channels.ntfy]\ntopic = "{place}"\n'
        '[[alerts.rules]]\nsignal = "climax"\nto = ["ntfy"]\n[[alerts.rules]]\nstrength = 3\n',
        encoding="utf-8",
    )
    assert main(["config", "show", "--config", str(own)]) == 0
    assert main(["config", "check", "--config", str(own)]) == 0
    out = capsys.readouterr().out
    assert "env:MY_TOKEN" in out
    assert place in out
    assert SECRET not in out


def test_what_config_show_prints_of_rules_reads_back_as_the_same_rules(home, capsys):
    own = home / "own.toml"
    own.write_text('[[alerts.rules]]\nsignal = "climax"\nto = ["bell"]\n[[alerts.rules]]\nstrength = 3\n')
    assert main(["config", "show", "--config", str(own)]) == 0
    shown = tomllib.loads(capsys.readouterr().out)
    assert shown["alerts"]["rules"] == [{"signal": "climax", "to": ["bell"]}, {"strength": 3}]


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        (
            '[[alerts.rules]]\nsignl = "x"',
            "mine: alerts.rules.1.signl: no such key; did you mean alerts.rules.1.signal?",
        ),
        ('[[alerts.rules]]\n[[alerts.rules]]\nsignal = "climx"', "alerts.rules.2.signal: expected one of"),
        ("[alerts]\nrules = 3", "alerts.rules: expected a list of tables, not 3"),
        ("[alerts]\nrules = [3]", "alerts.rules.1: expected a table, not 3"),
        (
            '[[alerts.rules]]\nto = ["phoen"]\n[alerts.channels.phone]\nkind = "bell"',
            'alerts.rules.1.to: no channel is named "phoen"; did you mean phone?',
        ),
        ('[alerts]\nto = ["ntfy"]', 'alerts.to: no channel is named "ntfy"'),
        ('[alerts]\nquiet = "22-7"', 'alerts.quiet: expected a stretch of the day, such as "22:00-07:00"'),
        ('[alerts]\nquiet = "07:00-07:00"', "it would never end"),
        ("[alerts.channels.phone]", "alerts.channels.phone.kind: is missing; expected one of"),
        (
            '[alerts.channels.telegram]\nchat = "1"',
            "alerts.channels.telegram.token: is missing; a channel of kind telegram needs it",
        ),
        (
            '[alerts.channels.x]\nkind = "command"\ncommand = []',
            "alerts.channels.x.command: expected a program",
        ),
        ('[alerts.channels.x]\nkind = "pigeon"', "alerts.channels.x.kind: expected one of"),
        ('[[alerts.rules]]\nmarket = "a b"', "alerts.rules.1.market: expected a market or a pattern"),
    ],
)
def test_what_is_wrong_with_a_rule_or_channel_is_said_with_its_place(toml, expected):
    with pytest.raises(ConfigError) as caught:
        load([("mine", tomllib.loads(toml))])
    assert expected in str(caught.value)
