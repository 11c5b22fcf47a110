"""Alert rules added on the screen for the selected market, and removed in the alerts pane."""

from collections.abc import Callable

from cvdtui.app.background import BackgroundTasks
from cvdtui.config.alerts import BUILT_IN, SIGNALS
from cvdtui.model import Snapshot


class AlertActions:
    """Adds and removes rules; `say` shows the outcome in one line."""

    def __init__(self, background: BackgroundTasks, say: Callable[[str], None]) -> None:
        self._background = background
        self._say = say
        self._market = ""
        self._channels: tuple[str, ...] = BUILT_IN

    def begin(self, snapshot: Snapshot) -> str:
        """The prompt's text before the rule; empty where there is no market."""
        self._market = snapshot.view.market or ""
        if not self._market:
            self._say("no market to alert on")
            return ""
        known = [channel.name for channel in snapshot.channels]
        self._channels = tuple(dict.fromkeys((*known, *BUILT_IN)))
        return f"alert {self._market.partition(':')[2]} on: "

    def add(self, rule: str) -> None:
        """Add the typed rule to the market that `begin` was called for."""
        what = rule.strip() or "any signal"
        self._background.add_alert(self._market, rule, f"alerts on {self._market}: {what}; 0 lists the rules")

    def remove(self, key: object) -> None:
        """Remove one rule by its key; nothing without one."""
        if isinstance(key, str) and key:
            self._background.remove_alert(key)

    def remove_all(self, market: str | None) -> None:
        """Remove every rule that was added for this market."""
        if market is None:
            self._say("no market is selected")
        else:
            self._background.remove_alerts(market)

    def complete(self, text: str) -> list[str]:
        """Completions of the typed line: signals first, channels after `to`."""
        head, to, rest = text.rpartition(" to ")
        if to or text.startswith("to "):
            head, rest = (f"{head} to ", rest) if to else ("to ", text[3:])
            listed, comma, last = rest.rpartition(",")
            return [f"{head}{listed}{comma}{name}" for name in self._channels if name.startswith(last)]
        return [name for name in SIGNALS if name.startswith(text)] if text else []
