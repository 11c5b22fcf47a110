"""The keys that the footer names: those of the prompt while it is open, else global keys and the pane's."""

from cvdtui.app.controller import Controller
from cvdtui.app.keys import footer_keys
from cvdtui.app.picker import Picker
from cvdtui.panes.line import Pane

Hints = tuple[tuple[str, str], ...]


def hints(controller: Controller, focused: Pane) -> Hints:
    """(key, words), most wanted first."""
    if isinstance(controller.prompt, Picker):
        return (("enter", "add"), ("esc", "cancel"), ("tab", "complete"), ("↑↓", "choose"))
    if controller.prompt is not None:
        return (("enter", "done"), ("esc", "cancel"), ("tab", "complete"), ("↑↓", "history"))
    layout_state = controller.layout_state
    play: Hints = ()
    replay = controller.source.replay
    if replay is not None:
        play = footer_keys("replay")
        if replay.paused:
            play = tuple((key, "go on" if word == "pause" else word) for key, word in play)
    back = () if "esc" in dict(focused.hints) or not layout_state.can_leave else (("esc", "back"),)
    everywhere = footer_keys()
    panes: Hints = ()
    if layout_state.compact and focused is controller.markets:
        # one pane at a time: how to reach the others comes before what the table's rarer keys do
        panes = tuple(hint for hint in everywhere if hint[1] == "panes")
    rest = tuple(hint for hint in everywhere[2:] if hint not in panes)
    return (*everywhere[:2], *back, *play, *focused.hints[:2], *panes, *focused.hints[2:], *rest)
