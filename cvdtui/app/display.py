"""From Textual's updates to the terminal: only cells that differ, and no frame while the terminal is behind.

It depends on three private names of Textual (the updates' fields, the driver's writer thread), hence the pin
in pyproject.toml; tests/app compares what a terminal shows with a full repaint.
"""

import os
from collections.abc import Iterable, Iterator

from rich.color import ColorSystem
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.driver import Driver

from cvdtui.app.writer import CellWriter

SYNC = ("\x1b[?2026h", "\x1b[?2026l")
"""Synchronized output (DEC 2026): the terminal shows what lies between at once."""
Piece = tuple[int, int, Iterable[Segment]]


class Display:
    """One terminal: the cells it shows, and whether it can take another frame."""

    def __init__(self, colours: ColorSystem | None) -> None:
        self._colours = colours
        self._writer: CellWriter | None = None
        self.skipped = False
        """A frame was not written: the terminal shows an older one."""
        self.frames = 0
        # tmux 3.7 repaints the whole pane for a synchronized frame, and 3.3a never answers the query for it
        self.in_tmux = bool(os.environ.get("TMUX"))

    def forget(self) -> None:
        """The terminal was cleared, resized or written to by others."""
        self._writer = None

    def is_busy(self, driver: Driver) -> bool:
        """An earlier frame still waits to be written."""
        # The driver's queue holds 30 frames and then blocks: at 20 Hz a stalled terminal froze the loop
        # after 1.5 s. With frames skipped while it is not empty, the largest gap in 4 s of stall was 0.06 s.
        thread = getattr(driver, "_writer_thread", None)
        return thread is not None and not thread._queue.empty()  # noqa: SLF001 - Textual has no public name for it

    def paint(self, update: CompositorUpdate, driver: Driver, size: tuple[int, int], *, sync: bool) -> None:
        """Write an update's changed cells, unless the terminal is behind."""
        if not isinstance(update, LayoutUpdate | ChopsUpdate):
            raise TypeError(f"no cells in {update!r}")
        if self._writer is None or (self._writer.width, self._writer.height) != size:
            self._writer = CellWriter(*size, self._colours)
        elif self.is_busy(driver):
            self.skipped = True
            return
        text = self._writer.update(pieces(update))
        if text:
            driver.write(SYNC[0] + text + SYNC[1] if sync and not self.in_tmux else text)
            driver.flush()
            self.frames += 1


def pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[Piece]:
    """(x, y, segments) of everything Textual would have written for an update."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield x, y, strip
                x += strip.cell_length
        return
    for y, first, last in update.spans:
        for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if chop is not None and x <= last and end > first:
                yield x, y, chop if end <= last else chop.crop(0, last - x)
