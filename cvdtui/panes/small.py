"""The line shown when the window is too small: the size needed."""

from cvdtui.panes.line import Answer, Frame, Line


class Small:
    """State: the size needed."""

    name = "small"
    hints = ()

    def __init__(self, width: int, height: int) -> None:
        self.needed = (width, height)
        self.have = (0, 0)

    def press(self, key: str) -> Answer | None:  # noqa: ARG002 - it takes no keys
        return None

    def paint(self, frame: Frame) -> list[Line]:
        text = "needs {}x{}, has {}x{}".format(*self.needed, *self.have)
        return [()] * ((frame.height - 1) // 2) + [((text.center(frame.width)[: frame.width], "warn"),)]
