"""From roles to terminal styles, and from lines to strips; the ASCII twins of every glyph."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cvdtui.panes.line import Line
from cvdtui.theme import TextStyle, Theme

# In a C locale tmux shows `_` for every mark beyond ASCII; some console fonts have no braille.
TWINS = {
    **dict.fromkeys("▲△↑╹", "^"),
    **dict.fromkeys("▼▽↓╻", "v"),
    **dict.fromkeys("■█▇▆┃▎▏", "#"),
    **dict.fromkeys("│╷╵┊┤├", "|"),
    **dict.fromkeys("─╶╴╌┈┴┬", "-"),
    **dict.fromkeys("└┘┌┐┼╽╿", "+"),
    **dict.fromkeys("▅▄▓▒┇━", "="),
    **dict.fromkeys("▃░╎", "-"),
    **dict.fromkeys("▂·", "."),
    **dict.fromkeys("▁", "_"),
    **dict.fromkeys("▸▶", ">"),
    **dict.fromkeys("◀◂", "<"),
    **dict.fromkeys("◆●", "*"),
    **dict.fromkeys("◇○•", "o"),
    "▐": ":",
    "…": "~",
    "×": "x",
    "Δ": "D",
    "±": "~",
    "≈": "~",
    "≥": ">",
    "⚠": "!",
    "←": "<",
    "→": ">",
    " ": " ",
}
ASCII = str.maketrans(
    {
        **TWINS,
        **{chr(0x2800 + bits): " .:*"[min(bits.bit_count(), 3)] if bits else " " for bits in range(256)},
    }
)


def plain(text: str) -> str:
    """The text in ASCII, cell for cell; what has no twin becomes `?`."""
    if text.isascii():
        return text
    return text.translate(ASCII).encode("ascii", "replace").decode()


class StyleSheet:
    """The styles of one theme, built when first used."""

    def __init__(self, theme: Theme, *, ascii_only: bool = False) -> None:
        self.theme = theme
        self.ascii_only = ascii_only
        self._styles: dict[str, Style] = {}

    def style(self, roles: str) -> Style:
        """The style of roles laid over each other; `reverse` is understood beside the theme's roles."""
        found = self._styles.get(roles)
        if found is None:
            found = self._rich("text")
            for role in roles.split():
                found += Style(reverse=True) if role == "reverse" else self._rich(role)
            self._styles[roles] = found
        return found

    def _rich(self, role: str) -> Style:
        style: TextStyle = self.theme.styles[role]
        colours = [word for word in (style.fg, f"on {style.bg}" if style.bg else None) if word]
        return Style.parse(" ".join([*sorted(style.attributes), *colours]))

    def strip(self, line: Line, width: int) -> Strip:
        """Exactly `width` cells."""
        segments = []
        room = width
        for text, roles in line:
            if not text or room <= 0:
                continue
            segments.append(Segment((plain(text) if self.ascii_only else text)[:room], self.style(roles)))
            room -= len(text)
        if room > 0:
            segments.append(Segment(" " * room, self.style("text")))
        return Strip(segments, width)
