"""One viewer of a board, for tests: ticks, then reads through a viewport that the board keeps."""

from weakref import WeakKeyDictionary

from cvdtui.board.board import Board
from cvdtui.board.viewport import Viewport
from cvdtui.model import Snapshot, View

_viewports: WeakKeyDictionary[Board, Viewport] = WeakKeyDictionary()


def snapshot_of(board: Board, view: View, now_us: int) -> Snapshot:
    """A fresh snapshot; the next one of this board is read through the same viewport."""
    board.tick((view,))
    return _viewports.setdefault(board, Viewport(board)).snapshot(view, now_us)
