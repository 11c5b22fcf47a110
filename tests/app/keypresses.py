"""A controller over a made-up source, and functions that press its keys."""

import asyncio

from cvdtui.app.controller import Controller
from cvdtui.app.layout_state import LayoutState
from cvdtui.model import View
from tests.app.fake_source import FakeSource

FIRST = "binance-usdm:BTCUSDT"
SECOND = "binance:BTCUSDT"


def make_controller(width=120, height=40, **kw):
    controller = Controller(FakeSource(6, live=False, **kw), View(), LayoutState())
    controller.layout_state.width, controller.layout_state.height = width, height
    return controller


def press(controller, *keys):
    actions = [controller.press(key, key if len(key) == 1 else None) for key in keys]
    return actions[-1]


async def settle():
    """Let tasks that need no clock run to their ends."""
    for _ in range(5):
        await asyncio.sleep(0)


def typed(controller, text):
    for char in text:
        controller.press("space" if char == " " else char, char)
    return controller.press("enter", None)
