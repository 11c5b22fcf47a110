"""The colours of the screen.

Theme files parsed into frozen values, every mistake told with the nearest name.
"""

import re
import tomllib
from difflib import get_close_matches

from msgspec import Struct

from cvdtui.errors import ConfigError

ROLES: dict[str, str] = {
    "text": "plain words and numbers; its background is the screen's",
    "dim": "old, untrusted or secondary",
    "faint": "rules, axes, grids",
    "title": "a pane's title",
    "focus": "the title of the pane that has the keys",
    "cursor": "the selected row, laid over what stands there",
    "head": "column heads",
    "up": "positive numbers, buys",
    "down": "negative numbers, sells",
    "warn": "what needs an eye: gaps, stale, refused",
    "note": "neutral marks",
    "good": "live, complete",
    "line": "the CVD line",
    "poc": "point of control",
    "value": "rows inside the value area",
    "extreme": "bars while z is extreme, laid under what stands there",
    "cross": "the crosshair, laid over what stands there",
    "key": "a key's name in footer and help",
    "prompt": "the line the user types in",
}
"""What a theme names, and what for."""

COLOUR = re.compile(r"#[0-9a-f]{6}")
ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse")


class TextStyle(Struct, frozen=True, gc=False):
    """How one role is written; a colour of None leaves what is there (the terminal's own at the bottom)."""

    fg: str | None = None
    bg: str | None = None
    attributes: frozenset[str] = frozenset()


class Theme(Struct, frozen=True):
    """A named set of styles, one for every role."""

    name: str
    dark: bool
    styles: dict[str, TextStyle]


def parse_theme(text: str, where: str) -> Theme:
    """Read a theme file's text; `where` names the file in errors.

    Raises ConfigError for text that is not TOML, an unknown key, role, colour or attribute, a missing role.
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
    """Read `[#rrggbb] [on #rrggbb] [attribute ...]`."""
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
