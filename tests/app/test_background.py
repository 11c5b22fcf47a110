"""Wishes that take time: markets added and removed, the demo, and tasks that fail."""

import asyncio

from cvdtui.app.controller import Controller
from cvdtui.app.layout_state import LayoutState
from cvdtui.model import View
from tests.app.fake_source import FakeSource
from tests.app.keypresses import FIRST, make_controller, press, settle, typed


def test_adding_removing_and_undoing_a_market():
    async def scene():
        made = make_controller()
        press(made, "a")
        typed(made, "okx:SOLUSDT")
        assert "adding okx:SOLUSDT" in made.message
        await settle()
        made.tick()
        assert "okx:SOLUSDT" in made.markets.order
        assert made.message == "following okx:SOLUSDT"
        press(made, "d")
        await settle()
        made.tick()
        assert FIRST not in made.markets.order
        assert made.message == f"{FIRST} removed; U brings it back"
        assert made.view.market in made.markets.order
        press(made, "U")
        await settle()
        made.tick()
        assert FIRST in made.markets.order
        press(made, "U")
        assert "nothing to undo" in made.message

    asyncio.run(scene())


def test_what_a_venue_refuses_is_told():
    async def scene():
        made = make_controller()
        press(made, "a")
        typed(made, "okx:NOPE")
        await settle()
        assert made.message == "okx:NOPE: no such symbol at okx"

    asyncio.run(scene())


class Broken(FakeSource):
    async def start(self):
        raise OSError("no route to host")

    async def add_market(self, name):
        raise ValueError("a defect")


def test_a_task_that_fails_is_told_and_takes_nothing_with_it():
    async def scene():
        made = Controller(Broken(3, live=False), View(), LayoutState())
        made.background.start()
        await settle()
        assert made.message == "the feeds failed: OSError: no route to host"
        made.background.add("okx:SOLUSDT")
        await settle()
        assert "ValueError: a defect" in made.message
        await made.background.close()
        assert made.source.stopped

    asyncio.run(scene())


def test_when_nothing_is_reached_the_notice_offers_the_demo():
    async def scene():
        made = make_controller(offline=True)
        for _ in range(6):
            made.tick()
        assert "offline" in made.layout_state.places(6)
        assert "fstream.binance.com: name not resolved; retry in 8 s" in made.offline.report
        press(made, "D")
        await settle()
        made.tick()
        assert made.source.demo
        assert "offline" not in made.layout_state.places(6)

    asyncio.run(scene())


def test_esc_puts_the_offline_notice_away():
    made = make_controller(offline=True)
    for _ in range(6):
        made.tick()
    press(made, "escape")
    made.tick()
    assert "offline" not in made.layout_state.places(6)


def test_the_demo_is_one_key_away_only_when_needed_and_a_command_away_always():
    async def scene():
        made = make_controller()
        press(made, "D")
        assert ":demo switches all the same" in made.message
        assert not made.source.demo
        press(made, ":")
        typed(made, "demo")
        await settle()
        assert made.source.demo
        assert made.message == "demo exchange: none of this is real"

    asyncio.run(scene())
