"""The page shown when nothing could be reached: which host failed, why, and what to do."""

from cvdtui.panes.line import Answer, Frame, Line, narrow, title, wrap


class Offline:
    """State: the report, one line a host."""

    name = "offline"
    hints = (("D", "demo"), ("esc", "wait on"))

    def __init__(self) -> None:
        self.report: tuple[str, ...] = ()
        self.demo = True
        """A demo can be switched to."""

    def press(self, key: str) -> Answer | None:  # noqa: ARG002 - the screen takes its keys
        return None

    def paint(self, frame: Frame) -> list[Line]:
        lines: list[Line] = [title(frame, "nothing could be reached"), ()]
        for text in self.report:
            rows = wrap(narrow(text), frame.width - 6)
            lines += [((("    " if at else "  ⚠ ") + row, "warn"),) for at, row in enumerate(rows)]
        lines += [(), (("  Still trying: this page closes as soon as one host answers.", "dim"),)]
        if self.demo:
            lines += [
                (),
                (("  D", "key"), (" plays the demo exchange instead: nothing leaves this machine.", "text")),
            ]
        lines += [(("  esc", "key"), (" shows the markets as they are.", "text"))]
        return lines
