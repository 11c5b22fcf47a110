"""The screen: an app that looks at one frozen Snapshot some ten times a second.

It never sees a trade or a socket.
"""

from cvdtui.app.screen import MonitorApp
from cvdtui.app.source import Replay, Source

__all__ = ["MonitorApp", "Replay", "Source"]
