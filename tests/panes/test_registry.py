"""The registry of panes: what is named there can be made, and what was never drawn was never loaded."""

import asyncio
import subprocess
import sys

import pytest

from cvdtui.app import MonitorApp
from cvdtui.panes import BEYOND_ONE_MARKET, PANES, Panes
from tests.app.fake_source import FakeSource, load_themes
from tests.app.keypresses import make_controller
from tests.app.terminal import ROOT
from tests.panes.snapshots import frame

LATER = ("footprint", "profile", "tape", "group", "links", "zscore")
"""Panes that a screen of 80 columns does not begin with."""


@pytest.mark.parametrize("name", PANES)
def test_every_name_makes_a_pane_that_goes_by_it(name):
    pane = Panes()[name]
    assert pane.name == name
    assert all(len(hint) == 2 for hint in pane.hints)
    assert len(pane.paint(frame(100, 12))) <= 12
    assert pane.press("f24") is None


def test_panes_beyond_one_market_are_panes():
    assert set(PANES) >= BEYOND_ONE_MARKET


def test_a_pane_is_made_once_and_the_table_of_markets_is_the_controllers_own():
    controller = make_controller()
    assert controller.panes["tape"] is controller.panes["tape"]
    assert controller.panes["markets"] is controller.markets


def test_what_a_pane_is_made_of_is_loaded_when_it_is_first_drawn():
    seen = subprocess.run(
        [sys.executable, "-c", f"{_SCENE}scene({LATER!r})"],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert seen.stdout.split() == ["[]", "['footprint']"]


def test_choices_stand_above_a_pane_that_was_first_drawn_after_them():
    async def scene():
        app = MonitorApp(FakeSource(12, live=False), themes=load_themes(), theme="dark")
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.press("6")
            await pilot.pause()
            names = [view.id for view in app.screen.children]
            assert "group" in names
            assert names[-1] == "choices"

    asyncio.run(scene())


_SCENE = """
import asyncio, sys
from cvdtui.app import MonitorApp
from tests.app.fake_source import FakeSource, load_themes

def scene(later):
    def loaded():
        print([name for name in later if f"cvdtui.panes.{name}" in sys.modules])
    async def main():
        app = MonitorApp(FakeSource(12, live=False), themes=load_themes(), theme="dark")
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            loaded()
            await pilot.press("3")
            await pilot.pause()
            loaded()
    asyncio.run(main())
"""
