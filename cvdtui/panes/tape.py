"""Time and sales: the newest trades on top, those of a size and more."""

from cvdtui.model import BUY, SELL, MarketDetail, Print
from cvdtui.panes import numbers
from cvdtui.panes.columns import price_decimals
from cvdtui.panes.line import Answer, Frame, Line, centred, title, wrap
from cvdtui.panes.words import interest_words, market_words, waiting

SIDES = {BUY: ("▲ buy ", "up"), SELL: ("▼ sell", "down")}


class TapePane:
    """State: the widths of price and size, which only grow while the market stays."""

    name = "tape"
    hints = (("/", "least size"), ("u", "units"), ("z", "zoom"), ("n N", "market"))

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._price = 1
        self._size = (1, 0)
        self._decimals = 2

    def press(self, key: str) -> Answer | None:  # noqa: ARG002 - nothing in it moves
        return None

    def paint(self, frame: Frame) -> list[Line]:
        detail = frame.detail
        least = frame.snapshot.view.min_size
        name = "trades" + (f" · {market_words(detail)}" if detail is not None and frame.zoomed else "")
        head = title(frame, name, f"≥ {least:g}" if least else "")
        if detail is None or not detail.prints:
            # with a least size trades may be coming and merely be smaller
            words = waiting(frame.snapshot) if not least else (f"no trade of {least:g} or more yet",)
            return [head, *centred(frame, *words)]
        forced = _forced(frame)
        prints = detail.prints[: max(frame.height - 1 - len(forced), 0)]
        self._measure(detail, prints)
        decimals = price_decimals(detail.market)
        return [head, *forced, *(self._line(one, frame, decimals) for one in prints)]

    def _measure(self, detail: MarketDetail, prints: tuple[Print, ...]) -> None:
        key = (detail.market.name, detail.unit)
        if key != self._key:
            self._key, self._price, self._size = key, 1, (1, 0)
            # the median: decimals by the largest trade would hide the usual ones
            typical = sorted(one.size for one in prints)[len(prints) // 2]
            fine = min(detail.market.size_decimals, 5)
            self._decimals = (
                0
                if detail.unit == "quote"
                else fine
                if typical < 1
                else min(numbers.size_decimals(typical), fine)
            )
        decimals = price_decimals(detail.market)
        self._price = max(self._price, *(len(numbers.price(one.price, decimals)) for one in prints))
        halves = [numbers.split(one.size, self._decimals) for one in prints]
        self._size = (
            max(self._size[0], *(len(whole) for whole, _ in halves)),
            max(self._size[1], *(len(part) for _, part in halves)),
        )

    def _line(self, one: Print, frame: Frame, decimals: int) -> Line:
        words, role = SIDES.get(one.side, ("? -   ", "dim"))
        whole, part = numbers.split(one.size, self._decimals)
        size = whole.rjust(self._size[0]) + part.ljust(self._size[1])
        price = numbers.price(one.price, decimals).rjust(self._price)
        when = (
            frame.clock.ms(one.time_us)
            if frame.width >= 14 + self._price + 9 + sum(self._size)
            else frame.clock.hms(one.time_us)
        )
        return (
            (f" {when}  ", "dim"),
            (f"{price}  ", "text"),
            (words[:1] if frame.width < 34 else words, role),
            (f" {size}", role),
        )


def _forced(frame: Frame) -> list[Line]:
    """Open interest and liquidations of the selected market, where they are known."""
    shot = frame.snapshot
    row = next((row for row in shot.rows if row.market.name == shot.view.market), None)
    words = interest_words(row, shot.time_us, frame.clock)
    return [((f" {text}", "dim"),) for text in wrap(words, max(frame.width - 2, 10))[:3]] if words else []
