"""Events of a file beside trades: rows refused, frames ignored, choices of the reader."""

from msgspec import Struct

from cvdtui.model import Columns, Trades


class Rejected(Struct, frozen=True, gc=False):
    """Rows or frames that do not parse, of one reason; `where` (`file:line`) is the first of them."""

    market: str | None
    reason: str
    count: int
    where: str


class Ignored(Struct, frozen=True, gc=False):
    """Frames of other streams."""

    market: str | None
    count: int


class FileNotice(Struct, frozen=True, gc=False):
    """A choice of the reader that the user should know."""

    text: str


Event = Columns | Trades | Rejected | Ignored | FileNotice
