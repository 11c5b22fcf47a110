"""Slow calls: markets added and removed, the demo, and tasks that fail."""

import asyncio

from cvdtui.app.controller import Controller
from cvdtui.app.layout_state import LayoutState
from cvdtui.model import View
from tests.app.fake_source import FakeSource
from tests.app.keypresses import FIRST, make_controller, press, settle, typed


def test_adding_removing_and_undoing_a_market():
    async def scene():
        controller = make_controller()
        press(controller, "a")
        typed(controller, "okx:SOLUSDT")
        assert "adding okx:SOLUSDT" in controller.message
        await settle()
        controller.tick()
        assert "okx:SOLUSDT" in controller.markets.order
        assert controller.message == "following okx:SOLUSDT"
        press(controller, "d")
        await settle()
        controller.tick()
        assert FIRST not in controller.markets.order
        assert controller.message == f"{FIRST} removed; U brings it back"
        assert controller.view.market in controller.markets.order
        press(controller, "U")
        await settle()
        controller.tick()
        assert FIRST in controller.markets.order
        press(controller, "U")
        assert "nothing to undo" in controller.message

    asyncio.run(scene())


def test_what_a_venue_refuses_is_reported():
    async def scene():
        controller = make_controller()
        press(controller, "a")
        typed(controller, "okx:NOPE")
        await settle()
        assert controller.message == "okx:NOPE: no such symbol at okx"

    asyncio.run(scene())


class Broken(FakeSource):
    async def start(self):
        raise OSError("no route to host")

    async def add_market(self, name):
        raise ValueError("a defect")


def test_a_task_that_fails_is_reported_and_takes_nothing_with_it():
    async def scene():
        controller = Controller(Broken(3, live=False), View(), LayoutState())
        controller.background.start()
        await settle()
        assert controller.message == "the feeds failed: OSError: no route to host"
        controller.background.add("okx:SOLUSDT")
        await settle()
        assert "ValueError: a defect" in controller.message
        await controller.background.close()
        assert controller.source.stopped

    asyncio.run(scene())


def test_when_nothing_is_reached_the_notice_offers_the_demo():
    async def scene():
        controller = make_controller(offline=True)
        for _ in range(6):
            controller.tick()
        assert "offline" in controller.layout_state.places(6)
        assert "fstream.binance.com: name not resolved; retry in 8 s" in controller.offline.report
        press(controller, "D")
        await settle()
        controller.tick()
        assert controller.source.demo
        assert "offline" not in controller.layout_state.places(6)

    asyncio.run(scene())


def test_esc_puts_the_offline_notice_away():
    controller = make_controller(offline=True)
    for _ in range(6):
        controller.tick()
    press(controller, "escape")
    controller.tick()
    assert "offline" not in controller.layout_state.places(6)


def test_the_demo_is_one_key_away_only_when_needed_and_a_command_away_always():
    async def scene():
        controller = make_controller()
        press(controller, "D")
        assert ":demo switches all the same" in controller.message
        assert not controller.source.demo
        press(controller, ":")
        typed(controller, "demo")
        await settle()
        assert controller.source.demo
        assert controller.message == "demo exchange: none of this is real"

    asyncio.run(scene())
