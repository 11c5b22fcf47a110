"""What the terminal itself can do: bell, notification, and a line on the screen."""

import os
from collections.abc import Callable, Mapping
from typing import Literal

from cvdtui.alerts.alert import Alert
from cvdtui.errors import AlertError

Style = Literal["auto", "osc9", "osc777"]
LONGEST = 200
"""Characters of a notification."""


class Screen:
    """Access to the terminal; what is None is not available.

    `write` puts bytes that move no cursor into the terminal's output; `note` shows a line.
    """

    def __init__(
        self,
        write: Callable[[str], None] | None = None,
        note: Callable[[str], None] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.write = write
        self.note = note
        self.environment = os.environ if environment is None else environment


class BellChannel:
    """BEL: every terminal knows it, tmux marks the window with it."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    async def send(self, alert: Alert) -> None:  # noqa: ARG002 - a bell has no text
        """Rings."""
        if self._screen.write is None:
            raise AlertError("there is no terminal to ring")
        self._screen.write("\a")

    async def close(self) -> None:
        """Nothing stays open."""


class NoticeChannel:
    """A line among the notices of the screen."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    async def send(self, alert: Alert) -> None:
        """Shows the alert."""
        if self._screen.note is None:
            raise AlertError("there is no screen to show it")
        self._screen.note(f"{alert.title}, {alert.text}")

    async def close(self) -> None:
        """Nothing stays open."""


class DesktopChannel:
    """OSC 9 or 777, where the terminal is known to show them as a notification; wrapped for tmux."""

    def __init__(self, screen: Screen, style: Style) -> None:
        self._screen = screen
        self._style = style

    async def send(self, alert: Alert) -> None:
        """Notifies. AlertError where the terminal is not known to."""
        screen = self._screen
        if screen.write is None:
            raise AlertError("there is no terminal to notify through")
        style = known_style(screen.environment) if self._style == "auto" else self._style
        if style is None:
            raise AlertError(
                "this terminal is not known to show notifications; style = osc9 or osc777 tries all the same"
            )
        # A terminal that does not know the sequence may print it: hence only known ones, unless told to try.
        screen.write(_wrapped(sequence(style, alert.title, alert.text), screen.environment))

    async def close(self) -> None:
        """Nothing stays open."""


def known_style(environment: Mapping[str, str]) -> Literal["osc9", "osc777"] | None:
    """The sequence this terminal is known to show; inside tmux these are the outer terminal's variables."""
    program, term = environment.get("TERM_PROGRAM", ""), environment.get("TERM", "")
    marked = ("KITTY_WINDOW_ID", "WEZTERM_PANE", "GHOSTTY_RESOURCES_DIR", "ITERM_SESSION_ID")
    if program in ("iTerm.app", "WezTerm", "ghostty", "kitty") or any(name in environment for name in marked):
        return "osc9"
    if term.startswith(("xterm-kitty", "xterm-ghostty")):
        return "osc9"
    if term.startswith(("foot", "rxvt-unicode")):
        return "osc777"
    return None


def sequence(style: Literal["osc9", "osc777"], title: str, text: str) -> str:
    """The escape sequence; nothing in the texts can end it early or add a field."""
    title, text = _plain(title), _plain(text)
    if style == "osc9":
        return f"\x1b]9;{title}: {text}\x07"
    return f"\x1b]777;notify;{title.replace(';', ',')};{text.replace(';', ',')}\x07"


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:LONGEST]


def _wrapped(text: str, environment: Mapping[str, str]) -> str:
    """For tmux, which passes it on when its option allow-passthrough is on."""
    if not environment.get("TMUX"):
        return text
    # tmux wants every ESC within doubled:
    # https://github.com/tmux/tmux/wiki/FAQ#what-is-the-passthrough-escape-sequence-and-how-do-i-use-it
    return "\x1bPtmux;" + text.replace("\x1b", "\x1b\x1b") + "\x1b\\"
