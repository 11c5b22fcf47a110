"""One desk over a made-up source, and fingers to press its keys."""

import asyncio

from cvdtui.app.controller import Desk
from cvdtui.app.layout_state import Stage
from cvdtui.model import View
from tests.app.fake_source import FakeSource

FIRST = "binance-usdm:BTCUSDT"
SECOND = "binance:BTCUSDT"


def desk(width=120, height=40, **kw):
    made = Desk(FakeSource(6, live=False, **kw), View(), Stage())
    made.stage.width, made.stage.height = width, height
    return made


def press(made, *keys):
    actions = [made.press(key, key if len(key) == 1 else None) for key in keys]
    return actions[-1]


async def settle():
    """Let tasks that need no clock run to their ends."""
    for _ in range(5):
        await asyncio.sleep(0)


def typed(made, text):
    for char in text:
        made.press("space" if char == " " else char, char)
    return made.press("enter", None)
