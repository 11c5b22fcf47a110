"""Channels against a real server and a real program: what they send, how they fail, what they hide."""

import asyncio
import json
import logging
import os
import select
import stat
import sys
from pathlib import Path

import pytest

from cvdtui.alerts.channels import Screen, make
from cvdtui.alerts.channels.terminal import known_style, sequence
from cvdtui.config import AlertChannel
from cvdtui.errors import AlertError
from tests.alerts.receiver import DROP, HANG, Answer, Receiver, Sent
from tests.alerts.signals import alert

TOKEN = "123456:AAsecretAAsecret"  # noqa: S105 - made up
BEARER = {"token": "env:TEST_TOKEN"}
BOT = {**BEARER, "chat": "1"}


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    monkeypatch.setenv("TEST_TOKEN", TOKEN)
    monkeypatch.setenv("TEST_TOPIC", "topic-hard-to-guess")


def send(kind: str, *answers: Answer, times: int = 1, timeout_s: float = 5, **table: object) -> list[Sent]:
    """What the server was sent; a URL in `table` may say {url}. Raises what the last try raised."""

    async def go() -> list[Sent]:
        async with Receiver(*answers) as server:
            os.environ["TEST_URL"] = f"{server.url}/api/webhooks/1234567890/{TOKEN}"
            filled = {
                key: value.replace("{url}", server.url) if isinstance(value, str) else value
                for key, value in table.items()
            }
            channel = make(kind, AlertChannel(kind=kind, timeout_s=timeout_s, **filled), Screen())
            try:
                for _ in range(times):
                    await channel.send(alert())
            finally:
                await channel.close()
            return server.sent

    return asyncio.run(go())


def refused(kind: str, *answers: Answer, **table: object) -> AlertError:
    with pytest.raises(AlertError) as caught:
        send(kind, *answers, **table)
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None, "a cause would carry what was scrubbed"
    return caught.value


# --- what they send


def test_a_webhook_is_sent_the_whole_alert_as_json_with_the_token_as_bearer():
    (sent,) = send("webhook", url="{url}/hook", **BEARER)
    assert sent.path == "/hook"
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent.headers["content-type"] == "application/json"
    assert sent.json["market"] == "binance-usdm:BTCUSDT"
    assert sent.json["signal"] == "climax"
    assert sent.json["side"] == "buy"
    assert sent.json["values"] == {"z": 2.5}
    assert sent.json["strength"] == 2.5
    assert sent.json["price"] == 61800.5
    assert sent.json["bar_seconds"] == 60
    assert sent.json["time_us"] == 1_723_118_400_000_000
    assert "authorization" not in send("webhook", url="{url}/hook")[0].headers


def test_ntfy_is_sent_topic_title_and_message():
    (sent,) = send("ntfy", url="{url}", topic="env:TEST_TOPIC", **BEARER)
    assert sent.path == "/"
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent.json["topic"] == "topic-hard-to-guess"
    assert sent.json["title"] == "binance-usdm:BTCUSDT climax ▲ buy"
    assert "price 61800.5" in sent.json["message"]
    assert "coverage 100 %" in sent.json["message"]


def test_telegram_is_sent_the_text_for_the_chat_by_the_bots_token():
    (sent,) = send("telegram", url="{url}", chat="-100200", **BEARER)
    assert sent.path == f"/bot{TOKEN}/sendMessage"
    assert sent.json["chat_id"] == "-100200"
    assert sent.json["text"].startswith(
        "binance-usdm:BTCUSDT climax ▲ buy\n1m bar of 2024-08-08 12:00:00 UTC"
    )


def test_discord_is_sent_the_text_and_to_mention_nobody():
    (sent,) = send("discord", Answer(204, b""), url="env:TEST_URL")
    assert sent.path == f"/api/webhooks/1234567890/{TOKEN}"
    assert sent.json["content"].startswith("**binance-usdm:BTCUSDT climax ▲ buy**\n")
    assert sent.json["allowed_mentions"] == {"parse": []}


def test_several_alerts_go_over_one_connection_of_a_channel():
    assert len(send("webhook", url="{url}/hook", times=3)) == 3


# --- refusals


@pytest.mark.parametrize("status", [500, 502, 503, 408, 425, 429])
def test_a_refusal_that_may_pass_asks_for_another_try(status):
    error = refused("webhook", Answer(status), url="{url}/hook")
    assert str(error) == f"127.0.0.1: refused with status {status}"
    assert error.again
    assert error.retry_after is None


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 413])
def test_a_refusal_for_good_asks_for_none_and_a_redirect_is_not_followed(status):
    error = refused("webhook", Answer(status, headers=(("Location", "/other"),)), url="{url}/hook")
    assert not error.again


def test_how_long_to_wait_is_read_from_the_header_and_from_the_body():
    header = Answer(429, headers=(("Retry-After", "7"),))
    assert refused("webhook", header, url="{url}/hook").retry_after == 7.0
    long_ago = Answer(503, headers=(("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),))
    assert refused("webhook", long_ago, url="{url}/hook").retry_after == 0.0
    nonsense = Answer(429, headers=(("Retry-After", "soon"),))
    assert refused("webhook", nonsense, url="{url}/hook").retry_after is None
    telegram = Answer(429, b'{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":9}}')
    error = refused("telegram", telegram, url="{url}", **BOT)
    assert (error.retry_after, str(error)) == (9.0, "127.0.0.1: refused with status 429: Too Many Requests")
    discord = Answer(429, b'{"message":"You are being rate limited.","retry_after":0.5,"global":false}')
    assert refused("discord", discord, url="env:TEST_URL").retry_after == 0.5


def test_a_service_that_repeats_the_secret_or_sends_escapes_is_scrubbed():
    body = json.dumps({"description": f"bot{TOKEN} is wrong\x1b[2J {TOKEN}"}).encode()
    error = refused("telegram", Answer(401, body), url="{url}", **BOT)
    assert str(error) == "127.0.0.1: refused with status 401: *** is wrong [2J ***"


@pytest.mark.parametrize("body", [b"\xff\xfe", b"<html>", b"[]", b'{"description": 3}', b"x" * 100_000])
def test_an_answer_that_is_no_json_changes_nothing(body):
    assert str(refused("webhook", Answer(500, body), url="{url}/hook")).endswith("status 500")
    send("webhook", Answer(200, body), url="{url}/hook")


def test_no_answer_within_the_timeout_is_a_failure_that_may_pass():
    error = refused("webhook", HANG, url="{url}/hook", timeout_s=0.2)
    assert str(error) == "127.0.0.1: no answer within 0.2 s"
    assert error.again


def test_a_connection_that_drops_or_is_refused_is_a_failure_that_may_pass():
    assert refused("webhook", DROP, DROP, url="{url}/hook").again
    error = refused("telegram", url="http://127.0.0.1:1", **BOT)
    assert error.again
    assert str(error).startswith("127.0.0.1: ")


def test_a_secret_that_is_not_there_is_named_and_not_tried_again(monkeypatch):
    monkeypatch.delenv("TEST_TOKEN")
    error = refused("telegram", url="{url}", **BOT)
    assert (str(error), error.again) == ("env:TEST_TOKEN: is not set in the environment", False)


@pytest.mark.parametrize("address", ["not-an-address", f"ftp://host/{TOKEN}", "http://", "http://[::1"])
def test_a_secret_address_that_is_none_is_refused_without_showing_it(monkeypatch, address):
    monkeypatch.setenv("TEST_BAD", address)
    error = refused("discord", url="env:TEST_BAD")
    assert str(error) == "the address is no http:// or https:// address"


def test_logs_at_their_most_talkative_hold_no_secret(caplog):
    caplog.set_level(logging.DEBUG)
    send("telegram", url="{url}", **BOT)
    refused("telegram", Answer(500), url="{url}", **BOT)
    assert TOKEN not in caplog.text


# --- a program


def script(tmp_path: Path, text: str) -> tuple[str, ...]:
    path = tmp_path / "on-signal"
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return (str(path), "a b", "$HOME; echo")


def test_a_program_is_given_the_alert_on_stdin_and_its_arguments_untouched(tmp_path):
    out = tmp_path / "out.json"
    text = f"import json,sys; json.dump([sys.argv[1:], json.load(sys.stdin)], open({str(out)!r}, 'w'))"
    send("command", command=script(tmp_path, text))
    arguments, got = json.loads(out.read_text())
    assert arguments == ["a b", "$HOME; echo"]
    assert got["market"] == "binance-usdm:BTCUSDT"


def test_the_exit_code_and_the_end_of_the_complaint_are_reported(tmp_path):
    text = "import sys; sys.stderr.write('x' * 5000 + '\\x1b[2Jno room\\n'); sys.exit(3)"
    error = refused("command", command=script(tmp_path, text))
    assert "on-signal: ended with exit code 3: x" in str(error)
    assert str(error).endswith("[2Jno room")
    assert len(str(error)) < 600
    assert not error.again
    killed = refused("command", command=script(tmp_path, "import os; os.kill(os.getpid(), 9)"))
    assert str(killed).endswith("was ended by signal 9")


def test_a_program_that_is_not_there_or_may_not_be_started_is_reported(tmp_path):
    assert "cannot be started: No such file" in str(refused("command", command=(str(tmp_path / "none"),)))
    (tmp_path / "data").write_text("x")
    assert "cannot be started: Permission denied" in str(
        refused("command", command=(str(tmp_path / "data"),))
    )


def test_a_program_that_never_reads_its_stdin_is_no_failure(tmp_path):
    send("command", command=script(tmp_path, "pass"))


def test_a_program_that_takes_too_long_is_ended_with_all_it_started(tmp_path):
    pids = tmp_path / "pids"
    text = f"sleep 60 & echo $$ $! > '{pids}'; sleep 60"
    error = refused("command", command=("/bin/sh", "-c", text), timeout_s=1.5)
    assert str(error).endswith("took longer than 1.5 s and was ended")
    for pid in pids.read_text().split():
        assert _ends(int(pid))


def _ends(pid: int) -> bool:
    """Whether a process is gone, or goes at once: a kill is delivered when its process runs next."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 10)[0])
    finally:
        os.close(handle)


def test_a_program_that_leaves_something_running_has_ended_all_the_same(tmp_path):
    text = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3)'])"
    send("command", command=script(tmp_path, text), timeout_s=2)


# --- the terminal


def through(kind: str, environment: dict[str, str] | None = None, **table: object) -> str:
    written: list[str] = []
    screen = Screen(written.append, written.append, environment or {})
    asyncio.run(make(kind, AlertChannel(kind=kind, **table), screen).send(alert()))
    return "".join(written)


def test_bell_and_notice():
    assert through("bell") == "\a"
    assert through("notice").startswith("binance-usdm:BTCUSDT climax ▲ buy, 1m bar of 2024-08-08")


@pytest.mark.parametrize("kind", ["bell", "notice", "desktop"])
def test_without_a_terminal_it_is_an_error(kind):
    with pytest.raises(AlertError, match=r"there is no (terminal|screen)"):
        asyncio.run(make(kind, AlertChannel(kind=kind), Screen(environment={})).send(alert()))


@pytest.mark.parametrize(
    ("environment", "style"),
    [
        ({"TERM": "xterm-256color"}, None),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, None),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ({"TERM": "xterm-kitty"}, "osc9"),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "WEZTERM_PANE": "1"}, "osc9"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM": "rxvt-unicode-256color"}, "osc777"),
        ({}, None),
    ],
)
def test_which_terminals_are_known_to_notify(environment, style):
    assert known_style(environment) == style


def test_a_notification_is_wrapped_for_tmux_and_refused_where_it_would_be_rubbish():
    assert through("desktop", {"TERM": "foot"}).startswith(
        "\x1b]777;notify;binance-usdm:BTCUSDT climax ▲ buy;1m"
    )
    wrapped = through("desktop", {"TMUX": "/tmp/x"}, style="osc9")
    assert wrapped.startswith("\x1bPtmux;\x1b\x1b]9;binance-usdm")
    assert wrapped.endswith("\x07\x1b\\")
    with pytest.raises(AlertError, match="style = osc9 or osc777 tries all the same"):
        through("desktop", {"TERM": "xterm"})


def test_nothing_in_a_text_ends_a_sequence_early_or_adds_a_field():
    written = sequence("osc777", "a;b\x07\x1b]0;x\x07", "c;d\x9c\n" + "e" * 1000)
    assert written.count("\x1b") == written.count("\x07") == 1
    assert written.count(";") == 3
    assert "\x9c" not in written
    assert len(written) < 450
