"""Times on the screen: UTC, a named zone, or the machine's own."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cvdtui.config import Config
from cvdtui.config.validators import SHOWN_ZONE, Known
from cvdtui.panes.clock import Clock
from tests.app.terminal import Terminal

ZONES = ("Europe/Paris", "America/New_York", "Asia/Kathmandu", "UTC")
MOMENTS = tuple(
    int(datetime(*parts, tzinfo=ZoneInfo("UTC")).timestamp()) * 1_000_000
    for parts in ((2026, 1, 5, 23, 59, 59), (2026, 3, 29, 0, 59, 59), (2026, 3, 29, 1), (2026, 10, 25, 1, 30))
)


@pytest.fixture(params=ZONES)
def machine_zone(request, monkeypatch):
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("time_us", MOMENTS)
def test_local_is_the_zone_of_the_machine_with_its_summer_time(machine_zone, time_us):
    local, named = Clock("local"), Clock(machine_zone)
    assert local.ms(time_us) == named.ms(time_us)
    assert local.day(time_us) == named.day(time_us)
    assert local.midnight_offset(time_us) == named.midnight_offset(time_us)
    assert (
        local.since(time_us, time_us + 3 * 86_400_000_000)[:9]
        == named.since(time_us, time_us + 3 * 86_400_000_000)[:9]
    )
    assert local.zone_name(time_us) == datetime.fromtimestamp(
        time_us // 1_000_000, ZoneInfo(machine_zone)
    ).strftime("%Z")


@pytest.mark.parametrize("zone", ["UTC", "local", "Asia/Tokyo"])
def test_every_zone_that_the_configuration_takes_is_one_that_the_screen_can_show(zone):
    assert Clock(SHOWN_ZONE.parse(zone, Known())).hm(MOMENTS[0])


WORDS = [
    ("time_zone=local", "alerts.zone=local", "mouse=on", "anchor=week", "unit=quote", "theme=light"),
    ("time_zone=Asia/Tokyo", "alerts.zone=UTC", "mouse=off", "anchor=rolling", "preset=screener", "bar=4h"),
    ("time_zone=UTC", "anchor=start", "preset=ladder", "exclude_zero=true", "shadow_side=true", "bar=5s"),
    ("anchor=mark", "preset=chart", "theme=mono", "journal.enabled=false", "history.klines=false"),
]


@pytest.mark.parametrize("words", WORDS)
def test_the_program_starts_with_every_documented_word_of_the_configuration(words, tmp_path):
    argv = ["-m", "cvdtui", "demo", "--markets", "2"]
    for word in words:
        assert hasattr(Config(), word.partition("=")[0].partition(".")[0])
        argv += ["--set", word]
    homes = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")}
    with Terminal(argv, 120, 40, TZ="America/New_York", **homes) as terminal:
        terminal.until(lambda text: "2/2 live" in text, timeout=30)
        terminal.send("q")
        assert terminal.until_ended(30) == 0
        assert b"Traceback" not in terminal.raw
