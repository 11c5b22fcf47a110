"""Alert rules by hand: asked for on the market at hand, taken back in the pane that lists them."""

from collections.abc import Callable

from cvdtui.app.source import Source
from cvdtui.config.alerts import BUILT_IN, SIGNALS
from cvdtui.model import Snapshot


class AlertActions:
    """`say` shows what became of it."""

    def __init__(self, source: Source, say: Callable[[str], None]) -> None:
        self._source = source
        self._say = say
        self._market = ""
        self._channels: tuple[str, ...] = BUILT_IN

    def ask(self, snapshot: Snapshot) -> str:
        """What stands before the line that is typed; empty where there is no market."""
        self._market = snapshot.view.market or ""
        if not self._market:
            self._say("no market to alert on")
            return ""
        known = [channel.name for channel in snapshot.channels]
        self._channels = tuple(dict.fromkeys((*known, *BUILT_IN)))
        return f"alert {self._market.partition(':')[2]} on: "

    def add(self, wish: str) -> None:
        """The rule that was typed, for the market it was asked for."""
        trouble = self._source.add_alert(self._market, wish)
        what = wish.strip() or "any signal"
        self._say(trouble or f"alerts when {self._market} tells: {what}; 0 lists the rules")

    def remove(self, key: object) -> None:
        """One rule by its key, or (no key) those added for the market that was at hand."""
        if isinstance(key, str) and key:
            self._say(self._source.remove_alert(key) or "rule removed")

    def remove_all(self, market: str | None) -> None:
        """Every rule that was added for this market."""
        if market is None:
            self._say("no market has the cursor")
        else:
            self._say(self._source.remove_alerts(market) or f"no added rule alerts on {market} any more")

    def complete(self, text: str) -> list[str]:
        """Whole lines the typed one may become: signals first, channels after `to`."""
        head, to, rest = text.rpartition(" to ")
        if to or text.startswith("to "):
            head, rest = (f"{head} to ", rest) if to else ("to ", text[3:])
            kept, comma, last = rest.rpartition(",")
            return [f"{head}{kept}{comma}{name}" for name in self._channels if name.startswith(last)]
        return [name for name in SIGNALS if name.startswith(text)] if text else []
