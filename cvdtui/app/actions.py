"""The actions that keys and commands start, by name; each is given the controller and an argument.

An action never draws and never waits: slow calls are handed to the controller's background tasks.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cvdtui.app.layout import PRESETS
from cvdtui.app.layout_state import ORDER
from cvdtui.app.levels import NO_PRICE, dropped
from cvdtui.panes.line import Filtered

if TYPE_CHECKING:
    from cvdtui.app.controller import Controller

Action = Callable[["Controller", object], object]


# --- panes and layout ------------------------------------------------------------


def back(controller: "Controller", _: object = None) -> None:
    """One step out: offline page, a past bar, then what the layout leaves, then the filter of the table."""
    if controller.layout_state.offline and not controller.layout_state.help:
        controller.dismissed, controller.layout_state.offline = True, False
        return
    was_past = bool(controller.view.at_us) and not controller.layout_state.help
    if was_past:
        controller.look(at_us=0)
    if (
        (not was_past or controller.layout_state.origin)
        and not controller.layout_state.back()
        and controller.markets.pattern
    ):
        controller.markets.filter("")


def explain(controller: "Controller", _: object = None) -> None:
    """Show the explanation of the selected number, then the help, then neither."""
    controller.explain_focus.next_page()
    if controller.layout_state.explain and not controller.frozen:
        controller.look()


def toggle_help(controller: "Controller", _: object = None) -> None:
    """Show or leave the help page."""
    controller.layout_state.help = not controller.layout_state.help


def toggle_pane(controller: "Controller", name: object) -> None:
    """Show or hide a pane, by its name or its number."""
    word = str(name)
    if word.isdigit():
        word = ORDER[int(word) - 1]  # 0 is the last one
    controller.layout_state.toggle(word)
    controller.look()


def toggle_groups(controller: "Controller", _: object = None) -> None:
    """Show markets in the table, or asset groups."""
    controller.markets.groups = controller.grouped if controller.markets.groups is None else None
    controller.look(groups=controller.markets.groups is not None)
    if controller.layout_state.compact:
        controller.layout_state.focus = "markets"
    controller.say(
        "markets added up by asset; v shows them one by one"
        if controller.view.groups
        else "markets one by one"
    )


def set_preset(controller: "Controller", name: object) -> None:
    """Take the preset named, or the next one."""
    chosen = str(name) if name in PRESETS else controller.layout_state.next_preset()
    controller.layout_state.set_preset(chosen)
    controller.say(f"layout {chosen}")


def freeze(controller: "Controller", _: object = None) -> None:
    """Keep the snapshot on the screen, or follow the feeds again."""
    controller.frozen = not controller.frozen
    controller.look()
    controller.say("frozen: the feeds go on, space resumes" if controller.frozen else "")


# --- the selected market ------------------------------------------------------------


def go_to(controller: "Controller", name: object) -> None:
    """Select the market of that name, else the first whose name contains the text."""
    wanted = str(name).lower()
    names = [row.market.name for row in controller.snapshot.rows]
    found = [one for one in names if one.lower() == wanted] or [one for one in names if wanted in one.lower()]
    if not found:
        controller.say(f"no market {name!r} here; a adds one")
        return
    controller.markets.filter("")
    controller.markets.held = True
    controller.look(market=found[0])


def jump(controller: "Controller", market: str, seconds: int, at_us: int) -> None:
    """Show a past bar in chart and ladder; esc goes back to now."""
    if market not in [row.market.name for row in controller.snapshot.rows]:
        controller.say(f"{market} is not followed any more")
        return
    controller.layout_state.visit("chart")
    controller.markets.filter("")
    controller.markets.held = True
    controller.look(market=market, timeframe=seconds, at_us=at_us)
    controller.say("chart and ladder show that bar; esc goes back to now")


def drop_mark(controller: "Controller", _: object = None) -> None:
    """Count the CVD of the selected market from now on."""
    if controller.view.market is None:
        controller.say("no market to mark")
        return
    controller.source.drop_mark(controller.view.market)
    controller.look(anchor="mark")
    controller.say(f"mark set: CVD of {controller.view.market} is counted from here")


def toggle_level(controller: "Controller", _: object = None) -> None:
    """Add a key level at the crosshair's price line, else at the last price; or remove the one there."""
    found = dropped(controller.snapshot.detail, controller.panes["chart"])
    if found is None:
        controller.say(NO_PRICE)
    else:
        controller.background.set_levels(*found, then=controller.look)


def filter_rows(controller: "Controller", pattern: object) -> None:
    """Filter the focused pane, or the table of markets; without a pattern, type one."""
    focused = controller.panes[controller.layout_state.focus]
    controller.filters = focused if isinstance(focused, Filtered) else controller.markets
    if isinstance(pattern, str):
        controller.filters.filter(pattern)
    elif controller.layout_state.focus == "tape":
        controller.ask(
            "least", "least size: ", f"{controller.view.min_size:g}" if controller.view.min_size else ""
        )
    else:
        controller.ask("filter", "/", controller.filters.pattern)


# --- markets and alerts ------------------------------------------------------------


def add(controller: "Controller", name: object) -> None:
    """Add the market a name stands for; offer a list while it may be several, or when no name was given."""
    venues = [row.market.venue for row in controller.snapshot.rows]
    picker = controller.add_market.begin(venues, name if isinstance(name, str) else "")
    if not isinstance(name, str) or picker.take("enter", None) == "typing":
        controller.prompted, controller.prompt = "add", picker
    else:
        follow_market(controller, picker.name)


def follow_market(controller: "Controller", name: str) -> None:
    """Follow a market by its whole name."""
    controller.say(f"adding {name} ...")
    controller.background.add(name)


def remove(controller: "Controller", name: object) -> None:
    """Stop following the market named, or the selected one."""
    chosen = str(name) if name else controller.view.market
    if chosen is None or chosen not in [row.market.name for row in controller.snapshot.rows]:
        controller.say(f"no market {chosen!r} here" if chosen else "no market to remove")
        return
    controller.background.remove(chosen)


def add_alert(controller: "Controller", rule: object) -> None:
    """Add an alert rule to the selected market: the command's, or one that is typed now."""
    ask = controller.alert_actions.begin(controller.snapshot)
    if ask and isinstance(rule, str):
        controller.alert_actions.add(rule)
    elif ask:
        controller.ask("alert", ask)


def switch_to_demo(controller: "Controller", wanted: object) -> None:
    """Replace the feeds by the demo exchange: when nothing is reached, or by the command."""
    if not wanted and not controller.source.offline():
        controller.say("D is for when nothing can be reached; :demo switches all the same")
        return
    controller.dismissed = False
    controller.say("starting the demo exchange ...")
    controller.background.demo()


ACTIONS: dict[str, Action] = {
    "explain": explain,
    "help": toggle_help,
    "filter": filter_rows,
    "command": lambda controller, _: controller.ask("command", ":"),
    "open": lambda controller, _: controller.layout_state.toggle_zoom(),
    "goto": go_to,
    "back": back,
    "next_market": lambda controller, _: controller.answer(controller.markets.move(1)),
    "previous_market": lambda controller, _: controller.answer(controller.markets.move(-1)),
    "next_pane": lambda controller, _: controller.layout_state.next_pane(1),
    "previous_pane": lambda controller, _: controller.layout_state.next_pane(-1),
    "pane": toggle_pane,
    "groups": toggle_groups,
    "zoom": lambda controller, _: controller.layout_state.toggle_zoom(),
    "preset": set_preset,
    "shorter": lambda controller, _: controller.view_actions.timeframe(-1),
    "longer": lambda controller, _: controller.view_actions.timeframe(1),
    "timeframe": lambda controller, seconds: controller.look(timeframe=seconds),
    "coarser": lambda controller, _: controller.view_actions.rows(1),
    "finer": lambda controller, _: controller.view_actions.rows(-1),
    "unit": lambda controller, unit: controller.view_actions.unit(unit),
    "anchor": lambda controller, anchor: controller.view_actions.anchor(anchor),
    "mark": drop_mark,
    "level": toggle_level,
    "freeze": freeze,
    "pause": lambda controller, _: controller.replay_controls.pause(),
    "step": lambda controller, _: controller.replay_controls.step(),
    "slower": lambda controller, _: controller.replay_controls.turn(-1),
    "faster": lambda controller, _: controller.replay_controls.turn(1),
    "speed": lambda controller, speed: controller.replay_controls.set_speed(speed),
    "add": add,
    "remove": remove,
    "alert": add_alert,
    "unalert": lambda controller, key: controller.alert_actions.remove(key),
    "silence": lambda controller, _: controller.alert_actions.remove_all(controller.view.market),
    "undo": lambda controller, _: controller.background.undo(),
    "demo": switch_to_demo,
    "least": lambda controller, size: controller.view_actions.least(size),
}
"""By the names that keys.py and commands.py use; quit, suspend, theme and redraw are the app's own."""
