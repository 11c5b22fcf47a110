"""The last two lines: status (or the prompt), and the keys of the focused pane."""

from cvdtui.panes.line import Answer, Frame, Line, clip, fit, narrow
from cvdtui.panes.words import link_words


class Status:
    """One line.

    The prompt while it is open, else a message, else a failing link, a notice or the data quality.
    """

    name = "status"
    hints = ()

    def __init__(self) -> None:
        self.prompt: tuple[str, str, int] | None = None
        """(text before the line, the line, its cursor)."""
        self.message = ""

    def press(self, key: str) -> Answer | None:  # noqa: ARG002 - it takes no keys
        return None

    def paint(self, frame: Frame) -> list[Line]:
        if self.prompt is not None:
            return [_typed(*self.prompt, frame.width)]
        if self.message:
            return [((fit(" " + narrow(self.message), frame.width), "note"),)]
        trouble = [
            link for link in frame.snapshot.links if link.state in {"refused", "waiting", "stale", "closed"}
        ]
        if trouble:
            more = f" (+{len(trouble) - 1} more)" if len(trouble) > 1 else ""
            room = frame.width - len(more)
            return [((fit(f" ⚠ {link_words(trouble[0])}", room) + more, "warn"),)]
        if frame.snapshot.notices:
            return [((fit(" " + narrow(frame.snapshot.notices[-1]), frame.width), "note"),)]
        return [((fit(" " + quality_words(frame), frame.width), "dim"),)]


def quality_words(frame: Frame) -> str:
    """Data quality of the selected market: sources of sides, losses, duplicates, audit."""
    detail = frame.detail
    row = next((row for row in frame.snapshot.rows if row.market.name == frame.snapshot.view.market), None)
    if detail is None or row is None:
        return ""
    quality = row.quality
    parts = [f"{row.trades:,} trades".replace(",", " ")]
    if quality.from_us:
        parts.append(f"known from {frame.clock.since(quality.from_us, frame.snapshot.time_us)}")
    parts += [f"{source} {share * 100:.3g} %" for source, share in quality.sources]
    parts += [
        f"{count:,} {word}".replace(",", " ")
        for count, word in (
            (quality.lost, "lost"),
            (quality.open, "being fetched"),
            (quality.duplicates, "duplicates dropped"),
            (quality.rejected, "rejected"),
        )
        if count
    ]
    if quality.audit is not None:
        parts.append(f"audit: {quality.audit:g} off over {quality.audited} bars")
    return " · ".join(parts)


def _typed(ask: str, text: str, cursor: int, width: int) -> Line:
    """The line being typed, scrolled so that the cursor shows."""
    room = max(width - len(ask) - 2, 4)
    first = max(cursor - room + 1, 0)
    shown = text[first : first + room]
    at = cursor - first
    here = shown[at] if at < len(shown) else " "
    used = len(ask) + len(shown[:at]) + 1 + len(shown[at + 1 :])
    return (
        (ask, "key prompt"),
        (shown[:at], "prompt"),
        (here, "prompt reverse"),
        (shown[at + 1 :] + " " * max(width - used, 0), "prompt"),
    )


class Footer:
    """The keys of the footer, most wanted first, as many as fit."""

    name = "footer"
    hints = ()

    def __init__(self) -> None:
        self.keys: tuple[tuple[str, str], ...] = ()

    def press(self, key: str) -> Answer | None:  # noqa: ARG002 - it takes no keys
        return None

    def paint(self, frame: Frame) -> list[Line]:
        spans: list[tuple[str, str]] = []
        used = 0
        for key, words in self.keys:
            size = len(key) + len(words) + 3
            if used + size > frame.width:
                continue
            used += size
            spans += [(f" {key}", "key"), (f" {words} ", "dim")]
        return [clip(tuple(spans), frame.width)]
