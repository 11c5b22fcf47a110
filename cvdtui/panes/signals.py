"""The signal log: what was told on the closed bars of the market at hand, newest first."""

from cvdtui.model import MarketDetail, SignalView
from cvdtui.panes.clock import span
from cvdtui.panes.line import Answer, Frame, Line, centred, fit, title
from cvdtui.panes.marks import arrow_of, glyph_of, role_of
from cvdtui.panes.words import market_words, waiting

NAME = 12
"""Cells of the longest name of a signal."""
ROOMY = 60
"""From this width on the name stands in a column of its own."""
WIDE = 84
"""From this width on the market is named in each line."""


class Signals:
    """State: how many of the newest are scrolled past."""

    name = "signals"
    hints = (("↑↓", "scroll"), ("g", "newest"), ("[ ]", "timeframe"), ("z", "zoom"), ("n N", "market"))

    def __init__(self) -> None:
        self.past = 0
        self._count = 0
        self._page = 1
        self._key: tuple[object, ...] = ()

    def press(self, key: str) -> Answer | None:
        steps = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -self._page, "pagedown": self._page}
        ends = {"g": 0, "home": 0, "G": self._count, "end": self._count}
        if key in steps or key in ends:
            self._scroll(ends[key] if key in ends else self.past + steps[key])
            return Answer()
        return None

    def _scroll(self, past: int) -> None:
        self.past = min(max(past, 0), max(self._count - self._page, 0))

    def paint(self, frame: Frame) -> list[Line]:
        detail = frame.detail
        if detail is None:
            return [title(frame, "signals"), *centred(frame, *waiting(frame.snapshot))]
        newest = detail.signals[::-1]
        self._settle(detail, len(newest), max(frame.height - 1, 1))
        name = f"signals · {market_words(detail)} · {span(detail.timeframe)}"
        shown = newest[self.past : self.past + self._page]
        words = f"{self.past + 1}-{self.past + len(shown)} of {len(newest)}" if newest else ""
        head = title(frame, name if len(name) + 4 <= frame.width else "signals", words)
        if not newest:
            return [head, *centred(frame, f"no signal on closed bars of {span(detail.timeframe)} yet")]
        times = [_when(one, frame) for one in shown]
        width = max(len(text) for text in times)
        return [
            head,
            *(_line(one, text.rjust(width), detail, frame) for one, text in zip(shown, times, strict=True)),
        ]

    def _settle(self, detail: MarketDetail, count: int, page: int) -> None:
        """What is read stays in place: a scrolled log moves on with each signal that arrives."""
        key = (detail.market.name, detail.timeframe)
        if key != self._key:
            self._key, self.past = key, 0
        elif self.past:
            self.past += max(count - self._count, 0)
        self._count, self._page = count, page
        self._scroll(self.past)


def _when(signal: SignalView, frame: Frame) -> str:
    """`14:32Z`, with its day when that is not today, with seconds for bars of seconds."""
    if signal.bar_seconds < 60:
        return frame.clock.hms(signal.time_us) + frame.clock.z
    return frame.clock.since(signal.time_us, frame.snapshot.time_us)


def _line(signal: SignalView, when: str, detail: MarketDetail, frame: Frame) -> Line:
    role = role_of(signal)
    doubt = "?" if signal.provisional else " "
    spans = [(f" {when} ", "dim"), (f" {glyph_of(signal)}{doubt}", role)]
    words = signal.text
    if frame.width >= ROOMY:
        spans.append((f"{signal.signal:<{NAME}} ", "text"))
        words = " ".join(word for word in words.split() if word != signal.signal)
    if frame.width >= WIDE:
        spans.append((f"{market_words(detail)}  ", "dim"))
    spans.append((f"{arrow_of(signal)} ", role))
    if signal.quality:
        words = f"{words}  ⚠ {signal.quality}"
    room = max(frame.width - sum(len(text) for text, _ in spans), 0)
    return (*spans, (fit(words, room), "dim" if role == "dim" else "text"))
