"""The colours of the screen: theme files parsed into frozen styles, one a role."""

import re
import tomllib
from difflib import get_close_matches

from msgspec import Struct

from cvdtui.errors import ConfigError

ROLES: dict[str, str] = {
    "text": "plain words and numbers; its background is that of the screen",
    "dim": "old, incomplete or secondary",
    "faint": "rules, axes, grids",
    "title": "a pane's title",
    "focus": "the title of the pane that has the keys",
    "cursor": "the selected row, over the style of its cells",
    "head": "column heads",
    "up": "positive numbers, buys",
    "down": "negative numbers, sells",
    "warn": "needs attention: gaps, stale, refused",
    "note": "neutral marks",
    "good": "live, complete",
    "line": "the CVD line",
    "poc": "point of control",
    "value": "rows inside the value area",
    "extreme": "bars while z is extreme, under the style of their cells",
    "cross": "the crosshair, over the style of its cells",
    "key": "a key's name in footer and help",
    "prompt": "the line the user types in",
}
"""The roles that every theme must define, and their use."""

COLOUR = re.compile(r"#[0-9a-f]{6}")
ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse")


class TextStyle(Struct, frozen=True, gc=False):
    """Colours and attributes of one role; None leaves the colour below it, at last the terminal's own."""

    fg: str | None = None
    """Foreground as #rrggbb."""
    bg: str | None = None
    """Background as #rrggbb."""
    attributes: frozenset[str] = frozenset()


class Theme(Struct, frozen=True):
    """A named set of styles, one for each of ROLES."""

    name: str
    dark: bool
    """Whether its background is dark."""
    styles: dict[str, TextStyle]


def parse_theme(text: str, where: str) -> Theme:
    """The theme in a file's text; `where` names the file in errors.

    Raises ConfigError for text that is not TOML, an unknown key, role, colour or attribute (with the nearest
    known name), and for a missing role.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not TOML: {error}") from error
    for key in data:
        _known(key, ("name", "dark", "roles"), f"{where}: unknown key")
    name, dark, roles = data.get("name"), data.get("dark"), data.get("roles")
    if not isinstance(name, str) or not name:
        raise ConfigError(f"{where}: name: expected a text that names the theme")
    if not isinstance(dark, bool):
        raise ConfigError(f"{where}: dark: expected true or false")
    if not isinstance(roles, dict):
        raise ConfigError(f"{where}: [roles]: expected a table of {', '.join(ROLES)}")
    for role in roles:
        _known(role, tuple(ROLES), f"{where}: [roles]: unknown role")
    missing = [role for role in ROLES if role not in roles]
    if missing:
        raise ConfigError(f"{where}: [roles]: missing {', '.join(missing)}")
    return Theme(name, dark, {role: _style(roles[role], f"{where}: [roles] {role}") for role in ROLES})


def _known(key: str, allowed: tuple[str, ...], what: str) -> None:
    if key in allowed:
        return
    near = get_close_matches(key, allowed, 1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; expected one of {', '.join(allowed)}"
    raise ConfigError(f"{what} {key!r}{hint}")


def _style(value: object, where: str) -> TextStyle:
    """The style written as `[#rrggbb] [on #rrggbb] [attribute ...]`."""
    if not isinstance(value, str):
        raise ConfigError(f"{where}: expected a text such as '#5fafff on #121212 bold', not {value!r}")
    fg = bg = None
    attributes = set()
    words = iter(value.lower().split())
    for word in words:
        if word == "on":
            bg = _colour(next(words, ""), where)
        elif word.startswith("#"):
            fg = _colour(word, where)
        else:
            _known(word, ATTRIBUTES, f"{where}: unknown attribute")
            attributes.add(word)
    return TextStyle(fg, bg, frozenset(attributes))


def _colour(word: str, where: str) -> str:
    if not COLOUR.fullmatch(word):
        raise ConfigError(f"{where}: expected a colour as #rrggbb, not {word!r}")
    return word
