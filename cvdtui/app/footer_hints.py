"""The keys that the footer names: those of the prompt while it is open, else global keys and the pane's."""

from cvdtui.app.controller import Controller
from cvdtui.app.keys import GLOBAL_HINTS
from cvdtui.app.picker import Picker
from cvdtui.panes.line import Pane

Hints = tuple[tuple[str, str], ...]
EXTRA_HINTS: Hints = (("1-9", "panes"), ("t", "theme"))


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
        play = (("space", "go on" if replay.paused else "pause"), (".", "step"), ("< >", "speed"))
    back = () if "esc" in dict(focused.hints) or not layout_state.can_leave else (("esc", "back"),)
    panes = (("1-9", "panes"),) if layout_state.compact and focused is controller.markets else ()
    return (
        *GLOBAL_HINTS[:2],
        *back,
        *play,
        *focused.hints[:2],
        *panes,
        *focused.hints[2:],
        *GLOBAL_HINTS[2:],
        *EXTRA_HINTS[bool(panes) :],
    )
