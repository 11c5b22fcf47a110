"""Writes only the cells that changed, by the shortest change of colour; remembers what the terminal shows.

Pure. Textual itself writes 2.5 to 8 times as much: whole regions from the left edge of a widget (5 cells at
column 195 took 1,648 bytes), with the full colour and a reset in every segment.
"""

from collections.abc import Iterable

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

PLAIN = Style.null()
OFF = {
    "bold": "22",
    "dim": "22",
    "italic": "23",
    "underline": "24",
    "blink": "25",
    "reverse": "27",
    "strike": "29",
}
ON = {"bold": "1", "dim": "2", "italic": "3", "underline": "4", "blink": "5", "reverse": "7", "strike": "9"}
NEAR = 4
"""Unchanged cells between two changes that are written again: a jump over them takes 4 bytes, `ESC [ 4 C`."""


class CellWriter:
    """The terminal's cells as last written; `update` gives the bytes that make them what they should be."""

    def __init__(self, width: int, height: int, colours: ColorSystem | None) -> None:
        self.width = width
        self.height = height
        self._colours = colours
        self._text: list[list[str | None]] = []
        self._style: list[list[Style]] = []
        self._known: dict[Style, tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]] = {}
        self._turns: dict[tuple[Style, Style], str] = {}
        self.forget()

    def forget(self) -> None:
        """Nothing is known of the terminal: the next update writes every cell it is given."""
        self._text = [[None] * self.width for _ in range(self.height)]
        self._style = [[PLAIN] * self.width for _ in range(self.height)]

    def update(self, pieces: Iterable[tuple[int, int, Iterable[Segment]]]) -> str:
        """Pieces are (x, y, segments) in any order; what lies outside the terminal is left out.

        The result starts and ends with the terminal's plain style.
        """
        out: list[str] = []
        pen = _Pen(out, self)
        for x, y, segments in pieces:
            if 0 <= y < self.height and 0 <= x < self.width:
                self._piece(pen, x, y, segments)
        if pen.style is not PLAIN:
            out.append("\x1b[0m")
        return "".join(out)

    def _piece(self, pen: "_Pen", x: int, y: int, segments: Iterable[Segment]) -> None:
        texts, styles = self._text[y], self._style[y]
        for text, styled, control in segments:
            if control or not text:
                continue
            if (
                x >= self.width
            ):  # laid out for a wider terminal: after a resize one such update may still come
                return
            style = styled or PLAIN
            size = len(text)
            if not text.isascii() and cell_len(text) != size:
                x = self._wide(pen, x, y, text, style)
                continue
            end = min(x + size, self.width)
            cells = list(text)[: end - x]
            if texts[x:end] != cells or styles[x:end] != [style] * len(cells):
                self._cells(pen, x, y, cells, style)
            x += size

    def _cells(self, pen: "_Pen", x: int, y: int, cells: list[str], style: Style) -> None:
        """Write the changed cells of one run; short unchanged stretches between them are written again."""
        texts, styles = self._text[y], self._style[y]
        changed = [
            x + at
            for at, cell in enumerate(cells)
            if texts[x + at] != cell or (styles[x + at] is not style and styles[x + at] != style)
        ]
        first = before = changed[0]
        for at in [*changed[1:], -1]:
            if at < 0 or at - before > NEAR:
                pen.write(first, y, "".join(cells[first - x : before - x + 1]), style)
                first = at
            before = at
        self._break_wide(texts, x, x + len(cells))
        texts[x : x + len(cells)] = cells
        styles[x : x + len(cells)] = [style] * len(cells)

    def _break_wide(self, texts: list[str | None], first: int, last: int) -> None:
        """Half of a wide character was overwritten: its other half is not what it was."""
        if texts[first] == "" and first:
            texts[first - 1] = None
        if last < self.width and texts[last] == "":
            texts[last] = None

    def _wide(self, pen: "_Pen", x: int, y: int, text: str, style: Style) -> int:
        """A run with characters of other widths: written whole, remembered cell by cell."""
        texts, styles = self._text[y], self._style[y]
        cells: list[str] = []
        for char in text:
            size = cell_len(char)
            if size:
                cells += [char] + [""] * (size - 1)
            elif cells:
                cells[-1] += char
        end = min(x + len(cells), self.width)
        if end < x + len(cells):
            halved = (
                cells[end - x] == ""
            )  # the edge cuts a wide character: its first half alone cannot be shown
            cells = cells[: end - x]
            if halved:
                cells[-1] = " "
        if texts[x:end] != cells or styles[x:end] != [style] * len(cells):
            pen.write(x, y, "".join(cells), style, cells=len(cells))
            self._break_wide(texts, x, end)
            texts[x:end] = cells
            styles[x:end] = [style] * len(cells)
        return end

    def turn(self, old: Style, new: Style) -> str:
        """The shortest change from one style to another."""
        found = self._turns.get((old, new))
        if found is None:
            found = self._turns[(old, new)] = self._turn(old, new)
        return found

    def _turn(self, old: Style, new: Style) -> str:
        was, fg, bg = self._parts(old)
        now, new_fg, new_bg = self._parts(new)
        # a reset and all attributes is sometimes shorter than switching off what differs
        anew = ";".join(["0", *(ON[name] for name in sorted(now)), *new_fg, *new_bg])
        codes: list[str] = []
        # 22 ends bold and dim both: the one that stays is switched on again
        off = {OFF[name] for name in was - now}
        codes += sorted(off)
        codes += [ON[name] for name in sorted(now) if name not in was or OFF[name] in off]
        if new_fg != fg:
            codes += new_fg or ("39",)
        if new_bg != bg:
            codes += new_bg or ("49",)
        step = ";".join(codes)
        if not step:
            return ""
        return f"\x1b[{step if len(step) <= len(anew) else anew}m"

    def _parts(self, style: Style) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
        """(attributes, codes of the foreground, codes of the background) in this terminal's colours."""
        found = self._known.get(style)
        if found is None:
            names = frozenset(name for name in ON if getattr(style, name))
            found = self._known[style] = (
                names,
                self._codes(style, fore=True),
                self._codes(style, fore=False),
            )
        return found

    def _codes(self, style: Style, *, fore: bool) -> tuple[str, ...]:
        colour = style.color if fore else style.bgcolor
        if colour is None or colour.is_default or self._colours is None:
            return ()
        return tuple(colour.downgrade(self._colours).get_ansi_codes(foreground=fore))


class _Pen:
    """The terminal's cursor, and the style it writes with."""

    def __init__(self, out: list[str], writer: CellWriter) -> None:
        self._out = out
        self._writer = writer
        self._x = self._y = -1
        self.style = PLAIN

    def write(self, x: int, y: int, text: str, style: Style, cells: int = 0) -> None:
        if y != self._y or x != self._x:
            ahead = x - self._x
            near = y == self._y and ahead > 0 and self._x < self._writer.width
            self._out.append(f"\x1b[{ahead if ahead > 1 else ''}C" if near else f"\x1b[{y + 1};{x + 1}H")
        if style is not self.style:
            self._out.append(self._writer.turn(self.style, style))
            self.style = style
        self._out.append(text)
        self._x, self._y = x + (cells or len(text)), y
