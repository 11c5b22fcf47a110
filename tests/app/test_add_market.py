"""Adding a market: the list under what is typed, and what enter makes of it."""

import asyncio

from cvdtui.app.picker import SHOWN, Picker
from cvdtui.model import Market
from cvdtui.panes.choices import Choices
from tests.app.keypresses import make_controller, press, settle, typed
from tests.panes.snapshots import frame, texts

SPOT = Market("binance", "LINKUSDT", "LINK", "USDT", "spot")
PERP = Market("binance-usdm", "LINKUSDT", "LINK", "USDT", "perp")
OTHER = Market("binance", "AVAXUSDT", "AVAX", "USDT", "spot")
ELSEWHERE = Market("bybit", "ETHUSDT", "ETH", "USDT", "perp")


def controller_with_instruments():
    controller = make_controller()
    controller.source.listed = {"binance": (SPOT, OTHER), "binance-usdm": (PERP,), "bybit": (ELSEWHERE,)}
    return controller


def names(controller):
    return [market.name for market in controller.prompt.choices]


def enter(controller, *keys):
    """Press keys, then run the tasks they started."""

    async def run():
        press(controller, *keys)
        await settle()

    asyncio.run(run())


def test_instruments_are_offered_while_a_part_is_typed():
    controller = controller_with_instruments()
    enter(controller, "a", "l", "i")
    assert names(controller) == [PERP.name, SPOT.name]
    enter(controller, "backspace")
    assert OTHER.name not in names(controller)
    enter(controller, "backspace", *"ava")
    assert names(controller) == [OTHER.name]
    enter(controller, *["backspace"] * 3)
    assert names(controller) == []
    assert controller.source.loaded == [""]


def test_a_name_that_means_one_market_is_added_at_once():
    controller = controller_with_instruments()
    enter(controller, "a", *"link", "-", *"perp", "enter")
    assert controller.prompt is None
    assert controller.message == f"following {PERP.name}"
    assert PERP.name in [walk.market.name for walk in controller.source.walks]


def test_a_name_that_may_mean_several_lists_them_and_arrows_choose():
    controller = controller_with_instruments()
    enter(controller, "a", *"link", "enter")
    assert controller.prompt.words == "2 markets have this name: ↑↓ choose, enter adds"
    assert controller.prompt.at == 0
    assert set(names(controller)) == {PERP.name, SPOT.name}
    wanted = names(controller)[1]
    enter(controller, "down", "enter")
    assert controller.prompt is None
    assert wanted in [walk.market.name for walk in controller.source.walks]


def test_tab_takes_the_name_over_and_arrows_go_no_further_than_the_list():
    controller = controller_with_instruments()
    enter(controller, "a", *"avax", "tab")
    assert controller.prompt.text == OTHER.name
    enter(controller, "up", "up", "down", "down", "down")
    assert controller.prompt.at == len(names(controller)) - 1


def test_an_unknown_name_goes_to_the_source_as_it_is():
    controller = controller_with_instruments()

    async def run():
        press(controller, "a")
        typed(controller, "nowhere:XUSDT")
        await settle()

    asyncio.run(run())
    assert controller.message == "nowhere:XUSDT: no such symbol at nowhere"


def test_the_command_adds_what_is_clear_and_asks_for_what_is_not():
    controller = controller_with_instruments()

    async def command(line):
        press(controller, ":")
        typed(controller, line)
        await settle()

    asyncio.run(command("add avax"))
    assert controller.message == f"following {OTHER.name}"
    asyncio.run(command("add link"))
    assert isinstance(controller.prompt, Picker)
    enter(controller, "escape")
    assert controller.prompt is None


def test_a_venue_that_is_named_loads_its_instruments_once():
    controller = controller_with_instruments()

    async def look():
        press(controller, "a", *"okx:btc-usdt")
        assert names(controller) == ["okx:BTC-USDT"]  # taken at its word
        await settle()

    asyncio.run(look())
    assert controller.source.loaded == ["", "okx"]


def test_nothing_typed_adds_nothing():
    controller = controller_with_instruments()
    before = len(controller.source.walks)
    enter(controller, "a", "enter")
    assert controller.prompt is None
    assert len(controller.source.walks) == before


def test_the_list_is_short():
    controller = make_controller()
    controller.source.listed = {
        "binance": tuple(Market("binance", f"A{n}USDT", f"A{n}", "USDT") for n in range(99))
    }
    enter(controller, "a", "a")
    assert len(names(controller)) == SHOWN


def test_the_pane_marks_what_is_chosen_and_says_how_many_are_known():
    pane = Choices()
    pane.markets, pane.at, pane.known = (PERP, SPOT), 1, 1412
    lines = texts(pane.paint(frame(80, 3)))
    assert lines[0] == "╶ add a market ─────────────────────────────────────── 1 412 instruments known ╴"
    assert lines[1].split() == [PERP.name, "LINK/USDT", "perp"]
    assert lines[2].split() == ["▸" + SPOT.name, "LINK/USDT", "spot"]
