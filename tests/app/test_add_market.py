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


def listing_desk():
    made = make_controller()
    made.source.listed = {"binance": (SPOT, OTHER), "binance-usdm": (PERP,), "bybit": (ELSEWHERE,)}
    return made


def names(made):
    return [market.name for market in made.prompt.choices]


def enter(made, *keys):
    """Press keys, then let what they asked for happen."""

    async def run():
        press(made, *keys)
        await settle()

    asyncio.run(run())


def test_instruments_are_offered_while_a_part_is_typed():
    made = listing_desk()
    enter(made, "a", "l", "i")
    assert names(made) == [PERP.name, SPOT.name]
    enter(made, "backspace")
    assert OTHER.name not in names(made)
    enter(made, "backspace", *"ava")
    assert names(made) == [OTHER.name]
    enter(made, *["backspace"] * 3)
    assert names(made) == []
    assert made.source.loaded == [""]


def test_a_name_that_means_one_market_is_added_at_once():
    made = listing_desk()
    enter(made, "a", *"link", "-", *"perp", "enter")
    assert made.prompt is None
    assert made.message == f"following {PERP.name}"
    assert PERP.name in [walk.market.name for walk in made.source.walks]


def test_a_name_that_may_mean_several_is_asked_back_and_arrows_choose():
    made = listing_desk()
    enter(made, "a", *"link", "enter")
    assert made.prompt.words == "2 markets have this name: ↑↓ choose, enter adds"
    assert made.prompt.at == 0
    assert set(names(made)) == {PERP.name, SPOT.name}
    wanted = names(made)[1]
    enter(made, "down", "enter")
    assert made.prompt is None
    assert wanted in [walk.market.name for walk in made.source.walks]


def test_tab_takes_the_name_over_and_arrows_go_no_further_than_the_list():
    made = listing_desk()
    enter(made, "a", *"avax", "tab")
    assert made.prompt.text == OTHER.name
    enter(made, "up", "up", "down", "down", "down")
    assert made.prompt.at == len(names(made)) - 1


def test_a_name_nobody_knows_goes_to_the_source_as_it_is():
    made = listing_desk()

    async def run():
        press(made, "a")
        typed(made, "nowhere:XUSDT")
        await settle()

    asyncio.run(run())
    assert made.message == "nowhere:XUSDT: no such symbol at nowhere"


def test_the_command_adds_what_is_clear_and_asks_for_what_is_not():
    made = listing_desk()

    async def command(line):
        press(made, ":")
        typed(made, line)
        await settle()

    asyncio.run(command("add avax"))
    assert made.message == f"following {OTHER.name}"
    asyncio.run(command("add link"))
    assert isinstance(made.prompt, Picker)
    enter(made, "escape")
    assert made.prompt is None


def test_a_venue_that_is_named_is_asked_once_what_it_lists():
    made = listing_desk()

    async def look():
        press(made, "a", *"okx:btc-usdt")
        assert names(made) == ["okx:BTC-USDT"]  # taken at its word
        await settle()

    asyncio.run(look())
    assert made.source.loaded == ["", "okx"]


def test_nothing_typed_adds_nothing():
    made = listing_desk()
    before = len(made.source.walks)
    enter(made, "a", "enter")
    assert made.prompt is None
    assert len(made.source.walks) == before


def test_the_list_is_short():
    made = make_controller()
    made.source.listed = {
        "binance": tuple(Market("binance", f"A{n}USDT", f"A{n}", "USDT") for n in range(99))
    }
    enter(made, "a", "a")
    assert len(names(made)) == SHOWN


def test_the_pane_marks_what_is_chosen_and_says_how_many_are_known():
    pane = Choices()
    pane.markets, pane.at, pane.known = (PERP, SPOT), 1, 1412
    lines = texts(pane.paint(frame(80, 3)))
    assert lines[0] == "╶ add a market ─────────────────────────────────────── 1 412 instruments known ╴"
    assert lines[1].split() == [PERP.name, "LINK/USDT", "perp"]
    assert lines[2].split() == ["▸" + SPOT.name, "LINK/USDT", "spot"]
