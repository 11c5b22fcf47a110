"""Alerts: the channels and their state, the rules, and the alerts sent last. No secret is ever shown."""

from cvdtui.model import AlertLine, ChannelState, RuleLine
from cvdtui.panes.line import Answer, Frame, Line, clip, fit, narrow, title

STATES = {"ready": "good", "sending": "note", "waiting": "warn", "failed": "warn"}
MARKET = 24
"""Cells of a market's name."""

Item = tuple[str, RuleLine | AlertLine]
"""A key that is the same in the next snapshot, and the line."""


class AlertsPane:
    """State: the rule or alert pointed at, and how many lines are scrolled past."""

    name = "alerts"

    def __init__(self) -> None:
        self._at = ""
        self._past = 0
        self._page = 1
        self._items: list[Item] = []
        self._timeframe = 60

    @property
    def hints(self) -> tuple[tuple[str, str], ...]:
        """The keys of the footer."""
        chosen = self._chosen()
        own = (("x", "remove the rule"),) if isinstance(chosen, RuleLine) and chosen.added else ()
        jump = (("enter", "its bar"),) if isinstance(chosen, AlertLine) else ()
        return (("!", "add"), *own, *jump, ("↑↓", "move"), ("z", "zoom"))

    # --- keys ------------------------------------------------------------

    def press(self, key: str) -> Answer | None:
        steps = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -self._page, "pagedown": self._page}
        ends = {"g": 0, "home": 0, "G": len(self._items), "end": len(self._items)}
        chosen = self._chosen()
        if key in steps or key in ends:
            self._point(ends[key] if key in ends else self._place() + steps[key])
            return Answer()
        if key == "x":
            return Answer(action="unalert", argument=chosen.key if isinstance(chosen, RuleLine) else "")
        if key == "enter" and isinstance(chosen, AlertLine):
            seconds = chosen.bar_seconds or self._timeframe
            return Answer(bar=(chosen.market, seconds, chosen.bar_us - chosen.bar_us % (seconds * 1_000_000)))
        return None

    def _point(self, place: int) -> None:
        if self._items:
            self._at = self._items[min(max(place, 0), len(self._items) - 1)][0]

    def _place(self) -> int:
        return next((at for at, (key, _) in enumerate(self._items) if key == self._at), 0)

    def _chosen(self) -> RuleLine | AlertLine | None:
        return self._items[self._place()][1] if self._items else None

    # --- painting ------------------------------------------------------------

    def paint(self, frame: Frame) -> list[Line]:
        shot = frame.snapshot
        self._timeframe = shot.view.timeframe
        self._items = [(rule.key, rule) for rule in shot.rules]
        self._items += [(f"sent {one.time_us} {one.text}", one) for one in reversed(shot.alerts)]
        head = [
            title(frame, "alerts", f"{len(shot.rules)} rules · {len(shot.alerts)} sent"),
            *_channels(frame),
        ]
        body = self._body(frame)
        at = next((line for line, (item, _) in enumerate(body) if item == self._place()), 0)
        self._page = max(frame.height - len(head), 1)
        last = max(len(body) - self._page, 0)
        self._past = min(max(self._past, at - self._page + 1, 0), max(at - 1, 0), last)
        lines = [*head, *(line for _, line in body[self._past : self._past + self._page])]
        return [clip(line, frame.width) for line in lines[: frame.height]]

    def _body(self, frame: Frame) -> list[tuple[int, Line]]:
        """Every line below the channels, with the item it shows (-1: none)."""
        place = self._place()
        lines: list[tuple[int, Line]] = [(-1, _heading("rules"))]
        if not frame.snapshot.rules:
            lines.append((-1, ((fit(" none: ! adds one for the selected market", frame.width), "dim"),)))
        for at, (_, item) in enumerate(self._items):
            if at == len(frame.snapshot.rules):
                lines.append((-1, _heading("alerts sent, newest first")))
            line = _rule(item, frame) if isinstance(item, RuleLine) else _alert(item, frame)
            lines.append((at, _pointed(line, frame.width) if at == place else line))
        if not frame.snapshot.alerts:
            lines += [(-1, _heading("alerts sent")), (-1, ((" none yet", "dim"),))]
        return lines


def _heading(text: str) -> Line:
    return ((f" {text}", "head"),)


def _pointed(line: Line, width: int) -> Line:
    (mark, role), *rest = line
    room = max(width - len(mark) - sum(len(text) for text, _ in rest), 0)
    whole = (("▸" + mark[1:], role), *rest, (" " * room, "text"))
    return tuple((text, f"{role} cursor") for text, role in whole)


def _channels(frame: Frame) -> list[Line]:
    """Those that work in one line, each that does not in a line of its own with its trouble."""
    channels = frame.snapshot.channels
    fine = [one for one in channels if not (one.text or one.trouble)]
    bad = [one for one in channels if one.text or one.trouble]
    spans = [(" channels ", "head")]
    for one in fine:
        spans += [(f" {one.name} ", "text"), (f"{one.state}{_counts(one)} ", STATES[one.state])]
    if not channels:
        spans.append((" no rule has a channel yet", "dim"))
    lines: list[Line] = [tuple(spans)]
    for one in bad[: max(frame.height // 3, 1)]:
        words = narrow(f" {one.name} {one.state}{_counts(one)}: {one.text or _past(one, frame)}")
        lines.append(((fit(words, frame.width), STATES[one.state] if one.text else "dim"),))
    return lines


def _past(one: ChannelState, frame: Frame) -> str:
    """The last failure, when it is over."""
    return f"last trouble {frame.clock.since(one.trouble_us, frame.snapshot.time_us)}: {one.trouble}"


def _counts(one: ChannelState) -> str:
    parts = [f"{one.sent} sent"] if one.sent else []
    parts += [f"{one.failed} failed"] if one.failed else []
    parts += [f"{one.queued} waiting"] if one.queued else []
    return f" ({', '.join(parts)})" if parts else ""


def _rule(rule: RuleLine, frame: Frame) -> Line:
    """Market, condition, channels, origin (added or config), last alert, and whether it may send now."""
    last = f" {frame.clock.since(rule.alerted_us, frame.snapshot.time_us)}" if rule.alerted_us else ""
    state = {"ready": "", "cooling": "cooling down", "quiet": "quiet hours"}[rule.state]
    tail = f"  {'added' if rule.added else 'config'}{last}{' ' if state else ''}{state}"
    wide = min(MARKET, max(frame.width // 3, 8))
    room = max(frame.width - wide - 3 - len(tail), 8)
    words = narrow(f"{rule.text} → {' '.join(rule.channels)}")
    return (
        (f" {fit(narrow(rule.market), wide):<{wide}}  ", "text"),
        (fit(words, room).ljust(room), "text" if rule.state == "ready" else "dim"),
        (tail, "note" if rule.added else "dim"),
    )


def _alert(alert: AlertLine, frame: Frame) -> Line:
    """When, what, and the channels it was sent to."""
    when = frame.clock.since(alert.time_us, frame.snapshot.time_us)
    role = {"buy": "up", "sell": "down", "": "note"}[alert.side]
    where = "quiet hours" if alert.quiet else " ".join(alert.channels)
    glyph = {"buy": "▲", "sell": "▼", "": "·"}[alert.side]
    room = max(frame.width - len(when) - len(where) - 7, 8)
    return (
        (f" {when} ", "dim"),
        (f"{glyph} ", role),
        (fit(narrow(alert.text), room).ljust(room), "text"),
        (f"  {where}", "dim"),
    )
