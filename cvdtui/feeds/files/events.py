"""What reading files yields beside trades: what was refused, what was ignored, what the reader decided."""

from msgspec import Struct

from cvdtui.model import Columns, Trades


class Rejected(Struct, frozen=True, gc=False):
    """Rows or frames that do not parse, of one reason; `where` (`file:line`) is the first of them."""

    market: str | None
    reason: str
    count: int
    where: str


class Ignored(Struct, frozen=True, gc=False):
    """Frames of streams nobody asked for."""

    market: str | None
    count: int


class FileNotice(Struct, frozen=True, gc=False):
    """Something the reader decided on its own and the user should know."""

    text: str


Event = Columns | Trades | Rejected | Ignored | FileNotice
