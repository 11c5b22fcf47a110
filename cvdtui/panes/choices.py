"""The instruments a typed name may stand for, above the prompt."""

from collections.abc import Sequence

from cvdtui.model import Market
from cvdtui.panes.line import Answer, Frame, Line, fit, title


class Choices:
    """State: the instruments to offer, set by the screen."""

    name = "choices"
    hints = ()

    def __init__(self) -> None:
        self.markets: Sequence[Market] = ()
        self.at: int | None = None
        self.words = ""
        self.known = 0
        """How many instruments are known in all."""

    @property
    def height(self) -> int:
        """Lines it needs."""
        return len(self.markets) + 1

    def press(self, key: str) -> Answer | None:  # noqa: ARG002 - the line being typed takes the keys
        return None

    def paint(self, frame: Frame) -> list[Line]:
        known = (
            f"{self.known:,} instruments known".replace(",", " ")
            if self.known
            else "no instruments known yet"
        )
        head = title(frame, self.words or "add a market", known)
        return [head, *(self._line(place, market, frame.width) for place, market in enumerate(self.markets))]

    def _line(self, place: int, market: Market, width: int) -> Line:
        chosen = place == self.at
        pair = f"{market.base}/{market.quote}" if market.quote else market.base
        text = fit(f"{market.name:<32} {pair:<18} {market.kind}", width - 1).ljust(width - 1)
        mark = "▸" if chosen else " "
        return ((mark, "focus cursor" if chosen else "focus"), (text, "text cursor" if chosen else "text"))
