"""The signal log: signals on closed bars of all markets, newest first, and the record of one."""

from cvdtui.model import SignalView
from cvdtui.panes.clock import span
from cvdtui.panes.labels import label
from cvdtui.panes.line import Answer, Frame, Line, centred, fit, title
from cvdtui.panes.marks import arrow_of, glyph_of, role_of
from cvdtui.panes.scorecard import record_lines
from cvdtui.panes.words import market_words, waiting

NAME = 12
"""Cells of the longest name of a signal."""
ROOMY = 60
"""From this width on the name stands in a column of its own."""
WIDE = 84
"""From this width on markets are named in full."""

Key = tuple[str, str, int, str, str]
"""Market, signal, bar, side, words: the same in the next snapshot."""


class SignalsPane:
    """State: the line pointed at (none: the newest), the filter, and how many lines are scrolled past."""

    name = "signals"
    hints = (("enter", "its bar"), ("/", "filter"), ("o", "one market"), ("[ ]", "timeframe"), ("z", "zoom"))

    def __init__(self) -> None:
        self.pattern = ""
        self.only = False
        """The selected market alone."""
        self.scored: tuple[str, str] | None = None
        """(market, signal) of the line pointed at."""
        self._at: Key | None = None
        self._past = 0
        self._page = 1
        self._shown: tuple[SignalView, ...] = ()
        """Those that pass the filter, newest first."""
        self._market = ""
        self._source: tuple[object, ...] = ()

    # --- keys ------------------------------------------------------------

    def press(self, key: str) -> Answer | None:
        steps = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -self._page, "pagedown": self._page}
        ends = {"g": 0, "home": 0, "G": len(self._shown), "end": len(self._shown)}
        if key in steps or key in ends:
            self._point(ends[key] if key in ends else self._place() + steps[key])
            return Answer(view={"scored": self.scored})
        if key == "enter" and self._shown:
            entry = self._shown[self._place()]
            return Answer(bar=(self._name(entry), entry.bar_seconds, entry.time_us))
        if key == "o":
            self.only = not self.only
            return Answer()
        if key == "escape" and self.pattern:
            self.filter("")
            return Answer()
        return None

    def filter(self, pattern: str) -> None:
        """Shows lines whose signal, market, side or bar length hold every word of the pattern."""
        self.pattern = pattern

    def point(self, line: int) -> Answer:
        """The user pointed at a line of the list."""
        if 0 <= line < self._page and self._past + line < len(self._shown):
            self._point(self._past + line)
        return Answer(view={"scored": self.scored})

    @property
    def pointed(self) -> SignalView | None:
        """The signal of the line pointed at."""
        return self._shown[self._place()] if self._shown else None

    def _point(self, place: int) -> None:
        place = min(max(place, 0), len(self._shown) - 1)
        if place >= 0:
            entry = self._shown[place]
            self._at = self._key(entry) if place else None
            self.scored = self._name(entry), entry.signal

    def _place(self) -> int:
        """Where the line pointed at stands now."""
        if self._at is None:
            return 0
        return next((at for at, entry in enumerate(self._shown) if self._key(entry) == self._at), 0)

    def _key(self, entry: SignalView) -> Key:
        return self._name(entry), entry.signal, entry.time_us, entry.side, entry.text

    def _name(self, entry: SignalView) -> str:
        return entry.market.name if entry.market is not None else self._market

    # --- painting ------------------------------------------------------------

    def paint(self, frame: Frame) -> list[Line]:
        detail = frame.detail
        entries = frame.snapshot.log or (detail.signals if detail is not None else ())
        self._choose(entries, detail.market.name if detail is not None else "")
        if not entries:
            words = (f"no signal on closed bars of {span(frame.snapshot.view.timeframe)} yet",)
            return [
                title(frame, "signals"),
                *centred(frame, *(waiting(frame.snapshot) if detail is None else words)),
            ]
        record = record_lines(frame, self.scored) if self._shown else []
        self._page = max(frame.height - 1 - len(record), 1)
        at = self._scroll()
        shown = self._shown[self._past : self._past + self._page]
        lines = [self._title(frame, len(shown)), *self._lines(frame, shown, at - self._past)]
        if not shown:
            lines += centred(
                frame, f"none of {len(entries)} matches /{self.pattern}" if self.pattern else "none here"
            )
        lines += [()] * (frame.height - len(record) - len(lines))
        return lines + record

    def _choose(self, entries: tuple[SignalView, ...], market: str) -> None:
        """The lines that pass, when there are others than before."""
        source = (entries, self.pattern, self.only, market)
        # identity is enough: the log is the same tuple until a signal is added
        if source[0] is not (self._source or ((),))[0] or source[1:] != self._source[1:]:
            self._source, self._market = source, market
            words = self.pattern.lower().split()
            self._shown = tuple(one for one in reversed(entries) if self._passes(one, words))
        place = self._place()
        if not self._shown:
            self._at = self.scored = None
        # at the top the selection follows the newest signal; further down it stays with its own
        elif place == 0:
            self._point(0)

    def _passes(self, entry: SignalView, words: list[str]) -> bool:
        if self.only and self._name(entry) != self._market:
            return False
        base = entry.market.base if entry.market is not None else ""
        text = f"{entry.signal} {self._name(entry)} {base} {entry.side} {span(entry.bar_seconds)}".lower()
        return all(word in text for word in words)

    def _scroll(self) -> int:
        """Scroll so that the selected line shows; returns its place. Lines being read do not move."""
        at = self._place()
        last = max(len(self._shown) - self._page, 0)
        self._past = min(max(self._past, at - self._page + 1, 0), at, last)
        return at

    def _title(self, frame: Frame, count: int) -> Line:
        parts = ["signals", *([market_words(frame.detail)] if self.only and frame.detail is not None else [])]
        parts += [span(frame.snapshot.view.timeframe), *([f"/{self.pattern}"] if self.pattern else [])]
        words = f"{self._past + 1}-{self._past + count} of {len(self._shown)}" if count else ""
        return title(frame, " · ".join(parts), words)

    def _lines(self, frame: Frame, shown: tuple[SignalView, ...], at: int) -> list[Line]:
        times = [_when(entry, frame) for entry in shown]
        width = max((len(text) for text in times), default=0)
        names = label(frame.snapshot.rows, tight=frame.width < WIDE)
        return [
            _line(entry, text.rjust(width), self._label(entry, names, frame.width), frame, chosen=place == at)
            for place, (entry, text) in enumerate(zip(shown, times, strict=True))
        ]

    def _label(self, entry: SignalView, names: dict[str, str], width: int) -> str:
        """Its market as the table names it; nothing where the title names it, the base alone where narrow."""
        if self.only or entry.market is None:
            return ""
        if width < ROOMY:
            return f"{entry.market.base or entry.market.symbol:<5}"[:5]
        wide = max((len(name) for name in names.values()), default=0)
        return names.get(entry.market.name, entry.market.name).ljust(wide)


def _when(entry: SignalView, frame: Frame) -> str:
    """`14:32Z`, with its day when that is not today, with seconds for bars of seconds."""
    if entry.bar_seconds < 60:
        return frame.clock.hms(entry.time_us) + frame.clock.z
    return frame.clock.since(entry.time_us, frame.snapshot.time_us)


def _line(entry: SignalView, when: str, market: str, frame: Frame, *, chosen: bool) -> Line:
    role = role_of(entry)
    mark = "?" if entry.provisional else " "
    spans = [
        (f"{'▸' if chosen else ' '}{when} ", "key" if chosen else "dim"),
        (f" {glyph_of(entry)}{mark}", role),
    ]
    words = entry.text
    if frame.width >= ROOMY:
        spans.append((f"{entry.signal:<{NAME}} ", "text"))
        words = " ".join(word for word in words.split() if word != entry.signal)
    if market:
        spans.append((f"{market}  " if frame.width >= ROOMY else f"{market} ", "dim"))
    spans.append((f"{arrow_of(entry)} ", role))
    if entry.quality:
        words = f"{words}  ⚠ {entry.quality}"
    room = max(frame.width - sum(len(text) for text, _ in spans), 0)
    line: Line = (*spans, (fit(words, room).ljust(room if chosen else 0), "dim" if role == "dim" else "text"))
    return tuple((text, f"{role} cursor") for text, role in line) if chosen else line
