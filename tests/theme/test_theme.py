"""Themes: what a file may hold, and colours that stay apart for the colour-blind and in 256 colours."""

from itertools import combinations

import pytest

from cvdtui.errors import ConfigError
from cvdtui.theme import ROLES, TextStyle, parse_theme
from tests.app.fake_source import load_themes

THEMES = load_themes()
COLOURED = [theme for theme in THEMES.values() if theme.styles["text"].bg]
CUBE = {
    f"#{r:02x}{g:02x}{b:02x}"
    for r in (0, 95, 135, 175, 215, 255)
    for g in (0, 95, 135, 175, 215, 255)
    for b in (0, 95, 135, 175, 215, 255)
}
GREYS = {f"#{level:02x}{level:02x}{level:02x}" for level in range(8, 239, 10)}
GOOD = "name = 'x'\ndark = true\n[roles]\n" + "\n".join(f"{role} = ''" for role in ROLES)


def linear(colour):
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in values]


def contrast(one, other):
    light = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(one), linear(other))]
    return (max(light) + 0.05) / (min(light) + 0.05)


# Machado, Oliveira and Fernandes 2009, severity 1
BLIND = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def seen(colour, kind):
    source = linear(colour)
    out = [min(max(sum(a * b for a, b in zip(row, source, strict=True)), 0), 1) for row in BLIND[kind]]
    return [255 * (v * 12.92 if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055) for v in out]


def test_there_are_a_dark_a_light_and_a_monochrome_theme():
    assert {"dark", "light", "mono"} <= set(THEMES)
    assert THEMES["dark"].dark
    assert not THEMES["light"].dark
    assert all(style.fg is None and style.bg is None for style in THEMES["mono"].styles.values())


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_every_colour_is_one_of_xterms_256(theme):
    for role, style in theme.styles.items():
        assert {style.fg, style.bg} - {None} <= CUBE | GREYS, role


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_words_and_numbers_stand_out_from_their_ground(theme):
    ground = theme.styles["text"].bg
    for role, style in theme.styles.items():
        least = 2.2 if role == "faint" else 4.0 if role == "dim" else 4.5
        if style.fg:
            assert contrast(style.fg, style.bg or ground) >= least, role
    for role in ("text", "up", "down", "warn", "good", "note"):
        assert contrast(theme.styles[role].fg, theme.styles["cursor"].bg) >= 3, role


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
@pytest.mark.parametrize("kind", BLIND)
def test_buys_and_sells_look_different_to_the_colour_blind(theme, kind):
    up, down = (seen(theme.styles[role].fg, kind) for role in ("up", "down"))
    assert sum((a - b) ** 2 for a, b in zip(up, down, strict=True)) ** 0.5 > 80


def test_in_monochrome_what_must_differ_differs_by_attributes():
    styles = THEMES["mono"].styles
    for one, other in combinations([styles["text"], styles["cursor"], styles["focus"], styles["dim"]], 2):
        assert one != other


def test_a_good_file_becomes_a_theme():
    theme = parse_theme(GOOD.replace("up = ''", "up = '#5fafff on #121212 bold underline'"), "x.toml")
    assert theme.name == "x"
    assert theme.styles["up"] == TextStyle("#5fafff", "#121212", frozenset({"bold", "underline"}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "x.toml: not TOML"),
        (GOOD.replace("name", "nmae"), "unknown key 'nmae'; did you mean 'name'?"),
        (GOOD.replace("dark = true", "dark = 1"), "dark: expected true or false"),
        ("name='x'\ndark=true", "[roles]: expected a table"),
        (GOOD.replace("cursor = ", "curser = "), "unknown role 'curser'; did you mean 'cursor'?"),
        (GOOD.replace("up = ''\n", ""), "missing up"),
        (GOOD.replace("up = ''", "up = '#12345'"), "up: expected a colour as #rrggbb, not '#12345'"),
        (GOOD.replace("up = ''", "up = 'on'"), "up: expected a colour"),
        (GOOD.replace("up = ''", "up = 'blod'"), "unknown attribute 'blod'; did you mean 'bold'?"),
        (GOOD.replace("up = ''", "up = 3"), "up: expected a text"),
    ],
)
def test_a_mistake_is_reported_with_its_place_and_the_nearest_name(text, words):
    with pytest.raises(ConfigError) as error:
        parse_theme(text, "x.toml")
    assert words in str(error.value)
    assert str(error.value).startswith("x.toml")
