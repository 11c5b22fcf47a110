"""Alert channels, one file a kind; `make` opens one by its kind."""

from collections.abc import Callable
from typing import Protocol

from cvdtui.alerts.alert import Alert
from cvdtui.alerts.channels.command import CommandChannel
from cvdtui.alerts.channels.discord import discord
from cvdtui.alerts.channels.ntfy import ntfy
from cvdtui.alerts.channels.telegram import telegram
from cvdtui.alerts.channels.terminal import BellChannel, DesktopChannel, NoticeChannel, Screen
from cvdtui.alerts.channels.web import Compose, WebChannel
from cvdtui.alerts.channels.webhook import webhook
from cvdtui.config import AlertChannel
from cvdtui.config.alerts import ChannelKind

__all__ = ["Channel", "Screen", "make"]


class Channel(Protocol):
    """One channel of alerts."""

    async def send(self, alert: Alert) -> None:
        """Send it, one try. Raises AlertError, whose text shows no secret."""

    async def close(self) -> None:
        """Leave nothing open."""


_WEB: dict[str, Compose] = {"webhook": webhook, "ntfy": ntfy, "telegram": telegram, "discord": discord}
_SCREEN: dict[str, Callable[[AlertChannel, Screen], Channel]] = {
    "bell": lambda _, screen: BellChannel(screen),
    "notice": lambda _, screen: NoticeChannel(screen),
    "desktop": lambda table, screen: DesktopChannel(screen, table.style),
}


def make(kind: ChannelKind, table: AlertChannel, screen: Screen) -> Channel:
    """A channel of this kind."""
    if kind in _SCREEN:
        return _SCREEN[kind](table, screen)
    if kind == "command":
        return CommandChannel(table.command, table.timeout_s)
    return WebChannel(table, _WEB[kind])
